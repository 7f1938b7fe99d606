/**
 * That a wrong translation to circuits is noticed: the encoder mistakes one operator for another, and the comparisons
 * have to fail.
 */
import { afterEach, expect, test, vi } from 'vitest'
import type { BinaryOp } from '../../src/ir/system.ts'
import { runModels } from './models.ts'
import { runModules } from './steps.ts'

let mistake: readonly [from: BinaryOp, to: BinaryOp] | null = null

vi.mock('../../src/symbolic/circuit/word.ts', async (original) => {
  const words = await original<typeof import('../../src/symbolic/circuit/word.ts')>()
  const operate: typeof words.operate = (graph, op, a, b) => words.operate(graph, mistake?.[0] === op ? mistake[1] : op, a, b)
  return { ...words, operate }
})

afterEach(() => {
  mistake = null
})

const mistakes: readonly (readonly [BinaryOp, BinaryOp])[] = [
  ['add', 'sub'],
  ['eq', 'ne'],
  ['lt', 'le'],
  ['gt', 'ge'],
  ['and', 'or'],
  ['rem', 'div'],
  ['min', 'max'],
]

test.each(mistakes)('%s taken for %s is noticed in statement lists', { timeout: 60_000 }, async (from, to) => {
  mistake = [from, to]
  const { differences } = await runModules(11, 30, { shrinking: 0 })
  expect(differences[0]?.said).toMatch(/the circuit/)
})

test('and in whole models, by searches', { timeout: 60_000 }, async () => {
  mistake = ['eq', 'ne']
  const { differences } = await runModels(11, 50, { shrinking: 0 })
  expect(differences[0]?.said).toMatch(/^(Differs|Disagreement): /)
})

test('nothing is noticed where there is no mistake', { timeout: 60_000 }, async () => {
  expect(await runModules(11, 2)).toMatchObject({ differences: [] })
  expect(await runModels(11, 10)).toMatchObject({ models: 10, differences: [] })
})
