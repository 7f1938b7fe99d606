/**
 * What must hold of a deferred parent entry, with the claims of Zachary Amsden that it settles: C1b.3 (the handler
 * looks again), linux-kernel, 11 Aug 2006, and C1b.4, virtualization, 28 Jul 2006.
 */
import { accepted, always, claims, properties, type StateOf, sometimes } from 'mmucheck'
import lazyMmuPde from '../models/lazy-mmu-pde.ts'
import { amsden2006, amsdenPatch2006 } from './sources.ts'

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

export const mails = claims(lazyMmuPde, [
  {
    id: 'C1b.3',
    quote:
      'spurious faults which are generated during this window by remote CPUs are properly handled, as the page fault handler must re-check the PTE under protection of the same lock',
    short: 'spurious faults … by remote CPUs are properly handled',
    source: amsdenPatch2006,
    readings: [
      {
        says: 'confirms',
        property: ['noMappingReplaced', 'noRefault'],
        expected: 'holds',
        note: 'page-table entries are deferred, the parent entry is not',
      },
      { says: 'confirms', variant: 'shadow', property: ['spuriousFaultIsResolvedUnderPtl', 'noRefault'], expected: 'holds' },
      {
        says: 'confirms',
        variant: 'handler-does-not-recheck',
        property: 'noMappingReplaced',
        expected: 'violated',
        note: 'it must: a handler that has looked before it took the lock maps a second page over the first',
      },
    ],
  },

  {
    id: 'C1b.4',
    quote: 'this can not be extended safely to also encompass the set of the parent page directory entry for SMP',
    short: 'this can not be extended safely to … the parent page directory entry for SMP',
    source: amsden2006,
    readings: [
      { says: 'contrasts', property: 'noLostPageTable', expected: 'holds', note: 'not deferred: safe for two CPUs' },
      { says: 'contrasts', variant: 'shadow', property: 'noLostPageTable', expected: 'holds', note: 'the same with shadow page tables' },
      {
        says: 'confirms',
        variant: ['pde-deferred', 'pde-deferred-cached-pointer'],
        property: 'noLostPageTable',
        expected: 'violated',
        note: 'direct, two CPUs: both find the entry none, and one of the two page tables is lost with what it maps',
      },
      {
        says: 'confirms',
        variant: ['pde-deferred-up', 'pde-deferred-up-cached-pointer'],
        property: 'noLostPageTable',
        expected: 'holds',
        note: '"for SMP" is right: one CPU loses nothing',
      },
      {
        says: 'confirms',
        variant: ['pde-deferred-up', 'pde-deferred-up-cached-pointer'],
        property: 'assert',
        expected: 'holds',
        note: 'if the CPU copes with its own deferred entry',
      },
      {
        says: 'contrasts',
        variant: 'vmalloc-fault-2013',
        property: 'assert',
        expected: 'violated',
        note: 'and if it does not, one CPU is enough: fixed in 2013 for vmalloc_fault() (Linux commit 1160c2779b82)',
      },
      {
        says: 'confirms',
        variant: 'shadow-pde-deferred',
        property: ['spuriousFaultIsResolvedUnderPtl', 'noRefault'],
        expected: 'violated',
        note: 'shadow, two CPUs: the tables are complete and the lock is free, and the hardware faults until the other CPU drains',
      },
      {
        says: 'contrasts',
        variant: 'shadow-pde-deferred',
        property: 'noLostPageTable',
        expected: 'holds',
        note: 'no page table is lost, for memory is written at once',
      },
      {
        says: 'confirms',
        variant: 'shadow-pde-deferred-up',
        property: ['spuriousFaultIsResolvedUnderPtl', 'noRefault'],
        expected: 'holds',
        note: '"for SMP" is right here too',
      },
    ],
  },
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
