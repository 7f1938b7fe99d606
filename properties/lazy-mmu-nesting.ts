/**
 * What a task may expect of its own lazy MMU section, with the cost that Zachary Amsden claims for it (virtualization,
 * 28 Jul 2006: C1b.1) and the bugs that Linux had of it from 2009 to 2025 (P1b).
 */
import { accepted, always, claims, maximum, properties, sometimes } from 'mmucheck'
import lazyMmuNesting from '../models/lazy-mmu-nesting.ts'

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

const batching =
  'we use the lazy state information to defer all the MMU hypercalls into a single flush, which happens when leaving lazy MMU mode'
const mail = 'Zachary Amsden, virtualization, 28 Jul 2006'
const rawPointer = 'reads though a raw PTE pointer after it has been modified are not guaranteed to be up to date'
const patch = 'Zachary Amsden, linux-kernel, 11 Aug 2006'
const inherits = 'prevents interrupt code from accidentally inheriting an outer lazy state'
const left = 'Outer batched operations are left deferred'
const revert = 'would completely revert the very idea of the lazy mmu mode'
const gordeev = 'Alexander Gordeev, linux-mm, 10 Apr 2025'
const noNesting = 'Nesting is not permitted and the mode cannot be used in interrupt context.'
const robust =
  'So the implementation must assume preemption may be enabled and cpu migration is possible; it must take steps to be robust against this.'
const roberts = 'Linux commit 691ee97e1a9d (Ryan Roberts, 2025), include/linux/pgtable.h'
const outerNest =
  'flush and clear the flag such that the remainder of the work in the outer nest behaves as if outside of lazy mmu mode. This is safe and keeps tracking simple.'
const arm64 = 'comment in arch/arm64/include/asm/pgtable.h, 2025'
const permitted =
  'disable() causes any batched architectural state to be flushed regardless of nesting. After a call to disable(), the caller can therefore rely on all previous page table modifications to have taken effect, but the lazy MMU mode may still be enabled.'
const brodsky = 'Kevin Brodsky, linux-mm, 2025, include/linux/pgtable.h'
const irqPatch = 'Linux commit b8bcfe997e46 (2009)'

/**
 * Linux' bugs that are about one CPU; those of an entry that is read again are with lazy-mmu, those of a parent entry
 * with lazy-mmu-pde.
 */
export const mails = claims(lazyMmuNesting, [
  ...([3, 4, 8] as const).map((updates) => ({
    id: 'C1b.1',
    quote: batching,
    source: mail,
    settings: { updates, depth: 4 },
    property: 'hypercallsAsCounted',
    expected: 'holds' as const,
    reading: `a single one as long as all fit into it, else ⌈n/4⌉ with 4 to a batch, here for n = ${updates + 1}`,
  })),
  { id: 'P1b flush before read', quote: revert, source: gordeev, property: 'batchingPays', expected: 'holds', reading: 'no entry is read' },
  {
    id: 'P1b flush before read',
    quote: revert,
    source: gordeev,
    variant: 'flush-before-read',
    property: 'batchingPays',
    expected: 'violated',
    reading: 'right: as many hypercalls as updates',
  },
  {
    id: 'C1b.7',
    quote: rawPointer,
    source: patch,
    variant: 'fork-2011',
    property: 'assert',
    expected: 'violated',
    reading: 'nor are uses of the address: fork() in lazy MMU mode, kmap_atomic(), oops (Linux commit 2cd1c8d4dc7e, 2011)',
  },
  { id: 'C1b.7', quote: rawPointer, source: patch, variant: 'fork-2011-fixed', property: 'assert', expected: 'holds' },
  {
    id: 'C1b.7',
    quote: rawPointer,
    source: patch,
    variant: 'kasan-paused',
    property: 'assert',
    expected: 'holds',
    reading: 'pausing the mode helps as a flush does: kasan_populate_vmalloc_pte() (2025)',
  },
  { id: 'P1b interrupts', quote: inherits, source: irqPatch, variant: 'irq-inherits-lazy', property: 'assert', expected: 'violated' },
  { id: 'P1b interrupts', quote: inherits, source: irqPatch, variant: 'irq-immediate', property: 'assert', expected: 'holds' },
  {
    id: 'P1b interrupts',
    quote: left,
    source: irqPatch,
    variant: 'irq-immediate-reads-outer',
    property: 'assert',
    expected: 'violated',
    reading: 'so a hazard remains: an interrupt handler that reads what it has interrupted',
  },
  { id: 'P1b interrupts', quote: left, source: irqPatch, variant: 'irq-outer-flushed', property: 'assert', expected: 'holds' },
  ...(['noLostUpdate', 'nothingQueuedOutsideTheMode'] as const).map((property) => ({
    id: 'C1b.1',
    quote: batching,
    source: mail,
    property,
    expected: 'holds' as const,
    reading: 'and nothing is lost, or left in the queue, once the section is left',
  })),
  {
    id: 'P1b nesting',
    quote: noNesting,
    source: roberts,
    variant: 'nesting-bug',
    property: 'assert',
    expected: 'violated',
    reading: 'what nests all the same is a BUG under Xen',
  },
  ...(['assert', 'noLostUpdate', 'nothingQueuedOutsideTheMode'] as const).map((property) => ({
    id: 'P1b nesting',
    quote: outerNest,
    source: arm64,
    variant: 'nesting-inner-leave-ends-mode',
    property,
    expected: 'holds' as const,
    reading: 'safe it is',
  })),
  {
    id: 'P1b nesting',
    quote: outerNest,
    source: arm64,
    variant: 'nesting-inner-leave-ends-mode',
    property: 'innerSectionKeepsBatching',
    expected: 'violated',
    reading: 'what follows in the outer section is not batched',
  },
  ...(['assert', 'noLostUpdate', 'nothingQueuedOutsideTheMode', 'innerSectionKeepsBatching'] as const).map((property) => ({
    id: 'P1b nesting',
    quote: permitted,
    source: brodsky,
    variant: 'nesting-counted',
    property,
    expected: 'holds' as const,
    reading: 'what the inner section has set is there when it is left, and the outer one goes on batching',
  })),
  ...(['noLostUpdate', 'nothingQueuedOutsideTheMode'] as const).map((property) => ({
    id: 'P1b preemption',
    quote: robust,
    source: roberts,
    variant: 'preempt-queue-left-behind',
    property,
    expected: 'violated' as const,
    reading: 'the task goes on on another CPU, and what it has queued stays on the first',
  })),
  ...(['noLostUpdate', 'nothingQueuedOutsideTheMode'] as const).map((property) => ({
    id: 'P1b preemption',
    quote: robust,
    source: roberts,
    variant: 'preempt-flushed',
    property,
    expected: 'holds' as const,
    reading: 'such a step: the queue is issued before the switch',
  })),
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
