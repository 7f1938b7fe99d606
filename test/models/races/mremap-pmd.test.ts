import properties, { commits } from '../../../properties/races/mremap-pmd.ts'
import { testPinned } from './pinned.ts'

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
const violated = (length: number, diagram: string[]) => ({
  noUseAfterFree: { length, diagram: [...diagram, 'cpu3: load'] },
  freedIsUnmapped: { length: length - 1, diagram },
})

testPinned(properties, commits, {
  'as-it-was': { states: 98, violated: violated(11, freed([], [])) },
  'page-table-lock': { states: 115, violated: violated(13, freed(['cpu1: mremap(): spin_lock(pte_ptl)'], [lock])) },
  recheck: { states: 103, violated: violated(11, freed([lock], [])) },
  'page-table-lock-and-recheck': { states: 92, violated: {} },
  fixed: { states: 42, violated: {} },
})
