import claimed, { commits } from '../../../properties/races/thp-none-pmd.ts'
import { judge } from './judged.ts'

// The diagram of the commit: cleared, looked at and skipped, set again.
const race = (...looks: string[]) => [
  'numa: pmdp_huge_get_and_clear_notify()',
  ...looks,
  'madvise: return from madvise()',
  'numa: set_pmd_at()',
]
const look = 'madvise: zap_pmd_range(): pmd_trans_huge(*pmd)?'
const again = 'madvise: pmd_trans_huge(*pmd)? once more'

judge(claimed, commits.rows, {
  'as-it-was': {
    states: 34,
    transitions: 61,
    races: { zeroesAfterDontneed: [6, ...race(look), 'cpu: load'], oldPageIsUnmapped: [5, ...race(look)] },
  },
  'looks-twice': {
    states: 37,
    transitions: 68,
    races: { zeroesAfterDontneed: [7, ...race(look, again), 'cpu: load'], oldPageIsUnmapped: [6, ...race(look, again)] },
  },
  'looks-with-lock': { states: 21, transitions: 34 },
  fixed: { states: 26, transitions: 47 },
})
