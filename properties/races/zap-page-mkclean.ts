/** What must be known of a page of a file, so that no store to it is lost. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import zapPageMkclean from '../../models/races/zap-page-mkclean.ts'

export default properties(zapPageMkclean, {
  /**
   * A page is on disk as it was stored last, or its entry says that it is dirty, or who has cleared the entry is about
   * to say so, or it is dirty, or being written back. Else it can be dropped.
   */
  cleanIsOnDisk: always(
    (s, _p, at) => s.pte[0].D || at.munmap === 'zap_pte_range(): set_page_dirty()' || s.dirty || s.writeback || s.onDisk,
  ),
  /** What is on disk as it was stored last is not said to be dirty: it would be written again. */
  dirtyIsNotOnDisk: always((s) => !s.dirty || !s.onDisk),
  /** Once munmap() has returned, nobody has a translation of the page. */
  nothingIsCached: always((s, _p, at) => at.munmap !== null || s.tlb[0] === null),

  /** All that was stored is on disk, and the page is not mapped any more. */
  writtenBack: sometimes((s, _p, at) => at.munmap === null && at.writeback === null && s.onDisk && !s.dirty && !s.writeback),

  /** A flush finds a translation by which a store would not set the dirty bit. */
  flushFindsDirty: sometimes(
    (s, _p, at) =>
      (at.munmap === 'tlb_finish_mmu(): flush' || at.munmap === 'zap_pte_range(): tlb_flush_mmu_tlbonly()') && storeHits(s.tlb, 0),
  ),
  /** An entry that page_mkclean() has cleaned is flushed at the end, without the lock: no store can hit. */
  cleanIsFlushedLate: sometimes((s, _p, at) => at.munmap === 'tlb_finish_mmu(): flush' && s.tlb[0] !== null && !storeHits(s.tlb, 0)),
  /** The user can store to the page when its entry is gone already. */
  storedAfterClear: sometimes((s) => !s.pte[0].P && storeHits(s.tlb, 0)),
  /** Both orders: the entry is gone when page_mkclean() looks for it, and it is there. */
  mkcleanFindsNone: sometimes((s, _p, at) => at.writeback === 'page_mkclean()' && s.ptl.owner === null && !s.pte[0].P && s.dirty),
  mkcleanFindsEntry: sometimes((s) => s.pte[0].P && !s.pte[0].W),
})

/** Of the fix, the default. */
export const unneeded = accepted(zapPageMkclean, [
  {
    change: 'another value: true → false in s.pte[0] = { ...emptyPte, P: true, W: true, A: true, D: true } (3 in init)',
    why: 'the workload: a page that has been accessed before; the hardware sets A at the first access otherwise',
    variant: 'fixed',
  },
  {
    change: 'always true: !wasDirty || !p.underLock',
    why: 'what was flushed under the lock is flushed once more, and nobody can have walked for it since',
    variant: 'fixed',
  },
  {
    change: 'step split: s.pte[0].D = false flush(s.tlb, 0)',
    why: 'a store that hits before the flush of page_mkclean() is before TestClearPageDirty(), and is written with those before it',
    variant: 'fixed',
  },
])

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
