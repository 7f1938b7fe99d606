import properties, { commits } from '../../../properties/races/zap-page-mkclean.ts'
import { judge } from './judged.ts'

const lost = [
  'user: load',
  'munmap: zap_pte_range(): ptep_get_and_clear()',
  'munmap: zap_pte_range(): set_page_dirty()',
  'munmap: zap_pte_range(): spin_unlock(ptl)',
  'writeback: page_mkclean()',
  'writeback: TestClearPageDirty()',
  'writeback: write the page to disk',
  'user: store',
]

judge(properties, commits.rows, {
  'as-it-was': { states: 57, transitions: 165, races: { cleanIsOnDisk: [10, ...lost] } },
  fixed: { states: 46, transitions: 127 },
})
