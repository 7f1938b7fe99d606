/**
 * What a lockless fix of an spte must not lose: stores for the dirty log, D and A bits for the host, and write
 * protection.
 */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
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

  /**
   * What the fast path can fix does not wait for mmu_lock; with one virtual CPU, since another one might have mapped
   * the page meanwhile.
   */
  fixedWithoutWaiting: always(
    (s, p, at) =>
      !p.fastPath ||
      p.vcpus > 1 ||
      s.wants.every((access, cpu) => {
        if (access === null || at.vcpu[cpu] !== 'spin_lock(mmu_lock)') return true
        const { P, mmuWritable } = s.spte[spteOf(p, access.gfn)]
        return !P || !mmuWritable
      }),
  ),
  /** Who has been through the slow path can access the page, if it is in memory; of one virtual CPU again. */
  slowPathMaps: always((s, p, at) =>
    s.wants.every((access, cpu) => {
      if (access === null || p.vcpus > 1 || at.vcpu[cpu] !== 'spin_unlock(mmu_lock)') return true
      const { gfn, store } = access
      const { P, W } = s.spte[spteOf(p, gfn)]
      const mayMap = s.owner.some((owner, frame) => owner === gfn && !s.invalidating[frame]) && (spteOf(p, 1) === 1 || s.gpte === gfn)
      return !mayMap || (P && (W || !store || (s.tracked && gfn === trackedGfn)))
    }),
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
  bothPagesAreSent: sometimes((s, p) => !p.dirtyLog || !p.reclaim || s.buffer[1]),
  readOnlyInTheTlb: sometimes((s) => s.tlb.some((tlb) => tlb.some((entry) => entry !== null && !entry.W))),
  /** Pages that nobody has stored to since they were read, or touched since they were aged, are taken for that. */
  zappedClean: sometimes(
    (s, p, at) =>
      !p.reclaim ||
      (at.reclaim === 'kvm_flush_remote_tlbs()' && s.invalidating.some((isInvalid, frame) => isInvalid && !s.pageDirty[frame])),
  ),
  zappedUntouched: sometimes(
    (s, p, at) =>
      !p.reclaim ||
      (at.reclaim === 'kvm_flush_remote_tlbs()' && s.invalidating.some((isInvalid, frame) => isInvalid && !s.pageAccessed[frame])),
  ),
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

/** Where nothing but reclaim meets the fast path: small, and its survivors are among those of the default. */
const variant = 'reclaim-alone'

/** What one explanation is for: as it is by default, and with reclaim alone. */
const inBoth = (why: string, ...changes: readonly string[]) =>
  changes.flatMap((change) => [
    { change, why },
    { change, why, variant },
  ])
const byDefault = (why: string, ...changes: readonly string[]) => changes.map((change) => ({ change, why }))

const firstSpte = 's.spte[0] = { P: true, W: false, A: true, D: false, frame: 0, mmuWritable: true }'

export const unneeded = accepted(kvmFastPageFault, [
  ...inBoth(
    "One of the two halves touches nothing but the agent's own locals and its TLB, what only holders of mmu_lock change, or ghosts; or, with one virtual CPU, a frame that is free and that nobody else takes.",
    'step split',
  ),
  ...byDefault('By default W is set by a cmpxchg, which says whether it was.', 'another value: true → false in let isSet = true'),
  ...byDefault(
    'The spte of a direct shadow page maps no page but that of its gfn.',
    'operand left out: spte.P && s.owner[spte.frame] === gfn → spte.P',
    'always true: maps(s, s.spte[spteOf(p, gfn)], gfn)',
  ),
  ...inBoth(
    'What is not there is zapped or write-protected once more, to what it is, and the TLBs are flushed for nothing.',
    'operand left out: spte.P && s.owner[spte.frame] === gfn → s.owner[spte.frame] === gfn',
    'always false: !maps(s, old, gfn)',
    'another value: false → true in if (!maps(s, old, gfn)) return false',
  ),
  ...byDefault('What is writable is MMU-writable, and so volatile whatever its bits are.', 'operand left out: !A || (W && !D) → !A'),
  ...byDefault(
    'An xchg where a plain write would do.',
    'operand left out: W && !D → W',
    'operand left out: W && !D → !D',
    'always true: isVolatile(p, old)',
  ),
  ...byDefault(
    'A bit that the spte keeps is noted as well: the page is dirty, or accessed, anyway.',
    'operand left out: old.A && !value.A → old.A',
    'operand left out: old.D && !value.D → old.D (in updateSpte)',
  ),
  ...byDefault(
    'The TLBs are flushed for nothing.',
    "always true: change === 'zap' (2 in updateSpte)",
    'operand left out: old.D && !value.D → old.D (2 in updateSpte)',
    'operand left out: old.D && !value.D → !value.D (2 in updateSpte)',
    "always true: p.logFlush === 'after unlock' && s.buffer.some((isTaken) => isTaken)",
    "operand left out: p.logFlush === 'after unlock' && s.buffer.some((isTaken) => isTaken) → p.logFlush === 'after unlock'",
    'always true: flushes',
  ),
  ...inBoth('The TLBs are flushed for nothing.', 'always true: isZapped'),
  ...byDefault(
    'Write protection takes no D away, so no flush depends on that; KVM asks for it of changes that are not modelled.',
    'operand left out: wasWritable || (old.D && !value.D) → wasWritable',
  ),
  ...byDefault('What is zapped is not MMU-writable either, which is asked next.', 'always false: !old.P'),
  ...inBoth(
    'The guest tries again, and faults on an spte that is not there: the slow path.',
    'another value: false → true in if (!old.P) return false',
  ),
  ...byDefault(
    'There is one virtual CPU: what it has found write-protected nobody makes writable before it looks.',
    'always false: old.W',
    'another value: true → false in if (old.W) return true',
  ),
  ...byDefault(
    'What is not MMU-writable is the page table: KVM emulates stores to it, and here the guest tries again for ever, by whichever path.',
    'another value: false → true in if (!old.mmuWritable) return false',
  ),
  ...inBoth(
    'The guest tries again, and faults on an spte that is not there by then, or on the page table, which it cannot store to.',
    'always true: isDone',
  ),
  ...inBoth(
    'A page that the fast path has not made writable is marked dirty, and sent once more for nothing.',
    "always true: isSet && p.markDirty === 'after'",
    "operand left out: isSet && p.markDirty === 'after' → p.markDirty === 'after'",
  ),
  ...byDefault('A page that is mapped for a load is marked dirty, and sent once more for nothing.', 'always true: W'),
  ...inBoth(
    'There is one frame: a page that is not mapped and yet in memory is in it, so no other is free, and the guest tries again.',
    'always true: s.owner.every((owner) => owner !== gfn)',
  ),
  ...byDefault(
    'What is there and not writable is for the fast path; without it slowPathMaps notices (before-the-fast-path).',
    'operand left out: !P || (W && !isWritable) → !P',
  ),
  ...byDefault(
    'There is one virtual CPU: while it waits for mmu_lock nobody makes the spte writable that it wants to store through.',
    'operand left out: W && !isWritable → W',
  ),
  ...inBoth(
    'The hardware sets A when the guest tries again.',
    'another value: true → false in if (!P || (W && !isWritable)) s.spte[spteOf(p, gfn)] = { P: true, W, A: true, D: W, frame, mmuWrita… (2 in slowPageFault)',
  ),
  ...inBoth(
    'The fast path finds that the spte is not there, and leaves it to the slow one.',
    'always true: p.fastPath && isWriteProtection',
    'operand left out: p.fastPath && isWriteProtection → p.fastPath',
  ),
  ...byDefault(
    'A page is write-protected that no bit is set for: it costs a fault.',
    "always true: p.logOrder === 'snapshot, protect' ? s.buffer[gfn] : s.dirtyBitmap[gfn]",
  ),
  ...byDefault(
    'The next snapshot fills the buffer afresh, before anybody looks at it.',
    'left out: s.buffer[gfn] = false',
    'another value: false → true in s.buffer[gfn] = false',
  ),
  ...byDefault(
    'Stores to different variables, within one step or under mmu_lock: in which order, nobody sees.',
    `swapped: s.owner[0] = 0 ${firstSpte}`,
    'swapped: s.owner[frame] = null s.invalidating[frame] = false',
    'swapped: s.invalidating[frame] = false s.pageDirty[frame] = false',
    'swapped: s.pageDirty[frame] = false s.pageAccessed[frame] = false',
    'swapped: yield* protectForLog(s, p, 0) yield* protectForLog(s, p, 1)',
    "one step earlier: yield 'account_shadowed(gfn 0)' s.tracked = true",
  ),
  ...byDefault(
    'No fault pins a page where sptes are direct; where one does, noUnloggedStore notices (aba-gfn-pinned).',
    "lets through: until('swap the page out and free it', () => s.pins[frame] === 0)",
  ),
  ...inBoth(
    'The workload: the page begins as it is later, not mapped, aged, dirty or not MMU-writable.',
    `left out: ${firstSpte}`,
    `another value: true → false in ${firstSpte} (in init)`,
    `another value: true → false in ${firstSpte} (2 in init)`,
    `another value: false → true in ${firstSpte} (2 in init)`,
    `another value: true → false in ${firstSpte} (3 in init)`,
  ),
  ...inBoth(
    'The workload: one access less, or one more.',
    'one round less: n < p.accesses → n < p.accesses - 1',
    'comparison: n < p.accesses → n <= p.accesses',
  ),
  ...inBoth(
    'Only a ghost is told whether an access hits in the TLB: it is told of one walk less, of a store that walks to set D.',
    "always true: access === 'load' (in vcpu)",
  ),
  ...byDefault(
    'Where the access completes, the translation is in the TLB.',
    'off by one: 0 → 1 in const frame = s.tlb[cpu][at]?.frame ?? 0',
  ),
  ...inBoth(
    'The hardware drops what it faulted on, and would walk again for a store through what is read-only.',
    'left out: flush(s.tlb[cpu], at) (in vcpu)',
  ),
  ...byDefault('Two choices change their names.', "comparison: action === 'unmap' → action !== 'unmap'"),
  ...inBoth(
    'The environment: what is evicted is walked for again, and dangerous is what stays.',
    "rule left out: 'TLB eviction'",
    'swapped: when(loadHits(s.tlb[cpu], at)) flush(s.tlb[cpu], at)',
    'left out: when(loadHits(s.tlb[cpu], at))',
    'lets through: when(loadHits(s.tlb[cpu], at))',
    'left out: flush(s.tlb[cpu], at) (in TLB eviction)',
  ),
])

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
    readings: [
      { says: 'confirms', property: 'noLostDirty', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'reclaim-alone',
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'holds',
        note: 'nor does it take a migration: what reclaim alone unmaps and ages is changed by xchg',
      },
    ],
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
