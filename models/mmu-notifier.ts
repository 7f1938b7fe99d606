/**
 * MMU notifiers: how a secondary MMU (KVM's shadow page tables, the TLB of a GRU or of a network card) learns that a
 * Linux page-table entry goes away. Three means are debated. An spte may hold a reference to the page that it maps.
 * invalidate_page() may be called for each page, under the page-table lock. range_start() and range_end() may be called
 * around a whole range, outside of all locks; something has to be done then about faults in between.
 *
 * One CPU unmaps the pages (`munmap`: between range_start and range_end each entry is cleared, then each page is put),
 * or reclaims the first one (`reclaim`: rmap.c, where nothing may sleep, so that there is no range_start, and no mutex
 * to take; `rmapRange` is what it does since 2017). Virtual CPUs fault meanwhile: each looks its page up in the Linux
 * page table, and installs an spte. The guest may use an spte at any time, so that is no step of its own: an spte that
 * maps a freed page is bad enough, and so is a TLB of the guest's that does (`guestTlb`). The one reference that a page
 * starts with belongs to its mapping, and after that to the swap cache. What read and write barriers order is in
 * program order here, and a param swaps it. Pages that are not freed but replaced (copy-on-write) are
 * `mmu-notifier-cow`.
 *
 * get_user_pages_fast() takes no lock: it takes its reference on trust, and looks at the entry once more. What that
 * asks of reclaim is that it checks the count and makes it 0 in one step (page_freeze_refs()). On x86 it also kept
 * interrupts off, so that a TLB shootdown waited for it; that is left out, which can only add races.
 *
 * Two verdicts of docs/protocols/mmu-notifier.md say less, or more, than they seem to:
 * - Page references and invalidate_page() without blocking let a page be reclaimed only because the user may touch it
 *   while it is in the swap cache: then it is mapped, unmapped and invalidated once more. An spte that a fault installs
 *   after invalidate_page() goes no other way. So without the rule `user`, or if the user never touches the page again,
 *   `reclaimable` would not hold there.
 * - `reclaimable` is violated for munmap too if page references are all that there is: nothing in Linux takes the stale
 *   spte away, which pins the page while it is mapped. It is not for ever where KVM recycles shadow pages
 *   (`recycling`).
 */
import {
  array,
  bool,
  choice,
  choose,
  each,
  flag,
  ghost,
  index,
  model,
  optional,
  type ParamValues,
  range,
  record,
  type StateOf,
  type Steps,
  size,
  when,
} from 'mmucheck'
import { acquire, freezePage, getPage, getPageUnlessZero, lock, release } from 'mmucheck/mmu'

const params = {
  operation: choice(['munmap', 'reclaim'], 'munmap', 'what takes the pages away: a range is unmapped, or the first page is reclaimed'),
  pageRefHeld: flag(false, 'an spte holds a reference to its page: the "increased page count"'),
  startFlush: flag(true, 'range_start() zaps the sptes'),
  endFlush: flag(false, 'range_end() zaps the sptes'),
  invalidatePage: choice(
    ['never', 'reclaim', 'always'],
    'reclaim',
    'invalidate_page() is called under the page-table lock: never, by rmap.c only, or by munmap too',
  ),
  block: choice(
    ['none', 'flagAtFault', 'count', 'seqAtStart', 'seqAtEnd', 'seqAtInvalidatePage', 'countAndSeq', 'driverMutex'],
    'countAndSeq',
    'what stops a fault from installing an spte: invalidations in progress (looked at when the fault starts, or under mmu_lock), invalidations since it started, or a mutex',
  ),
  seqSampledBeforeGup: flag(true, 'a fault samples the sequence before it looks the page up, not after'),
  seqBump: choice(['underLock', 'afterUnlock', 'beforeLock'], 'underLock', 'when invalidate_page() increases the sequence'),
  endLocked: flag(true, 'range_end() holds mmu_lock'),
  endOrder: choice(['seq-count', 'count-seq'], 'seq-count', 'what range_end() changes first'),
  readerOrder: choice(['count-seq', 'seq-count'], 'count-seq', 'what a fault looks at first'),
  lookup: choice(
    ['get_user_pages', 'get_user_pages_fast', 'follow_page'],
    'get_user_pages',
    'a fault looks the page up with a reference for the time of the fault, under the page-table lock or without it, or with no reference',
  ),
  installUnder: choice(
    ['mmuLock', 'ptLock', 'nothing'],
    'mmuLock',
    "a fault installs the spte under KVM's lock, under the page-table lock too, or hardware does so without any",
  ),
  hardwareCancel: flag(false, 'hardware drops an entry that is to be installed if there was an invalidation since it faulted'),
  guestTlb: choice(
    ['none', 'flush-put', 'put-flush'],
    'none',
    "the guest's CPUs fill TLBs from the sptes, which are flushed when an spte goes: before its reference is put, or after",
  ),
  recycling: flag(false, 'KVM recycles shadow pages: it may take any spte away, whenever it holds mmu_lock'),
  rmapRange: flag(false, 'rmap.c calls range_start() and range_end(), as it has since 2017'),
  secondUser: choice(
    ['none', 'blocks', 'counts', 'neither'],
    'none',
    'munmap: a second driver on the same mm, which blocks faults by count and sequence, holds page references, or neither',
  ),
  pages: size(1, { max: 4, doc: 'pages of the range, each with a page-table lock of its own' }),
  vcpus: size(1, { max: 3, doc: 'virtual CPUs that fault' }),
  faults: size(2, { max: 4, doc: 'accesses of each virtual CPU' }),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  /** The Linux page table: whether the page is mapped. */
  pte: array(p.pages, bool),
  ptl: array(p.pages, lock(p.vcpus + 2)),
  /**
   * page_count(): the owner's reference, those of faults in progress, and where it is held that of the spte. A page is
   * free at 0.
   */
  pageCount: array(p.pages, range(0, p.vcpus + 3)),
  /** The secondary MMU's page table, which all virtual CPUs use. */
  spte: array(p.pages, bool),
  /** What the guest's CPUs cache of it. */
  guestTlb: array(p.pages, bool),
  mmuLock: lock(p.vcpus + 1),
  driverMutex: lock(p.vcpus + 1),
  /** mmu_notifier_count: range invalidations in progress. */
  count: range(0, 1),
  /** mmu_notifier_seq: invalidations that are over. */
  seq: range(0, p.vcpus * p.faults + p.pages + 2),
  /** Per virtual CPU: the hardware has seen an invalidation since the CPU faulted. */
  cancelled: array(p.vcpus, bool),
  /** Of the second driver: its secondary page table, and its count and sequence. */
  second: record({ spte: array(p.pages, bool), count: range(0, 1), seq: range(0, 1) }),
  /** PG_locked of the page that is reclaimed. */
  pageLocked: bool,
  /**
   * How often the user may still touch the page that is reclaimed. Limited only where that would let the sequence grow
   * without end.
   */
  touches: range(0, p.operation === 'reclaim' ? p.vcpus * p.faults : 0),
  /** From pte_clear until munmap() returns or reclaim unlocks the page. */
  zapping: ghost(bool),
  /** range_start() has zapped the sptes. */
  startFlushed: ghost(bool),
  /** Per virtual CPU: it handles a fault, and which page it has found in the page table. */
  faulting: ghost(array(p.vcpus, bool)),
  lookedUp: ghost(array(p.vcpus, optional(index(p.pages)))),
  /** Per virtual CPU, how often a fault found that it has to start again. */
  retried: ghost(array(p.vcpus, range(0, p.faults))),
  /** Per virtual CPU: the sequence when its fault began, whenever it samples it. */
  seqAtFault: ghost(array(p.vcpus, range(0, p.vcpus * p.faults + p.pages + 2))),
  /** A fault had to start again that no invalidation has overlapped. */
  retriedInVain: ghost(bool),
})

type State = StateOf<typeof state>

const counts = (p: Params): boolean => p.block === 'flagAtFault' || p.block === 'count' || p.block === 'countAndSeq'
const countIsChecked = (p: Params): boolean => p.block === 'count' || p.block === 'countAndSeq'
const sequences = (p: Params): boolean =>
  p.block === 'seqAtStart' || p.block === 'seqAtEnd' || p.block === 'seqAtInvalidatePage' || p.block === 'countAndSeq'
/** A fault keeps the page-table lock from the lookup to the installation. */
const keepsPtl = (p: Params): boolean => p.installUnder === 'ptLock' && p.lookup !== 'get_user_pages_fast'
const takesReference = (p: Params): boolean => p.lookup !== 'follow_page' || p.pageRefHeld

function* flushGuestTlb(s: State, page: number): Steps {
  yield 'kvm_flush_remote_tlbs()'
  s.guestTlb[page] = false
}

/** Takes the spte of a page away, and with it the reference that it may hold. */
function* zap(s: State, page: number, p: Params, label: string): Steps {
  yield label
  const mapped = s.spte[page]
  s.spte[page] = false
  if (p.hardwareCancel) {
    for (let cpu = 0; cpu < p.vcpus; cpu++) s.cancelled[cpu] = true
  }
  if (p.guestTlb === 'flush-put' && mapped) yield* flushGuestTlb(s, page)
  if (p.pageRefHeld && mapped) {
    yield 'put_page(): the reference of the spte'
    s.pageCount[page]--
  }
  if (p.guestTlb === 'put-flush' && mapped) yield* flushGuestTlb(s, page)
}

function* rangeStart(s: State, self: number, p: Params): Steps {
  if (p.block === 'driverMutex') yield* acquire(s.driverMutex, self, 'range_start(): mutex_lock(driver)')
  if (!counts(p) && !p.startFlush && p.block !== 'seqAtStart') return
  if (p.installUnder !== 'nothing') yield* acquire(s.mmuLock, self, 'range_start(): spin_lock(mmu_lock)')
  if (counts(p)) {
    yield 'range_start(): count++'
    s.count++
  }
  if (p.block === 'seqAtStart') {
    yield 'range_start(): seq++'
    s.seq++
  }
  if (p.startFlush) {
    for (let page = 0; page < p.pages; page++) yield* zap(s, page, p, 'range_start(): zap spte')
    s.startFlushed = true
  }
  if (p.installUnder !== 'nothing') yield* release(s.mmuLock, self, 'range_start(): spin_unlock(mmu_lock)')
}

function* endCount(s: State, p: Params): Steps {
  if (!counts(p)) return
  yield 'range_end(): count--'
  s.count--
}

function* endSeq(s: State, p: Params): Steps {
  if (p.block !== 'seqAtEnd' && p.block !== 'countAndSeq') return
  yield 'range_end(): seq++'
  s.seq++
}

function* rangeEnd(s: State, self: number, p: Params): Steps {
  if (counts(p) || p.endFlush || p.block === 'seqAtEnd') {
    const locks = p.endLocked && p.installUnder !== 'nothing'
    if (locks) yield* acquire(s.mmuLock, self, 'range_end(): spin_lock(mmu_lock)')
    if (p.endFlush) {
      for (let page = 0; page < p.pages; page++) yield* zap(s, page, p, 'range_end(): zap spte')
    }
    if (p.endOrder === 'seq-count') {
      yield* endSeq(s, p)
      yield* endCount(s, p)
    } else {
      yield* endCount(s, p)
      yield* endSeq(s, p)
    }
    if (locks) yield* release(s.mmuLock, self, 'range_end(): spin_unlock(mmu_lock)')
  }
  if (p.block === 'driverMutex') yield* release(s.driverMutex, self, 'range_end(): mutex_unlock(driver)')
}

function* bumpSeq(s: State, p: Params): Steps {
  if (!sequences(p)) return
  yield 'invalidate_page(): seq++'
  s.seq++
}

/** Called with the page-table lock held, after the entry has been cleared. */
function* invalidatePage(s: State, self: number, page: number, p: Params): Steps {
  if (p.seqBump === 'beforeLock') yield* bumpSeq(s, p)
  if (p.installUnder !== 'nothing') yield* acquire(s.mmuLock, self, 'invalidate_page(): spin_lock(mmu_lock)')
  if (p.seqBump === 'underLock') yield* bumpSeq(s, p)
  yield* zap(s, page, p, 'invalidate_page(): zap spte')
  if (p.installUnder !== 'nothing') yield* release(s.mmuLock, self, 'invalidate_page(): spin_unlock(mmu_lock)')
  if (p.seqBump === 'afterUnlock') yield* bumpSeq(s, p)
}

function* clearPte(s: State, self: number, page: number, p: Params, notifies: boolean): Steps {
  yield* acquire(s.ptl[page], self, 'spin_lock(ptl)')
  yield 'ptep_clear_flush()'
  s.pte[page] = false
  s.zapping = true
  if (notifies) yield* invalidatePage(s, self, page, p)
  yield* release(s.ptl[page], self, 'spin_unlock(ptl)')
}

/** Whether a fault has to start again, since its page may be gone. */
function* retries(s: State, mmuSeq: number, p: Params): Steps<boolean> {
  if (p.readerOrder === 'count-seq') {
    if (countIsChecked(p)) {
      yield 'mmu_notifier_retry(): count > 0?'
      if (s.count > 0) return true
    }
    if (sequences(p)) {
      yield 'mmu_notifier_retry(): seq has changed?'
      if (s.seq !== mmuSeq) return true
    }
  } else {
    if (sequences(p)) {
      yield 'mmu_notifier_retry(): seq has changed?'
      if (s.seq !== mmuSeq) return true
    }
    if (countIsChecked(p)) {
      yield 'mmu_notifier_retry(): count > 0?'
      if (s.count > 0) return true
    }
  }
  return false
}

/** Looks a page up under the page-table lock, which is kept where the spte is installed under it. */
function* lookUp(s: State, cpu: number, page: number, p: Params): Steps<boolean> {
  yield* acquire(s.ptl[page], cpu, 'spin_lock(ptl)')
  yield `${p.lookup}(): read pte`
  if (!s.pte[page]) {
    yield* release(s.ptl[page], cpu, 'spin_unlock(ptl)')
    return false
  }
  s.lookedUp[cpu] = page
  if (takesReference(p)) {
    yield `${p.lookup}(): get_page()`
    getPage(s.pageCount, page)
  }
  if (!keepsPtl(p)) yield* release(s.ptl[page], cpu, 'spin_unlock(ptl)')
  return true
}

/**
 * Looks a page up without a lock: a reference is taken on trust, unless the page is free already, and put if the entry
 * has changed by then.
 */
function* lookUpFast(s: State, cpu: number, page: number): Steps<boolean> {
  yield 'get_user_pages_fast(): read pte'
  if (!s.pte[page]) return false
  yield 'get_user_pages_fast(): get_page_unless_zero()'
  if (!getPageUnlessZero(s.pageCount, page)) return false
  s.lookedUp[cpu] = page
  yield 'get_user_pages_fast(): read pte again'
  if (s.pte[page]) return true
  yield 'get_user_pages_fast(): put_page()'
  s.pageCount[page]--
  return false
}

/** Looks a page up, and installs an spte for it unless that is blocked: then the guest faults again. */
function* handleFault(s: State, cpu: number, page: number, p: Params): Steps {
  if (p.block === 'flagAtFault') {
    yield 'is a range being invalidated?'
    if (s.count > 0) return
  }
  let mmuSeq = 0
  if (sequences(p) && p.seqSampledBeforeGup) {
    yield 'sample seq'
    mmuSeq = s.seq
  }

  let found = false
  if (p.lookup === 'get_user_pages_fast') found = yield* lookUpFast(s, cpu, page)
  else found = yield* lookUp(s, cpu, page, p)
  if (!found) return
  if (sequences(p) && !p.seqSampledBeforeGup) {
    yield 'sample seq'
    mmuSeq = s.seq
  }
  if (p.installUnder !== 'nothing') yield* acquire(s.mmuLock, cpu, 'spin_lock(mmu_lock)')
  let keepsReference = false
  const retry = yield* retries(s, mmuSeq, p)
  if (retry) {
    s.retried[cpu]++
    if (s.count === 0 && s.seq === s.seqAtFault[cpu]) s.retriedInVain = true
  } else {
    yield p.hardwareCancel ? 'TLB dropin, unless cancelled' : 'set spte'
    if (!p.hardwareCancel || !s.cancelled[cpu]) {
      keepsReference = p.pageRefHeld && !s.spte[page]
      s.spte[page] = true
    }
  }
  if (p.installUnder !== 'nothing') yield* release(s.mmuLock, cpu, 'spin_unlock(mmu_lock)')
  if (keepsPtl(p)) yield* release(s.ptl[page], cpu, 'spin_unlock(ptl)')
  if (takesReference(p) && !keepsReference) {
    yield 'put_page()'
    s.pageCount[page]--
  }
}

/**
 * The second driver takes the sptes of the range away. What it does under its lock is one step: what is in such a step
 * is the matter of the first one.
 */
function* notifySecond(s: State, p: Params, when: 'range_start' | 'range_end'): Steps {
  if (p.secondUser === 'none') return
  yield `${when}() of driver 2`
  for (let page = 0; page < p.pages; page++) {
    if (p.secondUser === 'counts' && s.second.spte[page]) s.pageCount[page]--
    s.second.spte[page] = false
  }
  if (p.secondUser !== 'blocks') return
  if (when === 'range_end') s.second.seq++
  s.second.count += when === 'range_start' ? 1 : -1
}

/** A fault of the second driver. */
function* secondFault(s: State, p: Params): Steps {
  const self = p.vcpus + 1
  yield 'access, sample seq'
  const page = yield* choose(p.pages)
  const seq = s.second.seq
  yield* acquire(s.ptl[page], self, 'spin_lock(ptl)')
  yield 'get_user_pages()'
  const mapped = s.pte[page]
  if (mapped) getPage(s.pageCount, page)
  yield* release(s.ptl[page], self, 'spin_unlock(ptl)')
  if (!mapped) return
  yield 'set spte, unless blocked'
  let keepsReference = false
  if (p.secondUser !== 'blocks' || (s.second.count === 0 && s.second.seq === seq)) {
    keepsReference = p.secondUser === 'counts' && !s.second.spte[page]
    s.second.spte[page] = true
  }
  if (!keepsReference) {
    yield 'put_page()'
    s.pageCount[page]--
  }
}

export default model({
  name: 'mmu-notifier',
  title: 'A secondary MMU learns that pages go away: page count, invalidate_page, range_start and range_end',
  source: 'Andrea Arcangeli answering Christoph Lameter, linux-kernel, 31 Jan 2008; Linux commits cddb8a5c14aa, e930bffe95e1',
  params,
  variants: {
    'kvm-january-2008': { pageRefHeld: true, endFlush: true, block: 'none' },
    'rusty-minimal': { pageRefHeld: true, startFlush: false, endFlush: true, block: 'none', invalidatePage: 'never' },
    contradiction: { endFlush: true, block: 'none', invalidatePage: 'never' },
    'invalidate-page-without-seq': { endFlush: true, block: 'none', invalidatePage: 'always' },
    'naive-flag': { block: 'flagAtFault' },
    'count-only': { block: 'count' },
    'seq-at-end': { block: 'seqAtEnd' },
    'seq-at-start': { block: 'seqAtStart' },
    'kvm-july-2008': {},
    'seq-after-gup': { seqSampledBeforeGup: false },
    xpmem: { block: 'driverMutex' },
    'andrea-v5': { startFlush: false, block: 'none', invalidatePage: 'always', lookup: 'follow_page', installUnder: 'ptLock' },
    gru: { block: 'flagAtFault', lookup: 'follow_page', installUnder: 'nothing', hardwareCancel: true },
    'gru-without-cancel': { block: 'flagAtFault', lookup: 'follow_page', installUnder: 'nothing' },
    'seq-at-invalidate-page': { startFlush: false, block: 'seqAtInvalidatePage', invalidatePage: 'always' },
    'seq-after-unlock': { startFlush: false, block: 'seqAtInvalidatePage', invalidatePage: 'always', seqBump: 'afterUnlock' },
    'seq-before-lock': { startFlush: false, block: 'seqAtInvalidatePage', invalidatePage: 'always', seqBump: 'beforeLock' },
    'lockless-end': { endLocked: false },
    'lockless-end-seq-read-first': { endLocked: false, readerOrder: 'seq-count' },
    'lockless-end-count-first': { endLocked: false, endOrder: 'count-seq' },
    'lockless-end-both-swapped': { endLocked: false, endOrder: 'count-seq', readerOrder: 'seq-count' },
    reclaim: { operation: 'reclaim' },
    'reclaim-pinned': { operation: 'reclaim', pageRefHeld: true, block: 'none', invalidatePage: 'never' },
    'reclaim-with-references': { operation: 'reclaim', pageRefHeld: true, block: 'none' },
    'reclaim-unnotified': { operation: 'reclaim', block: 'none', invalidatePage: 'never' },
    'reclaim-as-range': { operation: 'reclaim', rmapRange: true, invalidatePage: 'never' },
    'reclaim-gup-fast': { operation: 'reclaim', lookup: 'get_user_pages_fast' },
    'seq-at-invalidate-page-gup-fast': {
      startFlush: false,
      block: 'seqAtInvalidatePage',
      invalidatePage: 'always',
      lookup: 'get_user_pages_fast',
    },
    'kvm-july-2008-gup-fast': { lookup: 'get_user_pages_fast' },
    'kvm-july-2008-guest-tlb': { guestTlb: 'flush-put' },
    'two-users': { secondUser: 'blocks' },
    'reclaim-without-seq': { operation: 'reclaim', block: 'none' },
  },
  state,
  init: (s, p) => {
    for (let page = 0; page < p.pages; page++) {
      s.pte[page] = true
      s.pageCount[page] = 1
    }
    if (p.operation === 'reclaim') s.touches = p.vcpus * p.faults
  },
  on: (p) => ({
    fault: Array.from({ length: p.vcpus }, (_, cpu) => cpu),
    [p.operation]: p.vcpus,
    ...(p.operation === 'munmap' && p.secondUser !== 'none' ? { driver2: p.vcpus + 1 } : {}),
  }),
  processes: (p) => ({
    fault: each(p.vcpus, function* (s, cpu) {
      for (let accesses = 0; accesses < p.faults; accesses++) {
        yield 'guest access'
        const page = yield* choose(p.pages)
        if (s.spte[page]) continue
        if (p.hardwareCancel) s.cancelled[cpu] = false
        s.faulting[cpu] = true
        s.seqAtFault[cpu] = s.seq
        if (p.block === 'driverMutex') yield* acquire(s.driverMutex, cpu, 'mutex_lock(driver)')
        yield* handleFault(s, cpu, page, p)
        s.lookedUp[cpu] = null
        if (p.block === 'driverMutex') yield* release(s.driverMutex, cpu, 'mutex_unlock(driver)')
        s.faulting[cpu] = false
        s.seqAtFault[cpu] = 0
      }
    }),
    ...(p.operation === 'munmap'
      ? {
          munmap: function* (s: State) {
            const self = p.vcpus
            yield* rangeStart(s, self, p)
            yield* notifySecond(s, p, 'range_start')
            for (let page = 0; page < p.pages; page++) yield* clearPte(s, self, page, p, p.invalidatePage === 'always')
            for (let page = 0; page < p.pages; page++) {
              yield 'put_page(): the page is unmapped'
              s.pageCount[page]--
            }
            yield* rangeEnd(s, self, p)
            yield* notifySecond(s, p, 'range_end')
            s.zapping = false
          },
          ...(p.secondUser === 'none'
            ? {}
            : {
                driver2: function* (s: State) {
                  yield* secondFault(s, p)
                },
              }),
        }
      : {}),
    ...(p.operation === 'reclaim'
      ? {
          reclaim: function* (s: State) {
            const self = p.vcpus
            while (true) {
              yield 'lock_page()'
              s.pageLocked = true
              yield 'page_mapped()?'
              if (s.pte[0]) {
                if (p.rmapRange) yield* rangeStart(s, self, p)
                yield* clearPte(s, self, 0, p, p.invalidatePage !== 'never')
                if (p.rmapRange) yield* rangeEnd(s, self, p)
                s.startFlushed = false
              }
              yield 'free the page if page_count() == 1'
              if (freezePage(s.pageCount, 0, 1)) {
                s.zapping = false
                return
              }
              yield 'unlock_page()'
              s.pageLocked = false
              s.zapping = false
            }
          },
        }
      : {}),
  }),
  rules: (p) => ({
    ...(p.operation === 'reclaim'
      ? {
          user: {
            'do_swap_page()': (s: State) => {
              when(s.touches > 0 && !s.pte[0] && !s.pageLocked && s.ptl[0].owner === null && s.pageCount[0] > 0)
              if (sequences(p)) s.touches--
              s.pte[0] = true
            },
          },
        }
      : {}),
    ...(p.recycling
      ? {
          kvm: {
            'recycle a shadow page: zap spte': function* (s: State) {
              const page = yield* choose(p.pages)
              when(s.spte[page] && s.mmuLock.owner === null)
              s.spte[page] = false
              s.guestTlb[page] = false
              if (p.pageRefHeld) s.pageCount[page]--
            },
          },
        }
      : {}),
    ...(p.guestTlb === 'none'
      ? {}
      : {
          guestTlb: {
            fill: function* (s: State) {
              const page = yield* choose(p.pages)
              when(s.spte[page] && !s.guestTlb[page])
              s.guestTlb[page] = true
            },
            evict: function* (s: State) {
              const page = yield* choose(p.pages)
              when(s.guestTlb[page])
              s.guestTlb[page] = false
            },
          },
        }),
  }),
})
