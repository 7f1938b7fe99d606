import { accepted, always, alwaysPossible, claims, maximum, properties, sometimes } from 'mmucheck'
import mmuNotifier from '../models/mmu-notifier.ts'
import {
  arcangeli2008,
  arcangeliV5,
  costModel,
  establishmentForbidden,
  kvmNotifier,
  lameter2008,
  lameterDriver2008,
  notifierCommit,
  notifierRetry,
  speculativeReferences,
} from './sources.ts'

export default properties(mmuNotifier, {
  /** Neither an spte nor a guest's TLB maps a page that has been freed. */
  noUseAfterFree: always((s) =>
    s.pageCount.every((count, page) => count > 0 || (!s.spte[page] && !s.guestTlb[page] && !s.second.spte[page])),
  ),
  /**
   * Once munmap() has returned, or reclaim is done with the page, neither an spte nor a guest's TLB maps what the page
   * table does not map. The mail does not claim that much.
   */
  noStaleSpte: always((s) => s.zapping || s.pte.every((mapped, page) => mapped || (!s.spte[page] && !s.guestTlb[page]))),
  /** After range_start() no spte comes back while the page table still maps the page. */
  sptesStayZapped: always((s) => !s.startFlushed || s.spte.every((mapped, page) => !mapped || !s.pte[page])),
  /**
   * A page that a fault has found is not freed before the fault is over: what the reference of get_user_pages() is for,
   * and all that it does.
   */
  noFreeUnderFault: always((s) => s.lookedUp.every((page) => page === null || s.pageCount[page] > 0)),
  /** A page whose last user mapping goes away can be freed at last: no spte that nothing takes away pins it. */
  reclaimable: alwaysPossible((s) => s.pageCount[0] === 0),
  /** No fault waits until a whole range has been invalidated. */
  faultsNeverWaitForARange: always(
    (s, p, at) => s.driverMutex.owner !== p.vcpus || at.fault.every((label) => label !== 'mutex_lock(driver)'),
  ),
  /**
   * Whatever spte there is can be taken away at last. As `reclaimable`, but violated only where an spte stays for ever,
   * and not before one is certain to.
   */
  spteCanGo: alwaysPossible((s) => !s.spte[0] || s.pageCount[0] === 0),

  /**
   * A sequence sends a fault back once for each invalidation. With a count too, it may be each time that the guest
   * comes meanwhile.
   */
  retriesNeedInvalidations: always((s, p) =>
    s.retried.every((times) => p.block === 'count' || times <= (s.seq + s.count) * (p.block === 'countAndSeq' ? p.faults : 1)),
  ),
  /** A fault is sent back only by an invalidation that overlaps it: in progress, or not seen yet. */
  onlyOverlapsRetry: always((s) => !s.retriedInVain),
  /** No range is left open: a count that is still above 0 would send every fault back for ever. */
  rangesEnd: always(
    (s, p, at) =>
      (p.operation === 'munmap' ? at.munmap !== null : at.reclaim !== null && at.reclaim !== 'lock_page()') ||
      (s.count === 0 && s.second.count === 0),
  ),
  mostRetries: maximum((s) => s.retried.reduce((most, times) => Math.max(most, times), 0)),

  spteIsEstablished: sometimes((s) => s.spte.some((mapped) => mapped)),
  faultDuringInvalidation: sometimes((s) => s.zapping && s.faulting.some((faulting) => faulting)),
  /**
   * The window: a fault has found a page that is gone from the page table by now. A mutex or the page-table lock keeps
   * it closed.
   */
  pageGoneDuringFault: sometimes(
    (s, p) => p.block === 'driverMutex' || p.installUnder === 'ptLock' || s.lookedUp.some((page) => page !== null && !s.pte[page]),
  ),
  /** The guest's TLB still has what is no spte any more. */
  staleGuestTlb: sometimes((s, p) => p.guestTlb === 'none' || s.guestTlb.some((cached, page) => cached && !s.spte[page])),
  /** Two drivers map one page. */
  mappedTwice: sometimes((s, p) => p.secondUser === 'none' || s.second.spte.some((mapped, page) => mapped && s.spte[page])),
  pagesAreFreed: sometimes((s) => s.pageCount[0] === 0),
})

/** Of what KVM does since July 2008, the default. */
export const unneeded = accepted(mmuNotifier, [
  {
    change: 'step split',
    why: 'an spte is looked at and changed under mmu_lock: nobody else looks at it or changes it between the two',
  },
  {
    change: "steps swapped: yield* acquire(s.ptl[page], self, 'spin_lock(ptl)') yield 'ptep_clear_flush()' s.pte[page] = false …",
    why: 'an entry that is cleared first is cleared by one store; what the lock is for is that a look-up which has found the entry has its reference before the page is put, and to wait for it after the entry is cleared is soon enough',
  },
  {
    change: "one step earlier: yield 'ptep_clear_flush()' s.pte[page] = false",
    why: 'between spin_lock(ptl) and the clearing no look-up can be: all of them take that lock',
  },
  {
    change: 'always false: sequences(p) && p.seqSampledBeforeGup',
    why: 'no page is mapped again after munmap(), so a fault that finds one began when the sequence was still 0, which is what it has without sampling; where pages come back (reclaim-as-range) onlyOverlapsRetry notices',
  },
  {
    change: 'left out: mmuSeq = s.seq',
    why: 'as if it did not sample the sequence at all: a fault that finds a page began when it was 0',
  },
  {
    change: 'one round less: accesses < p.faults → accesses < p.faults - 1',
    why: 'the workload: one access of the guest is enough for every window that is asked for here',
  },
  {
    change: 'always false: s.spte[page]',
    why: 'a fault on an spte that is there by now passes the same checks, and installs what is there already',
  },
])

/**
 * What the sentences come to. Not here, because no state of this model tells: what is "measurable" or "a major issue"
 * for performance; "natural and zero additional cost"; the cost of references (one atomic increment and decrement per
 * spte). That there are no more "fault retries" than "overlapping invalidations" (docs/protocols/costs.md) holds of a
 * sequence; where a count blocks it is true of each attempt only: a guest that comes again at once is sent back as
 * often as it comes while one range is being invalidated. `mostRetries` says so.
 */
/** The safety that the mail speaks of, and the stronger one. */
const safety = ['noUseAfterFree', 'noStaleSpte'] as const

export const mails = claims(mmuNotifier, [
  {
    id: 'C4.1',
    quote:
      'The increased page count is _mandatory_ to safely use range_start/end called outside the locks with _end called after releasing the old page.',
    short: 'The increased page count is _mandatory_ to safely use range_start/end',
    source: arcangeli2008,
    onlyIf: 'nothing blocks faults',
    readings: [
      { says: 'confirms', variant: 'kvm-january-2008', property: 'noUseAfterFree', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'kvm-january-2008',
        property: 'noStaleSpte',
        expected: 'violated',
        note: 'the reference keeps the page, not the translation: a fault installs an spte after range_end()',
      },
      {
        says: 'confirms',
        variant: 'rusty-minimal',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: "Rusty Russell's minimal patch of April 2008 flushes at range_end() only",
      },
      { says: 'contrasts', variant: 'rusty-minimal', property: 'noStaleSpte', expected: 'violated' },
      {
        says: 'confirms',
        variant: 'contradiction',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'confirmed where nothing blocks faults',
      },
      {
        says: 'refutes',
        variant: 'kvm-july-2008',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'refuted as it stands: with count and sequence, which KVM has had ever since, no reference is needed',
      },
    ],
  },

  {
    id: 'C4.1b',
    quote: 'the result of get_user_pages is used to fill a spte, so then the cpu will use the spte in hardware to fill its tlb',
    short: 'the cpu will use the spte in hardware to fill its tlb',
    source: arcangeli2008,
    readings: [
      {
        says: 'confirms',
        variant: ['kvm-january-2008', 'rusty-minimal'],
        settings: { guestTlb: 'flush-put' },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'with a TLB below the sptes the reference is enough if it is put after the TLB is flushed',
      },
    ],
  },

  {
    id: 'C4.1c',
    quote:
      "Furthermore a spte unmap event can immediately lead to a page to be freed when the pin is released (so requiring the same complex and relatively slow tlb_gather smp safe logic we have in zap_page_range and that can be avoided completely if the spte unmap event doesn't require an unpin of the page previously mapped in the secondary MMU).",
    short: 'a spte unmap event can immediately lead to a page to be freed when the pin is released',
    source: notifierCommit,
    readings: [
      {
        says: 'confirms',
        variant: ['kvm-january-2008', 'rusty-minimal'],
        settings: { guestTlb: 'put-flush' },
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'not if it is put before: at range_end() the reference of the spte is the last one',
      },
      {
        says: 'confirms',
        variant: 'kvm-july-2008-guest-tlb',
        settings: { guestTlb: 'put-flush' },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'where sptes hold no reference there is nothing to put first',
      },
    ],
  },

  {
    id: 'C4.2',
    quote: 'sptes will build themself the whole time until the pte_clear is called on the main linux pte.',
    short: 'sptes will build themself the whole time until the pte_clear',
    source: arcangeli2008,
    onlyIf: 'nothing blocks faults',
    readings: [
      { says: 'confirms', variant: ['kvm-january-2008', 'contradiction'], property: 'sptesStayZapped', expected: 'violated' },
      {
        says: 'confirms',
        variant: 'naive-flag',
        property: 'sptesStayZapped',
        expected: 'violated',
        note: 'a fault that has passed the flag is not stopped by it',
      },
      {
        says: 'refutes',
        variant: ['count-only', 'kvm-july-2008', 'xpmem', 'gru'],
        property: 'sptesStayZapped',
        expected: 'holds',
        note: 'not if faults are blocked',
      },
    ],
  },

  {
    id: 'C4.3',
    quote:
      "So you're contradicting yourself by suggesting not to use invalidate_page and not to use a increased page count at the same time.",
    short: "you're contradicting yourself by suggesting not to use invalidate_page and not to use a increased page count",
    source: arcangeli2008,
    onlyIf: 'nothing blocks faults, which is not what was proposed',
    readings: [
      {
        says: 'confirms',
        variant: 'contradiction',
        property: safety,
        expected: 'violated',
        note: 'confirmed if faults are not blocked, which is not what was proposed',
      },
      {
        says: 'contrasts',
        variant: 'invalidate-page-without-seq',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'invalidate_page() alone does not help: the fault in flight installs its spte after it',
      },
      { says: 'contrasts', variant: 'invalidate-page-without-seq', property: 'noStaleSpte', expected: 'violated' },
      {
        says: 'refutes',
        variant: 'xpmem',
        property: 'noStaleSpte',
        expected: 'holds',
        note: 'no contradiction where a lock of the driver blocks faults',
      },
    ],
  },

  {
    id: 'C4.3b',
    quote:
      'it seems that we do not need an increased page count if we have an invalidate_range_start() that clears all the external references and stops the establishment of new ones and invalidate_range_end() that reenables new external references?',
    short: 'we do not need an increased page count if … invalidate_range_start() … stops the establishment of new ones',
    source: arcangeli2008,
    by: 'Christoph Lameter, 30 January 2008',
    onlyIf: 'what stops new references stops faults in flight as well',
    readings: [
      {
        says: 'refutes',
        variant: 'naive-flag',
        property: safety,
        expected: 'violated',
        note: 'a flag that a fault tests when it starts does not stop the fault in flight',
      },
      {
        says: 'refutes',
        variant: 'count-only',
        property: safety,
        expected: 'violated',
        note: 'the whole range may be over between lookup and installation',
      },
      {
        says: 'refutes',
        variant: 'seq-at-end',
        property: safety,
        expected: 'violated',
        note: 'the spte is installed after the page was freed, and before range_end()',
      },
      {
        says: 'refutes',
        variant: 'seq-at-start',
        property: safety,
        expected: 'violated',
        note: 'a fault that starts after range_start() sees no further increase',
      },
      {
        says: 'confirms',
        variant: 'kvm-july-2008',
        property: safety,
        expected: 'holds',
        note: 'no contradiction: count and sequence together stop every fault that overlaps',
      },
      {
        says: 'refutes',
        variant: 'seq-after-gup',
        property: safety,
        expected: 'violated',
        note: 'the sequence has to be sampled before get_user_pages()',
      },
      {
        says: 'confirms',
        variant: 'gru',
        property: safety,
        expected: 'holds',
        note: 'the flag is enough if hardware cancels what was faulted before the invalidation',
      },
      {
        says: 'contrasts',
        variant: 'gru',
        property: 'noFreeUnderFault',
        expected: 'violated',
        note: 'follow_page() lets the page be freed under the fault: only the cancelled dropin saves it',
      },
      { says: 'refutes', variant: 'gru-without-cancel', property: 'noUseAfterFree', expected: 'violated' },
    ],
  },

  {
    id: 'C4.3c',
    quote:
      'The driver can have its own lock … needs to serialize the follow_page handler and the range_start/end calls as well as the invalidate_page callouts.',
    short: 'The driver can have its own lock',
    source: lameterDriver2008,
    readings: [
      {
        says: 'confirms',
        variant: 'xpmem',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'if the driver holds it from range_start() to range_end(), and across lookup and installation',
      },
    ],
  },

  {
    id: 'C4.3d',
    quote:
      "We don't want to clutter the VM fast paths with additional locks to stop the kvm pagefault while the VM is in the _range_start/end critical section like xpmem has to do be safe.",
    short: "We don't want to clutter the VM fast paths with additional locks … like xpmem has to do be safe",
    source: arcangeli2008,
    readings: [
      { says: 'confirms', variant: 'xpmem', property: 'noUseAfterFree', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'xpmem',
        property: 'faultsNeverWaitForARange',
        expected: 'violated',
        note: 'what such a lock costs: a fault waits until the whole range is over',
      },
      {
        says: 'contrasts',
        variant: 'kvm-july-2008',
        property: 'faultsNeverWaitForARange',
        expected: 'holds',
        vacuous: 'nobody takes such a lock',
        note: 'what was found half a year later costs no such lock: a fault never waits, and is sent back at most',
      },
    ],
  },

  {
    id: 'C4.4',
    quote: "And I need invalidate_page anyway for rmap.c which can't be provided as an invalidate_range and it can't sleep either.",
    short: "I need invalidate_page anyway for rmap.c which can't be provided as an invalidate_range",
    source: arcangeli2008,
    onlyIf: 'rmap.c does not tell of a range, as it has done since 2017',
    readings: [
      {
        says: 'confirms',
        variant: 'reclaim-pinned',
        property: 'spteCanGo',
        expected: 'violated',
        note: 'with page references: without invalidate_page() nothing in Linux takes the spte away: pinned while mapped',
      },
      { says: 'contrasts', variant: 'reclaim-pinned', property: 'noUseAfterFree', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'reclaim-unnotified',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'without page references: an spte that was there before is never told',
      },
      { says: 'confirms', variant: 'reclaim-with-references', property: 'noUseAfterFree', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'reclaim-with-references',
        property: 'reclaimable',
        expected: 'holds',
        note: 'if the user touches the page once more: a fault in flight may pin it after invalidate_page()',
      },
      {
        says: 'contrasts',
        variant: 'reclaim-without-seq',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'without page references invalidate_page() needs the sequence',
      },
      { says: 'confirms', variant: 'reclaim', property: ['noUseAfterFree', 'reclaimable'], expected: 'holds' },
      {
        says: 'refutes',
        variant: 'reclaim-as-range',
        property: ['noUseAfterFree', 'reclaimable'],
        expected: 'holds',
        note: 'refuted by what came later: since 2017 rmap.c tells of a range, and invalidate_page() is gone',
      },
      {
        says: 'contrasts',
        variant: 'reclaim-as-range',
        settings: { block: 'none' },
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'it has to block faults then, as for any other range',
      },
      {
        says: 'refutes',
        variant: 'reclaim-as-range',
        settings: { block: 'driverMutex' },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'and it may sleep: its locks became mutexes, so that a driver may take one too',
      },
      {
        says: 'confirms',
        settings: { operation: 'reclaim', block: 'driverMutex' },
        property: 'noUseAfterFree',
        expected: 'violated',
        note: '"it can\'t sleep either": a mutex, which is enough for ranges, cannot be taken here',
      },
    ],
  },

  {
    id: 'C4.4b',
    quote:
      "Currently we take a page_count pin on every page mapped by sptes, but that means the pages can't be swapped whenever they're mapped by any spte because they're part of the guest working set.",
    short: "the pages can't be swapped whenever they're mapped by any spte",
    source: notifierCommit,
    readings: [
      {
        says: 'contrasts',
        variant: 'reclaim-pinned',
        settings: { recycling: true },
        property: ['spteCanGo', 'reclaimable'],
        expected: 'holds',
        note: 'pinned while mapped, and not for ever: until KVM recycles the shadow page, which it does for reasons of its own',
      },
      { says: 'confirms', variant: 'reclaim-pinned', property: 'reclaimable', expected: 'violated' },
    ],
  },

  {
    id: 'C4.5',
    quote: 'What will work for GRU will work for KVM too regardless of whatever reference counting.',
    short: 'What will work for GRU will work for KVM too regardless of … reference counting',
    source: arcangeli2008,
    readings: [
      {
        says: 'confirms',
        variant: ['kvm-july-2008', 'xpmem', 'andrea-v5', 'gru', 'seq-at-invalidate-page'],
        settings: { pageRefHeld: true },
        property: safety,
        expected: 'holds',
        note: 'whatever is safe without references is safe with them',
      },
    ],
  },

  {
    id: 'C4.6',
    quote: "There's no technical reason for not wanting proper reference counting other than microoptimization.",
    short: "There's no technical reason for not wanting proper reference counting",
    source: arcangeli2008,
    onlyIf: 'a sequence keeps stale sptes out',
    readings: [
      {
        says: 'confirms',
        variant: 'kvm-july-2008',
        settings: { pageRefHeld: true },
        property: ['spteCanGo', 'reclaimable'],
        expected: 'holds',
        note: 'beside count and sequence, references pin nothing for ever',
      },
      {
        says: 'refutes',
        variant: 'kvm-january-2008',
        property: 'spteCanGo',
        expected: 'violated',
        note: 'there is one: a stale spte pins its page while it is mapped, where a sequence would have kept the spte out',
      },
      {
        says: 'contrasts',
        variant: 'kvm-january-2008',
        settings: { recycling: true },
        property: 'spteCanGo',
        expected: 'holds',
        note: 'until KVM recycles the shadow page',
      },
      { says: 'contrasts', variant: 'kvm-july-2008', property: 'reclaimable', expected: 'holds' },
    ],
  },

  {
    id: 'C4.7',
    quote: 'Invalidates inside PT lock will avoid the page faults to happen in parallel of my invalidates, no dependency on the page pin',
    short: 'Invalidates inside PT lock will avoid the page faults to happen in parallel',
    source: arcangeliV5,
    onlyIf: 'the fault looks up and installs inside that lock as well',
    readings: [
      { says: 'confirms', variant: 'andrea-v5', property: safety, expected: 'holds' },
      {
        says: 'refutes',
        variant: 'andrea-v5',
        settings: { installUnder: 'mmuLock' },
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'the fault has to look up and install inside the page-table lock as well',
      },
    ],
  },

  {
    id: 'C4.7b',
    quote: 'ptelock only serialize access to individual ptes',
    source: lameter2008,
    readings: [
      {
        says: 'confirms',
        variant: 'andrea-v5',
        settings: { pages: 2 },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'two page-table locks, one invalidate_page() under each: every entry is safe on its own',
      },
      {
        says: 'confirms',
        variant: 'andrea-v5',
        settings: { startFlush: true, endFlush: true, invalidatePage: 'never' },
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'what is done for the range, outside the page-table locks, is not protected by them',
      },
    ],
  },

  {
    id: 'C4.8',
    quote: "Each mmu-notifier user should be free to do what it think it's better/safer or more convenient",
    short: 'Each mmu-notifier user should be free to do what it think',
    source: arcangeli2008,
    onlyIf: 'safety is meant: the references of one pin the pages of all',
    readings: [
      ...(
        [
          ['kvm-july-2008', 'counts'],
          ['kvm-january-2008', 'blocks'],
          ['gru', 'counts'],
          ['xpmem', 'blocks'],
        ] as const
      ).map(([variant, secondUser]) => ({
        says: 'confirms' as const,
        variant,
        settings: { secondUser },
        property: 'noUseAfterFree',
        expected: 'holds' as const,
        note: 'two drivers on one mm, each with its own means: neither has to know of the other',
      })),
      {
        says: 'contrasts',
        variant: ['kvm-july-2008', 'kvm-january-2008'],
        settings: { secondUser: 'neither' },
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'each has to do something: what one does protects only its own sptes',
      },
      {
        says: 'refutes',
        variant: 'kvm-july-2008',
        settings: { secondUser: 'counts' },
        property: 'reclaimable',
        expected: 'violated',
        note: 'and what one does is felt by all: its references pin the page that the other would let go',
      },
    ],
  },

  { ...establishmentForbidden, readings: [{ says: 'confirms', variant: 'kvm-july-2008', property: 'sptesStayZapped', expected: 'holds' }] },

  {
    id: 'P4 cost',
    quote: 'fault retries ≤ #overlapping invalidations',
    source: costModel,
    readings: [
      { says: 'confirms', variant: 'seq-at-invalidate-page', property: 'retriesNeedInvalidations', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'reclaim',
        settings: { block: 'seqAtInvalidatePage' },
        property: 'retriesNeedInvalidations',
        expected: 'holds',
      },
    ],
  },

  {
    id: 'P4 sequence',
    quote:
      'Increasing the sequence after the spin_unlock would be unsafe because the kvm page fault could then establish the pte after kvm_unmap_hva returned, without noticing the page is going to be freed.',
    short: 'Increasing the sequence after the spin_unlock would be unsafe',
    source: kvmNotifier,
    readings: [
      { says: 'contrasts', variant: 'seq-at-invalidate-page', property: safety, expected: 'holds' },
      { says: 'confirms', variant: 'seq-after-unlock', property: safety, expected: 'violated' },
      { says: 'contrasts', variant: 'seq-before-lock', property: 'noUseAfterFree', expected: 'holds', note: 'before the lock is as good' },
      {
        says: 'contrasts',
        variant: 'seq-at-invalidate-page-gup-fast',
        property: safety,
        expected: 'holds',
        note: 'so does a sequence alone, if invalidate_page() comes after the entry is cleared',
      },
    ],
  },

  {
    id: 'P4 order',
    quote:
      "The above sequence increase must be visible before the below count decrease but both values are read by the kvm page fault under mmu_lock spinlock so we don't need to add a smb_wmb() here in between the two.",
    short: "we don't need to add a smb_wmb() here in between the two",
    source: kvmNotifier,
    readings: [
      {
        says: 'confirms',
        settings: { endOrder: 'count-seq' },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'under the lock the order does not matter',
      },
    ],
  },

  {
    id: 'P4 order 2',
    quote:
      "Both reads happen under the mmu_lock and both values are modified under mmu_lock, so there's no need of smb_rmb() here in between, otherwise mmu_notifier_count should be read before mmu_notifier_seq",
    short: 'otherwise mmu_notifier_count should be read before mmu_notifier_seq',
    source: notifierRetry,
    readings: [
      {
        says: 'confirms',
        variant: 'lockless-end',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'if range_end() took no lock: sequence before count, and count read before sequence',
      },
      {
        says: 'confirms',
        variant: ['lockless-end-seq-read-first', 'lockless-end-count-first', 'lockless-end-both-swapped'],
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'if range_end() took no lock: any other order',
      },
      {
        says: 'contrasts',
        variant: 'kvm-july-2008-gup-fast',
        property: safety,
        expected: 'holds',
        note: 'get_user_pages_fast() looks up without the page-table lock: count and sequence need no more than that',
      },
    ],
  },

  {
    id: 'P4 look-up',
    quote: 'setting page_count to zero when we have control of all references, in order to hold off speculative getters',
    short: 'setting page_count to zero … to hold off speculative getters',
    source: speculativeReferences,
    readings: [
      {
        says: 'confirms',
        variant: 'reclaim-gup-fast',
        property: ['noUseAfterFree', 'noFreeUnderFault', 'reclaimable'],
        expected: 'holds',
        note: 'references that a look-up takes on trust: reclaim checks the count and makes it 0 in one step',
      },
    ],
  },
])
