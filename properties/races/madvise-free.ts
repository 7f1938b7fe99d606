/** What a store is owed that comes after madvise(MADV_FREE). */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import madviseFree from '../../models/races/madvise-free.ts'

const flushes = 'tlb_finish_mmu(): flush'

export default properties(madviseFree, {
  /**
   * A page that was stored to after madvise() had returned is not discarded, unless the other one frees it once more.
   */
  noLostStore: always((s) => !s.discarded || s.owed !== 'store'),
  /** Once the page is discarded, nobody has a translation of it. */
  discardedIsUnmapped: always((s) => !s.discarded || s.tlb[0] === null),
  /** What reclaim does not discard is mapped again. */
  keptIsMapped: always((s, _p, at) => at.reclaim !== null || s.discarded || s.pte[0].P),

  /** The page is discarded; and it is kept because of a store after madvise(). */
  pageIsDiscarded: sometimes((s) => s.discarded && s.owed === 'returned'),
  pageIsKept: sometimes((s, _p, at) => at.reclaim === 'try_to_unmap_one(): dirty, set_pte_at(old)' && s.owed === 'store'),
  /**
   * A flush finds a translation that says dirty where the entry is clean; it may be the one that would have been left
   * out.
   */
  flushFindsDirty: sometimes((s, _p, at) => at.madvise[0] === flushes && s.tlb[0] !== null && s.tlb[0].D && !s.pte[0].D),
  bothFlush: sometimes((_s, _p, at) => at.madvise[0] === flushes && at.madvise[1] === flushes),
  /** Both orders: madvise[1] returns before the flush of the other, and begins after it. */
  returnsFirst: sometimes((_s, _p, at) => at.madvise[0] === flushes && at.madvise[1] === null),
  beginsAfterwards: sometimes((_s, _p, at) => at.madvise[0] === null && at.madvise[1] === 'tlb_gather_mmu(): inc_tlb_flush_pending()'),
})

/** The model as it is by default. */
export const unneeded = accepted(madviseFree, [
  ...[
    'another value: true → false in s.pte[0] = { ...emptyPte, P: true, W: true, A: true, D: true } (3 in init)',
    'another value: true → false in s.pte[0] = { ...emptyPte, P: true, W: true, A: true, D: true } (4 in init)',
  ].map((change) => ({
    change,
    why: 'the workload: the bits of an entry that has been used before; loads and stores set them otherwise',
    variant: 'fixed',
  })),
  ...[
    'operand left out: s.pte[0].P && (s.pte[0].A || s.pte[0].D) → s.pte[0].P',
    'comparison: s.pending.count > 1 → s.pending.count >= 1 (in force)',
    "off by one: 1 → 0 in p.force === 'if nested' ? s.pending.count > 1 : p.force === 'always' || (p.force === 'if nested whe…",
  ].map((change) => ({ change, why: 'it flushes more often than it has to: always-flush', variant: 'fixed' })),
  {
    change: 'operand left out: s.pte[0].A || s.pte[0].D → s.pte[0].D',
    why: 'a translation of an entry that has only A does not say dirty: a store through it sets D in the entry, whether it is flushed or not',
    variant: 'fixed',
  },
  ...['left out: s.pte[0].A = false', 'another value: false → true in s.pte[0].A = false'].map((change) => ({
    change,
    why: 'reclaim does not ask for A here; an entry that keeps it counts as changed, and is flushed more often than it has to be',
    variant: 'fixed',
  })),
  ...[
    "lets through: until('madvise_free_pte_range()', () => s.ptl.owner === null)",
    "steps swapped: yield* acquire(s.ptl, 0, 'try_to_unmap_one(): spin_lock(ptl)') yield 'try_to_unmap_one(): ptep_get_…",
    "left out: yield* acquire(s.ptl, 0, 'try_to_unmap_one(): spin_lock(ptl)')",
  ].map((change) => ({
    change,
    why: 'the lock keeps madvise() from missing the page while reclaim has its entry; a page that it misses is not freed, which is all right for a hint',
    variant: 'fixed',
  })),
])

const document = { kind: 'document', author: 'Minchan Kim', title: 'Linux commit 99baac21e458', date: '2017' } as const

export const commits = claims(madviseFree, [
  {
    id: 'R7',
    quote:
      'Reclaim at some unknown time at the future may then see that the PTE is still clean and discard the page even though a write has happened in the meantime.',
    short: 'Reclaim … may then see that the PTE is still clean and discard the page even though a write has happened',
    source: document,
    by: 'Mel Gorman',
    readings: [{ says: 'confirms', variant: 'as-it-was', property: 'noLostStore', expected: 'violated' }],
  },
  {
    id: 'R7 2',
    quote:
      'so that when tlb_finish_mmu is called, we can catch there are parallel threads going on. In that case, forcefully, flush TLB to prevent for user to access memory via stale TLB entry although it fail to gather page table entry.',
    short: 'when tlb_finish_mmu is called, we can catch there are parallel threads … In that case, forcefully, flush TLB',
    source: document,
    readings: [
      { says: 'confirms', variant: 'fixed', property: 'noLostStore', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'nested-at-gather',
        property: 'noLostStore',
        expected: 'violated',
        note: 'who asks when it begins does not see the one that begins later, and changes the entry first',
      },
      { says: 'contrasts', variant: 'always-flush', property: 'noLostStore', expected: 'holds' },
    ],
  },
])
