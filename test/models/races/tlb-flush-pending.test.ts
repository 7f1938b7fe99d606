import properties, { commits } from '../../../properties/races/tlb-flush-pending.ts'
import { judge } from './judged.ts'

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

judge(properties, commits.rows, {
  'as-it-was': {
    states: 42,
    transitions: 141,
    races: { noLostStore: [6, ...stored], freedIsUnmapped: [6, ...freed] },
  },
  bool: {
    states: 263,
    transitions: 978,
    races: { noLostStore: [11, ...cleared(stored)], freedIsUnmapped: [11, ...cleared(freed)] },
  },
  'bool-alone': { states: 46, transitions: 142 },
  fixed: { states: 184, transitions: 706 },
})
