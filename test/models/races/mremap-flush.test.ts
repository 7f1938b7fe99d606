import properties, { commits } from '../../../properties/races/mremap-flush.ts'
import { testPinned } from './pinned.ts'

const freed = (...released: string[]) => [
  'cpu2: load',
  'cpu0: move_ptes(): spin_lock(old_ptl)',
  'cpu0: move_ptes(): ptep_get_and_clear(old)',
  'cpu0: move_ptes(): set_pte_at(new)',
  ...released,
  'cpu1: rmap walk: ptep_get_and_clear(new)',
  'cpu1: rmap walk: flush_tlb_page()',
  'cpu1: rmap walk: free the page',
]
const unlockNew = 'cpu0: move_ptes(): spin_unlock(new_ptl)'
const unlockOld = 'cpu0: move_ptes(): spin_unlock(old_ptl)'

testPinned(properties, commits, {
  'as-it-was': {
    states: 80,
    violated: {
      noUseAfterFree: { length: 12, diagram: [...freed(unlockNew, unlockOld), 'cpu2: load'] },
      freedIsUnmapped: { length: 11, diagram: freed(unlockNew, unlockOld) },
    },
  },
  'flush-under-old-lock': {
    states: 103,
    violated: {
      noUseAfterFree: { length: 11, diagram: [...freed(unlockNew), 'cpu2: load'] },
      freedIsUnmapped: { length: 10, diagram: freed(unlockNew) },
    },
  },
  'old-lock-and-truncation': { states: 63, violated: {} },
  fixed: { states: 85, violated: {} },
  'fixed-and-truncation': { states: 60, violated: {} },
})
