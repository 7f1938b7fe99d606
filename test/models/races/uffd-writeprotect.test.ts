import properties, { commits } from '../../../properties/races/uffd-writeprotect.ts'
import { judge } from './judged.ts'

const lost = [
  'cpu2: load',
  'cpu0: change_pte_range(): clear the write bit',
  'cpu1: wp_page_copy(): copy the page',
  'cpu2: store',
  'cpu1: set_pte_at_notify(new page)',
]

judge(properties, commits.rows, {
  'as-it-was': { states: 88, transitions: 300, races: { noLostStore: [9, ...lost] } },
  'flush-after-copy': { states: 112, transitions: 376, races: { noLostStore: [11, ...lost] } },
  'flush-at-once': { states: 38, transitions: 121 },
  fixed: { states: 70, transitions: 236 },
})
