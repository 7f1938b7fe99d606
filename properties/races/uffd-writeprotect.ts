/** What a store to a page must survive while userfaultfd write-protects it, and another CPU copies it. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import uffdWriteprotect from '../../models/races/uffd-writeprotect.ts'

export default properties(uffdWriteprotect, {
  /** No store is lost: the page that is mapped, old or new, has what was stored last. */
  noLostStore: always((s) => s.upToDate[s.pte[0].frame]),
  /** Once the new page is mapped, nobody has a translation of the old one: a load would miss what is stored since. */
  oldIsNotCached: always((s) => s.pte[0].frame === 0 || s.tlb[0] === null || s.tlb[0].frame === 1),
  /** An entry is empty under the page table lock only: who takes the lock finds the old page, or the new one. */
  emptyUnderLock: always((s) => s.pte[0].P || s.ptl.owner === 1),
  /** Who is through holds no lock, and has no flush pending. */
  nothingIsKept: always((s, _p, at) => (at.cpu0 !== null || s.pending === 0) && (at.cpu1 !== null || s.ptl.owner === null)),

  /** The page is replaced, and stored to afterwards. */
  newPageIsStoredTo: sometimes((s) => s.pte[0].frame === 1 && !s.upToDate[0]),
  /** A flush finds the writable translation. */
  flushFindsTranslation: sometimes((s, _p, at) => at.cpu0 === 'flush_tlb_range()' && s.tlb[0] !== null, { where: (p) => p.defer }),
  doWpPageFlushes: sometimes((s, _p, at) => at.cpu1 === 'do_wp_page(): flush_tlb_page()' && s.tlb[0] !== null, { in: ['fixed'] }),
  /** Memory forbids stores, and the TLB allows them: what the deferred flush leaves open. */
  staleWritable: sometimes((s) => s.pte[0].frame === 0 && !s.pte[0].W && storeHits(s.tlb, 0), { where: (p) => p.defer }),
  /** Both orders: the fault is over before the deferred flush, and begins after it. */
  faultOvertakesFlush: sometimes((s, _p, at) => at.cpu1 === null && s.pending > 0),
  flushOvertakesFault: sometimes((_s, _p, at) => at.cpu0 === null && at.cpu1 === 'page fault'),
})

/** Of the fix, the default. */
export const unneeded = accepted(uffdWriteprotect, [
  ...[
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: oldPage } (3 in init)',
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: oldPage } (4 in init)',
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage } (3 in cpu1)',
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage } (4 in cpu1)',
  ].map((change) => ({
    change,
    why: 'the hardware sets A and D at the first access or store; that they are set before lets a load cache a translation for stores',
    variant: 'fixed',
  })),
  ...[
    "steps swapped: yield 'change_protection_range(): inc_tlb_flush_pending()' s.pending++ yield* untilFree(s.ptl, 'cha…",
    "swapped: s.pending++ yield* untilFree(s.ptl, 'change_pte_range(): clear the write bit')",
  ].map((change) => ({
    change,
    why: 'the flush is said to be pending in the step that takes the write bit away: soon enough, as no fault comes before',
    variant: 'fixed',
  })),
  ...[
    "swapped: yield* untilFree(s.ptl, 'change_pte_range(): clear the write bit') s.pte[0].W = false",
    "left out: yield* untilFree(s.ptl, 'change_pte_range(): clear the write bit')",
  ].map((change) => ({
    change,
    why: 'the one fault comes when the write bit is gone, so nobody holds the lock before; two who change the entry at once are not in the model',
    variant: 'fixed',
  })),
  ...['always true: s.pending > 0', 'comparison: s.pending > 0 → s.pending >= 0'].map((change) => ({
    change,
    why: 'the flag spares the flush where none is pending; to flush without asking is as safe, and slower',
    variant: 'fixed',
  })),
  {
    change: "steps swapped: yield 'wp_page_copy(): copy the page' copyFrame(s.upToDate, oldPage, newPage) if (p.flushIfPending …",
    why: 'a copy with the lock held is later than one without; Linux copies before because that takes long, and may sleep',
    variant: 'fixed',
  },
  {
    change: "one step earlier: yield 'ptep_clear_flush_notify()' s.pte[0] = emptyPte",
    why: 'the entry is cleared in the step that takes the lock, and flushed before another one is set: nobody can walk it meanwhile',
    variant: 'fixed',
  },
  ...['step split: s.pte[0] = emptyPte flush(s.tlb, 0)', "one step later: flush(s.tlb, 0) yield 'set_pte_at_notify(new page)'"].map(
    (change) => ({
      change,
      why: 'nobody can walk an empty entry, or store to the old page since do_wp_page(): a flush before the new entry is set is soon enough',
      variant: 'fixed',
    }),
  ),
  {
    change: "swapped: s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage } yield* release(s.ptl, 1, 'wp_page…",
    why: 'the entry is set in the step that gives the lock back: nobody who takes the lock sees it empty',
    variant: 'fixed',
  },
])

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
