import { describe, expect, test } from 'vitest'
import kthreadUseMm from '../../../models/races/kthread-use-mm.ts'
import properties, { commits } from '../../../properties/races/kthread-use-mm.ts'
import { explore } from '../../semantics/harness.ts'
import { inOrder, settle } from '../settle.ts'

const settingsOf = (variant: string) => kthreadUseMm.variants?.[variant] ?? {}

describe.each([
  ['as-it-was', 'violated', 8, 138],
  ['fixed', 'holds', null, 186],
  ['switch-first', 'violated', 7, 138],
  ['asks-what-is-loaded', 'holds', null, 114],
] as const)('%s', (variant, verdict, length, states) => {
  test(`is ${verdict}, in ${states} states`, async () => {
    const found = await settle(properties, settingsOf(variant))
    expect(found.states).toBe(states)
    expect(found.races.noUseAfterFree?.length ?? null).toBe(length)
    const { noUseAfterFree, noStaleTranslation, ...others } = found.verdicts
    expect([noUseAfterFree, noStaleTranslation]).toEqual([verdict, verdict])
    expect(Object.entries(others).filter(([, other]) => other !== 'holds')).toEqual([])
  })

  test('the oracle and the engine agree on every state', async () => {
    await explore(kthreadUseMm, properties.properties, settingsOf(variant))
  }, 30_000)
})

test.each(commits.rows)('$sentence.id $variant $settings: $property $expected', async ({ variant, settings, property, expected }) => {
  expect((await settle(properties, { ...settingsOf(variant ?? 'fixed'), ...settings })).verdicts[property]).toBe(expected)
})

test('as it was: the interrupt lands between active_mm and switch_mm()', async () => {
  const race = (await settle(properties, settingsOf('as-it-was'))).races.noUseAfterFree ?? []
  expect(
    inOrder(
      race,
      'cpu0: flush_tlb_mm(mm): send the IPI',
      'cpu1: tsk->active_mm = mm',
      'cpu1 IPI: flush, and acknowledge',
      'cpu0: free the frame',
      'cpu1: switch_mm(old_mm, mm)',
      'cpu1 hardware: use',
    ),
    race.join('\n'),
  ).toBe(true)
})

test('the other way round: it drops the ASID after the switch that should have seen that', async () => {
  const race = (await settle(properties, settingsOf('switch-first'))).races.noUseAfterFree ?? []
  expect(
    inOrder(race, 'cpu1: switch_mm(old_mm, mm)', 'cpu1 IPI: drop the ASID, and acknowledge', 'cpu0: free the frame', 'cpu1 hardware: use'),
    race.join('\n'),
  ).toBe(true)
  expect(race).not.toContain('cpu1: tsk->active_mm = mm')
})
