/**
 * What must hold of a deferred parent entry, with the claims of Zachary Amsden that it settles: C1b.3 (the handler
 * looks again), linux-kernel, 11 Aug 2006, and C1b.4, virtualization, 28 Jul 2006.
 */
import { accepted, always, claims, properties, type StateOf, sometimes } from 'mmucheck'
import lazyMmuPde from '../models/lazy-mmu-pde.ts'

type State = StateOf<typeof lazyMmuPde>

const nothingQueued = (s: State): boolean => s.deferred.every((queue) => queue.length === 0)

/** What memory says of a page: whose it is, or null. */
const inMemory = (s: State, at: number): number | null => (s.pmd === null ? null : s.table[s.pmd][at])

const inShadow = (s: State, at: number): number | null => (s.shadowPmd === null ? null : s.shadowTable[s.shadowPmd][at])

export default properties(lazyMmuPde, {
  /** Reading D: with nothing queued, each page that was mapped can be reached from the page directory. */
  noLostPageTable: always((s) => !nothingQueued(s) || s.mapped.every((page, at) => page === null || inMemory(s, at) !== null)),
  /** A page that is mapped is not replaced by that of another CPU, which found the entry empty before. */
  noMappingReplaced: always((s) => s.mapped.every((page, at) => page === null || inMemory(s, at) === null || inMemory(s, at) === page)),
  /**
   * Reading S: where memory maps the page and the page-table lock is free, so that the handler would find nothing to
   * do, the hardware maps it too. So one taking of the lock resolves a spurious fault.
   */
  spuriousFaultIsResolvedUnderPtl: always(
    (s, p) =>
      p.mode === 'direct' ||
      s.pmd === null ||
      s.ptl[s.pmd].owner !== null ||
      s.mapped.every((_, at) => inMemory(s, at) === null || inShadow(s, at) !== null),
  ),
  /** A CPU whose handler is done does not fault on the same page again. */
  noRefault: always((s) => !s.refaulted),

  /** The windows in which things go wrong are really entered. */
  entryIsQueued: sometimes((s) => s.deferred.some((queue) => queue.some((update) => update.entry === 'pte'))),
  someoneFaultsMeanwhile: sometimes(
    (s, p) => p.cpus === 1 || (s.ptl.some((ptl) => ptl.owner !== null) && s.deferred.some((queue) => queue.length > 0)),
  ),
  allAreMapped: sometimes((s, p) => s.mapped.filter((page) => page !== null).length === Math.min(p.cpus, p.pages)),
})

const patch = 'Zachary Amsden, linux-kernel, 11 Aug 2006'
const mail = 'Zachary Amsden, virtualization, 28 Jul 2006'
const parent = 'this can not be extended safely to also encompass the set of the parent page directory entry for SMP'
const spurious =
  'spurious faults which are generated during this window by remote CPUs are properly handled, as the page fault handler must re-check the PTE under protection of the same lock'

export const mails = claims(lazyMmuPde, [
  ...(['noMappingReplaced', 'noRefault'] as const).map((property) => ({
    id: 'C1b.3',
    quote: spurious,
    source: patch,
    property,
    expected: 'holds' as const,
    reading: 'page-table entries are deferred, the parent entry is not',
  })),
  ...(['spuriousFaultIsResolvedUnderPtl', 'noRefault'] as const).map((property) => ({
    id: 'C1b.3',
    quote: spurious,
    source: patch,
    variant: 'shadow',
    property,
    expected: 'holds' as const,
  })),
  {
    id: 'C1b.3',
    quote: spurious,
    source: patch,
    variant: 'handler-does-not-recheck',
    property: 'noMappingReplaced',
    expected: 'violated',
    reading: 'it must: a handler that has looked before it took the lock maps a second page over the first',
  },

  ...([undefined, 'shadow'] as const).map((variant) => ({
    id: 'C1b.4',
    quote: parent,
    source: mail,
    ...(variant === undefined ? {} : { variant }),
    property: 'noLostPageTable',
    expected: 'holds' as const,
    reading: 'not deferred: safe for two CPUs',
  })),
  ...(['pde-deferred', 'pde-deferred-cached-pointer'] as const).map((variant) => ({
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant,
    property: 'noLostPageTable',
    expected: 'violated' as const,
    reading: 'direct, two CPUs: both find the entry none, and one of the two page tables is lost with what it maps',
  })),
  ...(['pde-deferred-up', 'pde-deferred-up-cached-pointer'] as const).map((variant) => ({
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant,
    property: 'noLostPageTable',
    expected: 'holds' as const,
    reading: '"for SMP" is right: one CPU loses nothing',
  })),
  ...(['pde-deferred-up', 'pde-deferred-up-cached-pointer'] as const).map((variant) => ({
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant,
    property: 'assert',
    expected: 'holds' as const,
    reading: 'if the CPU copes with its own deferred entry',
  })),
  {
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant: 'vmalloc-fault-2013',
    property: 'assert',
    expected: 'violated',
    reading: 'and if it does not, one CPU is enough: fixed in 2013 for vmalloc_fault() (Linux commit 1160c2779b82)',
  },
  ...(['spuriousFaultIsResolvedUnderPtl', 'noRefault'] as const).map((property) => ({
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant: 'shadow-pde-deferred',
    property,
    expected: 'violated' as const,
    reading: 'shadow, two CPUs: the tables are complete and the lock is free, and the hardware faults until the other CPU drains',
  })),
  {
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant: 'shadow-pde-deferred',
    property: 'noLostPageTable',
    expected: 'holds',
    reading: 'no page table is lost, for memory is written at once',
  },
  ...(['spuriousFaultIsResolvedUnderPtl', 'noRefault'] as const).map((property) => ({
    id: 'C1b.4',
    quote: parent,
    source: mail,
    variant: 'shadow-pde-deferred-up',
    property,
    expected: 'holds' as const,
    reading: '"for SMP" is right here too',
  })),
])

/** The parent entry is written at once, those of the page table are queued. */
export const unneeded = accepted(lazyMmuPde, [
  {
    change: "one step earlier: yield 'pmd_populate()' s.pmd = cpu",
    why: 'The entry is tested and set under the mm lock, which whoever else sets it takes: to whom it is one step.',
  },
  {
    change: 'always true: noTable',
    why: 'The look at the entry without a lock only saves the lock: under it the entry is tested again.',
  },
  {
    change: 'always false: walk(s, p, at) !== null',
    why: 'A fault for which there is no reason: under both locks the handler finds the entries set, and has nothing to do.',
  },
])
