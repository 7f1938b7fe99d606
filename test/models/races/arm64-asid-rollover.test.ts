import { expect, test } from 'vitest'
import arm64AsidRollover from '../../../models/races/arm64-asid-rollover.ts'
import properties, { commits } from '../../../properties/races/arm64-asid-rollover.ts'
import { settle } from '../settle.ts'
import { judge } from './judged.ts'

// mm gets a new ASID between the load of the old one and the store to the entry.
const rolledOver = [
  'cpu0: asid = ASID(mm)',
  'cpu1: cpu_switch_mm(task 2)',
  'cpu1: cpu_switch_mm(task 0)',
  'cpu1 hardware: fill',
  'cpu0: ptep_get_and_clear()',
  'cpu0: TLBI(va, asid)',
  'cpu0: ptep_clear_flush() returns',
  'cpu1 hardware: use',
]

judge(properties, commits.rows, {
  'as-it-was': { states: 2_784, transitions: 7_920, races: { noUseAfterFlush: [12, ...rolledOver], noStaleTranslation: [11] } },
  fixed: { states: 1_920, transitions: 5_056 },
  'no-flush-at-rollover': {
    states: 2_976,
    transitions: 9_552,
    races: { noUseAfterFlush: [18], noStaleTranslation: [16], noForeignTranslation: [5] },
  },
})

test('without a flush at rollover there is none to be seen', async () => {
  const { verdicts } = await settle(properties, arm64AsidRollover.variants?.['no-flush-at-rollover'])
  expect(verdicts.invalidatedByRollover).toBe('violated')
})
