import { expect, test } from 'vitest'
import lazyTlbFreedTable from '../../../models/races/lazy-tlb-freed-table.ts'
import properties, { commits } from '../../../properties/races/lazy-tlb-freed-table.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// A lazy CPU is skipped, and walks what is free.
const skipped = [
  'cpu1: enter_lazy_tlb()',
  'cpu1 walker: cache the PMD',
  'cpu0: pmd_clear()',
  'cpu0: should_flush_tlb(1)',
  'cpu0: free T',
  'cpu1 walker: walk T',
]
// What was left behind under init_mm is there again.
const leftBehind = ['cpu1 IPI: flush_tlb_func()', 'cpu0: free T', 'cpu1: switch_mm(mm): load_new_mm_cr3()', 'cpu1 walker: walk T']

judge(properties, commits.rows, {
  'as-it-was': { states: 700, transitions: 1_881, races: { noWalkOfFreedTable: [9, ...skipped], outOfReach: [8] } },
  'always-interrupted': { states: 648, transitions: 1_732 },
  'not-told-2025': { states: 700, transitions: 1_881, races: { noWalkOfFreedTable: [9, ...skipped], outOfReach: [8] } },
  fixed: { states: 648, transitions: 1_732 },
  'no-look-on-return': { states: 492, transitions: 1_412, races: { noWalkOfFreedTable: [15, ...leftBehind], outOfReach: [14] } },
})

const settingsOf = (variant: string) => lazyTlbFreedTable.variants?.[variant] ?? {}

test.each(['as-it-was', 'not-told-2025'])('%s: nobody interrupts the lazy CPU', async (variant) => {
  const race = (await settle(properties, settingsOf(variant))).races.noWalkOfFreedTable ?? []
  expect(race.filter((step) => step.startsWith('cpu1 IPI'))).toEqual([])
})

test('who does not look on return never flushes there', async () => {
  expect((await settle(properties, settingsOf('no-look-on-return'))).verdicts.flushedOnReturn).toBe('violated')
})
