/**
 * Batched writable page tables, as Xen had them until August 2006: on a guest's first write to an L1 page table Xen
 * takes the table out of the address space (clears the present bit of the PDE that hooks it), makes it writable, and
 * lets the guest write. Sooner or later it write-protects the table, checks what was written, and hooks it again
 * (xen/arch/x86/mm.c before commit 228f081e08: ptwr_do_page_fault(), ptwr_flush()).
 *
 * vcpu0 writes entries of L1 tables. vcpu1 uses addresses that the tables map. Xen runs on the vCPU that trapped, under
 * the domain's BIGLOCK; the error code of a fault is latched before that lock is taken. An entry is valid ('a', 'b'),
 * or 'bad': it would map a page table writable. Where validation finds one, Xen restores the entry and crashes the
 * domain; here the domain lives on, which only gives it more to try.
 *
 * Xen has two slots. A table that the current page directory hooks goes into the ACTIVE one, and is unhooked meanwhile;
 * any other goes into the INACTIVE one, and is not: no hardware walk comes to it, as long as nobody loads the page
 * directory that hooks it. Table 0 is hooked by the page directory with which the vCPUs start, table 1 by that of the
 * child in a fork (`secondTable`). Loading CR3 is a hypercall, and so flushes both slots; on SMP a table of another
 * page directory, which another vCPU may have loaded, is never batched (`multiHookCheck`).
 *
 * With PAE an entry is 64 bits, which a guest stores in two halves (`pae`). Between the two it may be 'torn', and name
 * any page there is. Unhooking hides that from the hardware, but not from Xen, if another vCPU's fault makes it
 * validate the table just then.
 *
 * Two verdicts that one might not expect:
 * - C1a.8. Explicit retyping makes no spurious faults, one would think. That holds of a table that is not in use yet,
 *   as the child's in a
 *   fork. A table in use must be unhooked while its type is another, by whomever, so another vCPU's fault can be late
 * just as before.
 * - C1a.6. The emulation ensures progress if one vCPU writes. If both do (`bothWrite`), it is granted once after a
 *   batch without updates,
 *   to whoever faults next, and the other may fault for ever: each time it gets the table it finds it hooked again. A
 * finding about the
 *   abstracted protocol, which nobody has confirmed. It takes two vCPUs that stay in step. What to look at in Xen:
 * `prev_nr_updates`
 *   belongs to the slot, not to the vCPU that faulted.
 *
 * CR3 may be switched while the INACTIVE slot is in use. Left out: tables that are split between user and kernel, and a
 * second read-only mapping of an L1 table, by which a guest may fault on a table that is writable by the first (Xen
 * flushes that slot, and goes on as here). Of the two vCPUs only vcpu1, where there is one, changes its address space,
 * and only vcpu0 stores in halves.
 */
import {
  array,
  assert,
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
  secondTable: choice(
    ['other', 'current', 'none'],
    'other',
    'which page directory hooks table 1: another one, as in a fork; that of table 0; or none, as of a table that is only pinned yet',
  ),
  slots: size(2, { max: 2, doc: 'tables that can be writable at a time: one ACTIVE and one INACTIVE, or one in all' }),
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
  hookedTwice: flag(false, 'a second PDE of the page directory hooks the table'),
  multiHookCheck: flag(true, 'writes to a table are emulated if two PDEs hook it, or on SMP one of another page directory'),
  flushAtSwitch: flag(true, 'the slots are flushed before CR3 is loaded'),
  pae: choice(
    ['no', 'in-place', 'cleared-first'],
    'no',
    'how the guest stores an entry: at once; or in two halves, the upper one first, over the old entry or after that has been cleared',
  ),
  upperHalfRepaired: flag(false, 'emulation clears the present bit where the upper half of a PAE entry makes no valid one'),
  guestToleratesSpurious: flag(true, "the guest's fault handler copes with faults for which there is no reason"),
  errorCodeTrusted: flag(false, "the guest's fault handler believes the present bit of the error code"),
  pmdPresentMacro: choice(['tests-P', 'tests-non-zero'], 'tests-non-zero', 'what pmd_present() of the guest looks at'),
  bothWrite: flag(false, 'vcpu1 writes to the tables as well'),
  mappedByEach: flag(
    false,
    'each page directory maps the L1 tables by a mapping of its own, so a table that is writable in one may not be so in the other',
  ),
  speculativeWalks: flag(false, 'the hardware walks to any address in reach, whether or not the guest uses it'),
  frameReuse: choice(
    ['never', 'flushed by timestamp', 'not flushed'],
    'never',
    'a frame whose last reference is put goes to another domain: never; after a flush of the vCPUs that have had none since; or at once',
  ),
  retypedWhileHooked: flag(true, 'explicitRetype: the table is in use while it is retyped, and so must be unhooked'),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  biglock: lock(2),
  /** The page directory that a vCPU has loaded. */
  cr3: array(p.vcpus, index(2)),
  /** The PDE that hooks the table. */
  pde: array(p.tables, record({ P: bool })),
  /**
   * An entry of the table; 'absent' is without the present bit, and 'torn' made of halves that do not belong together.
   */
  pte: array(p.tables, oneOf('a', 'b', 'bad', 'absent', 'torn')),
  snapshot: array(p.tables, oneOf('a', 'b', 'bad', 'absent', 'torn')),
  /** The guest's mapping of the L1 page, in memory. */
  tableWritable: array(p.tables, bool),
  /** With `mappedByEach`: in which page directory that is. */
  writableIn: array(p.tables, index(2)),
  /** ACTIVE and INACTIVE. */
  slot: array(p.slots, optional(index(p.tables))),
  /** prev_nr_updates, of each slot. */
  lastBatchHadUpdates: array(p.slots, bool),
  /** What a vCPU caches: a writable translation of the L1 page, the PDE, and the translation that the table gives. */
  tlbOfTable: array(p.vcpus, array(p.tables, bool)),
  psc: array(p.vcpus, array(p.tables, bool)),
  tlb: array(p.vcpus, array(p.tables, oneOf('none', 'a', 'b', 'bad', 'torn'))),
  /** What Xen has taken its references for. */
  validated: array(p.tables, oneOf('a', 'b', 'bad', 'absent', 'torn')),
  /**
   * Of the frames that 'a' and 'b' of a table map: whether the vCPU's TLB was not flushed since Xen has put its
   * reference, which is what tlbflush_timestamp tells. With `frameReuse`.
   */
  unflushed: array(p.vcpus, array(p.tables, array(2, bool))),
  /** A frame has gone to another domain while a TLB still led to it. */
  reusedWhileCached: ghost(bool),
  /** Xen has refused an entry of which a guest that means no harm had stored one half. */
  refusedHalfStored: ghost(bool),
  meansHarm: ghost(bool),
  /** What the guest, on this vCPU, has just been shown. */
  shown: ghost(array(p.vcpus, oneOf('nothing', 'spurious fault', 'PDE missing', 'wrong error code', 'oops'))),
  /** vcpu0 is setting an entry. */
  writing: ghost(bool),
  /** What vcpu0 has set last; null if that was bad, and where vcpu1 writes too. */
  asked: ghost(array(p.tables, optional(oneOf('a', 'b')))),
  ended: ghost(bool),
  /**
   * With a given number of writes. Crossings: into Xen, for a write fault, for a flush of a slot, for a hypercall of
   * explicitRetype.
   */
  cost: ghost(record({ traps: range(0, 31), crossings: range(0, 31), emulations: range(0, 31), tlbFlushes: range(0, 63) })),
})

type State = StateOf<typeof state>
type Shown = State['shown'][number]
type Entry = 'a' | 'b' | 'bad'
type Part = 'entry' | 'no present bit' | 'upper half' | 'lower half'

const count = (s: State, p: Params, what: 'traps' | 'crossings' | 'emulations' | 'tlbFlushes'): void => {
  if (p.writes > 0) s.cost[what]++
}

/** Part of the step that flushes the whole TLB of a vCPU. */
const flushTlb = (s: State, p: Params, cpu: number): void => {
  for (let t = 0; t < p.tables; t++) {
    s.tlbOfTable[cpu][t] = false
    s.psc[cpu][t] = false
    s.tlb[cpu][t] = 'none'
  }
}

/** Part of the same step: Xen takes down when that was, post_flush(). */
const stampFlush = (s: State, p: Params, cpu: number): void => {
  for (let t = 0; t < p.tables; t++) for (let frame = 0; frame < 2; frame++) s.unflushed[cpu][t][frame] = false
}

const flushAllTlbs = (s: State, p: Params): void => {
  for (let cpu = 0; cpu < p.vcpus; cpu++) {
    flushTlb(s, p, cpu)
    stampFlush(s, p, cpu)
  }
  count(s, p, 'tlbFlushes')
}

/** Part of the step that validates an entry: takes the reference that it needs, and puts that of the one before. */
const takeReference = (s: State, p: Params, t: number, entry: State['pte'][number]): void => {
  const old = s.validated[t]
  s.validated[t] = entry
  if (p.frameReuse === 'never' || old === entry) return
  if (old === 'a' || old === 'b') for (let cpu = 0; cpu < p.vcpus; cpu++) s.unflushed[cpu][t][old === 'a' ? 0 : 1] = true
}

/**
 * Whether addresses below a table are used while it is written to. If not, no PDE hooks it: it is new, as the child's
 * in a fork.
 */
const inUse = (p: Params): boolean => p.scheme !== 'explicitRetype' || p.retypedWhileHooked

export const isHooked = (p: Params, t: number): boolean => inUse(p) && (t === 0 || p.secondTable !== 'none')

const directoryOf = (p: Params, t: number): number => (t === 1 && p.secondTable === 'other' ? 1 : 0)

/** Whether the guest has two address spaces, between which it changes. */
const twoSpaces = (p: Params): boolean => p.tables > 1 && p.secondTable === 'other'

/**
 * "Is the L1 p.t. mapped into the current address space? If so we call it an ACTIVE p.t., otherwise it is INACTIVE."
 */
const isActive = (s: State, p: Params, cpu: number, t: number): boolean =>
  isHooked(p, t) && (!twoSpaces(p) || s.cr3[cpu] === directoryOf(p, t))

/**
 * Whether the vCPU changes between the address spaces: the last one does, which is enough to meet the other in either
 * of them.
 */
const switches = (p: Params, cpu: number): boolean => twoSpaces(p) && cpu === p.vcpus - 1

const othersOfVcpu1 = (p: Params): readonly ('write' | 'new CR3')[] => [
  ...(p.bothWrite ? (['write'] as const) : []),
  ...(switches(p, 1) ? (['new CR3'] as const) : []),
]

function* anyTable(p: Params): Steps<number> {
  if (p.tables === 1) return 0
  return yield* choose(p.tables)
}

/** The table below which a vCPU uses an address: any of the address space that it has loaded. */
function* tableInReach(s: State, p: Params, cpu: number): Steps<number> {
  if (twoSpaces(p)) return s.cr3[cpu]
  return yield* anyTable(p)
}

const slotOf = (s: State, p: Params, cpu: number, t: number): number => (p.slots === 1 || p.tables === 1 || isActive(s, p, cpu, t) ? 0 : 1)

/** Whether the mapping by which the vCPU writes to the table is writable. */
const isWritableFor = (s: State, p: Params, cpu: number, t: number): boolean =>
  s.tableWritable[t] && (!p.mappedByEach || s.writableIn[t] === s.cr3[cpu])

/** Takes the table out of the address space and makes it writable for the vCPU. BIGLOCK is held. */
function* unhookAndUnprotect(s: State, p: Params, cpu: number, t: number, unhooks: boolean): Steps {
  if (p.unhook && unhooks) {
    yield 'PDE.P = 0'
    s.pde[t].P = false
    if (p.flushAfterUnhook) {
      yield 'flush TLBs of all vCPUs'
      flushAllTlbs(s, p)
    }
  }
  yield 'snapshot = copy of the L1 table'
  s.snapshot[t] = s.pte[t]
  yield 'make the L1 table writable'
  s.tableWritable[t] = true
  if (p.mappedByEach) s.writableIn[t] = s.cr3[cpu]
}

/** Write-protects, validates and hooks the table. BIGLOCK is held. True if there were updates. */
function* protectValidateHook(s: State, p: Params, t: number): Steps<boolean> {
  let updates = false
  for (const action of flushOrders[p.flushOrder]) {
    switch (action) {
      case 'protect':
        yield 'write-protect the L1 table'
        s.tableWritable[t] = false
        s.writableIn[t] = 0
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
        updates = s.pte[t] !== s.snapshot[t]
        if (s.pte[t] === 'torn') s.refusedHalfStored = s.refusedHalfStored || !s.meansHarm
        if (s.pte[t] === 'bad' || s.pte[t] === 'torn') s.pte[t] = s.snapshot[t]
        if (updates) takeReference(s, p, t, s.pte[t])
        break
      case 'hook':
        if (isHooked(p, t) && !s.pde[t].P) {
          yield 'PDE.P = 1'
          s.pde[t].P = true
        }
        break
    }
  }
  count(s, p, 'crossings')
  return updates
}

/** ptwr_flush() of a slot that is in use. BIGLOCK is held. */
function* flushSlot(s: State, p: Params, at: number): Steps {
  for (let t = 0; t < p.tables; t++) {
    if (s.slot[at] === t) {
      const updates = yield* protectValidateHook(s, p, t)
      s.lastBatchHadUpdates[at] = updates
      s.slot[at] = null
    }
  }
}

/** cleanup_writable_pagetable(): every slot in use. BIGLOCK is held. */
function* flushSlots(s: State, p: Params): Steps {
  yield* flushSlot(s, p, 0)
  if (p.slots > 1) yield* flushSlot(s, p, 1)
}

/** What an entry is once a part of a new one has been stored to it. */
const withPart = (old: State['pte'][number], value: Entry, part: Part): State['pte'][number] => {
  if (part === 'no present bit') return 'absent'
  if (part === 'entry' || old === value) return value
  if (part === 'upper half') return old === 'absent' ? 'absent' : 'torn'
  return old === 'absent' || old === 'torn' ? value : 'torn'
}

/** Xen's own write, with the check before it: a bad entry is refused. BIGLOCK is held. */
function* emulate(s: State, p: Params, t: number, value: Entry, part: Part): Steps {
  yield 'emulate the write, if it is valid'
  count(s, p, 'emulations')
  const entry = withPart(s.pte[t], value, part)
  const repaired = entry === 'torn' && part === 'upper half' && p.upperHalfRepaired
  if (entry === 'torn' && !repaired) s.refusedHalfStored = s.refusedHalfStored || !s.meansHarm
  if (entry === 'bad' || (entry === 'torn' && !repaired)) return
  s.pte[t] = repaired ? 'absent' : entry
  takeReference(s, p, t, s.pte[t])
}

/** How many PDEs hook the table, as its type count tells. */
const hooks = (p: Params, t: number): number => (isHooked(p, t) ? 1 : 0)

/** ptwr_do_page_fault(): a write fault on an L1 table. True if the write has been done for the guest. */
function* writeFault(s: State, p: Params, cpu: number, t: number, value: Entry, part: Part): Steps<boolean> {
  yield* acquire(s.biglock, cpu, '#PF on the L1 table: LOCK_BIGLOCK')
  count(s, p, 'traps')
  count(s, p, 'crossings')
  if (isWritableFor(s, p, cpu, t)) {
    yield* release(s.biglock, cpu, 'not a fault any more: UNLOCK_BIGLOCK')
    return false
  }
  if (p.scheme === 'emulate' || (p.hookedTwice && p.multiHookCheck)) {
    yield* emulate(s, p, t, value, part)
    yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
    return true
  }
  const active = isActive(s, p, cpu, t)
  if (p.multiHookCheck && p.vcpus > 1 && hooks(p, t) !== (active ? 1 : 0)) {
    yield* flushSlots(s, p)
    yield* emulate(s, p, t, value, part)
    yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
    return true
  }
  const at = slotOf(s, p, cpu, t)
  yield* flushSlot(s, p, at)
  if (p.emulateWhenNoUpdates && !s.lastBatchHadUpdates[at]) {
    yield* emulate(s, p, t, value, part)
    s.lastBatchHadUpdates[at] = true
    yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
    return true
  }
  yield* unhookAndUnprotect(s, p, cpu, t, active)
  s.slot[at] = t
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK, retry')
  return false
}

/** One store of the guest to an entry of the table, until it is done. */
function* store(s: State, p: Params, cpu: number, t: number, value: Entry, part: Part, label: string): Steps {
  let done = false
  while (!done) {
    yield label
    if (s.tlbOfTable[cpu][t] || isWritableFor(s, p, cpu, t)) {
      s.tlbOfTable[cpu][t] = true
      s.pte[t] = withPart(s.pte[t], value, part)
      done = true
    } else {
      done = yield* writeFault(s, p, cpu, t, value, part)
    }
  }
}

/** Before vcpu0 sets an entry. */
const noteWrite = (s: State, p: Params, t: number, value: Entry): void => {
  s.writing = true
  s.meansHarm = value === 'bad'
  s.asked[t] = value === 'bad' || p.bothWrite ? null : value
}

/** The guest sets an entry. vcpu1 always does so at once, with a cmpxchg8b. */
function* write(s: State, p: Params, cpu: number, t: number, value: Entry): Steps {
  if (p.pae === 'no' || cpu > 0) yield* store(s, p, cpu, t, value, 'entry', 'store to the L1 table')
  else {
    if (p.pae === 'cleared-first') yield* store(s, p, cpu, t, value, 'no present bit', 'store to the L1 table: pte_low = 0')
    yield* store(s, p, cpu, t, value, 'upper half', 'store to the L1 table: pte_high')
    yield* store(s, p, cpu, t, value, 'lower half', 'store to the L1 table: pte_low')
  }
  if (cpu === 0) {
    s.writing = false
    s.meansHarm = false
  }
}

/**
 * Explicit batching: the guest asks for a writable table. It has to be out of use, as any page that changes its type.
 */
function* unpin(s: State, p: Params, cpu: number, t: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall "unpin": LOCK_BIGLOCK')
  count(s, p, 'crossings')
  yield* unhookAndUnprotect(s, p, cpu, t, isHooked(p, t))
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
}

/** Explicit batching: the guest gives the table back. */
function* pin(s: State, p: Params, cpu: number, t: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall "pin": LOCK_BIGLOCK')
  yield* protectValidateHook(s, p, t)
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
}

/** The guest changes to the other address space: a hypercall, like any other but for what flushes. */
function* loadCr3(s: State, p: Params, cpu: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall "new CR3": LOCK_BIGLOCK')
  if (p.flushAtSwitch) yield* flushSlots(s, p)
  yield 'write CR3'
  s.cr3[cpu] = 1 - s.cr3[cpu]
  flushTlb(s, p, cpu)
  stampFlush(s, p, cpu)
  yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')
}

/** Any hypercall that changes page tables flushes first. */
function* hypercall(s: State, p: Params, cpu: number): Steps {
  yield* acquire(s.biglock, cpu, 'hypercall: LOCK_BIGLOCK')
  yield* flushSlots(s, p)
  yield* release(s.biglock, cpu, 'hypercall is done: UNLOCK_BIGLOCK')
}

/**
 * What the guest's handler finds of a fault on an entry that is there, with P=0 in the error code: a load has no reason
 * to fault, and a store another one.
 */
const handlerFinds = (s: State, p: Params, t: number, access: 'load' | 'store'): Shown => {
  if (!s.pde[t].P && p.pmdPresentMacro === 'tests-P') return 'PDE missing'
  if (access === 'store') return p.errorCodeTrusted ? 'oops' : 'wrong error code'
  return p.guestToleratesSpurious ? 'spurious fault' : 'oops'
}

/** Whether the hardware of the vCPU gets to the table, by the PDE, by what it has cached of it, or by a second one. */
const isWalkable = (s: State, p: Params, cpu: number, t: number): boolean => s.pde[t].P || s.psc[cpu][t] || p.hookedTwice

/**
 * The guest uses an address below the table, until it is done. A store is to a COW page: it is to fault, with P set in
 * the error code.
 */
function* use(s: State, p: Params, cpu: number, t: number, access: 'load' | 'store'): Steps {
  while (true) {
    if (access === 'load') yield 'load below the table'
    else yield 'store below the table, to a COW page'
    s.shown[cpu] = 'nothing'
    if (s.tlb[cpu][t] !== 'none') return
    // Latched here, three steps before anybody who holds the lock sees it.
    const errorCode = { P: isWalkable(s, p, cpu, t) }
    if (errorCode.P) {
      if (s.pde[t].P) s.psc[cpu][t] = true
      if (access === 'load' && s.pte[t] !== 'absent') s.tlb[cpu][t] = s.pte[t]
      return
    }
    yield* acquire(s.biglock, cpu, '#PF, error code says P=0: LOCK_BIGLOCK')
    if (s.slot[0] === t) {
      yield* flushSlot(s, p, 0)
      yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK, retry')
      continue
    }
    yield* release(s.biglock, cpu, 'nothing to do: UNLOCK_BIGLOCK, bounce the fault')
    yield 'guest: do_page_fault()'
    assert(!errorCode.P, 'who gets to the table takes no fault')
    if (!isHooked(p, t) || s.pte[t] === 'absent') return
    if (p.scheme === 'explicitRetype' && !s.pde[t].P) continue
    s.shown[cpu] = handlerFinds(s, p, t, access)
    if (access === 'store') return
  }
}

/** The guest's kernel walks its page tables itself. */
function* softwareWalk(s: State, p: Params, cpu: number, t: number): Steps {
  yield 'guest: pmd_present(*pmd)'
  s.shown[cpu] = p.pmdPresentMacro === 'tests-P' && isHooked(p, t) && !s.pde[t].P ? 'PDE missing' : 'nothing'
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
    fork: { vcpus: 1, tables: 2 },
    'fork-no-flush-at-cr3': { vcpus: 1, tables: 2, flushAtSwitch: false },
    'fork-smp': { tables: 2 },
    'fork-smp-two-writers': { tables: 2, bothWrite: true, mappedByEach: true },
    'fork-smp-no-check': { tables: 2, multiHookCheck: false },
    'fork-both-active': { vcpus: 1, tables: 2, secondTable: 'current' },
    'pae-in-place': { pae: 'in-place' },
    'pae-cleared-first': { pae: 'cleared-first' },
    'pae-emulated': { scheme: 'emulate', pae: 'in-place' },
    'pae-emulated-repaired': { scheme: 'emulate', pae: 'in-place', upperHalfRepaired: true },
    'two-writers': { bothWrite: true },
    'frames-reused': { frameReuse: 'flushed by timestamp' },
    'frames-reused-fork': { vcpus: 1, tables: 2, frameReuse: 'flushed by timestamp' },
    'frames-reused-no-flush': { frameReuse: 'not flushed' },
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
    for (let t = 0; t < p.tables; t++) {
      s.pde[t].P = isHooked(p, t)
      s.asked[t] = p.bothWrite ? null : 'a'
    }
    for (let at = 0; at < p.slots; at++) s.lastBatchHadUpdates[at] = true
  },
  processes: (p) => ({
    vcpu0: function* (s) {
      const explicit = p.scheme === 'explicitRetype' ? p.tables : 0
      if (p.writes > 0) for (let t = 0; t < explicit; t++) yield* unpin(s, p, 0, t)
      for (let n = 0; n < p.writes; n++) {
        yield 'guest: next pte'
        const [t, value] = [n % p.tables, n % (2 * p.tables) < p.tables ? 'b' : 'a'] as const
        noteWrite(s, p, t, value)
        yield* write(s, p, 0, t, value)
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
        const next = yield* choose([
          ...(['write', 'hypercall', 'load', 'software walk'] as const),
          ...(switches(p, 0) ? (['new CR3'] as const) : []),
        ])
        if (next === 'write') {
          const t = yield* anyTable(p)
          const value = yield* choose(['b', 'a', 'bad'])
          noteWrite(s, p, t, value)
          if (p.scheme === 'explicitRetype') yield* unpin(s, p, 0, t)
          yield* write(s, p, 0, t, value)
          if (p.scheme === 'explicitRetype') yield* pin(s, p, 0, t)
        } else if (next === 'hypercall') {
          yield* hypercall(s, p, 0)
        } else if (next === 'new CR3') {
          yield* loadCr3(s, p, 0)
        } else {
          const t = yield* tableInReach(s, p, 0)
          if (next === 'load') yield* use(s, p, 0, t, 'load')
          else yield* softwareWalk(s, p, 0, t)
        }
      }
    },
    ...(p.vcpus > 1
      ? {
          vcpu1: function* (s: State) {
            while (true) {
              yield 'guest: what next?'
              s.shown[1] = 'nothing'
              const next = yield* choose([...(['load', 'store', 'software walk'] as const), ...othersOfVcpu1(p)])
              if (next === 'write') {
                const t = yield* anyTable(p)
                const value = yield* choose(['b', 'a'])
                yield* write(s, p, 1, t, value)
              } else if (next === 'new CR3') {
                yield* loadCr3(s, p, 1)
              } else {
                const t = yield* tableInReach(s, p, 1)
                if (next === 'load') yield* use(s, p, 1, t, 'load')
                else if (next === 'store') yield* use(s, p, 1, t, 'store')
                else yield* softwareWalk(s, p, 1, t)
              }
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
      ...(p.speculativeWalks
        ? {
            'speculative walk': function* (s: State) {
              const cpu = yield* choose(p.vcpus)
              const t = yield* choose(p.tables)
              when((!twoSpaces(p) || s.cr3[cpu] === t) && isWalkable(s, p, cpu, t) && s.tlb[cpu][t] === 'none')
              if (s.pde[t].P) s.psc[cpu][t] = true
              if (s.pte[t] !== 'absent') s.tlb[cpu][t] = s.pte[t]
            },
          }
        : {}),
    },
    ...(p.frameReuse === 'never'
      ? {}
      : {
          xen: {
            'a frame goes to another domain': function* (s: State) {
              const t = yield* choose(p.tables)
              const entry = yield* choose(['a', 'b'])
              when(s.validated[t] !== entry)
              for (let cpu = 0; cpu < p.vcpus; cpu++) {
                if (p.frameReuse === 'flushed by timestamp' && s.unflushed[cpu][t][entry === 'a' ? 0 : 1]) {
                  flushTlb(s, p, cpu)
                  stampFlush(s, p, cpu)
                }
                if (s.tlb[cpu][t] === entry) s.reusedWhileCached = true
              }
            },
          },
        }),
  }),
})
