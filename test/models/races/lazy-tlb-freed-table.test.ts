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
const leftBehind = ['cpu1 IPI: flush_tlb_func(): switch to init_mm', 'cpu0: free T', 'cpu1: switch_mm(): load CR3', 'cpu1 walker: walk T']

judge(properties, commits.rows, {
  'as-it-was': { states: 248, transitions: 662, races: { noWalkOfFreedTable: [7, ...skipped], outOfReach: [6] } },
  'always-interrupted': { states: 222, transitions: 592 },
  'not-told-2025': { states: 248, transitions: 662, races: { noWalkOfFreedTable: [7, ...skipped], outOfReach: [6] } },
  fixed: { states: 222, transitions: 592 },
  'no-look-on-return': { states: 180, transitions: 513, races: { noWalkOfFreedTable: [11, ...leftBehind], outOfReach: [10] } },
})

const settingsOf = (variant: string) => lazyTlbFreedTable.variants?.[variant] ?? {}

test.each(['as-it-was', 'not-told-2025'])('%s: nobody interrupts the lazy CPU', async (variant) => {
  const race = (await settle(properties, settingsOf(variant))).races.noWalkOfFreedTable ?? []
  expect(race.filter((step) => step.startsWith('cpu1 IPI'))).toEqual([])
})

test('who does not look on return never flushes there', async () => {
  expect((await settle(properties, settingsOf('no-look-on-return'))).verdicts.flushedOnReturn).toBe('violated')
})
