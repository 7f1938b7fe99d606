import properties, { commits } from '../../../properties/races/tlb-flush-pending.ts'
import { testPinned } from './pinned.ts'

const stored = [
  'user: load',
  'protect[0]: change_pte_range(): PROT_NONE',
  'migrate: NUMA fault',
  'migrate: migrate_page_copy()',
  'migrate: set_pte_at(new page)',
  'user: store',
]
const freed = [...stored.slice(0, -1), 'migrate: free the old page']
const cleared = (race: string[]) => [
  'protect[0]: set_tlb_flush_pending()',
  'protect[1]: set_tlb_flush_pending()',
  'protect[1]: clear_tlb_flush_pending()',
  'migrate: mm_tlb_flush_pending()?',
  ...race.slice(-3),
]

testPinned(properties, commits, {
  'as-it-was': {
    states: 42,
    violated: { noLostStore: { length: 6, diagram: stored }, freedIsUnmapped: { length: 6, diagram: freed } },
  },
  bool: {
    states: 263,
    violated: { noLostStore: { length: 11, diagram: cleared(stored) }, freedIsUnmapped: { length: 11, diagram: cleared(freed) } },
  },
  'bool-alone': { states: 46, violated: {} },
  fixed: { states: 184, violated: {} },
})
