import properties, { commits } from '../../../properties/races/madvise-free.ts'
import { judge } from './judged.ts'

const lost = [
  'user: load',
  'madvise[0]: madvise_free_pte_range()',
  'madvise[1]: madvise_free_pte_range()',
  'madvise[1]: tlb_finish_mmu(): dec_tlb_flush_pending()',
  'user: store',
  'reclaim: try_to_unmap_one(): ptep_get_and_clear()',
  'reclaim: try_to_unmap_one(): clean, discard the page',
]

judge(properties, commits.rows, {
  'as-it-was': { states: 1_650, transitions: 6_900, races: { noLostStore: [12, ...lost] } },
  'nested-at-gather': {
    states: 2_479,
    transitions: 10_446,
    races: {
      noLostStore: [12, 'madvise[1]: tlb_gather_mmu(): inc_tlb_flush_pending()', ...lost],
    },
  },
  'always-flush': { states: 1_354, transitions: 5_642 },
  fixed: { states: 1_554, transitions: 6_520 },
})
