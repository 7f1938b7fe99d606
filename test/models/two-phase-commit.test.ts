/**
 * Two-phase commit: sizes that TLC and Stateright report too (288 and 8,832 states), transitions as Spin and Rumur
 * count them.
 */
import { expect, it } from 'vitest'
import twoPhaseCommit from '../../properties/two-phase-commit.ts'
import { check } from './explored.ts'

it.each([
  [3, { states: 288, transitions: 1_145, depth: 10 }],
  [5, { states: 8_832, transitions: 58_145, depth: 16 }],
])('%i resource managers', async (rms, expected) => {
  const report = await check(twoPhaseCommit, { settings: [['rms', rms]] })
  expect(report).toMatchObject({ complete: true, ...expected })
  expect(report.properties.filter(({ verdict }) => verdict !== 'holds')).toEqual([])
})
