import { describe, expect, test } from 'vitest'
import lazyTlbFreedTable from '../../../models/races/lazy-tlb-freed-table.ts'
import properties, { commits } from '../../../properties/races/lazy-tlb-freed-table.ts'
import { explore } from '../../semantics/harness.ts'
import { inOrder, settle } from '../settle.ts'

const settingsOf = (variant: string) => lazyTlbFreedTable.variants?.[variant] ?? {}

describe.each([
  ['as-it-was', 'violated', 7, 248, []],
  ['always-interrupted', 'holds', null, 222, []],
  ['not-told-2025', 'violated', 7, 248, []],
  ['fixed', 'holds', null, 222, []],
  ['no-look-on-return', 'violated', 11, 180, ['flushedOnReturn']],
] as const)('%s', (variant, verdict, length, states, missing) => {
  test(`is ${verdict}, in ${states} states`, async () => {
    const found = await settle(properties, settingsOf(variant))
    expect(found.states).toBe(states)
    expect(found.races.noWalkOfFreedTable?.length ?? null).toBe(length)
    const { noWalkOfFreedTable, outOfReach, ...others } = found.verdicts
    expect([noWalkOfFreedTable, outOfReach]).toEqual([verdict, verdict])
    expect(Object.keys(others).filter((name) => others[name] !== 'holds')).toEqual(missing)
  })

  test('the oracle and the engine agree on every state', async () => {
    await explore(lazyTlbFreedTable, properties.properties, settingsOf(variant))
  }, 30_000)
})

test.each(commits.rows)('$sentence.id $variant $settings: $property $expected', async ({ variant, settings, property, expected }) => {
  expect((await settle(properties, { ...settingsOf(variant ?? 'fixed'), ...settings })).verdicts[property]).toBe(expected)
})

test.each(['as-it-was', 'not-told-2025'])('%s: a lazy CPU is skipped, and walks what is free', async (variant) => {
  const race = (await settle(properties, settingsOf(variant))).races.noWalkOfFreedTable ?? []
  expect(
    inOrder(
      race,
      'cpu1: enter_lazy_tlb()',
      'cpu1 walker: cache the PMD',
      'cpu0: pmd_clear()',
      'cpu0: should_flush_tlb(1)',
      'cpu0: free T',
      'cpu1 walker: walk T',
    ),
    race.join('\n'),
  ).toBe(true)
  expect(race.filter((step) => step.startsWith('cpu1 IPI'))).toEqual([])
})

test('no-look-on-return: what was left behind under init_mm is there again', async () => {
  const race = (await settle(properties, settingsOf('no-look-on-return'))).races.noWalkOfFreedTable ?? []
  expect(
    inOrder(race, 'cpu1 IPI: flush_tlb_func(): switch to init_mm', 'cpu0: free T', 'cpu1: switch_mm(): load CR3', 'cpu1 walker: walk T'),
    race.join('\n'),
  ).toBe(true)
})
