import properties, { commits } from '../../../properties/races/pfnmap-unmap.ts'
import { testPinned } from './pinned.ts'

const noVma = [
  'cpu2: load',
  'cpu0: unmap_vmas(): ptep_get_and_clear()',
  'cpu0: free_pgtables(): unlink_file_vma()',
  'cpu1: unmap_mapping_range(): i_mmap_lock()',
  'cpu1: unmap_mapping_range(): i_mmap_unlock()',
]
const noEntry = [
  'cpu2: load',
  'cpu0: unmap_vmas(): ptep_get_and_clear()',
  'cpu1: unmap_mapping_range(): i_mmap_lock()',
  'cpu1: zap_pte_range(): ptep_get_and_clear()',
  'cpu1: unmap_mapping_range(): mm_tlb_flush_nested()?',
  'cpu1: unmap_mapping_range(): i_mmap_unlock()',
]
const used = ['cpu1: the driver frees the page', 'cpu2: load']
const missedVma = {
  noUseAfterFree: { length: 8, diagram: [...noVma, ...used] },
  nothingIsCached: { length: 6, diagram: noVma },
}

testPinned(properties, commits, {
  'as-it-was': { states: 70, violated: missedVma },
  'first-vma-only': { states: 70, violated: missedVma },
  'first-vma-is-pfnmap': { states: 62, violated: {} },
  'without-nested': {
    states: 69,
    violated: {
      noUseAfterFree: { length: 11, diagram: [...noEntry, ...used] },
      nothingIsCached: { length: 9, diagram: noEntry },
    },
  },
  fixed: { states: 62, violated: {} },
})
