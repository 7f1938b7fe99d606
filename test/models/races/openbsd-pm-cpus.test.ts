import { describe, expect, test } from 'vitest'
import openbsdPmCpus from '../../../models/races/openbsd-pm-cpus.ts'
import properties, { commits } from '../../../properties/races/openbsd-pm-cpus.ts'
import { explore } from '../../semantics/harness.ts'
import { inOrder, settle } from '../settle.ts'

const settingsOf = (variant: string) => openbsdPmCpus.variants?.[variant] ?? {}

describe.each([
  ['as-it-was', ['violated', 'violated'], [9, 6], 588],
  ['set-late', ['violated', 'violated'], [15, 11], 482],
  ['cleared-early', ['holds', 'violated'], [null, 6], 436],
  ['fixed', ['holds', 'holds'], [null, null], 420],
] as const)('%s', (variant, verdicts, lengths, states) => {
  test(`is ${verdicts}, in ${states} states`, async () => {
    const found = await settle(properties, settingsOf(variant))
    expect(found.states).toBe(states)
    expect([found.races.noUseAfterFree?.length ?? null, found.races.noStaleTranslation?.length ?? null]).toEqual(lengths)
    const { noUseAfterFree, noStaleTranslation, ...others } = found.verdicts
    expect([noUseAfterFree, noStaleTranslation]).toEqual(verdicts)
    expect(Object.entries(others).filter(([, other]) => other !== 'holds')).toEqual([])
  })

  test('the oracle and the engine agree on every state', async () => {
    await explore(openbsdPmCpus, properties.properties, settingsOf(variant))
  }, 30_000)
})

test.each(commits.rows)('$sentence.id $variant $settings: $property $expected', async ({ variant, settings, property, expected }) => {
  expect((await settle(properties, { ...settingsOf(variant ?? 'fixed'), ...settings })).verdicts[property]).toBe(expected)
})

test('as it was: the bit is gone for a moment, between two threads of one process', async () => {
  const race = (await settle(properties, settingsOf('as-it-was'))).races.noUseAfterFree ?? []
  expect(
    inOrder(
      race,
      'cpu1: clear the bit in the old pm_cpus',
      'cpu0: pmap_remove(): clear the entry',
      'cpu0: pmap_tlb_shootpage(): read pm_cpus',
      'cpu0: free the page',
      'cpu1: set the bit in the new pm_cpus',
      'cpu1: run the thread',
      'cpu1 hardware: use',
    ),
    race.join('\n'),
  ).toBe(true)
  expect(race).not.toContain('cpu1: load %cr3')
})

test('set late: the hardware walks before the bit is there', async () => {
  const race = (await settle(properties, settingsOf('set-late'))).races.noUseAfterFree ?? []
  expect(
    inOrder(
      race,
      'cpu1: load %cr3',
      'cpu1 hardware: fill',
      'cpu0: pmap_tlb_shootpage(): read pm_cpus',
      'cpu1: set the bit in the new pm_cpus',
      'cpu1 hardware: use',
    ),
    race.join('\n'),
  ).toBe(true)
})
