/** What must be known of a page of a file, so that no store to it is lost. */
import { always, claims, properties, sometimes } from 'mmucheck'
import zapPageMkclean from '../../models/races/zap-page-mkclean.ts'

export default properties(zapPageMkclean, {
  /** A page that is neither dirty nor being written back is on disk as it was stored last: it can be dropped. */
  cleanIsOnDisk: always((s) => s.dirty || s.writeback || s.onDisk),

  /** All that was stored is on disk, and the page is not mapped any more. */
  writtenBack: sometimes((s, _p, at) => at.munmap === null && at.writeback === null && s.onDisk && !s.dirty),

  /** A flush finds a translation by which a store would not set the dirty bit. */
  flushFindsDirty: sometimes(
    (s, _p, at) =>
      (at.munmap === 'tlb_finish_mmu(): flush' || at.munmap === 'zap_pte_range(): tlb_flush_mmu_tlbonly()') &&
      s.tlb[0] !== null &&
      s.tlb[0].D,
  ),
  /** The user stores to the page when its entry is gone already. */
  storedAfterClear: sometimes((s) => !s.pte[0].P && s.tlb[0] !== null && s.tlb[0].D && !s.onDisk),
  /** Both orders: the entry is gone when page_mkclean() looks for it, and it is there. */
  mkcleanFindsNone: sometimes((s, _p, at) => at.writeback === 'page_mkclean()' && s.ptl.owner === null && !s.pte[0].P && s.dirty),
  mkcleanFindsEntry: sometimes((s) => s.pte[0].P && !s.pte[0].W),
})

const document = { kind: 'document', author: 'Linus Torvalds', title: 'Linux commit 1cf35d47712d', date: '2014' } as const

export const commits = claims(zapPageMkclean, [
  {
    id: 'R8',
    quote:
      'This in turn allows us to avoid a race condition between set_page_dirty() (as called by zap_pte_range() when it finds a dirty shared memory pte) and page_mkclean()',
    short: 'a race condition between set_page_dirty() (as called by zap_pte_range() …) and page_mkclean()',
    source: document,
    readings: [{ says: 'confirms', variant: 'as-it-was', property: 'cleanIsOnDisk', expected: 'violated' }],
  },
  {
    id: 'R8 2',
    quote:
      "because we now flush all the dirty page data from the TLB's while holding the pte lock, page_mkclean() will be held up walking the (recently cleaned) page tables until after the TLB entries have been flushed from all CPU's.",
    short: 'page_mkclean() will be held up … until after the TLB entries have been flushed',
    source: document,
    readings: [{ says: 'confirms', variant: 'fixed', property: 'cleanIsOnDisk', expected: 'holds' }],
  },
])
