import { describe, expect, test } from 'vitest'
import arm64AsidRollover from '../../../models/races/arm64-asid-rollover.ts'
import properties, { commits } from '../../../properties/races/arm64-asid-rollover.ts'
import { explore } from '../../semantics/harness.ts'
import { inOrder, settle } from '../settle.ts'

const settingsOf = (variant: string) => arm64AsidRollover.variants?.[variant] ?? {}

describe.each([
  ['as-it-was', ['violated', 'violated', 'holds'], 12, 2_784],
  ['fixed', ['holds', 'holds', 'holds'], null, 1_920],
  ['no-flush-at-rollover', ['violated', 'violated', 'violated'], 18, 2_976],
] as const)('%s', (variant, verdicts, length, states) => {
  test(`is ${verdicts}, in ${states} states`, async () => {
    const found = await settle(properties, settingsOf(variant))
    expect(found.states).toBe(states)
    expect(found.races.noUseAfterFlush?.length ?? null).toBe(length)
    const { noUseAfterFlush, noStaleTranslation, noForeignTranslation, ...others } = found.verdicts
    expect([noUseAfterFlush, noStaleTranslation, noForeignTranslation]).toEqual(verdicts)
    // Without a flush at rollover there is none to be seen.
    const missing = variant === 'no-flush-at-rollover' ? ['invalidatedByRollover'] : []
    expect(Object.keys(others).filter((name) => others[name] !== 'holds')).toEqual(missing)
  })

  test('the oracle and the engine agree on every state', async () => {
    await explore(arm64AsidRollover, properties.properties, settingsOf(variant), 10)
  }, 30_000)
})

test.each(commits.rows)('$sentence.id $variant: $property $expected', async ({ variant, property, expected }) => {
  expect((await settle(properties, settingsOf(variant ?? 'fixed'))).verdicts[property]).toBe(expected)
})

test('as it was: mm gets a new ASID between the load of the old one and the store to the entry', async () => {
  const race = (await settle(properties, settingsOf('as-it-was'))).races.noUseAfterFlush ?? []
  expect(
    inOrder(
      race,
      'cpu0: asid = ASID(mm)',
      'cpu1: cpu_switch_mm(task 2)',
      'cpu1: cpu_switch_mm(task 0)',
      'cpu1 hardware: fill',
      'cpu0: ptep_get_and_clear()',
      'cpu0: TLBI(va, asid)',
      'cpu0: ptep_clear_flush() returns',
      'cpu1 hardware: use',
    ),
    race.join('\n'),
  ).toBe(true)
})
