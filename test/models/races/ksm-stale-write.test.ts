import claimed, { commits } from '../../../properties/races/ksm-stale-write.ts'
import { judge } from './judged.ts'

// As Nadav Amit tells it; the store comes as late as it can.
const mkclean = 'madvise: madvise_free_pte_range(): pte_mkclean()'
const wrprotect = 'clearRefs: clear_soft_dirty(): pte_wrprotect()'
const unnoticed = ['ksmd: write_protect_page(): spin_lock(ptl)', 'ksmd: write_protect_page(): spin_unlock(ptl)']
const missed = ['user: load', mkclean, wrprotect, ...unnoticed]
const lost = [
  ...missed,
  'ksmd: pages_identical()',
  'user: store',
  'ksmd: replace_page(): flush_tlb_page()',
  'ksmd: replace_page(): set_pte_at(common page)',
]

// At the comparison nothing is cached as writable, nor as dirty. Where clear_refs is not counted the first is not so.
const writable = 'nobodyStoresAtTheComparison: entry.W'
const dirty = 'nobodyStoresAtTheComparison: entry.D'

judge(claimed, commits.rows, {
  'as-it-was': { states: 537, transitions: 1823, races: { noLostStore: [11, ...lost], nobodyStoresAtTheComparison: [5, ...missed] } },
  'asks-nobody-counts': {
    states: 537,
    transitions: 1823,
    races: { noLostStore: [11, ...lost], nobodyStoresAtTheComparison: [5, ...missed] },
  },
  'counts-not-asked': {
    states: 2148,
    transitions: 8330,
    races: { noLostStore: [13, ...lost], nobodyStoresAtTheComparison: [7, ...missed] },
  },
  'clear-refs-uncounted': { states: 1058, transitions: 3759, idle: [writable, 'allIsGivenBack: at.clearRefs !== null'] },
  'madvise-uncounted': { states: 1058, transitions: 3756, idle: [dirty, 'allIsGivenBack: at.madvise !== null'] },
  fixed: { states: 2031, transitions: 7759, idle: [writable, dirty] },
})
