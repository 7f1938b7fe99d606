/**
 * What must hold of lazy MMU mode, with the claims of Zachary Amsden that it settles (virtualization, 28 Jul 2006;
 * linux-kernel, 11 Aug 2006): C1b.2 (leave before the unlock), C1b.5 (the read hazard) and C1b.7 (drain, then flush the
 * TLB, then free). And his doubt of 2008 about A and D (C0.1), asked of his own design.
 */
import { accepted, always, claims, type ParamsOf, properties, type StateOf, sometimes } from 'mmucheck'
import type { Pte } from 'mmucheck/mmu'
import lazyMmu from '../models/lazy-mmu.ts'
import { amsden2006, amsdenPatch2006, aSingleFlush, fizzlingBits, gordeev2025, notUpToDate, preservedOnCommit } from './sources.ts'

type State = StateOf<typeof lazyMmu>
type Params = ParamsOf<typeof lazyMmu>

const atRest = (s: State, p: Params): boolean =>
  s.ptl.owner === null && (p.fork === 'none' || s.childPtl.owner === null) && s.deferred.every((queue) => queue.length === 0)

const isUpToDate = (table: Pte[], s: State): boolean =>
  table.every((entry, at) => entry.P === s.written[at].P && entry.W === s.written[at].W)

export default properties(lazyMmu, {
  /**
   * C1b.5, C1b.2: with the lock free and nothing queued, memory (and the shadow, if there is one) holds all that the
   * kernel has done.
   */
  noLostUpdate: always((s, p) => !atRest(s, p) || (isUpToDate(s.pte, s) && (p.mode === 'direct' || isUpToDate(s.shadow, s)))),
  /** C1b.7: no freed page can be reached, neither by a walk nor through the TLB. */
  noUseAfterFree: always(
    (s, p) =>
      s.pte.every((entry) => !entry.P || !s.freed[entry.frame]) &&
      (p.mode === 'direct' || s.shadow.every((entry) => !entry.P || !s.freed[entry.frame])) &&
      s.tlb.every((entry) => entry === null || !s.freed[entry.frame]),
  ),
  /** C1b.2: whoever takes the lock finds a page table to which nothing is still to be added. */
  nothingQueuedOutsideTheLock: always((s, p) =>
    s.deferred.every((queue, cpu) => queue.every(({ at }) => (at < p.ptes ? s.ptl.owner : s.childPtl.owner) === cpu)),
  ),
  /** C0.1, of lazy MMU mode: what user code has stored is not forgotten, once nothing is queued. */
  noLostDirty: always((s, p) => !atRest(s, p) || s.pte.every((entry, at) => entry.D || !s.stored[at] || !s.written[at].P)),
  /** Nor is that it has touched a page since that was aged. */
  noLostAccessed: always((s, p) => !atRest(s, p) || s.pte.every((entry, at) => entry.A || s.touched[at] !== 'since' || !s.written[at].P)),
  /** A page that was aged is old until user code touches it again. */
  agingTakesEffect: always((s, p) => !atRest(s, p) || s.pte.every((entry, at) => !entry.A || s.touched[at] !== 'not since')),

  /** The windows in which things go wrong are really entered. */
  hypercallFills: sometimes((s, p) => s.deferred.some((queue) => queue.length === Math.min(p.depth, p.ptes))),
  hardwareUsesAnEntryBeingCleared: sometimes((s) =>
    s.deferred.some((queue) => queue.some((update) => !update.value.P && s.tlb[update.at] !== null)),
  ),
  pageIsUsedInASection: sometimes((s, p) => s.ptl.owner !== null && (p.userStores ? s.stored[0] && s.pte[0].D : s.tlb[0] !== null)),
  /** And no longer in the TLB, which aging does not flush: so the next touch is noticed. */
  pageIsOldAgain: sometimes(
    (s, p) =>
      atRest(s, p) &&
      s.written[0].P &&
      !s.pte[0].A &&
      s.tlb[0] === null &&
      (s.stored[0] || !p.userStores || p.rmw === 'preserving A and D'),
  ),
  writeProtectedPageIsRead: sometimes((s) => s.tlb[0] !== null && !s.tlb[0].W),
  everyTableHasUpdatesQueued: sometimes((s, p) =>
    s.deferred.some((queue) => queue.some(({ at }) => at < p.ptes) && (p.fork === 'none' || queue.some(({ at }) => at >= p.ptes))),
  ),
  pagesAreFreed: sometimes((s) => s.freed.every((freed) => freed)),
})

/**
 * What the sentences come to. C1b.3 and C1b.4 are with lazy-mmu-pde. How many read hazards Linux has (C1b.6) is a
 * matter of counting its code, not of a protocol: what is settled is that every read of a queued entry is one.
 */
export const mails = claims(lazyMmu, [
  {
    ...aSingleFlush,
    readings: [
      {
        says: 'confirms',
        variant: 'flush-before-read',
        property: 'nothingQueuedOutsideTheLock',
        expected: 'holds',
        note: 'safe if the mode is left before the lock is given back',
      },
    ],
  },

  {
    id: 'C1b.2',
    quote:
      'enter / leave must happen under protection of the page table locks … otherwise, you end up with stale state in the batched hypercall, which other CPUs can race ahead of',
    short: 'enter / leave must happen under protection of the page table locks',
    source: amsdenPatch2006,
    readings: [
      { says: 'confirms', variant: 'flush-before-read', property: 'noLostUpdate', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'drain-after-unlock',
        property: 'noLostUpdate',
        expected: 'violated',
        note: "another CPU's update is overwritten by an older one",
      },
      { says: 'confirms', variant: 'drain-after-unlock', property: 'nothingQueuedOutsideTheLock', expected: 'violated' },
      {
        says: 'confirms',
        variant: 'drain-after-unlock',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'an entry that was unmapped and freed comes back',
      },
      {
        says: 'confirms',
        variant: 'shadow-drain-after-unlock',
        property: 'noLostUpdate',
        expected: 'violated',
        note: 'the shadow is overwritten by an older update, and stays wrong',
      },
    ],
  },

  {
    id: 'C1b.5',
    quote: 'One remaining issue for deferring direct page table updates is the read hazard potential.',
    short: 'One remaining issue … is the read hazard potential',
    source: amsden2006,
    readings: [
      {
        says: 'confirms',
        property: 'noLostUpdate',
        expected: 'violated',
        note: 'the second change starts from what the first one has not written yet',
      },
      { says: 'confirms', settings: { cpus: 1 }, property: 'noLostUpdate', expected: 'violated', note: 'on one CPU too' },
      { says: 'contrasts', variant: 'flush-before-read', property: 'noLostUpdate', expected: 'holds' },
      {
        says: 'contrasts',
        settings: { updates: 1 },
        property: 'noLostUpdate',
        expected: 'holds',
        note: 'a section that reads no entry after it has queued an update has none',
      },
      {
        says: 'confirms',
        variant: 'shadow',
        property: 'noLostUpdate',
        expected: 'holds',
        note: 'direct page tables only: with shadow page tables the memory is written at once',
      },
    ],
  },

  {
    id: 'C1b.6b',
    quote: 'lazy mmu save is not observed',
    source: gordeev2025,
    readings: [
      {
        says: 'confirms',
        property: 'noLostUpdate',
        expected: 'violated',
        note: 'copy_nonpresent_pte(): restore_exclusive_pte() queues an entry, and the caller reads it',
      },
    ],
  },

  {
    ...notUpToDate,
    readings: [
      {
        says: 'contrasts',
        settings: { ptes: 1, flushBeforeRead: true },
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'not said in so many words: the hardware reads too, so drain, then flush the TLB, then free',
      },
      {
        says: 'confirms',
        variant: 'flush-tlb-before-drain',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'the walker fills the TLB again from the entry whose clearing is queued',
      },
      {
        says: 'contrasts',
        variant: 'tlb-flush-queued',
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'a TLB flush that is queued behind the updates comes after them, wherever it is called',
      },
      { says: 'confirms', variant: ['free-before-drain', 'free-before-tlb-flush'], property: 'noUseAfterFree', expected: 'violated' },
      {
        says: 'confirms',
        settings: [
          { ptes: 1, flushBeforeRead: true, orderAtZap: 'free-drain-tlbFlush' },
          { ptes: 1, flushBeforeRead: true, orderAtZap: 'free-tlbFlush-drain' },
        ],
        property: 'noUseAfterFree',
        expected: 'violated',
      },
    ],
  },

  {
    ...fizzlingBits,
    onlyIf: 'the entry is read and written back plainly',
    readings: [
      {
        says: 'confirms',
        variant: 'stores',
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'violated',
        note: 'asked of his own design of 2006: what the hardware sets while an update is queued, the update takes away',
      },
      {
        says: 'confirms',
        variant: 'stores',
        settings: { mode: 'shadow' },
        property: 'noLostDirty',
        expected: 'violated',
        note: 'with shadow page tables too',
      },
      {
        says: 'refutes',
        variant: 'stores-shadow-xchg',
        property: ['noLostDirty', 'noLostAccessed', 'agingTakesEffect'],
        expected: 'holds',
        note: "with shadow page tables it is the hypervisor that sets the bits, in the guest's entry, and an xchg is enough",
      },
      {
        says: 'refutes',
        variant: 'stores-xchg',
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'holds',
        note: 'so it is with direct ones, where the hardware sets them',
      },
    ],
  },

  {
    ...preservedOnCommit,
    readings: [
      {
        says: 'confirms',
        variant: 'stores-xchg',
        property: ['noLostDirty', 'noLostAccessed', 'agingTakesEffect'],
        expected: 'holds',
        note: 'the first of the two states: the entry is not present until its update is issued',
      },
      {
        says: 'confirms',
        variant: 'stores-preserving',
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'holds',
        note: 'the second: no IPI, and no trap for each entry',
      },
      {
        says: 'contrasts',
        variant: 'stores-preserving',
        property: 'agingTakesEffect',
        expected: 'violated',
        note: 'which is no way to age a page: the A that is to go is preserved',
      },
    ],
  },

  {
    id: 'P1b fork',
    quote: 'In the fork case, there can be two page tables being updated because of COW',
    source: amsden2006,
    readings: [
      {
        says: 'confirms',
        variant: 'fork',
        property: ['noLostUpdate', 'noUseAfterFree'],
        expected: 'holds',
        note: 'both can be updated in one section',
      },
    ],
  },

  {
    id: 'P1b locks',
    quote: 'This mode can only be entered and left under the protection of the page table locks for all page tables which may be modified.',
    short: 'can only be entered and left under the protection of the page table locks for all page tables',
    source: amsdenPatch2006,
    readings: [
      {
        says: 'confirms',
        variant: 'fork',
        property: ['noLostUpdate', 'noUseAfterFree', 'nothingQueuedOutsideTheLock'],
        expected: 'holds',
        note: 'left under both locks',
      },
      {
        says: 'confirms',
        variant: 'fork-leave-after-parent-unlock',
        property: ['noLostUpdate', 'noUseAfterFree'],
        expected: 'violated',
        note: "under that of the child alone: munmap() unmaps the parent's page, and the update that is queued maps it again",
      },
      {
        says: 'confirms',
        variant: 'fork-leave-after-child-unlock',
        property: 'noLostUpdate',
        expected: 'violated',
        note: "nor under that of the parent alone: reclaim takes the child's entry for empty",
      },
    ],
  },

  {
    id: 'P1b hooks',
    quote:
      "so we don't have to add 4 different sets of hooks to Linux (UP / SMP want slightly different batching models, as might also shadow/direct).",
    short: "we don't have to add 4 different sets of hooks",
    source: amsden2006,
    readings: [
      {
        says: 'confirms',
        settings: [
          { cpus: 1, flushBeforeRead: true },
          { cpus: 1, mode: 'shadow', flushBeforeRead: true },
          { flushBeforeRead: true },
          { mode: 'shadow', flushBeforeRead: true },
        ],
        property: 'noLostUpdate',
        expected: 'holds',
        note: 'one set does, for entries of page tables: enter, leave and flush, under the lock, on one CPU and on two, direct and shadow',
      },
      {
        says: 'contrasts',
        settings: [{ cpus: 1, mode: 'shadow' }, { mode: 'shadow' }],
        property: 'noLostUpdate',
        expected: 'holds',
        note: 'of these three, shadow page tables can do without the flush',
      },
    ],
  },
])

const variant = 'stores-xchg'

/** Xen's own answer to the doubt about A and D: all are asked about, and the mode of the kernel is direct. */
export const unneeded = accepted(lazyMmu, [
  {
    change: 'always false: !old.P',
    variant,
    why: 'pte_wrprotect and pte_mkold only take bits away, so an entry that is empty stays empty. It is queued and written for nothing.',
  },
  {
    change: 'step split',
    variant,
    why: "One of the two halves touches nothing that another agent looks at: the CPU's own locals and queue, and what properties alone read.",
  },
  {
    change: 'another value: false → true in let flushQueued = false',
    variant,
    why: 'The drain then flushes the TLB, and the flush after it does so once more.',
  },
  { change: 'one round less: n < p.updates → n < p.updates - 1', variant, why: 'One update in a section, not two: a smaller workload.' },
  {
    change: 'comparison: n < p.updates → n <= p.updates',
    variant,
    why: 'Three updates in a section, not two: a larger workload.',
  },
  ...(
    [
      'another value: false → true in s.pte[at] = { P: true, W: true, A: false, D: false, frame: at } (in init)',
      'another value: false → true in s.pte[at] = { P: true, W: true, A: false, D: false, frame: at } (2 in init)',
    ] as const
  ).map((change) => ({
    change,
    variant,
    why: 'The page was used before the first step: what must be kept are the bits that a walk has set since.',
  })),
  ...(['left out', 'lets through'] as const).map((kind) => ({
    change: `${kind}: when(loadHits(s.tlb, page))`,
    variant,
    why: 'To evict what is not in the TLB changes nothing.',
  })),
])
