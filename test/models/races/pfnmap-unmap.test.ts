import properties, { commits } from '../../../properties/races/pfnmap-unmap.ts'
import { type Expected, judge } from './judged.ts'

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
const missedVma: NonNullable<Expected['races']> = {
  noUseAfterFree: [8, ...noVma, ...used],
  nothingIsCached: [6, ...noVma],
}

judge(properties, commits.rows, {
  'as-it-was': { states: 82, transitions: 186, races: missedVma },
  'first-vma-only': { states: 82, transitions: 186, races: missedVma },
  'first-vma-is-pfnmap': { states: 66, transitions: 152 },
  'without-nested': {
    states: 74,
    transitions: 168,
    races: {
      noUseAfterFree: [11, ...noEntry, ...used],
      nothingIsCached: [9, ...noEntry],
    },
  },
  fixed: { states: 66, transitions: 152 },
})
