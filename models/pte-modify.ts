/**
 * Read, modify and write back a page-table entry while the hardware sets its A and D bits: what
 * ptep_modify_prot_start() and ptep_modify_prot_commit() must do, under Xen's direct paging, where another CPU walks
 * the very entry that is being changed.
 *
 * mprotect() changes each entry of a range once; the hardware of a user thread walks, stores and evicts at any time;
 * another CPU may unmap a page, write-protect it, or age it again and again. One step is one access to memory, one
 * locked instruction, or one taking or giving back of a lock. A trap or hypercall is part of the first step that it
 * leads to: nobody else sees it.
 *
 * Where this differs from its specification:
 * - `xchg` is one step; what Xen really does, emulating it by a read and a cmpxchg that restarts the instruction, is
 *   `xchg emulated`.
 *   The verdicts are the same, the number of traps is not.
 * - That the hypervisor asserts without its lock (C0.3) takes another CPU that does not hold the page-table lock
 *   either: with it the two
 *   updates never meet, whatever the hypervisor does. Hence `otherTakesPtl`.
 * - Out-of-sync shadows (C0.10) need no table of their own: the first write to a page table traps, the next ones do
 *   not, and the hardware goes on with what the shadow has, until a TLB flush synchronises it. That is what a TLB is,
 *   filled by walks that set A and D in the guest's entry; so `tlb` is the shadow, and a flush one crossing.
 * - With a lock in the hypervisor but no page-table lock, an entry that is unmapped is still mapped again (`they do not
 *   protect against
 *   other software updates of the pte in any way`): the lock in the hypervisor protects the hypervisor, not the kernel.
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
  type ParamValues,
  range,
  record,
  type StateOf,
  type Steps,
  size,
  union,
  when,
} from 'mmucheck'
import {
  acquire,
  cmpxchg,
  deferredQueue,
  emptyPte,
  flush,
  flushAll,
  loadHits,
  lock,
  orAccessedDirty,
  type Pte,
  pte,
  release,
  samePte,
  tlb,
  userCpu,
  xchg,
} from 'mmucheck/mmu'
import { match } from 'ts-pattern'

const params = {
  ptes: size(1, { max: 64, doc: 'entries that mprotect() changes' }),
  batchSize: size(2, { max: 32, doc: 'updates that one hypercall can carry; 1: no lazy MMU mode' }),
  rmw: choice(
    [
      'naive',
      'xchg',
      'xchg emulated',
      'xchg emulated in two',
      'xchg, batched set',
      'batched',
      'batched, preserving A and D',
      'out of sync',
    ],
    'batched, preserving A and D',
    'how an entry is read, modified and written back',
  ),
  change: choice(['wrprotect', 'mkclean', 'swap out'], 'wrprotect', 'what is made of the entry'),
  xenLock: flag(true, 'the hypervisor holds a lock while it carries out a hypercall'),
  ptlHeldUntilDrain: flag(true, 'the page-table lock is given back after the queued updates are issued, not before'),
  tlbFlushAfterCommit: flag(true, 'mprotect() flushes the TLB before it returns'),
  flushBeforeUnlock: flag(true, 'who changes entries flushes the TLB before the page-table lock is given back, not after'),
  flushSkipped: choice(
    ['never', 'where nothing changed', 'where nothing changed and no flush is pending'],
    'never',
    'when a writer leaves its TLB flush out',
  ),
  flushInBatch: flag(false, 'the TLB flush is part of the last hypercall of a batch'),
  otherWriter: choice(
    ['none', 'unmap', 'write-protect', 'age'],
    'none',
    'what another CPU does to the entries meanwhile: unmaps one, write-protects one, or ages one again and again',
  ),
  otherTakesPtl: flag(true, 'the other CPU takes the page-table lock for it'),
  hwStrayAD: flag(false, 'mutation: the hardware sets A and D without checking again that the entry is present'),
  user: flag(true, 'a user thread runs; without it nothing but the number of crossings is of interest'),
}

type Params = ParamValues<typeof params>

/** More attempts than this are not counted: the loop of C0.4 has no limit. */
const manyAttempts = 4

const accessedDirty = record({ A: bool, D: bool })

const state = (p: Params) => ({
  ptl: lock(2),
  xenLock: lock(2),
  pte: array(p.ptes, pte()),
  queued: deferredQueue(p.batchSize, p.ptes, pte()),
  tlb: tlb(p.ptes),
  /** `mm->tlb_flush_batched`: an entry has been changed under the lock, and the TLB not been flushed since. */
  flushPending: bool,
  /** The guest's page table has been written to since its shadow was last the same. */
  outOfSync: bool,
  /** A walk of non-compliant hardware, which has read the entry and is still to set its bits. */
  walking: union('access', { none: {}, load: { page: index(p.ptes) }, store: { page: index(p.ptes) } }),

  /** A user store has completed, a walk has set A: what must not be forgotten. */
  stored: ghost(array(p.ptes, bool)),
  accessed: ghost(array(p.ptes, bool)),
  /** The bits that mprotect() has taken out of memory, and is still to write back. */
  inHand: ghost(array(p.ptes, accessedDirty)),
  /** The kernel has taken note that the page is dirty, and cleared the bit or the entry. */
  notedDirty: ghost(array(p.ptes, bool)),
  /** The kernel has unmapped the page, and nobody has mapped it since. */
  unmapped: ghost(array(p.ptes, bool)),
  /** User code may read the page, so a fault on it is not one that it has asked for. */
  readable: ghost(array(p.ptes, bool)),
  /** The other CPU has unmapped the page and returned, so that the page can be freed. */
  freed: ghost(array(p.ptes, bool)),
  /** The other CPU has write-protected the page and returned. */
  writeProtected: ghost(array(p.ptes, bool)),
  /** A writer has left its TLB flush out. */
  hasSkippedFlush: ghost(bool),
  faulted: ghost(bool),
  /** mprotect() has read the entry, without D, and not written it back. */
  startedClean: ghost(array(p.ptes, bool)),
  /** An entry that was to become clean has been written back, and user code has not stored since. */
  cleaned: ghost(array(p.ptes, bool)),
  /** Attempts of the cmpxchg of the update that is under way, and whether one is. */
  attempts: ghost(range(0, manyAttempts)),
  retrying: ghost(bool),
  traps: ghost(range(0, 4 * p.ptes)),
  hypercalls: ghost(range(0, p.ptes)),
  /** TLB flushes of mprotect() that are traps or hypercalls of their own. */
  flushCrossings: ghost(range(0, 1)),
  /** mprotect() has returned. */
  returned: ghost(bool),
})

type State = StateOf<typeof state>

/** Who owns a lock: mprotect(), and the other CPU. */
export const kernel = 0
export const other = 1

const changed = (p: Params, old: Pte): Pte => {
  if (p.change === 'wrprotect') return { ...old, W: false }
  if (p.change === 'mkclean') return { ...old, D: false }
  return emptyPte
}

/** Part of the step that flushes the whole TLB. */
const forgetTranslations = (s: State): void => {
  flushAll(s.tlb)
  s.flushPending = false
  s.walking = { access: 'none' }
}

/** Part of the step after which the TLB has to be flushed: `set_tlb_ubc_flush_pending()`, under the page-table lock. */
const noteFlushPending = (s: State, p: Params): void => {
  if (p.flushSkipped === 'where nothing changed and no flush is pending') s.flushPending = true
}

/** Whether a writer that has changed something, or not, flushes the TLB. Asked while it holds the page-table lock. */
const mustFlush = (s: State, p: Params, hasChanged: boolean): boolean => p.flushSkipped === 'never' || hasChanged || s.flushPending

/** Part of the step that writes the entry back. */
const noteCommit = (s: State, p: Params, at: number): void => {
  s.inHand[at] = { A: false, D: false }
  s.startedClean[at] = false
  if (p.change === 'mkclean') s.cleaned[at] = true
  noteFlushPending(s, p)
}

/** Part of the step that reads the entry. */
const noteRead = (s: State, p: Params, at: number, old: Pte): void => {
  s.startedClean[at] = !old.D
  if (p.change !== 'wrprotect' && old.D) s.notedDirty[at] = true
  if (p.change === 'swap out') {
    s.readable[at] = false
    s.accessed[at] = false
  }
}

/** Xen's update_intpte(): whatever A and D the hardware sets meanwhile is added to `value`. */
function* updatePreservingAD(s: State, p: Params, at: number, value: Pte): Steps {
  yield 'Xen: old = *pte'
  let old = { ...s.pte[at] }
  s.attempts = 0
  s.retrying = true
  while (true) {
    yield 'Xen: cmpxchg(pte, old, new | old.AD)'
    s.attempts = Math.min(s.attempts + 1, manyAttempts)
    const seen = cmpxchg(s.pte, at, old, { ...value, A: value.A || old.A, D: value.D || old.D })
    if (samePte(seen, old)) break
    assert(seen.P === old.P && seen.W === old.W && seen.frame === old.frame, 'BUG_ON: more than A and D has changed')
    old = { ...seen }
  }
  s.retrying = false
  noteCommit(s, p, at)
}

/** The hypercall that issues all that is queued, and at the end of a section may flush the TLB. */
function* issue(s: State, p: Params, flushToo = false): Steps {
  if (s.queued.length > 0) {
    if (p.xenLock) yield* acquire(s.xenLock, kernel, 'hypercall mmu_update: Xen takes its lock')
    else yield 'hypercall mmu_update'
    s.hypercalls += 1
    while (s.queued.length > 0) {
      if (p.rmw === 'batched, preserving A and D') {
        const { at, value } = s.queued.shift()
        yield* updatePreservingAD(s, p, at, value)
      } else {
        yield 'Xen: *pte = new'
        const { at, value } = s.queued.shift()
        s.pte[at] = value
        noteCommit(s, p, at)
      }
    }
    if (flushToo) {
      yield 'Xen: flush the TLB'
      forgetTranslations(s)
    }
    if (p.xenLock) yield* release(s.xenLock, kernel, 'Xen gives its lock back')
  }
}

/** The TLB flush of mprotect(): a hypercall, at which the hypervisor synchronises its shadow, if it has one. */
function* flushRange(s: State, p: Params): Steps {
  yield 'flush_tlb_range()'
  forgetTranslations(s)
  s.flushCrossings = 1
  if (p.rmw === 'out of sync') s.outOfSync = false
}

/** Queues the update of an entry that was `old`, in lazy MMU mode; a full batch is issued before it grows. */
function* enqueue(s: State, p: Params, at: number, old: Pte): Steps {
  if (p.batchSize < p.ptes && s.queued.length === p.batchSize) yield* issue(s, p)
  yield `queue mmu_update(pte[${at}])`
  s.queued.push({ at, value: changed(p, old) })
}

/** Part of a step that writes to the page table directly: it traps, unless the table is out of sync with its shadow. */
const noteWriteToTable = (s: State, p: Params): void => {
  if (!s.outOfSync) s.traps += 1
  if (p.rmw === 'out of sync') s.outOfSync = true
}

/** ptep_get_and_clear(): the entry is not present, so the hardware leaves it alone, until it is written back. */
function* getAndClear(s: State, p: Params, at: number): Steps<Pte> {
  if (p.rmw === 'xchg emulated') {
    let old: Pte = emptyPte
    do {
      yield 'trap on xchg(pte, 0): emulator reads *pte'
      s.traps += 1
      old = { ...s.pte[at] }
      yield 'emulator: cmpxchg(pte, old, 0)'
      const seen = cmpxchg(s.pte, at, old, emptyPte)
      if (samePte(seen, old)) break
    } while (true)
    s.inHand[at] = { A: old.A, D: old.D }
    noteRead(s, p, at, old)
    return old
  }
  if (p.rmw === 'xchg emulated in two') {
    yield 'trap on xchg(pte, 0): emulator reads *pte'
    s.traps += 1
    const old = { ...s.pte[at] }
    yield 'emulator: *pte = 0'
    s.pte[at] = emptyPte
    s.inHand[at] = { A: old.A, D: old.D }
    noteRead(s, p, at, old)
    return old
  }
  yield 'old = xchg(pte, 0)'
  noteWriteToTable(s, p)
  const old = xchg(s.pte, at, emptyPte)
  s.inHand[at] = { A: old.A, D: old.D }
  noteRead(s, p, at, old)
  return old
}

/** Whether the change takes a right away, or a bit that the TLB knows of. */
const isChange = (p: Params, old: Pte): boolean => p.change === 'swap out' || (p.change === 'wrprotect' ? old.W : old.D)

/** True if the entry has been changed. */
function* modify(s: State, p: Params, at: number): Steps<boolean> {
  if (p.rmw === 'naive' || p.rmw === 'batched' || p.rmw === 'batched, preserving A and D') {
    yield 'old = *pte'
    const old = { ...s.pte[at] }
    if (!old.P) return false
    noteRead(s, p, at, old)
    if (p.rmw === 'naive') {
      yield '*pte = new'
      s.traps += 1
      s.pte[at] = changed(p, old)
      noteCommit(s, p, at)
    } else {
      yield* enqueue(s, p, at, old)
    }
    return isChange(p, old)
  } else {
    yield 'pte_present(*pte)?'
    if (!s.pte[at].P) return false
    const old = yield* getAndClear(s, p, at)
    if (p.rmw === 'xchg, batched set') {
      yield* enqueue(s, p, at, old)
    } else {
      yield 'set_pte(pte, new)'
      noteWriteToTable(s, p)
      s.pte[at] = changed(p, old)
      noteCommit(s, p, at)
    }
    return isChange(p, old)
  }
}

/** What the hypervisor does for the other CPU. */
const otherLabel = (p: Params): string =>
  p.otherWriter === 'unmap' ? 'Xen: *pte = 0' : p.otherWriter === 'write-protect' ? 'Xen: *pte &= ~W' : 'Xen: *pte &= ~A'

/** One hypercall of the other CPU. True if the entry has been changed. */
function* otherUpdate(s: State, p: Params, at: number): Steps<boolean> {
  if (p.xenLock) yield* acquire(s.xenLock, other, 'hypercall mmu_update: Xen takes its lock')
  yield otherLabel(p)
  let hasChanged = false
  if (p.otherWriter === 'unmap') {
    const old = xchg(s.pte, at, emptyPte)
    if (old.D) s.notedDirty[at] = true
    s.accessed[at] = false
    s.unmapped[at] = true
    s.readable[at] = false
    hasChanged = old.P
  } else if (p.otherWriter === 'write-protect') {
    hasChanged = s.pte[at].W
    s.pte[at].W = false
  } else {
    hasChanged = s.pte[at].A
    s.pte[at].A = false
    s.accessed[at] = false
  }
  if (hasChanged) noteFlushPending(s, p)
  if (p.xenLock) yield* release(s.xenLock, other, 'Xen gives its lock back')
  return hasChanged
}

/** The TLB flush of the other CPU: of one page, unless more is pending. */
function* otherFlush(s: State, at: number): Steps {
  yield 'flush_tlb_page()'
  if (s.flushPending) forgetTranslations(s)
  flush(s.tlb, at)
  s.walking = { access: 'none' }
}

export default model({
  name: 'pte-modify',
  title: 'A page-table entry is modified while the hardware sets its A and D bits',
  source:
    'Jeremy Fitzhardinge, Zachary Amsden, "mm+paravirt+xen: add pte read-modify-write abstraction", 23 May 2008; Xen commit 2a34bc2edd; Linux commits 1ea0704e0da6, e57778a1e304',
  params,
  variants: {
    naive: { rmw: 'naive' },
    xchg: { rmw: 'xchg' },
    'xchg-emulated': { rmw: 'xchg emulated' },
    'xchg-emulated-in-two': { rmw: 'xchg emulated in two' },
    'xchg-batched-set': { rmw: 'xchg, batched set' },
    'batched-without-preserving': { rmw: 'batched' },
    'unmap-under-the-xen-lock': { otherWriter: 'unmap', otherTakesPtl: false },
    'unmap-without-the-xen-lock': { otherWriter: 'unmap', otherTakesPtl: false, xenLock: false },
    'aging-under-the-xen-lock': { otherWriter: 'age', otherTakesPtl: false },
    'aging-without-the-xen-lock': { otherWriter: 'age', otherTakesPtl: false, xenLock: false },
    'unmap-under-the-ptl': { otherWriter: 'unmap' },
    'flush-after-unlock': { flushBeforeUnlock: false },
    'unmap-flush-after-unlock': { otherWriter: 'unmap', flushBeforeUnlock: false },
    'parallel-reclaim-2017': { otherWriter: 'unmap', flushBeforeUnlock: false, flushSkipped: 'where nothing changed' },
    'parallel-reclaim-2017-fixed': {
      otherWriter: 'unmap',
      flushBeforeUnlock: false,
      flushSkipped: 'where nothing changed and no flush is pending',
    },
    'parallel-munmap-2017': {
      rmw: 'xchg',
      change: 'swap out',
      otherWriter: 'unmap',
      flushBeforeUnlock: false,
      flushSkipped: 'where nothing changed',
    },
    'second-writer-skips-flush': { otherWriter: 'write-protect', flushSkipped: 'where nothing changed' },
    'flush-after-unlock-second-writer-skips': {
      otherWriter: 'write-protect',
      flushBeforeUnlock: false,
      flushSkipped: 'where nothing changed',
    },
    'flush-after-unlock-second-writer-looks': {
      otherWriter: 'write-protect',
      flushBeforeUnlock: false,
      flushSkipped: 'where nothing changed and no flush is pending',
    },
    'out-of-sync': { rmw: 'out of sync' },
    'flush-in-batch': { flushInBatch: true },
    'drain-after-unlock': { otherWriter: 'unmap', ptlHeldUntilDrain: false },
    'no-tlb-flush': { tlbFlushAfterCommit: false },
    mkclean: { change: 'mkclean' },
    'mkclean-by-xchg': { change: 'mkclean', rmw: 'xchg' },
    'swap-out': { change: 'swap out' },
    'swap-out-by-xchg': { change: 'swap out', rmw: 'xchg' },
    'stray-bits': { rmw: 'xchg', hwStrayAD: true },
  },
  state,
  init: (s, p) => {
    for (let at = 0; at < p.ptes; at++) {
      s.pte[at] = { P: true, W: true, A: false, D: false, frame: 0 }
      s.readable[at] = true
    }
  },
  processes: (p) => ({
    mprotect: function* (s) {
      yield* acquire(s.ptl, kernel, 'spin_lock(ptl)')
      let hasChanged = false
      for (let at = 0; at < p.ptes; at++) if (yield* modify(s, p, at)) hasChanged = true
      if (!p.ptlHeldUntilDrain) yield* release(s.ptl, kernel, 'spin_unlock(ptl)')
      const flushIsQueued = p.flushInBatch && s.queued.length > 0
      yield* issue(s, p, p.flushInBatch)
      const flushes = p.tlbFlushAfterCommit && !flushIsQueued && mustFlush(s, p, hasChanged)
      if (p.tlbFlushAfterCommit && !flushIsQueued && !flushes) s.hasSkippedFlush = true
      if (p.flushBeforeUnlock && flushes) yield* flushRange(s, p)
      if (p.ptlHeldUntilDrain) yield* release(s.ptl, kernel, 'spin_unlock(ptl)')
      if (!p.flushBeforeUnlock && flushes) yield* flushRange(s, p)
      yield 'return from mprotect()'
      s.returned = true
    },
    ...(p.otherWriter === 'none'
      ? {}
      : {
          other: function* (s: State) {
            do {
              if (p.otherTakesPtl) yield* acquire(s.ptl, other, 'spin_lock(ptl)')
              yield p.otherWriter === 'unmap'
                ? 'zap_pte_range()'
                : p.otherWriter === 'write-protect'
                  ? 'change_pte_range()'
                  : 'page_referenced()'
              const at = yield* choose(p.ptes)
              const hasChanged = yield* otherUpdate(s, p, at)
              const flushes = mustFlush(s, p, hasChanged)
              if (!flushes) s.hasSkippedFlush = true
              if (p.flushBeforeUnlock && flushes) yield* otherFlush(s, at)
              if (p.otherTakesPtl) yield* release(s.ptl, other, 'spin_unlock(ptl)')
              if (!p.flushBeforeUnlock && flushes) yield* otherFlush(s, at)
              if (p.otherWriter === 'unmap') {
                yield 'free the page'
                s.freed[at] = true
              } else if (p.otherWriter === 'write-protect') {
                yield 'return'
                s.writeProtected[at] = true
              }
            } while (p.otherWriter === 'age')
          },
        }),
  }),
  rules: (p) =>
    p.user
      ? {
          user: {
            ...userCpu({
              tlb: (s: State) => s.tlb,
              entry: (s, page) => s.pte[page],
              onLoad: (s, { page, walked }) => {
                if (walked) s.accessed[page] = true
              },
              onStore: (s, { page, walked }) => {
                if (walked) s.accessed[page] = true
                s.stored[page] = true
                s.cleaned[page] = false
              },
            }),
            'page fault: not present': function* (s) {
              const page = yield* choose(p.ptes)
              when(!loadHits(s.tlb, page) && !s.pte[page].P)
              if (s.readable[page]) s.faulted = true
            },
            ...(p.hwStrayAD
              ? {
                  'walk: read *pte': function* (s: State) {
                    const page = yield* choose(p.ptes)
                    const access = yield* choose(['load', 'store'])
                    when(s.walking.access === 'none' && s.pte[page].P && (access === 'load' || s.pte[page].W))
                    if (access === 'load') s.walking = { access: 'load', page }
                    else s.walking = { access: 'store', page }
                  },
                  'walk: set A and D, come what may': (s: State) => {
                    when(s.walking.access !== 'none')
                    match(s.walking)
                      .with({ access: 'load' }, ({ page }) => {
                        orAccessedDirty(s.pte[page], 'load')
                        s.accessed[page] = true
                      })
                      .with({ access: 'store' }, ({ page }) => {
                        orAccessedDirty(s.pte[page], 'store')
                        s.accessed[page] = true
                        s.stored[page] = true
                        s.cleaned[page] = false
                      })
                      .exhaustive()
                    s.walking = { access: 'none' }
                  },
                }
              : {}),
          },
        }
      : {},
})
