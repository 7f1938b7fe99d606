import properties, { commits } from '../../../properties/races/mremap-pmd.ts'
import { type Expected, judge } from './judged.ts'

const lock = 'cpu2: try_to_unmap_one(): spin_lock(pte_ptl)'

/** The race of the commit, with the lock of the page table taken before the move, or after it. */
const freed = (before: string[], after: string[]) => [
  'cpu2: try_to_unmap_one(old): look at the pmd',
  ...before,
  'cpu1: move_normal_pmd(): pmd_clear(old)',
  'cpu1: move_normal_pmd(): flush_tlb_range(old)',
  'cpu1: move_normal_pmd(): set pmd(new)',
  'cpu3: load',
  ...after,
  'cpu2: try_to_unmap_one(): ptep_get_and_clear()',
  'cpu2: try_to_unmap_one(): flush_tlb_page(old)',
  'cpu2: reclaim: free the page',
]
const violated = (length: number, diagram: string[]): NonNullable<Expected['races']> => ({
  noUseAfterFree: [length, ...diagram, 'cpu3: load'],
  freedIsUnmapped: [length - 1, ...diagram],
})

judge(properties, commits.rows, {
  'as-it-was': { states: 98, transitions: 222, races: violated(11, freed([], [])) },
  'page-table-lock': { states: 115, transitions: 262, races: violated(13, freed(['cpu1: mremap(): spin_lock(pte_ptl)'], [lock])) },
  recheck: { states: 103, transitions: 235, races: violated(11, freed([lock], [])) },
  'page-table-lock-and-recheck': { states: 92, transitions: 214 },
  fixed: { states: 42, transitions: 82 },
})
