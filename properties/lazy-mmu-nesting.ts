/**
 * What a task may expect of its own lazy MMU section, with the cost that Zachary Amsden claims for it (virtualization,
 * 28 Jul 2006: C1b.1) and the bugs that Linux had of it from 2009 to 2025 (P1b).
 */
import { always, claims, maximum, properties, sometimes } from 'mmucheck'
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
  /** The cost model (docs/protocols/costs.md): n updates take ⌈n / depth⌉ hypercalls, if nobody interferes. */
  hypercallsAsCounted: always((s, p) => {
    if (!s.returned || p.flushBeforeRead || p.inner !== 'nothing' || p.irqInsideLazy !== 'none' || p.preempt !== 'never') return true
    return s.hypercalls === Math.trunc((p.updates + 1 + p.depth - 1) / p.depth)
  }),
  /** A section takes fewer hypercalls than it has updates, which is what it is for. */
  batchingPays: always((s) => !s.returned || s.hypercalls < s.written.filter((isSet) => isSet).length),
  hypercalls: maximum((s) => s.hypercalls, { over: 'final states' }),

  /** The windows in which things go wrong are really entered. */
  somethingIsQueued: sometimes((s) => s.deferred[0].length > 0),
  sectionIsLeft: sometimes((s) => s.returned),
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
])
