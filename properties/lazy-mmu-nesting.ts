/**
 * What a task may expect of its own lazy MMU section, with the cost that Zachary Amsden claims for it (virtualization,
 * 28 Jul 2006: C1b.1) and the bugs that Linux had of it from 2009 to 2025 (P1b).
 */
import { accepted, always, claims, maximum, properties, sometimes } from 'mmucheck'
import lazyMmuNesting from '../models/lazy-mmu-nesting.ts'
import {
  amsden2006,
  arm64Comment,
  aSingleFlush,
  brodsky2025,
  gordeev2025,
  lazyInterrupts2009,
  notUpToDate,
  roberts2025,
} from './sources.ts'

export default properties(lazyMmuNesting, {
  /**
   * Once the task has left its section, memory holds all that it has set. (That nothing faults meanwhile is `assert`.)
   */
  noLostUpdate: always((s) => !s.returned || s.written.every((isSet, at) => s.pte[at] === isSet)),
  /** A CPU that is not in lazy MMU mode has nothing queued. */
  nothingQueuedOutsideTheMode: always((s) => s.deferred.every((queue, cpu) => (s.lazy[cpu] > 0 && !s.paused) || queue.length === 0)),
  /** A section that is called does not end the batching of its caller. */
  innerSectionKeepsBatching: always((s) => !s.batchingLost),
  /** Who has left all sections is not in the mode any more. */
  modeEnds: always((s) => !s.returned || s.lazy.every((sections) => sections === 0)),
  /**
   * The cost model (docs/protocols/costs.md): n updates take ⌈n / depth⌉ hypercalls, if nobody interferes. A section
   * that is called, and leaves, makes two batches of them: what comes before its end, and what after.
   */
  hypercallsAsCounted: always((s, p) => {
    if (!s.returned || p.flushBeforeRead || p.irqInsideLazy !== 'none' || p.preempt !== 'never') return true
    if (p.inner === 'nothing') return s.hypercalls === Math.trunc((p.updates + 1 + p.depth - 1) / p.depth)
    if (p.inner !== 'section' || p.nesting !== 'counted' || p.flushBeforeUse) return true
    return s.hypercalls === Math.trunc((2 + p.depth - 1) / p.depth) + Math.trunc((p.updates + p.depth - 1) / p.depth)
  }),
  /** A section takes fewer hypercalls than it has updates, which is what it is for. */
  batchingPays: always((s) => !s.returned || s.hypercalls < s.written.filter((isSet) => isSet).length),
  hypercalls: maximum((s) => s.hypercalls, { over: 'final states' }),

  /** The windows in which things go wrong are really entered. */
  somethingIsQueued: sometimes((s) => s.deferred[0].length > 0),
  /** With all that it was to set. */
  sectionIsLeft: sometimes((s) => s.returned && s.written.every((isSet, at) => isSet || at === 1 || at === 2)),
  /** With an update of the outer section queued, and none of its own yet. */
  sectionIsEnteredInside: sometimes(
    (s, p) =>
      p.inner !== 'section' || p.nesting !== 'counted' || p.depth === 1 || (s.lazy[0] === 2 && s.deferred[0].includes(0) && !s.written[1]),
  ),
  isInterruptedInside: sometimes((s, p) => p.irqInsideLazy === 'none' || (s.interrupted && s.lazy[0] > 0)),
  isPreemptedInside: sometimes((s, p) => p.preempt === 'never' || (s.on === 1 && !s.returned)),
})

/**
 * Linux' bugs that are about one CPU; those of an entry that is read again are with lazy-mmu, those of a parent entry
 * with lazy-mmu-pde.
 */
export const mails = claims(lazyMmuNesting, [
  {
    ...aSingleFlush,
    readings: [
      {
        says: 'confirms',
        settings: [
          { updates: 3, depth: 4 },
          { updates: 4, depth: 4 },
          { updates: 8, depth: 4 },
        ],
        property: 'hypercallsAsCounted',
        expected: 'holds',
        note: 'a single one as long as all fit into it, else ⌈n/4⌉ with 4 to a batch, here for n = 4, 5 and 9',
      },
      {
        says: 'confirms',
        property: ['noLostUpdate', 'nothingQueuedOutsideTheMode'],
        expected: 'holds',
        note: 'and nothing is lost, or left in the queue, once the section is left',
      },
    ],
  },

  {
    id: 'P1b flush before read',
    quote: 'would completely revert the very idea of the lazy mmu mode',
    source: gordeev2025,
    readings: [
      { says: 'contrasts', property: 'batchingPays', expected: 'holds', note: 'no entry is read' },
      {
        says: 'confirms',
        variant: 'flush-before-read',
        property: 'batchingPays',
        expected: 'violated',
        note: 'right: as many hypercalls as updates',
      },
    ],
  },

  {
    ...notUpToDate,
    readings: [
      {
        says: 'confirms',
        variant: 'fork-2011',
        property: 'assert',
        expected: 'violated',
        note: 'nor are uses of the address: fork() in lazy MMU mode, kmap_atomic(), oops (Linux commit 2cd1c8d4dc7e, 2011)',
      },
      { says: 'contrasts', variant: 'fork-2011-fixed', property: 'assert', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'kasan-paused',
        property: 'assert',
        expected: 'holds',
        note: 'pausing the mode helps as a flush does: kasan_populate_vmalloc_pte() (2025)',
      },
    ],
  },

  {
    id: 'C1b.6',
    quote:
      'I believe there is only one read hazard in the Linux mm code that has the potential to be exposed here - the explicit, rather than implicit batching makes it quite a bit easier to reason about that.',
    short: 'I believe there is only one read hazard in the Linux mm code',
    source: amsden2006,
    readings: [
      {
        says: 'refutes',
        variant: ['irq-immediate-reads-outer', 'fork-2011'],
        property: 'assert',
        expected: 'violated',
        note: 'these are others than the one that he means, which is of C1b.5; more were found in 2009 (Linux commit 4f06b0436b2d) and 2025 (restore_exclusive_pte)',
      },
    ],
  },

  {
    id: 'P1b interrupts',
    quote: 'prevents interrupt code from accidentally inheriting an outer lazy state',
    source: lazyInterrupts2009,
    readings: [
      { says: 'contrasts', variant: 'irq-inherits-lazy', property: 'assert', expected: 'violated' },
      { says: 'confirms', variant: 'irq-immediate', property: 'assert', expected: 'holds' },
    ],
  },

  {
    id: 'P1b interrupts 2',
    quote: 'Outer batched operations are left deferred',
    source: lazyInterrupts2009,
    readings: [
      {
        says: 'confirms',
        variant: 'irq-immediate-reads-outer',
        property: 'assert',
        expected: 'violated',
        note: 'so a hazard remains: an interrupt handler that reads what it has interrupted',
      },
      { says: 'contrasts', variant: 'irq-outer-flushed', property: 'assert', expected: 'holds' },
    ],
  },

  {
    id: 'P1b nesting',
    quote: 'Nesting is not permitted and the mode cannot be used in interrupt context.',
    short: 'Nesting is not permitted',
    source: roberts2025,
    readings: [
      {
        says: 'confirms',
        variant: 'nesting-bug',
        property: 'assert',
        expected: 'violated',
        note: 'what nests all the same is a BUG under Xen',
      },
    ],
  },

  {
    id: 'P1b nesting 2',
    quote:
      'flush and clear the flag such that the remainder of the work in the outer nest behaves as if outside of lazy mmu mode. This is safe and keeps tracking simple.',
    short: 'flush and clear the flag … This is safe and keeps tracking simple.',
    source: arm64Comment,
    readings: [
      {
        says: 'confirms',
        variant: 'nesting-inner-leave-ends-mode',
        property: ['assert', 'noLostUpdate', 'nothingQueuedOutsideTheMode'],
        expected: 'holds',
        note: 'safe it is',
      },
      {
        says: 'confirms',
        variant: 'nesting-inner-leave-ends-mode',
        property: 'innerSectionKeepsBatching',
        expected: 'violated',
        note: 'what follows in the outer section is not batched',
      },
    ],
  },

  {
    id: 'P1b nesting 3',
    quote:
      'disable() causes any batched architectural state to be flushed regardless of nesting. After a call to disable(), the caller can therefore rely on all previous page table modifications to have taken effect, but the lazy MMU mode may still be enabled.',
    short: 'disable() causes any batched architectural state to be flushed regardless of nesting',
    source: brodsky2025,
    readings: [
      {
        says: 'confirms',
        variant: 'nesting-counted',
        property: ['assert', 'noLostUpdate', 'nothingQueuedOutsideTheMode', 'innerSectionKeepsBatching'],
        expected: 'holds',
        note: 'what the inner section has set is there when it is left, and the outer one goes on batching',
      },
    ],
  },

  {
    id: 'P1b preemption',
    quote:
      'So the implementation must assume preemption may be enabled and cpu migration is possible; it must take steps to be robust against this.',
    short: 'preemption may be enabled … it must take steps to be robust against this',
    source: roberts2025,
    readings: [
      {
        says: 'confirms',
        variant: 'preempt-queue-left-behind',
        property: ['noLostUpdate', 'nothingQueuedOutsideTheMode'],
        expected: 'violated',
        note: 'the task goes on on another CPU, and what it has queued stays on the first',
      },
      {
        says: 'confirms',
        variant: 'preempt-flushed',
        property: ['noLostUpdate', 'nothingQueuedOutsideTheMode'],
        expected: 'holds',
        note: 'such a step: the queue is issued before the switch',
      },
    ],
  },
])

const variant = 'nesting-counted'

/** Sections inside sections, as the series of 2025 allows them. */
export const unneeded = accepted(lazyMmuNesting, [
  {
    change: "one step earlier: yield 'set_pte(pte[0])' setPte(s, p, 0)",
    variant,
    why: 'The task is alone: in this variant no interrupt and no other CPU sees where its steps end.',
  },
  {
    change: 'left out: yield* usePage(s)',
    variant,
    why: 'The use of the page is what is asserted about, not a step of the protocol: nothing depends on it.',
  },
])
