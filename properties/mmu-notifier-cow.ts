/**
 * What a device must see of stores to pages that are copied on write, and the claims of Linux'
 * Documentation/mm/mmu_notifier.rst, case B.
 */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import mmuNotifierCow from '../models/mmu-notifier-cow.ts'
import { establishmentForbidden, notifierDocument, setPteAtNotify } from './sources.ts'

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
    "comparison: s.deviceTlb[va] !== 'none' → s.deviceTlb[va] === 'none' (in eviction)",
    "another value: 'none' → 'old' in when(s.deviceTlb[va] !== 'none')",
    "left out: s.deviceTlb[va] = 'none' (in eviction)",
  ].map((change) => ({
    change,
    why: 'the environment: a translation that is evicted is walked for again, and what is dangerous is one that stays; every window can be had without',
  })),
])

export const mails = claims(mmuNotifierCow, [
  {
    id: 'P4 case B',
    quote:
      'For correctness it requires the following sequence to happen: take page table lock; clear page table entry and notify; set page table entry to point to new page',
    short: 'take page table lock; clear page table entry and notify; set page table entry',
    source: notifierDocument,
    readings: [{ says: 'confirms', variant: 'documented', property: ['storesSeenInOrder', 'oldPageUnmappedFirst'], expected: 'holds' }],
  },

  {
    id: 'P4 case B 2',
    quote: 'the device see the new value for addrB before seeing the new value for addrA. This break total memory ordering for the device.',
    short: 'the device see the new value for addrB before seeing the new value for addrA',
    source: notifierDocument,
    readings: [{ says: 'confirms', variant: 'notify-at-range-end', property: 'storesSeenInOrder', expected: 'violated' }],
  },

  {
    id: 'P4 case B 3',
    quote:
      'If clearing the page table entry is not followed by a notify before setting the new pte/pmd value then you can break memory model like C11 or C++11 for the device.',
    short: 'not followed by a notify before setting the new pte … you can break memory model',
    source: notifierDocument,
    readings: [
      {
        says: 'confirms',
        variant: 'notify-after-set',
        property: 'storesSeenInOrder',
        expected: 'violated',
        note: 'under the page-table lock, but too late',
      },
      {
        says: 'confirms',
        variant: 'notify-at-range-start',
        property: 'storesSeenInOrder',
        expected: 'violated',
        note: 'before the entry is cleared is too early: the device reads the old entry again',
      },
      {
        says: 'confirms',
        variant: 'set-before-clear',
        property: 'storesSeenInOrder',
        expected: 'violated',
        note: 'so it is if the entry is not cleared before the device is told',
      },
      { says: 'confirms', variant: 'never-notified', property: 'storesSeenInOrder', expected: 'violated' },
    ],
  },

  {
    id: 'P4 case B 4',
    quote:
      'When changing a pte to write protect or to point to a new write protected page with same content (KSM) it is fine to delay the mmu_notifier_invalidate_range call to mmu_notifier_invalidate_range_end() outside the page table lock.',
    short: 'write protected page with same content (KSM) it is fine to delay',
    source: notifierDocument,
    readings: [
      {
        says: 'confirms',
        variant: 'ksm',
        property: 'storesSeenInOrder',
        expected: 'holds',
        note: 'nobody can store to such a page, so there is no store to be missed, whichever of the two is read',
      },
    ],
  },

  {
    id: 'P4 case B 5',
    quote:
      'This is safe to start by updating the secondary MMUs, because the primary MMU pte invalidate must have already happened with a ptep_clear_flush() before set_pte_at_notify() has been invoked.',
    short: 'This is safe to start by updating the secondary MMUs',
    source: setPteAtNotify,
    readings: [
      { says: 'confirms', variant: 'set-pte-at-notify', property: ['storesSeenInOrder', 'oldPageUnmappedFirst'], expected: 'holds' },
      {
        says: 'confirms',
        variant: 'set-pte-at-notify',
        settings: { clearFirst: false },
        property: 'oldPageUnmappedFirst',
        expected: 'violated',
        note: 'because of the ptep_clear_flush(), as it says',
      },
    ],
  },

  {
    id: 'P4 case B 6',
    quote:
      'Otherwise the old page would remain mapped readonly in the secondary MMUs after the new page is already writable by some CPU through the primary MMU.',
    short: 'Otherwise the old page would remain mapped readonly in the secondary MMUs',
    source: setPteAtNotify,
    readings: [
      {
        says: 'confirms',
        variant: 'set-pte-at-notify-before-2012',
        property: ['storesSeenInOrder', 'oldPageUnmappedFirst'],
        expected: 'violated',
        note: 'the primary MMU first, as it was until 2012',
      },
    ],
  },

  {
    ...establishmentForbidden,
    readings: [
      {
        says: 'confirms',
        variant: 'range-that-blocks',
        property: 'storesSeenInOrder',
        expected: 'holds',
        note: 'who zaps at range_start(), and keeps to the contract, needs no notification under the lock: KVM does not',
      },
      { says: 'confirms', variant: 'range-that-blocks', property: 'oldPageUnmappedFirst', expected: 'holds' },
    ],
  },
])
