import claimed, { commits } from '../../../properties/races/move-normal-pmd.ts'
import { judge } from './judged.ts'

// The diagram: mremap() looks; the page table is retracted and freed; the locks; the new entry is populated.
const race = [
  'mremap: move_page_tables(): read *old_pmd',
  'collapse: retract_page_tables(): i_mmap_lock',
  'collapse: pmdp_collapse_flush(old_pmd)',
  'collapse: pte_free()',
  'mremap: take_rmap_locks()',
  'mremap: move_normal_pmd(): pmd = *old_pmd',
  'mremap: pmd_populate(new_pmd)',
] as const

judge(claimed, commits.rows, {
  'as-it-was': { states: 46, transitions: 52, races: { tablesAreLive: [14, ...race] } },
  'rechecks-before-locks': {
    states: 55,
    transitions: 69,
    races: { tablesAreLive: [15, race[0], 'mremap: read *old_pmd again', ...race.slice(1)] },
  },
  'moves-what-was-read': { states: 46, transitions: 52, races: { tablesAreLive: [14, ...race] } },
  'looks-with-locks': { states: 30, transitions: 29 },
  fixed: { states: 43, transitions: 50 },
})
