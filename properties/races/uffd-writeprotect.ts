/** What a store to a page must survive while userfaultfd write-protects it, and another CPU copies it. */
import { always, claims, properties, sometimes } from 'mmucheck'
import uffdWriteprotect from '../../models/races/uffd-writeprotect.ts'

export default properties(uffdWriteprotect, {
  /** No store is lost: the page that is mapped, old or new, has what was stored last. */
  noLostStore: always((s) => s.upToDate[s.pte[0].frame]),

  /** The page is replaced, and stored to afterwards. */
  newPageIsStoredTo: sometimes((s) => s.pte[0].frame === 1 && !s.upToDate[0]),
  /** A flush finds the writable translation. */
  flushFindsTranslation: sometimes((s, _p, at) => at.cpu0 === 'flush_tlb_range()' && s.tlb[0] !== null, { where: (p) => p.defer }),
  doWpPageFlushes: sometimes((s, _p, at) => at.cpu1 === 'do_wp_page(): flush_tlb_page()' && s.tlb[0] !== null, { in: ['fixed'] }),
  /** Memory forbids stores, and the TLB allows them: what the deferred flush leaves open. */
  staleWritable: sometimes((s) => !s.pte[0].W && s.tlb[0] !== null, { where: (p) => p.defer }),
  /** Both orders: the fault is over before the deferred flush, and begins after it. */
  faultOvertakesFlush: sometimes((s, _p, at) => at.cpu1 === null && s.pending > 0),
  flushOvertakesFault: sometimes((_s, _p, at) => at.cpu0 === null && at.cpu1 === 'page fault'),
})

export const commits = claims(uffdWriteprotect, [
  {
    id: 'R9',
    quote:
      'this flush takes place after the copy has already been performed, and therefore changes of the page are possible between the time of the copy and the time in which the PTE is flushed.',
    short: 'changes of the page are possible between the time of the copy and the time in which the PTE is flushed',
    source: { kind: 'document', title: 'Linux commit 6ce64428d620', date: '2021' },
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: 'noLostStore', expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: 'noLostStore', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'flush-after-copy',
        property: 'noLostStore',
        expected: 'violated',
        note: 'the flush has to come before the copy',
      },
      {
        says: 'contrasts',
        variant: 'flush-at-once',
        property: 'noLostStore',
        expected: 'holds',
        note: 'nobody sees the protected entry before the flush is done',
      },
    ],
  },
])
