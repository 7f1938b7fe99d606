import properties, { commits } from '../../../properties/races/uffd-writeprotect.ts'
import { testPinned } from './pinned.ts'

const lost = [
  'cpu2: load',
  'cpu0: change_pte_range(): clear the write bit',
  'cpu1: wp_page_copy(): copy the page',
  'cpu2: store',
  'cpu1: set_pte_at_notify(new page)',
]

testPinned(properties, commits, {
  'as-it-was': { states: 88, violated: { noLostStore: { length: 9, diagram: lost } } },
  'flush-after-copy': { states: 112, violated: { noLostStore: { length: 11, diagram: lost } } },
  'flush-at-once': { states: 38, violated: {} },
  fixed: { states: 70, violated: {} },
})
