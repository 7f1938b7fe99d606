/** What a store is owed that comes after madvise(MADV_FREE). */
import { always, claims, properties, sometimes } from 'mmucheck'
import madviseFree from '../../models/races/madvise-free.ts'

const flushes = 'tlb_finish_mmu(): flush'

export default properties(madviseFree, {
  /**
   * A page that was stored to after madvise() had returned is not discarded, unless the other one frees it once more.
   */
  noLostStore: always((s) => !s.discarded || s.owed !== 'store'),

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
