/** What must be over before a page is freed that mremap() moves. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import mremapFlush from '../../models/races/mremap-flush.ts'

const document = { kind: 'document', author: 'Linus Torvalds', title: 'Linux commit eb66ae030829', date: '2018' } as const

export default properties(mremapFlush, {
  /** A page that has been freed is not read, whichever address it was mapped at. */
  noUseAfterFree: always((s) => !s.page.usedAfterFree),
  /** Stronger: once the page is free, nobody has a translation of it. */
  freedIsUnmapped: always((s) => !s.page.isFree || s.tlb.every((entry) => entry === null)),
  /** Truncation finds the page, wherever it is by then, and frees it. Reclaim may miss it while it is at neither. */
  truncationFrees: always((s, p, at) => p.freedBy === 'reclaim' || at.cpu1 !== null || s.page.isFree),

  /** Each of the flushes finds a translation. */
  flushFindsOld: sometimes((s, _p, at) => at.cpu0 === 'mremap(): flush_tlb_range(old)' && s.tlb[0] !== null),
  walkFindsNew: sometimes((s, _p, at) => at.cpu1 === 'rmap walk: flush_tlb_page()' && s.tlb[1] !== null),
  /** Both orders: the page is freed before mremap() looks for it, and after it was moved. */
  freedBeforeMove: sometimes((s, _p, at) => s.page.isFree && at.cpu0 === 'move_ptes(): spin_lock(old_ptl)'),
  movedBeforeFreed: sometimes((_s, _p, at) => at.cpu0 === null && at.cpu1 === 'rmap walk: free the page'),
  /**
   * Reclaim has unmapped the page at the new address (its translation is still there) before mremap() has given both
   * locks back.
   */
  unmappedDuringMove: sometimes(
    (s, _p, at) => at.cpu0 === 'move_ptes(): spin_unlock(old_ptl)' && at.cpu1 === 'rmap walk: flush_tlb_page()' && s.tlb[1] !== null,
    { where: (p) => p.freedBy === 'reclaim' },
  ),
  /** Reclaim misses the page, which is at neither address when it passes the old one and the new one. */
  reclaimMisses: sometimes((s, _p, at) => at.cpu1 === null && !s.page.isFree, { where: (p) => p.freedBy === 'reclaim' }),
})

/** Of reclaim, the model as it is by default. */
export const unneeded = accepted(mremapFlush, [
  {
    change: 'another value: true → false in s.pte[from] = { ...emptyPte, P: true, A: true } (2 in init)',
    why: 'the workload: an entry that has been accessed before; else the first load sets A',
    variant: 'fixed',
  },
  {
    change: "swapped: yield* acquire(s.ptl[from], 0, 'move_ptes(): spin_lock(old_ptl)') yield* acquire(s.ptl[to], 0, 'mov…",
    why: 'nobody else holds two page table locks, so that the order of the two cannot deadlock',
    variant: 'fixed',
  },
  {
    change: "steps swapped: yield* acquire(s.ptl[to], 0, 'move_ptes(): spin_lock(new_ptl)') yield 'move_ptes(): ptep_get_and_cl…",
    why: 'the lock of the new address is needed from when its entry is set: before that there is nothing that anybody could take away',
    variant: 'fixed',
  },
])

export const commits = claims(mremapFlush, [
  {
    id: 'R3',
    quote: 'the lifetime of the page is controlled by the page table locking, that serializes access to the entry.',
    source: document,
    readings: [
      {
        says: 'confirms',
        variant: 'as-it-was',
        property: ['noUseAfterFree', 'freedIsUnmapped'],
        expected: 'violated',
        note: 'the lock of the new address is free, and so soon is the page',
      },
    ],
  },
  {
    id: 'R3 2',
    quote:
      'we need to flush the TLB not just before releasing the lock for the source location (to avoid any concurrent accesses to the entry), but also before we release the destination page table lock (to avoid the TLB being flushed after somebody else has already done something to that page).',
    short: 'not just before releasing the lock for the source location … but also before we release the destination page table lock',
    source: document,
    readings: [
      { says: 'confirms', variant: 'flush-under-old-lock', property: ['noUseAfterFree', 'freedIsUnmapped'], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'old-lock-and-truncation',
        property: ['noUseAfterFree', 'freedIsUnmapped'],
        expected: 'holds',
        note: 'who takes the lock of the old address first waits for the flush; reclaim does not take it',
      },
      { says: 'confirms', variant: ['fixed', 'fixed-and-truncation'], property: ['noUseAfterFree', 'freedIsUnmapped'], expected: 'holds' },
    ],
  },
])
