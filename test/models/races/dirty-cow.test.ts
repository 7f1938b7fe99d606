import claimed, { commits } from '../../../properties/races/dirty-cow.ts'
import { judge } from './judged.ts'

// As told: a copy, MADV_DONTNEED, a retry that reads and maps the original, which is returned for a write.
const copied = ['gup: follow_page_mask()', 'gup: faultin_page()', 'madvise: MADV_DONTNEED'] as const
const retried = [...copied, 'gup: follow_page_mask()', 'gup: faultin_page()', 'gup: follow_page_mask()'] as const
const readFirst = [...copied, 'reader: page fault', 'gup: follow_page_mask()'] as const
const touched = [...copied, 'reader: page fault', 'reader: touch_pmd()', 'gup: follow_page_mask()'] as const
const write = 'gup: write to the page'

judge(claimed, commits.rows, {
  'as-it-was': {
    states: 14,
    transitions: 16,
    races: { returnedPageIsPrivate: [6, ...retried], originalIsUnchanged: [7, ...retried, write] },
  },
  'foll-cow-alone': {
    states: 17,
    transitions: 29,
    races: { returnedPageIsPrivate: [5, ...readFirst], originalIsUnchanged: [6, ...readFirst, write] },
  },
  'dirty-alone': { states: 11, transitions: 19 },
  'huge-as-it-was': {
    states: 24,
    transitions: 58,
    races: { returnedPageIsPrivate: [6, ...touched], originalIsUnchanged: [7, ...touched, write] },
  },
  fixed: { states: 13, transitions: 23 },
})
