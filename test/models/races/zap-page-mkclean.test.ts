import properties, { commits } from '../../../properties/races/zap-page-mkclean.ts'
import { testPinned } from './pinned.ts'

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

testPinned(properties, commits, {
  'as-it-was': { states: 57, violated: { cleanIsOnDisk: { length: 10, diagram: lost } } },
  fixed: { states: 46, violated: {} },
})
