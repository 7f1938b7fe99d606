/** What a sweep says of its knobs, on tables made by hand. */
import { expect, test } from 'vitest'
import { type Knob, type Setting, settingsOf } from '../../../src/campaign/sweep/knobs.ts'
import { minimalSafe, needsOf } from '../../../src/campaign/sweep/minimal.ts'
import type { Cell } from '../../../src/campaign/sweep/sweep.ts'
import { sweepText } from '../../../src/cli/views/sweep-text.ts'

const knob = (name: string, values: Knob['values'] = [false, true]): Knob => ({ name, values, without: values[0] === false ? false : null })

const drawn = (knobs: readonly Knob[], lengthOf: (setting: Setting) => number | null): string => {
  const cells = settingsOf(knobs).map((setting): Cell => {
    const length = lengthOf(setting)
    const violation = length === null ? null : { property: 'coherent', length }
    return { setting, verdict: length === null ? 'safe' : 'unsafe', violation, vacuity: null, report: null, diagnostic: null }
  })
  const [minimal, needs] = [minimalSafe(cells, knobs), needsOf(cells, knobs)]
  const settled = {
    model: 'tlb',
    title: null,
    target: 'tlb',
    properties: ['coherent'],
    variant: null,
    fixed: {},
    knobs,
    cells,
    minimal,
    needs,
  }
  return sweepText(settled, { colours: false })
}

// 128 settings of shadow-walk were 128 lines, of which eight say it all; and six minimal settings were two.
test('settings that are alike are one line, above and among the minimal ones; races of different lengths are not alike', () => {
  const knobs = [knob('lock'), knob('order', ['bump, flush', 'flush, bump']), knob('recheck')]
  const text = drawn(knobs, ({ lock, recheck }) => (lock === true ? null : recheck === true ? 10 : 9))
  expect(text).toContain(
    [
      '  lock  order  recheck',
      '  ----  -----  -------',
      '  off   any    off      unsafe   coherent after 9 steps',
      '  off   any    on       unsafe   coherent after 10 steps',
      '  on    any    any      safe',
      '',
      'minimal safe settings: every protection is needed (without them: lock=off; a number is the length of',
    ].join('\n'),
  )
  expect(text).toContain('   1. lock=true, order=any, recheck=false\n        lock: off (9) breaks it\n\n')
  expect(text).toContain('  recheck  makes no difference here\n')
})

test('a value with a comma in it is quoted where values stand in a list', () => {
  const text = drawn([knob('lock'), knob('order', ['bump, flush', 'flush, bump'])], ({ order }) => (order === 'bump, flush' ? 9 : null))
  expect(text).toContain("order='flush, bump'\n")
  expect(text).toContain("        order: 'bump, flush' (9) breaks it\n")
  expect(text).toContain("  order  only these are ever safe: 'flush, bump'\n")
})

// Of a mutation it was said that it is "not mandatory: there are safe settings with off".
test('a flag that every safe setting leaves off protects nothing', () => {
  const text = drawn([knob('dropI9'), knob('lock')], ({ dropI9, lock }) => (dropI9 === true || lock === false ? 17 : null))
  expect(text).toContain('(without them: lock=off;')
  expect(text).toContain('  dropI9  no protection: every safe setting has off\n')
  expect(text).toContain('  lock    mandatory: no safe setting has off\n')
})

test('where nothing matters it says no more', () => {
  expect(drawn([knob('lock')], () => null)).toContain(
    '  any   safe\n\nevery setting is safe\n\nwhat safety takes\n  lock  makes no difference here\n',
  )
})

test('a model without knobs', () => {
  expect(drawn([], () => null)).toBe(
    [
      'tlb',
      '  which settings keep coherent',
      '',
      '  safe',
      'there is nothing to sweep: --over names knobs, sizes too',
      '',
      'tlb: 1 setting: 1 safe, 1 of them minimal, 0 unsafe\n',
    ].join('\n'),
  )
})
