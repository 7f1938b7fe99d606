/**
 * What a device must see of stores to pages that are copied on write, and the claims of Linux'
 * Documentation/mm/mmu_notifier.rst, case B.
 */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import mmuNotifierCow from '../models/mmu-notifier-cow.ts'

export default properties(mmuNotifierCow, {
  /** The device does not miss a store to addrA, once it has seen a later one to addrB. */
  storesSeenInOrder: always((s) => !s.missedStoreToA),
  /**
   * Once a CPU can store to the new page, the device has no translation of the old one. Stronger: this is about one
   * page only.
   */
  oldPageUnmappedFirst: always((s, p) => p.sameContent || s.pte.every((page, va) => page !== 'new' || s.deviceTlb[va] !== 'old')),
  /** Who has copied a page holds its lock no more, and blocks no translation of it. */
  nothingIsKept: always((s, _, at) => at.cow.every((label, va) => label !== null || (s.ptl[va].owner === null && s.count[va] === 0))),

  /** Both of the pages that are to be replaced are known to the device. */
  oldPagesAreTranslated: sometimes((s) => s.deviceTlb.every((page) => page === 'old')),
  /**
   * The windows: an entry that is cleared, under its lock, while the other page has been replaced; both pages stored to
   * while a COW is not over.
   */
  entryIsCleared: sometimes((s, p) => !p.clearFirst || (s.pte[0] === 'none' && s.pte[1] === 'new')),
  bothStoredDuringCow: sometimes((s, p) => p.sameContent || (s.stored[0] && s.stored[1] && s.ptl[0].owner !== null)),
  storesAreSeen: sometimes((s, p) => p.sameContent || s.sawStoreToB),
  /**
   * Legal, and not what the document is about: before anybody has stored to the new page of addrA, the device may load
   * the old one.
   */
  newPageThenOldPage: sometimes((s) => s.thenSawOldA),
})

/** Of the documented sequence, the default. */
export const unneeded = accepted(mmuNotifierCow, [
  {
    change: "one step earlier: yield 'set_pte_at(new page)' s.pte[va] = 'new'",
    why: 'the device has to be told before anybody can use the new entry: at the same moment is soon enough',
  },
  {
    change:
      "operand left out: s.deviceTlb[va] !== 'none' || (s.pte[va] !== 'none' && !(p.blocking && s.count[va] > 0)) → (s.pte[va] !== 'none' && !(p.blocking && s.count[va] > 0))",
    why: 'the environment: a device that does not use its translation while the entry is clear uses it before and after',
  },
  {
    change: "step split: const isNew = s.deviceTlb[va] === 'new' const getsTheStore = isNew && s.stored[va]",
    why: 'the environment: between the translation and the load of the page a store may come, and the device only gets it the sooner',
  },
  {
    change: 'swapped: yield* load(s, p, 0) yield* load(s, p, 1)',
    why: 'the workload: the device loads both in turn for ever, whichever comes first',
  },
  ...[
    'rule left out: eviction',
    "swapped: when(s.deviceTlb[va] !== 'none') s.deviceTlb[va] = 'none'",
    "left out: when(s.deviceTlb[va] !== 'none')",
    "lets through: when(s.deviceTlb[va] !== 'none')",
    "comparison: s.deviceTlb[va] !== 'none' → s.deviceTlb[va] === 'none'",
    "another value: 'none' → 'old' (6)",
    "left out: s.deviceTlb[va] = 'none' (2)",
  ].map((change) => ({
    change,
    why: 'the environment: a translation that is evicted is walked for again, and what is dangerous is one that stays; every window can be had without',
  })),
])

const document = 'Documentation/mm/mmu_notifier.rst, case B'
const header = 'include/linux/mmu_notifier.h, at set_pte_at_notify()'
const sequence =
  'For correctness it requires the following sequence to happen: take page table lock; clear page table entry and notify; set page table entry to point to new page'
const breaks =
  'If clearing the page table entry is not followed by a notify before setting the new pte/pmd value then you can break memory model like C11 or C++11 for the device.'
const sees =
  'the device see the new value for addrB before seeing the new value for addrA. This break total memory ordering for the device.'
const ksm =
  'When changing a pte to write protect or to point to a new write protected page with same content (KSM) it is fine to delay the mmu_notifier_invalidate_range call to mmu_notifier_invalidate_range_end() outside the page table lock.'
const safeToStart =
  'This is safe to start by updating the secondary MMUs, because the primary MMU pte invalidate must have already happened with a ptep_clear_flush() before set_pte_at_notify() has been invoked.'
const otherwise =
  'Otherwise the old page would remain mapped readonly in the secondary MMUs after the new page is already writable by some CPU through the primary MMU.'
const forbidden = 'the establishment of sptes is forbidden in the range passed to invalidate_range_begin/end for the whole duration'

const id = 'P4 case B'
const both = <const R extends object>(row: R) =>
  (['storesSeenInOrder', 'oldPageUnmappedFirst'] as const).map((property) => ({ id, ...row, property }))

export const mails = claims(mmuNotifierCow, [
  ...both({ quote: sequence, source: document, variant: 'documented', expected: 'holds' }),
  { id, quote: sees, source: document, variant: 'notify-at-range-end', property: 'storesSeenInOrder', expected: 'violated' },
  {
    id,
    quote: breaks,
    source: document,
    variant: 'notify-after-set',
    property: 'storesSeenInOrder',
    expected: 'violated',
    reading: 'under the page-table lock, but too late',
  },
  {
    id,
    quote: breaks,
    source: document,
    variant: 'notify-at-range-start',
    property: 'storesSeenInOrder',
    expected: 'violated',
    reading: 'before the entry is cleared is too early: the device reads the old entry again',
  },
  {
    id,
    quote: breaks,
    source: document,
    variant: 'set-before-clear',
    property: 'storesSeenInOrder',
    expected: 'violated',
    reading: 'so it is if the entry is not cleared before the device is told',
  },
  { id, quote: breaks, source: document, variant: 'never-notified', property: 'storesSeenInOrder', expected: 'violated' },
  {
    id,
    quote: ksm,
    source: document,
    variant: 'ksm',
    property: 'storesSeenInOrder',
    expected: 'holds',
    reading: 'nobody can store to such a page, so there is no store to be missed, whichever of the two is read',
  },
  ...both({ quote: safeToStart, source: header, variant: 'set-pte-at-notify', expected: 'holds' }),
  {
    id,
    quote: safeToStart,
    source: header,
    variant: 'set-pte-at-notify',
    settings: { clearFirst: false },
    property: 'oldPageUnmappedFirst',
    expected: 'violated',
    reading: 'because of the ptep_clear_flush(), as it says',
  },
  ...both({
    quote: otherwise,
    source: header,
    variant: 'set-pte-at-notify-before-2012',
    expected: 'violated',
    reading: 'the primary MMU first, as it was until 2012',
  }),
  {
    id,
    quote: forbidden,
    source: 'include/linux/mmu_notifier.h, Linux commit cddb8a5c14aa, Jul 2008',
    variant: 'range-that-blocks',
    property: 'storesSeenInOrder',
    expected: 'holds',
    reading: 'who zaps at range_start(), and keeps to the contract, needs no notification under the lock: KVM does not',
  },
  {
    id,
    quote: forbidden,
    source: 'include/linux/mmu_notifier.h, Linux commit cddb8a5c14aa, Jul 2008',
    variant: 'range-that-blocks',
    property: 'oldPageUnmappedFirst',
    expected: 'holds',
  },
])
