/**
 * Batched writable page tables, as Xen had them until August 2006: on a guest's first write to an L1 page table Xen takes the table out of
 * the address space (clears the present bit of the PDE that hooks it), makes it writable, and lets the guest write. Sooner or later it
 * write-protects the table, checks what was written, and hooks it again (xen/arch/x86/mm.c before commit 228f081e08: ptwr_do_page_fault(),
 * ptwr_flush()).
 *
 * vcpu0 writes entries of L1 tables. vcpu1 uses addresses that the tables map. Xen runs on the vCPU that trapped, under the domain's
 * BIGLOCK; the error code of a fault is latched before that lock is taken. An entry is valid ('a', 'b'), or 'bad': it would map a page
 * table writable. Where validation finds one, Xen restores the entry and crashes the domain; here the domain lives on, which only gives
 * it more to try.
 *
 * The verdicts are those of PROTOCOLS section 3, but for two:
 * - C1a.8. PROTOCOLS expects no spurious faults from explicit retyping. That holds of a table that is not in use yet, as the child's in a
 *   fork. A table in use must be unhooked while its type is another, by whomever, so another vCPU's fault can be late just as before.
 * - C1a.6. The emulation ensures progress if one vCPU writes. If both do (`bothWrite`), it is granted once after a batch without updates,
 *   to whoever faults next, and the other may fault for ever: each time it gets the table it finds it hooked again. A finding about the
 *   abstracted protocol, which nobody has confirmed. It takes two vCPUs that stay in step. What to look at in Xen: `prev_nr_updates`
 *   belongs to the slot, not to the vCPU that faulted.
 *
 * Left out, as in PROTOCOLS section 10: switches of CR3, and tables that are split between user and kernel.
 */
import {
  array,
  bool,
  choice,
  choose,
  flag,
  ghost,
  index,
  model,
  oneOf,
  optional,
  type ParamValues,
  range,
  record,
  type StateOf,
  type Steps,
  size,
  when,
} from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'

const flushOrders = {
  'protect-tlb-validate-hook': ['protect', 'tlb', 'validate', 'hook'],
  'protect-tlb-hook-validate': ['protect', 'tlb', 'hook', 'validate'],
  'hook-protect-tlb-validate': ['hook', 'protect', 'tlb', 'validate'],
} as const

const params = {
  scheme: choice(['batched', 'emulate', 'explicitRetype'], 'batched', 'how a guest may write to its L1 tables'),
  vcpus: size(2, { max: 2 }),
  tables: size(1, { max: 2, doc: 'L1 tables that are written to; a fork writes to two' }),
  slots: size(2, { max: 2, doc: 'tables that can be writable at a time' }),
  writes: size(0, {
    min: 0,
    max: 8,
    doc: 'writes, to the tables in turn, before vcpu0 makes a hypercall and ends; 0: for ever, as it likes',
  }),
  unhook: flag(true, 'the PDE is cleared while its table is writable'),
  flushAfterUnhook: flag(true, 'TLBs and paging-structure caches are flushed once the PDE is cleared'),
  flushOrder: choice(
    ['protect-tlb-validate-hook', 'protect-tlb-hook-validate', 'hook-protect-tlb-validate'],
    'protect-tlb-validate-hook',
    'in which order ptwr_flush() write-protects the table, flushes its translations, validates and hooks it',
  ),
  reprotectTlbFlush: flag(true, 'writable translations of the table are flushed once it is write-protected'),
  emulateWhenNoUpdates: flag(true, 'a write is emulated if the last batch came to nothing'),
  hookedTwice: flag(false, 'a second PDE hooks the table'),
  multiHookCheck: flag(true, 'on SMP, writes to a table that is hooked more than once are emulated'),
  guestToleratesSpurious: flag(true, "the guest's fault handler copes with faults for which there is no reason"),
  errorCodeTrusted: flag(false, "the guest's fault handler believes the present bit of the error code"),
  pmdPresentMacro: choice(['tests-P', 'tests-non-zero'], 'tests-non-zero', 'what pmd_present() of the guest looks at'),
  bothWrite: flag(false, 'vcpu1 writes to the tables as well'),
  retypedWhileHooked: flag(true, 'explicitRetype: the table is in use while it is retyped, and so must be unhooked'),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  biglock: lock(2),
  /** PDE.P of the PDE that hooks the table. */
  hooked: array(p.tables, bool),
  pte: array(p.tables, oneOf('a', 'b', 'bad')),
  snapshot: array(p.tables, oneOf('a', 'b', 'bad')),
  /** The guest's mapping of the L1 page, in memory. */
  tableWritable: array(p.tables, bool),
  slot: array(p.slots, optional(index(p.tables))),
  lastBatchHadUpdates: bool,
  /** What a vCPU caches: a writable translation of the L1 page, the PDE, and the translation that the table gives. */
  tlbOfTable: array(p.vcpus, array(p.tables, bool)),
  psc: array(p.vcpus, array(p.tables, bool)),
  tlb: array(p.vcpus, array(p.tables, oneOf('none', 'a', 'b', 'bad'))),
  /** What Xen has taken its references for. */
  validated: ghost(array(p.tables, oneOf('a', 'b', 'bad'))),
  /** What the guest, on this vCPU, has just been shown. */
  shown: ghost(array(p.vcpus, oneOf('nothing', 'spurious fault', 'PDE missing', 'wrong error code', 'oops'))),
  writing: ghost(bool),
  ended: ghost(bool),
  /** With a given number of writes. Crossings: into Xen, for a write fault, for a flush of a slot, for a hypercall of explicitRetype. */
  cost: ghost(record({ traps: range(0, 31), crossings: range(0, 31), emulations: range(0, 31), tlbFlushes: range(0, 63) })),
})

type State = StateOf<typeof state>
type Shown = State['shown'][number]

const count = (s: State, p: Params, what: 'traps' | 'crossings' | 'emulations' | 'tlbFlushes'): void => {
  if (p.writes > 0) s.cost[what]++
}

const flushAllTlbs = (s: State, p: Params): void => {
  for (let cpu = 0; cpu < p.vcpus; cpu++) {
    for (let t = 0; t < p.tables; t++) {
      s.tlbOfTable[cpu][t] = false
      s.psc[cpu][t] = false
      s.tlb[cpu][t] = 'none'
    }
  }
  count(s, p, 'tlbFlushes')
}

const slotOf = (p: Params, table: number): number => (p.slots === 2 ? table : 0)

/** Whether addresses below a table are used while it is written to. If not, no PDE hooks it: it is new, as the child's in a fork. */
const inUse = (p: Params): boolean => p.scheme !== 'explicitRetype' || p.retypedWhileHooked

/** Takes the table out of the address space and makes it writable. BIGLOCK is held. */
function* unhookAndUnprotect(s: State, p: Params, t: number): Steps {
  if (p.unhook && inUse(p)) {
    yield 'PDE.P = 0'
    s.hooked[t] = false
    if (p.flushAfterUnhook) {
      yield 'flush TLBs of all vCPUs'
      flushAllTlbs(s, p)
    }
  }
  yield 'snapshot = copy of the L1 table'
  s.snapshot[t] = s.pte[t]
  yield 'make the L1 table writable'
  s.tableWritable[t] = true
}

/** Write-protects, validates and hooks the table. BIGLOCK is held. */
function* protectValidateHook(s: State, p: Params, t: number): Steps {
  for (const action of flushOrders[p.flushOrder]) {
    switch (action) {
      case 'protect':
        yield 'write-protect the L1 table'
        s.tableWritable[t] = false
        break
      case 'tlb':
        if (p.reprotectTlbFlush) {
          yield 'flush translations of the L1 table'
          for (let cpu = 0; cpu < p.vcpus; cpu++) s.tlbOfTable[cpu][t] = false
          count(s, p, 'tlbFlushes')
        }
        break
      case 'validate':
        yield 'validate entries that changed'
        s.lastBatchHadUpdates = s.pte[t] !== s.snapshot[t]
        if (s.pte[t] === 'bad') s.pte[t] = s.snapshot[t]
        s.validated[t] = s.pte[t]
        break
      case 'hook':
        if (inUse(p)) {
          yield 'PDE.P = 1'
          s.hooked[t] = true
        }
        break
    }
  }
  count(s, p, 'crossings')
}

/** ptwr_flush() of every slot in use. BIGLOCK is held. */
function* flushSlots(s: State, p: Params): Steps {
  for (let at = 0; at < p.slots; at++) {
    if (s.slot[at] !== null) {
      for (let t = 0; t < p.tables; t++) {
        if (s.slot[at] === t) {
          yield* protectValidateHook(s, p, t)
          s.slot[at] = null
        }
      }
    }
  }
}

/** Xen's own write, with the check before it: a bad entry is refused. BIGLOCK is held. */
function* emulate(s: State, p: Params, t: number, value: 'a' | 'b' | 'bad'): Steps {
  yield 'emulate the write, validated'
  count(s, p, 'emulations')
  if (value === 'bad') return
  s.pte[t] = value
  s.validated[t] = value
}

/** ptwr_do_page_fault(): a write fault on an L1 table. True if the write has been done for the guest. */
function* writeFault(s: State, p: Params, cpu: number, t: number, value: 'a' | 'b' | 'bad'): Steps<boolean> {
  yield* acquire(s.biglock, cpu, '#PF on the L1 table: LOCK_BIGLOCK')
  count(s, p, 'traps')
  count(s, p, 'crossings')
  if (s.tableWritable[t]) {
    yield* release(s.biglock, cpu, 'not a fault any more: UNLOCK_BIGLOCK')
    return false
  }
  if (p.scheme === 'emulate') {
    yield* emulate(s, p, t, value)
    yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
    return true
  }
  if (p.hookedTwice && p.multiHookCheck && p.vcpus > 1) {
    yield* flushSlots(s, p)
    yield* emulate(s, p, t, value)
    yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
    return true
  }
  const at = slotOf(p, t)
  if (s.slot[at] !== null) yield* flushSlots(s, p)
  if (p.emulateWhenNoUpdates && !s.lastBatchHadUpdates) {
    yield* emulate(s, p, t, value)
    s.lastBatchHadUpdates = true
    yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
    return true
  }
  yield* unhookAndUnprotect(s, p, t)
  s.slot[at] = t
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK, retry')
  return false
}

/** The guest's store to an entry of the table, until it is done. */
function* write(s: State, p: Params, cpu: number, t: number, value: 'a' | 'b' | 'bad'): Steps {
  let done = false
  while (!done) {
    yield 'store to the L1 table'
    if (s.tlbOfTable[cpu][t] || s.tableWritable[t]) {
      s.tlbOfTable[cpu][t] = true
      s.pte[t] = value
      done = true
    } else {
      done = yield* writeFault(s, p, cpu, t, value)
    }
  }
  if (cpu === 0) s.writing = false
}

/** Explicit batching: the guest asks for a writable table. It has to be out of use, as any page that changes its type. */
function* unpin(s: State, p: Params, cpu: number, t: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall "unpin": LOCK_BIGLOCK')
  count(s, p, 'crossings')
  yield* unhookAndUnprotect(s, p, t)
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
}

/** Explicit batching: the guest gives the table back. */
function* pin(s: State, p: Params, cpu: number, t: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall "pin": LOCK_BIGLOCK')
  yield* protectValidateHook(s, p, t)
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
}

/** Any hypercall that changes page tables flushes first. */
function* hypercall(s: State, p: Params, cpu: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall: LOCK_BIGLOCK')
  yield* flushSlots(s, p)
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
}

/** A fault with P=0, although the entry is there: a load has no reason to fault, and a store another one. */
const handlerFinds = (s: State, p: Params, t: number, access: 'load' | 'store'): Shown => {
  if (!s.hooked[t] && p.pmdPresentMacro === 'tests-P') return 'PDE missing'
  if (access === 'store') return p.errorCodeTrusted ? 'oops' : 'wrong error code'
  return p.guestToleratesSpurious ? 'spurious fault' : 'oops'
}

/** The guest uses an address below the table, until it is done. A store is to a COW page: it is to fault, with P set in the error code. */
function* use(s: State, p: Params, cpu: number, t: number, access: 'load' | 'store'): Steps {
  while (true) {
    if (access === 'load') yield 'load below the table'
    else yield 'store below the table, to a COW page'
    s.shown[cpu] = 'nothing'
    if (s.tlb[cpu][t] !== 'none') return
    if (s.hooked[t] || s.psc[cpu][t] || p.hookedTwice) {
      if (s.hooked[t]) s.psc[cpu][t] = true
      if (access === 'load') s.tlb[cpu][t] = s.pte[t]
      return
    }
    yield* acquire(s.biglock, cpu, '#PF, error code says P=0: LOCK_BIGLOCK')
    if (s.slot.some((table) => table === t)) {
      yield* flushSlots(s, p)
      yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK, retry')
      continue
    }
    yield* release(s.biglock, cpu, 'nothing to do: UNLOCK_BIGLOCK, bounce the fault')
    yield 'guest: do_page_fault()'
    if (p.scheme === 'explicitRetype' && !s.hooked[t]) continue
    s.shown[cpu] = handlerFinds(s, p, t, access)
    if (access === 'store') return
  }
}

/** The guest's kernel walks its page tables itself. */
function* softwareWalk(s: State, p: Params, cpu: number, t: number): Steps {
  yield 'guest: pmd_present(*pmd)'
  s.shown[cpu] = p.pmdPresentMacro === 'tests-P' && !s.hooked[t] ? 'PDE missing' : 'nothing'
}

export default model({
  name: 'writable-page-tables',
  title: 'Batched writes to page tables that are unhooked meanwhile',
  source: 'Keir Fraser, quoted by Zachary Amsden, virtualization list, 28 Jul 2006; Xen commit 228f081e08',
  params,
  // BIGLOCK is no queue: who waits for it gets it if it is free again and again.
  fairness: (p) => (p.vcpus > 1 ? { vcpu0: 'strong', vcpu1: 'strong' } : { vcpu0: 'strong' }),
  variants: {
    'as-coded': {},
    'no-unhook': { unhook: false },
    'no-flush-after-unhook': { flushAfterUnhook: false },
    'rehook-before-validate': { flushOrder: 'protect-tlb-hook-validate' },
    'rehook-first': { flushOrder: 'hook-protect-tlb-validate' },
    'no-flush-after-write-protect': { reprotectTlbFlush: false },
    'no-emulation': { emulateWhenNoUpdates: false },
    'two-writers': { bothWrite: true },
    'hooked-twice': { hookedTwice: true },
    'hooked-twice-no-check': { hookedTwice: true, multiHookCheck: false },
    uniprocessor: { vcpus: 1 },
    'pmd-present-tests-P': { pmdPresentMacro: 'tests-P' },
    'guest-without-tolerance': { guestToleratesSpurious: false },
    'guest-trusts-error-code': { errorCodeTrusted: true },
    'emulation-only': { scheme: 'emulate' },
    'explicit-retype': { scheme: 'explicitRetype' },
    'explicit-retype-not-in-use': { scheme: 'explicitRetype', retypedWhileHooked: false },
  },
  state,
  init: (s, p) => {
    for (let t = 0; t < p.tables; t++) s.hooked[t] = inUse(p)
    s.lastBatchHadUpdates = true
  },
  processes: (p) => ({
    vcpu0: function* (s) {
      const explicit = p.scheme === 'explicitRetype' ? p.tables : 0
      if (p.writes > 0) for (let t = 0; t < explicit; t++) yield* unpin(s, p, 0, t)
      for (let n = 0; n < p.writes; n++) {
        yield 'guest: next pte'
        s.writing = true
        yield* write(s, p, 0, n % p.tables, n % (2 * p.tables) < p.tables ? 'b' : 'a')
      }
      if (p.writes > 0) {
        for (let t = 0; t < explicit; t++) yield* pin(s, p, 0, t)
        if (explicit === 0) yield* hypercall(s, p, 0)
        s.ended = true
        return
      }
      while (true) {
        yield 'guest: what next?'
        s.shown[0] = 'nothing'
        const next = yield* choose(['write', 'hypercall', 'load', 'software walk'])
        const t = yield* choose(p.tables)
        if (next === 'write') {
          const value = yield* choose(['a', 'b', 'bad'])
          s.writing = true
          if (p.scheme === 'explicitRetype') yield* unpin(s, p, 0, t)
          yield* write(s, p, 0, t, value)
          if (p.scheme === 'explicitRetype') yield* pin(s, p, 0, t)
        } else if (next === 'hypercall') {
          yield* hypercall(s, p, 0)
        } else if (next === 'load') {
          yield* use(s, p, 0, t, 'load')
        } else {
          yield* softwareWalk(s, p, 0, t)
        }
      }
    },
    ...(p.vcpus > 1
      ? {
          vcpu1: function* (s: State) {
            while (true) {
              yield 'guest: what next?'
              s.shown[1] = 'nothing'
              const next = yield* choose(p.bothWrite ? ['load', 'store', 'software walk', 'write'] : ['load', 'store', 'software walk'])
              const t = yield* choose(p.tables)
              if (next === 'write') {
                const value = yield* choose(['a', 'b'])
                yield* write(s, p, 1, t, value)
              } else if (next === 'load') yield* use(s, p, 1, t, 'load')
              else if (next === 'store') yield* use(s, p, 1, t, 'store')
              else yield* softwareWalk(s, p, 1, t)
            }
          },
        }
      : {}),
  }),
  rules: (p) => ({
    hardware: {
      'TLB eviction': function* (s) {
        const cpu = yield* choose(p.vcpus)
        const t = yield* choose(p.tables)
        when(p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t]))
        s.tlb[cpu][t] = 'none'
        s.tlbOfTable[cpu][t] = false
      },
    },
  }),
})
