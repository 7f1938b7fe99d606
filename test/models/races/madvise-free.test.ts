import properties, { commits } from '../../../properties/races/madvise-free.ts'
import { testPinned } from './pinned.ts'

const lost = [
  'user: load',
  'madvise[0]: madvise_free_pte_range()',
  'madvise[1]: madvise_free_pte_range()',
  'madvise[1]: tlb_finish_mmu(): dec_tlb_flush_pending()',
  'user: store',
  'reclaim: try_to_unmap_one(): ptep_get_and_clear()',
  'reclaim: try_to_unmap_one(): clean, discard the page',
]

testPinned(properties, commits, {
  'as-it-was': { states: 1_650, violated: { noLostStore: { length: 12, diagram: lost } } },
  'nested-at-gather': {
    states: 2_479,
    violated: {
      noLostStore: { length: 12, diagram: ['madvise[1]: tlb_gather_mmu(): inc_tlb_flush_pending()', ...lost] },
    },
  },
  'always-flush': { states: 1_354, violated: {} },
  fixed: { states: 1_554, violated: {} },
})
