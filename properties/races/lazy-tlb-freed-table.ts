/** What is freed is out of reach of every walker, that of a CPU that runs something else too. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import lazyTlbFreedTable from '../../models/races/lazy-tlb-freed-table.ts'

export default properties(lazyTlbFreedTable, {
  /** No walker reads a page table that has been freed. */
  noWalkOfFreedTable: always((s) => !s.table.usedAfterFree),
  /** So none that has mm in CR3 has cached an entry that points to it. */
  outOfReach: always((s) => !(s.table.isFree && s.mm.cpus[1]!.cr3 === 'mm' && s.cached[0] !== null)),

  isWalked: sometimes((s) => s.walked),
  flushedByIpi: sometimes((s) => s.flushedByIpi),
  /**
   * A CPU in lazy TLB mode: it leaves that, and flushes before it comes back. One that is skipped can still be
   * interrupted so, if it became lazy once the flusher had looked.
   */
  leftLazyMode: sometimes((s) => s.leftLazyMode),
  flushedOnReturn: sometimes((s) => s.flushedOnReturn, { where: (p) => p.comparesOnReturn }),
  /** Both orders: T is freed while CPU 1 is lazy, and before it is. */
  freedWhileLazy: sometimes((s) => s.table.isFree && s.mm.cpus[1]!.isLazy),
  freedBeforeLazy: sometimes((s) => s.table.isFree && !s.mm.cpus[1]!.isLazy && s.mm.cpus[1]!.cr3 === 'mm' && s.cached[0] === null),
  /** T is free, and what points to it is still cached, under the PCID of mm while init_mm is loaded. */
  freedUnderInitMm: sometimes((s) => s.table.isFree && s.mm.cpus[1]!.cr3 === 'other' && s.cached[0] !== null),
})

/** Of the fix, the default. */
export const unneeded = accepted(lazyTlbFreedTable, [
  ...[
    'left out: for (let cpu = 0; cpu < 2; cpu++) runsMm(s.mm, cpu)',
    'one round less: cpu < 2 → cpu < 2 - 1',
    'off by one: 2 → 1 in for (let cpu = 0; cpu < 2; cpu++) runsMm(s.mm, cpu)',
    "swapped: yield* enterLazyTlb(s.mm, 1) yield* switchMm(s.mm, 1, 'mm', flushNow)",
  ].map((change) => ({
    change,
    why: 'where the story begins: CPU 1 runs the program, or comes to it first; what CPU 0 itself caches is left out',
    variant: 'fixed',
  })),
  {
    change: "step split: s.pmd = false const lazyToo = p.lazy === 'interrupted' || (p.lazy === 'interrupted if tables are fr…",
    why: 'the params say whom to interrupt: nothing is read after the split',
    variant: 'fixed',
  },
])

const commit2017 = { kind: 'document', title: 'Linux commit b956575bed91', date: '2017' } as const
const commit2018 = { kind: 'document', title: 'Linux commit 2ff6ddf19c0e', author: 'Rik van Riel', date: '2018' } as const

export const commits = claims(lazyTlbFreedTable, [
  {
    id: 'R32a',
    quote: 'Flush more aggressively in lazy TLB mode',
    source: commit2017,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noWalkOfFreedTable', 'outOfReach'], expected: 'violated' },
      { says: 'confirms', variant: 'always-interrupted', property: ['noWalkOfFreedTable', 'outOfReach'], expected: 'holds' },
    ],
  },
  {
    id: 'R32a 2',
    quote:
      'The latter problem can be prevented in two ways. The first is to always send a TLB shootdown IPI to CPUs in lazy TLB mode, while the second one is to only send the TLB shootdown at page table freeing time.',
    short: 'always send a TLB shootdown IPI to CPUs in lazy TLB mode, … only … at page table freeing time',
    source: commit2018,
    onlyIf: 'the flush is told that a table is freed, and who comes back from init_mm compares tlb_gen',
    readings: [
      { says: 'confirms', variant: ['always-interrupted', 'fixed'], property: ['noWalkOfFreedTable', 'outOfReach'], expected: 'holds' },
      {
        says: 'refutes',
        variant: 'not-told-2025',
        property: ['noWalkOfFreedTable', 'outOfReach'],
        expected: 'violated',
        note: 'the second way needs every caller to say that it frees one: one did not, until 3ef938c35035 (2025)',
      },
      {
        says: 'contrasts',
        variant: 'always-interrupted',
        settings: { freedTables: false },
        property: ['noWalkOfFreedTable', 'outOfReach'],
        expected: 'holds',
        note: 'the first way does not',
      },
      {
        says: 'refutes',
        variant: 'no-look-on-return',
        property: ['noWalkOfFreedTable', 'outOfReach'],
        expected: 'violated',
      },
    ],
  },
])
