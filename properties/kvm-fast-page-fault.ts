/**
 * What a lockless fix of an spte must not lose: stores for the dirty log, D and A bits for the host, and write
 * protection.
 */
import { always, claims, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import kvmFastPageFault, { spteOf, trackedGfn } from '../models/kvm-fast-page-fault.ts'
import { kvmDirtyLog, kvmFlush2012, kvmFlush2014, kvmLocking, kvmVolatile2022, kvmXchg2022 } from './sources.ts'

export default properties(kvmFastPageFault, {
  /**
   * A page that the guest has stored to since it was sent is in the dirty bitmap, or about to be put there or to be
   * sent.
   */
  noUnloggedStore: always((s) =>
    s.unsent.every((isUnsent, gfn) => !isUnsent || s.dirtyBitmap[gfn] || s.buffer[gfn] || s.toMark.some((marked) => marked === gfn)),
  ),
  /**
   * A frame that the guest has stored to is dirty in an spte, or the host has noted it: else it is freed without being
   * written to swap.
   */
  noLostDirty: always((s) =>
    s.changed.every(
      (isChanged, frame) => !isChanged || s.pageDirty[frame] || s.spte.some((spte) => spte.P && spte.frame === frame && spte.D),
    ),
  ),
  /** A frame that the guest has touched since it was aged is accessed in an spte, or the host has noted it. */
  noLostAccessed: always((s) =>
    s.touched.every(
      (isTouched, frame) => !isTouched || s.pageAccessed[frame] || s.spte.some((spte) => spte.P && spte.frame === frame && spte.A),
    ),
  ),
  /** What has become a guest page table cannot be stored to: neither through an spte nor through a TLB. */
  protectionEffective: always(
    (s) =>
      !s.protected ||
      (s.spte.every((spte) => !spte.P || !spte.W || s.owner[spte.frame] !== trackedGfn) &&
        s.tlb.every((tlb) => tlb.every((entry, at) => entry === null || !storeHits(tlb, at) || s.owner[entry.frame] !== trackedGfn))),
  ),
  /** No spte and no TLB maps a frame that is free. */
  noUseAfterFree: always(
    (s) =>
      s.spte.every((spte) => !spte.P || s.owner[spte.frame] !== null) &&
      s.tlb.every((tlb) => tlb.every((entry) => entry === null || s.owner[entry.frame] !== null)),
  ),

  /** What is about to be put into the dirty bitmap is there before the guest goes on. */
  marksBeforeTheGuestGoesOn: always((s, _p, at) =>
    s.toMark.every((gfn, cpu) => gfn === null || (at.vcpu[cpu] !== 'guest access' && at.vcpu[cpu] !== null)),
  ),
  /** An spte maps the page of its own gfn; what is indirect, that of the guest's entry. */
  mapsItsOwnPage: always((s, p) => s.spte.every((spte, at) => !spte.P || s.owner[spte.frame] === (spteOf(p, 1) === 1 ? at : s.gpte))),
  /** Of a frame that is free nothing is noted that would be taken for the next page's. */
  freeFramesAreBlank: always((s) =>
    s.owner.every((owner, frame) => owner !== null || (!s.pageDirty[frame] && !s.pageAccessed[frame] && !s.invalidating[frame])),
  ),

  /** The windows in which things go wrong are really entered. */
  fixedWithoutTheLock: sometimes((s, p) => !p.fastPath || p.markDirty === 'before' || s.toMark.some((gfn) => gfn !== null)),
  zappedMeanwhile: sometimes((s, p) => !p.fastPath || !p.reclaim || s.fixing.some((gfn) => gfn !== null && !s.spte[spteOf(p, gfn)].P)),
  /** Frame 0 has the page of gfn 1 while a fast path is about to change the spte of gfn 0. */
  reusedMeanwhile: sometimes(
    (s, p) => !p.fastPath || !p.reclaim || p.vcpus === 1 || (s.fixing.some((gfn) => gfn === 0) && s.owner[0] === 1),
  ),
  /** The spte has become writable since a holder of mmu_lock has read it. */
  writableMeanwhile: sometimes((s, p) => !p.fastPath || (s.updating !== null && s.spte[spteOf(p, s.updating)].W)),
  pagesAreSent: sometimes((s, p) => !p.dirtyLog || s.buffer.some((isTaken) => isTaken)),
  pageTableIsProtected: sometimes((s, p) => !p.writeTracking || s.protected),
  /** What everybody is there for is done: pages are mapped, used, aged, sent, and mapped again by the slow path. */
  fixedThoughNobodyInterferes: sometimes(
    (s, p) => !p.fastPath || p.markDirty === 'before' || (s.toMark.some((gfn) => gfn !== null) && s.touched.some((isTouched) => isTouched)),
  ),
  mappedForALoad: sometimes(
    (s, p) =>
      !p.reclaim ||
      s.spte.some(
        (spte) => spte.P && !spte.W && !spte.D && spte.mmuWritable && s.owner[spte.frame] === 1 && !s.dirtyBitmap[1] && !s.buffer[1],
      ),
  ),
  mappedForAStore: sometimes(
    (s, p) =>
      !p.reclaim || s.spte.some((spte) => spte.P && spte.W && spte.D && s.owner[spte.frame] === trackedGfn && !s.changed[spte.frame]),
  ),
  storedAfterAFault: sometimes((s, p) => !p.reclaim || s.changed.some((isChanged, frame) => isChanged && s.owner[frame] === 1)),
  aged: sometimes((s, p) => !p.reclaim || s.spte.some((spte) => spte.P && !spte.A)),
  notesAreTaken: sometimes((s, p) => !p.reclaim || s.pageDirty.some((isDirty, frame) => isDirty && s.changed[frame])),
  sentAndLoggedNoMore: sometimes(
    (s, p) => !p.dirtyLog || (s.changed[0] && s.owner[0] === 0 && !s.unsent[0] && !s.dirtyBitmap[0] && !s.buffer[0]),
  ),
  /** Write tracking is of one gfn, and not of the other. */
  otherGfnStaysWritable: sometimes(
    (s, p) =>
      !p.writeTracking || !p.reclaim || (s.protected && s.spte.some((spte) => spte.P && spte.mmuWritable && s.owner[spte.frame] === 1)),
  ),
  framesAreFree: sometimes((s, p) => !p.reclaim || s.owner.every((owner) => owner === null)),
})

/** KVM's own documentation (Documentation/virt/kvm/locking.rst) and commits, of 2012 to 2022. */
export const mails = claims(kvmFastPageFault, [
  {
    id: 'KVM cmpxchg',
    quote: 'This is safe because whenever changing these bits can be detected by cmpxchg.',
    source: kvmLocking,
    readings: [
      {
        says: 'confirms',
        settings: { vcpus: 2, accesses: 2 },
        property: ['noUnloggedStore', 'noLostDirty', 'noLostAccessed', 'protectionEffective', 'noUseAfterFree'],
        expected: 'holds',
        note: 'as coded, two virtual CPUs and everybody else at once',
      },
      {
        says: 'contrasts',
        variant: 'set-w-by-plain-write',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'a plain write detects nothing: it brings back what was zapped',
      },
    ],
  },

  {
    id: 'KVM cmpxchg 2',
    quote: "MMU-writable means the gfn is writable in the guest's mmu and it is not write-protected by shadow page write-protection.",
    short: 'MMU-writable means … not write-protected by shadow page write-protection',
    source: kvmLocking,
    readings: [
      {
        says: 'confirms',
        variant: 'mmu-writable-kept',
        property: 'protectionEffective',
        expected: 'violated',
        note: 'and it detects nothing where a write protection that must stay is not told from that of the dirty log',
      },
    ],
  },

  {
    id: 'KVM ABA',
    quote:
      'The mapping from gfn to pfn may be changed since we can only ensure the pfn is not changed during cmpxchg. This is a ABA problem',
    short: 'The mapping from gfn to pfn may be changed … This is a ABA problem',
    source: kvmLocking,
    readings: [{ says: 'confirms', variant: 'aba-unguarded', property: 'noUnloggedStore', expected: 'violated' }],
  },

  {
    id: 'KVM ABA 2',
    quote: 'For direct sp, we can easily avoid it since the spte of direct sp is fixed to gfn.',
    short: 'For direct sp, we can easily avoid it',
    source: kvmLocking,
    readings: [{ says: 'confirms', variant: 'aba-direct-only', property: 'noUnloggedStore', expected: 'holds' }],
  },

  {
    id: 'KVM ABA 3',
    quote: 'A solution for indirect sp could be to pin the gfn, for example via kvm_vcpu_gfn_to_pfn_atomic, before the cmpxchg.',
    short: 'A solution for indirect sp could be to pin the gfn … before the cmpxchg',
    source: kvmLocking,
    onlyIf: 'the pinned page is compared with that of the spte',
    readings: [
      {
        says: 'confirms',
        variant: 'aba-gfn-pinned',
        property: 'noUnloggedStore',
        expected: 'holds',
        note: 'right, if the pinned page is compared with that of the spte',
      },
      {
        says: 'refutes',
        variant: 'aba-gfn-pinned-page-not-compared',
        property: 'noUnloggedStore',
        expected: 'violated',
        finding: 'pinning alone is not enough, for the spte may be of another gfn, in another page, before the page is pinned',
      },
    ],
  },

  {
    id: 'KVM volatile',
    quote:
      'In the origin code, the spte can be fast updated (non-atomically) if the spte is read-only and the Accessed bit has already been set since the Accessed bit and Dirty bit can not be lost.',
    short: 'In the origin code … the Accessed bit and Dirty bit can not be lost',
    source: kvmLocking,
    readings: [
      {
        says: 'confirms',
        variant: 'before-the-fast-path',
        property: ['noLostDirty', 'noLostAccessed', 'protectionEffective'],
        expected: 'holds',
        note: 'right, without the fast path',
      },
    ],
  },

  {
    id: 'KVM volatile 2',
    quote: 'But it is not true after fast page fault since the spte can be marked writable between reading spte and updating spte.',
    short: 'it is not true after fast page fault since the spte can be marked writable',
    source: kvmLocking,
    readings: [
      { says: 'confirms', variant: 'non-atomic-spte-update', property: 'noLostDirty', expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'non-atomic-spte-update',
        property: 'noLostAccessed',
        expected: 'holds',
        note: 'A is not lost: an spte in which it is clear was volatile before',
      },
    ],
  },

  {
    id: 'KVM volatile 3',
    quote: 'we always treat the spte as "volatile" if it can be updated out of mmu-lock',
    source: kvmLocking,
    readings: [{ says: 'confirms', property: 'noLostDirty', expected: 'holds' }],
  },

  {
    id: 'KVM volatile 4',
    quote: 'KVM _sets_ the WRITABLE bit out of mmu_lock, but never _clears_ the bit out of mmu_lock',
    short: 'KVM _sets_ the WRITABLE bit out of mmu_lock, but never _clears_ the bit',
    source: kvmVolatile2022,
    readings: [
      {
        says: 'confirms',
        variant: 'volatile-unless-writable',
        property: ['noLostDirty', 'noLostAccessed', 'protectionEffective'],
        expected: 'holds',
        note: 'so a writable spte with A and D set needs no xchg',
      },
    ],
  },

  {
    id: 'KVM volatile 5',
    quote: 'KVM can clobber the Accessed/Dirty bits and not properly tag the backing page',
    short: 'KVM can clobber the Accessed/Dirty bits',
    source: kvmXchg2022,
    readings: [
      {
        says: 'confirms',
        variant: 'tdp-mmu-before-2022',
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'violated',
        note: 'the TDP MMU wrote with plain stores',
      },
    ],
  },

  {
    id: 'KVM volatile 6',
    quote: 'dropping a Dirty bit is the only scenario where a non-atomic update could result in a functional bug',
    short: 'dropping a Dirty bit is the only … functional bug',
    source: kvmXchg2022,
    readings: [
      {
        says: 'confirms',
        variant: 'tdp-mmu-before-2022',
        property: ['noUnloggedStore', 'protectionEffective', 'noUseAfterFree'],
        expected: 'holds',
        note: 'right, as long as MMU-writable and not W is what a TLB flush depends on',
      },
    ],
  },

  {
    id: 'KVM TLB flush',
    quote:
      'Though thread B assumes the page has already been protected when it returns, the remaining TLB entry will break that assumption.',
    short: 'the remaining TLB entry will break that assumption',
    source: kvmFlush2012,
    readings: [
      {
        says: 'confirms',
        variant: 'flush-if-w',
        property: 'protectionEffective',
        expected: 'violated',
        note: 'the flush of the dirty log is still to come, and W is already clear',
      },
    ],
  },

  {
    id: 'KVM TLB flush 2',
    quote: "This patch fixes this problem by making get_dirty_log hold the mmu_lock until it flushes the TLB's.",
    short: "get_dirty_log hold the mmu_lock until it flushes the TLB's",
    source: kvmFlush2012,
    readings: [{ says: 'confirms', variant: 'flush-if-w-under-lock', property: 'protectionEffective', expected: 'holds' }],
  },

  {
    id: 'KVM TLB flush 3',
    quote: 'Now we can flush all the TLBs out of the mmu lock without TLB corruption',
    source: kvmFlush2014,
    readings: [
      {
        says: 'confirms',
        property: 'protectionEffective',
        expected: 'holds',
        note: 'because MMU-writable is what a flush depends on, not W',
      },
    ],
  },

  {
    id: 'KVM TLB flush 4',
    quote: "rmap_write_protect will find a read-only spte, even though the writable spte might be cached on a CPU's TLB",
    short: 'rmap_write_protect will find a read-only spte',
    source: kvmLocking,
    readings: [{ says: 'confirms', variant: 'flush-if-w', property: 'protectionEffective', expected: 'violated' }],
  },

  {
    id: 'KVM TLB flush 5',
    quote: 'the CPU can cache the translation as WRITABLE in the TLB despite it being seen by KVM as !WRITABLE',
    short: 'the CPU can cache the translation as WRITABLE … seen by KVM as !WRITABLE',
    source: kvmXchg2022,
    readings: [
      {
        says: 'confirms',
        variant: 'non-atomic-spte-update-flush-if-w',
        property: 'protectionEffective',
        expected: 'violated',
        note: 'W was clear when it was read, and is not when it is overwritten',
      },
    ],
  },

  {
    id: 'KVM dirty log',
    quote:
      'VCPU threads can write to the bitmap concurrently. So, to avoid losing track of dirty pages we keep the following order: 1. Take a snapshot of the bit and clear it if needed. 2. Write protect the corresponding page.',
    short: '1. Take a snapshot of the bit and clear it if needed. 2. Write protect',
    source: kvmDirtyLog,
    readings: [
      { says: 'confirms', property: 'noUnloggedStore', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'protect-before-snapshot',
        property: 'noUnloggedStore',
        expected: 'violated',
        note: 'the fast path makes the page writable between the two, and its mark is cleared with the others',
      },
      {
        says: 'contrasts',
        variant: 'mark-dirty-first',
        property: 'noUnloggedStore',
        expected: 'violated',
        note: 'the fast path has an order to keep as well: writable first, then the mark',
      },
    ],
  },

  {
    id: 'KVM dirty log 2',
    quote: 'step 4 ensures that writes done after exiting to userspace will be logged for the next call',
    short: 'writes done after exiting to userspace will be logged for the next call',
    source: kvmDirtyLog,
    readings: [{ says: 'confirms', variant: 'log-without-flush', property: 'noUnloggedStore', expected: 'violated' }],
  },
])
