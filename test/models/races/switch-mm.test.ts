import { properties as claimed, sometimes } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import switchMm from '../../../models/races/switch-mm.ts'
import properties, { commits } from '../../../properties/races/switch-mm.ts'
import { explore } from '../../semantics/harness.ts'
import { inOrder, settle } from '../settle.ts'

const settingsOf = (variant: string) => switchMm.variants?.[variant] ?? {}

describe.each([
  ['as-it-was', 'violated', 13, 1_132],
  ['stable-backport', 'violated', 13, 1_168],
  ['fixed', 'holds', null, 1_008],
  ['cpumask-after-tlb-gen', 'violated', 12, 1_208],
  ['tlb-gen-before-pte', 'violated', 16, 1_366],
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
    await explore(switchMm, properties.properties, settingsOf(variant), 10)
  }, 30_000)
})

test.each(commits.rows)('$sentence.id $variant: $property $expected', async ({ variant, property, expected }) => {
  expect((await settle(properties, settingsOf(variant ?? 'fixed'))).verdicts[property]).toBe(expected)
})

test('as it was: the flusher skips a CPU that has decided not to flush, and is switching', async () => {
  const { races } = await settle(properties, settingsOf('as-it-was'))
  const race = races.noUseAfterFree ?? []
  expect(
    inOrder(
      race,
      'cpu1: cpumask_set_cpu(1, mm_cpumask(mm))',
      'cpu1: loaded_mm = LOADED_MM_SWITCHING',
      'cpu1: gen = mm->tlb_gen',
      'cpu0: set_pte(new frame)',
      'cpu0: inc_mm_tlb_gen()',
      'cpu0: should_flush_tlb(1)',
      'cpu0: free the old frame',
      'cpu1: loaded_mm = mm',
      'cpu1 user: use',
    ),
    race.join('\n'),
  ).toBe(true)
})

test('the window that the commit names, from load_new_mm_cr3() to loaded_mm, is one of those in which it skips it', async () => {
  const window = claimed(switchMm, {
    freedInTheWindow: sometimes((s) => s.freed && s.cr3 === 'mm' && s.loadedMm === 'SWITCHING' && s.tlb === 0),
  })
  expect((await settle(window, settingsOf('as-it-was'))).verdicts.freedInTheWindow).toBe('holds')
  expect((await settle(window, settingsOf('fixed'))).verdicts.freedInTheWindow).toBe('violated')
})

test('the backport: the flusher sees prev, after the switch has decided not to flush', async () => {
  const { races } = await settle(properties, settingsOf('stable-backport'))
  const race = races.noUseAfterFree ?? []
  expect(
    inOrder(
      race,
      'cpu1: gen = mm->tlb_gen',
      'cpu0: set_pte(new frame)',
      'cpu0: inc_mm_tlb_gen()',
      'cpu0: should_flush_tlb(1)',
      'cpu1: loaded_mm = LOADED_MM_SWITCHING',
      'cpu1: load_new_mm_cr3(mm, need_flush)',
      'cpu1 user: use',
    ),
    race.join('\n'),
  ).toBe(true)
})

test('the backport without the fix is no better, and the order alone is none', async () => {
  for (const announce of ['before tlb_gen', 'after tlb_gen'] as const) {
    const { verdicts } = await settle(properties, { flushSwitching: false, announce })
    expect(verdicts.noUseAfterFree).toBe('violated')
  }
})
