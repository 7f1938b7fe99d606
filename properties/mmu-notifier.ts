import { accepted, always, alwaysPossible, claims, maximum, properties, sometimes } from 'mmucheck'
import mmuNotifier from '../models/mmu-notifier.ts'

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
  /** A fault is sent back only by an invalidation that overlaps it: one that is in progress, or that it has not seen. */
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

const reply = 'Andrea Arcangeli, linux-kernel, 31 Jan 2008'
const proposal = 'Christoph Lameter, linux-kernel, 30 Jan 2008'
const contract = 'include/linux/mmu_notifier.h, Linux commit cddb8a5c14aa, Jul 2008'
const kvm = 'virt/kvm/kvm_main.c, Linux commit e930bffe95e1, Jul 2008'

const mandatory =
  'The increased page count is _mandatory_ to safely use range_start/end called outside the locks with _end called after releasing the old page.'
const build = 'sptes will build themself the whole time until the pte_clear is called on the main linux pte.'
const contradicting =
  "So you're contradicting yourself by suggesting not to use invalidate_page and not to use a increased page count at the same time."
const stops =
  'it seems that we do not need an increased page count if we have an invalidate_range_start() that clears all the external references and stops the establishment of new ones and invalidate_range_end() that reenables new external references?'
const clutter =
  "We don't want to clutter the VM fast paths with additional locks to stop the kvm pagefault while the VM is in the _range_start/end critical section like xpmem has to do be safe."
const rmap = "And I need invalidate_page anyway for rmap.c which can't be provided as an invalidate_range and it can't sleep either."
const fillsTlb = 'the result of get_user_pages is used to fill a spte, so then the cpu will use the spte in hardware to fill its tlb'
const swapped =
  "Currently we take a page_count pin on every page mapped by sptes, but that means the pages can't be swapped whenever they're mapped by any spte because they're part of the guest working set."
const unmapFrees =
  "Furthermore a spte unmap event can immediately lead to a page to be freed when the pin is released (so requiring the same complex and relatively slow tlb_gather smp safe logic we have in zap_page_range and that can be avoided completely if the spte unmap event doesn't require an unpin of the page previously mapped in the secondary MMU)."
const core = 'Linux commit cddb8a5c14aa, Jul 2008'
const freeze = 'setting page_count to zero when we have control of all references, in order to hold off speculative getters'
const likeXpmem = 'like xpmem has to do be safe'
const worksForGru = 'What will work for GRU will work for KVM too regardless of whatever reference counting.'
const noReason = "There's no technical reason for not wanting proper reference counting other than microoptimization."
const beFree = "Each mmu-notifier user should be free to do what it think it's better/safer or more convenient"
const insidePtLock =
  'Invalidates inside PT lock will avoid the page faults to happen in parallel of my invalidates, no dependency on the page pin'
const perPte = 'ptelock only serialize access to individual ptes'
const ownLock =
  'The driver can have its own lock … needs to serialize the follow_page handler and the range_start/end calls as well as the invalidate_page callouts.'
const forbidden = 'the establishment of sptes is forbidden in the range passed to invalidate_range_begin/end for the whole duration'
const afterUnlock =
  'Increasing the sequence after the spin_unlock would be unsafe because the kvm page fault could then establish the pte after kvm_unmap_hva returned, without noticing the page is going to be freed.'
const endOrder =
  "The above sequence increase must be visible before the below count decrease but both values are read by the kvm page fault under mmu_lock spinlock so we don't need to add a smb_wmb() here in between the two."
const readOrder =
  "Both reads happen under the mmu_lock and both values are modified under mmu_lock, so there's no need of smb_rmb() here in between, otherwise mmu_notifier_count should be read before mmu_notifier_seq"

/** Two rows, of the safety that the mail speaks of and of the stronger one. */
const both = <const R extends object>(row: R) => (['noUseAfterFree', 'noStaleSpte'] as const).map((property) => ({ ...row, property }))

/**
 * What the sentences come to. Not here, because no state of this model tells: what is "measurable" or "a major issue"
 * for performance; "natural and zero additional cost"; the cost of references (one atomic increment and decrement per
 * spte). That there are no more "fault retries" than "overlapping invalidations" (docs/protocols/costs.md) holds of a
 * sequence; where a count blocks it is true of each attempt only: a guest that comes again at once is sent back as
 * often as it comes while one range is being invalidated. `mostRetries` says so.
 */
export const mails = claims(mmuNotifier, [
  { id: 'C4.1', quote: mandatory, source: reply, variant: 'kvm-january-2008', property: 'noUseAfterFree', expected: 'holds' },
  {
    id: 'C4.1',
    quote: mandatory,
    source: reply,
    variant: 'kvm-january-2008',
    property: 'noStaleSpte',
    expected: 'violated',
    reading: 'the reference keeps the page, not the translation: a fault installs an spte after range_end()',
  },
  {
    id: 'C4.1',
    quote: mandatory,
    source: reply,
    variant: 'rusty-minimal',
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: "Rusty Russell's minimal patch of April 2008 flushes at range_end() only",
  },
  { id: 'C4.1', quote: mandatory, source: reply, variant: 'rusty-minimal', property: 'noStaleSpte', expected: 'violated' },
  ...(['kvm-january-2008', 'rusty-minimal'] as const).flatMap((variant) => [
    {
      id: 'C4.1',
      quote: fillsTlb,
      source: reply,
      variant,
      settings: { guestTlb: 'flush-put' as const },
      property: 'noUseAfterFree',
      expected: 'holds' as const,
      reading: 'with a TLB below the sptes the reference is enough if it is put after the TLB is flushed',
    },
    {
      id: 'C4.1',
      quote: unmapFrees,
      source: core,
      variant,
      settings: { guestTlb: 'put-flush' as const },
      property: 'noUseAfterFree',
      expected: 'violated' as const,
      reading: 'not if it is put before: at range_end() the reference of the spte is the last one',
    },
  ]),
  {
    id: 'C4.1',
    quote: unmapFrees,
    source: core,
    variant: 'kvm-july-2008-guest-tlb',
    settings: { guestTlb: 'put-flush' },
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'where sptes hold no reference there is nothing to put first',
  },
  {
    id: 'C4.1',
    quote: mandatory,
    source: reply,
    variant: 'contradiction',
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'confirmed where nothing blocks faults',
  },
  {
    id: 'C4.1',
    quote: mandatory,
    source: reply,
    variant: 'kvm-july-2008',
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'refuted as it stands: with count and sequence, which KVM has had ever since, no reference is needed',
  },

  { id: 'C4.2', quote: build, source: reply, variant: 'kvm-january-2008', property: 'sptesStayZapped', expected: 'violated' },
  { id: 'C4.2', quote: build, source: reply, variant: 'contradiction', property: 'sptesStayZapped', expected: 'violated' },
  {
    id: 'C4.2',
    quote: build,
    source: reply,
    variant: 'naive-flag',
    property: 'sptesStayZapped',
    expected: 'violated',
    reading: 'a fault that has passed the flag is not stopped by it',
  },
  ...(['count-only', 'kvm-july-2008', 'xpmem', 'gru'] as const).map((variant) => ({
    id: 'C4.2',
    quote: build,
    source: reply,
    variant,
    property: 'sptesStayZapped',
    expected: 'holds' as const,
    reading: 'not if faults are blocked',
  })),

  ...both({
    id: 'C4.3',
    quote: contradicting,
    source: reply,
    variant: 'contradiction',
    expected: 'violated',
    reading: 'confirmed if faults are not blocked, which is not what was proposed',
  }),
  {
    id: 'C4.3',
    quote: contradicting,
    source: reply,
    variant: 'invalidate-page-without-seq',
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'invalidate_page() alone does not help: the fault in flight installs its spte after it',
  },
  {
    id: 'C4.3',
    quote: contradicting,
    source: reply,
    variant: 'invalidate-page-without-seq',
    property: 'noStaleSpte',
    expected: 'violated',
  },
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'naive-flag',
    expected: 'violated',
    reading: 'a flag that a fault tests when it starts does not stop the fault in flight',
  }),
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'count-only',
    expected: 'violated',
    reading: 'the whole range may be over between lookup and installation',
  }),
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'seq-at-end',
    expected: 'violated',
    reading: 'the spte is installed after the page was freed, and before range_end()',
  }),
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'seq-at-start',
    expected: 'violated',
    reading: 'a fault that starts after range_start() sees no further increase',
  }),
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'kvm-july-2008',
    expected: 'holds',
    reading: 'no contradiction: count and sequence together stop every fault that overlaps',
  }),
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'seq-after-gup',
    expected: 'violated',
    reading: 'the sequence has to be sampled before get_user_pages()',
  }),
  {
    id: 'C4.3',
    quote: ownLock,
    source: 'Christoph Lameter, linux-mm, 2008',
    variant: 'xpmem',
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'if the driver holds it from range_start() to range_end(), and across lookup and installation',
  },
  ...both({ id: 'C4.3', quote: likeXpmem, source: reply, variant: 'xpmem', expected: 'holds' }),
  {
    id: 'C4.3',
    quote: clutter,
    source: reply,
    variant: 'xpmem',
    property: 'faultsNeverWaitForARange',
    expected: 'violated',
    reading: 'what such a lock costs: a fault waits until the whole range is over',
  },
  {
    id: 'C4.3',
    quote: clutter,
    source: reply,
    variant: 'kvm-july-2008',
    property: 'faultsNeverWaitForARange',
    expected: 'holds',
    vacuous: 'nobody takes such a lock',
    reading: 'what was found half a year later costs no such lock: a fault never waits, and is sent back at most',
  },
  ...both({
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'gru',
    expected: 'holds',
    reading: 'the flag is enough if hardware cancels what was faulted before the invalidation',
  }),
  {
    id: 'C4.3',
    quote: stops,
    source: proposal,
    variant: 'gru',
    property: 'noFreeUnderFault',
    expected: 'violated',
    reading: 'follow_page() lets the page be freed under the fault: only the cancelled dropin saves it',
  },
  { id: 'C4.3', quote: stops, source: proposal, variant: 'gru-without-cancel', property: 'noUseAfterFree', expected: 'violated' },

  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-pinned',
    property: 'spteCanGo',
    expected: 'violated',
    reading: 'with page references: without invalidate_page() nothing in Linux takes the spte away: pinned while mapped',
  },
  ...(['spteCanGo', 'reclaimable'] as const).map((property) => ({
    id: 'C4.4',
    quote: swapped,
    source: core,
    variant: 'reclaim-pinned',
    settings: { recycling: true },
    property,
    expected: 'holds' as const,
    reading: 'pinned while mapped, and not for ever: until KVM recycles the shadow page, which it does for reasons of its own',
  })),
  { id: 'C4.4', quote: swapped, source: core, variant: 'reclaim-pinned', property: 'reclaimable', expected: 'violated' },
  { id: 'C4.4', quote: rmap, source: reply, variant: 'reclaim-pinned', property: 'noUseAfterFree', expected: 'holds' },
  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-unnotified',
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'without page references: an spte that was there before is never told',
  },
  { id: 'C4.4', quote: rmap, source: reply, variant: 'reclaim-with-references', property: 'noUseAfterFree', expected: 'holds' },
  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-with-references',
    property: 'reclaimable',
    expected: 'holds',
    reading: 'if the user touches the page once more: a fault in flight may pin it after invalidate_page()',
  },
  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-without-seq',
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'without page references invalidate_page() needs the sequence',
  },
  { id: 'C4.4', quote: rmap, source: reply, variant: 'reclaim', property: 'noUseAfterFree', expected: 'holds' },
  { id: 'C4.4', quote: rmap, source: reply, variant: 'reclaim', property: 'reclaimable', expected: 'holds' },
  ...(['noUseAfterFree', 'reclaimable'] as const).map((property) => ({
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-as-range',
    property,
    expected: 'holds' as const,
    reading: 'refuted by what came later: since 2017 rmap.c tells of a range, and invalidate_page() is gone',
  })),
  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-as-range',
    settings: { block: 'none' },
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'it has to block faults then, as for any other range',
  },
  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    variant: 'reclaim-as-range',
    settings: { block: 'driverMutex' },
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'and it may sleep: its locks became mutexes, so that a driver may take one too',
  },
  {
    id: 'C4.4',
    quote: rmap,
    source: reply,
    settings: { operation: 'reclaim', block: 'driverMutex' },
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: '"it can\'t sleep either": a mutex, which is enough for ranges, cannot be taken here',
  },

  ...(['kvm-july-2008', 'xpmem', 'andrea-v5', 'gru', 'seq-at-invalidate-page'] as const).flatMap((variant) =>
    (['noUseAfterFree', 'noStaleSpte'] as const).map((property) => ({
      id: 'C4.5',
      quote: worksForGru,
      source: reply,
      variant,
      settings: { pageRefHeld: true },
      property,
      expected: 'holds' as const,
      reading: 'whatever is safe without references is safe with them',
    })),
  ),

  {
    id: 'C4.6',
    quote: noReason,
    source: reply,
    variant: 'kvm-january-2008',
    property: 'spteCanGo',
    expected: 'violated',
    reading: 'there is one: a stale spte pins its page while it is mapped, where a sequence would have kept the spte out',
  },
  {
    id: 'C4.6',
    quote: noReason,
    source: reply,
    variant: 'kvm-january-2008',
    settings: { recycling: true },
    property: 'spteCanGo',
    expected: 'holds',
    reading: 'until KVM recycles the shadow page',
  },
  { id: 'C4.6', quote: noReason, source: reply, variant: 'kvm-july-2008', property: 'reclaimable', expected: 'holds' },

  ...both({ id: 'C4.7', quote: insidePtLock, source: reply, variant: 'andrea-v5', expected: 'holds' }),
  {
    id: 'C4.7',
    quote: insidePtLock,
    source: reply,
    variant: 'andrea-v5',
    settings: { installUnder: 'mmuLock' },
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'the fault has to look up and install inside the page-table lock as well',
  },
  {
    id: 'C4.7',
    quote: perPte,
    source: 'Christoph Lameter, linux-kernel, 31 Jan 2008',
    variant: 'andrea-v5',
    settings: { pages: 2 },
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'two page-table locks, one invalidate_page() under each: every entry is safe on its own',
  },
  {
    id: 'C4.7',
    quote: perPte,
    source: 'Christoph Lameter, linux-kernel, 31 Jan 2008',
    variant: 'andrea-v5',
    settings: { invalidatePage: 'never', startFlush: true, endFlush: true },
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'what is done for the range, outside the page-table locks, is not protected by them',
  },

  ...(
    [
      ['kvm-july-2008', 'counts'],
      ['kvm-january-2008', 'blocks'],
      ['gru', 'counts'],
      ['xpmem', 'blocks'],
    ] as const
  ).map(([variant, secondUser]) => ({
    id: 'C4.8',
    quote: beFree,
    source: reply,
    variant,
    settings: { secondUser },
    property: 'noUseAfterFree',
    expected: 'holds' as const,
    reading: 'two drivers on one mm, each with its own means: neither has to know of the other',
  })),
  ...(['kvm-july-2008', 'kvm-january-2008'] as const).map((variant) => ({
    id: 'C4.8',
    quote: beFree,
    source: reply,
    variant,
    settings: { secondUser: 'neither' as const },
    property: 'noUseAfterFree',
    expected: 'violated' as const,
    reading: 'each has to do something: what one does protects only its own sptes',
  })),
  {
    id: 'C4.8',
    quote: beFree,
    source: reply,
    variant: 'kvm-july-2008',
    settings: { secondUser: 'counts' },
    property: 'reclaimable',
    expected: 'violated',
    reading: 'and what one does is felt by all: its references pin the page that the other would let go',
  },

  { id: 'P4 contract', quote: forbidden, source: contract, variant: 'kvm-july-2008', property: 'sptesStayZapped', expected: 'holds' },
  {
    id: 'P4 cost',
    quote: 'fault retries ≤ #overlapping invalidations',
    source: 'the cost model, docs/protocols/costs.md',
    variant: 'seq-at-invalidate-page',
    property: 'retriesNeedInvalidations',
    expected: 'holds',
  },
  {
    id: 'P4 cost',
    quote: 'fault retries ≤ #overlapping invalidations',
    source: 'the cost model, docs/protocols/costs.md',
    variant: 'reclaim',
    settings: { block: 'seqAtInvalidatePage' },
    property: 'retriesNeedInvalidations',
    expected: 'holds',
  },
  ...both({ id: 'P4 sequence', quote: afterUnlock, source: kvm, variant: 'seq-at-invalidate-page', expected: 'holds' }),
  ...both({ id: 'P4 sequence', quote: afterUnlock, source: kvm, variant: 'seq-after-unlock', expected: 'violated' }),
  {
    id: 'P4 sequence',
    quote: afterUnlock,
    source: kvm,
    variant: 'seq-before-lock',
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'before the lock is as good',
  },
  {
    id: 'P4 order',
    quote: endOrder,
    source: kvm,
    settings: { endOrder: 'count-seq' },
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'under the lock the order does not matter',
  },
  {
    id: 'P4 order',
    quote: readOrder,
    source: 'mmu_notifier_retry(), Linux commit e930bffe95e1, Jul 2008',
    variant: 'lockless-end',
    property: 'noUseAfterFree',
    expected: 'holds',
    reading: 'if range_end() took no lock: sequence before count, and count read before sequence',
  },
  ...(['lockless-end-seq-read-first', 'lockless-end-count-first', 'lockless-end-both-swapped'] as const).map((variant) => ({
    id: 'P4 order',
    quote: readOrder,
    source: 'mmu_notifier_retry(), Linux commit e930bffe95e1, Jul 2008',
    variant,
    property: 'noUseAfterFree',
    expected: 'violated' as const,
    reading: 'if range_end() took no lock: any other order',
  })),
  ...both({
    id: 'P4 look-up',
    quote: readOrder,
    source: 'mmu_notifier_retry(), Linux commit e930bffe95e1, Jul 2008',
    variant: 'kvm-july-2008-gup-fast',
    expected: 'holds',
    reading: 'get_user_pages_fast() looks up without the page-table lock: count and sequence need no more than that',
  }),
  ...both({
    id: 'P4 look-up',
    quote: afterUnlock,
    source: kvm,
    variant: 'seq-at-invalidate-page-gup-fast',
    expected: 'holds',
    reading: 'so does a sequence alone, if invalidate_page() comes after the entry is cleared',
  }),
  ...(['noUseAfterFree', 'noFreeUnderFault', 'reclaimable'] as const).map((property) => ({
    id: 'P4 look-up',
    quote: freeze,
    source: 'Linux commit e286781d5f2e, Jul 2008',
    variant: 'reclaim-gup-fast',
    property,
    expected: 'holds' as const,
    reading: 'references that a look-up takes on trust: reclaim checks the count and makes it 0 in one step',
  })),
])
