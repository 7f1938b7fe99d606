import properties, { commits } from '../../../properties/races/mremap-flush.ts'
import { judge } from './judged.ts'

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

judge(properties, commits.rows, {
  'as-it-was': {
    states: 80,
    transitions: 206,
    races: {
      noUseAfterFree: [12, ...freed(unlockNew, unlockOld), 'cpu2: load'],
      freedIsUnmapped: [11, ...freed(unlockNew, unlockOld)],
    },
  },
  'flush-under-old-lock': {
    states: 103,
    transitions: 280,
    races: {
      noUseAfterFree: [11, ...freed(unlockNew), 'cpu2: load'],
      freedIsUnmapped: [10, ...freed(unlockNew)],
    },
  },
  'old-lock-and-truncation': { states: 63, transitions: 142 },
  fixed: { states: 85, transitions: 213 },
  'fixed-and-truncation': { states: 60, transitions: 128 },
})
