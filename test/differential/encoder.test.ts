/** That a wrong translation to circuits is noticed: the encoder mistakes one operator for another, and the comparison with the other engine and the oracle has to fail. */
import { afterEach, expect, test, vi } from 'vitest'
import type { BinaryOp } from '../../src/ir/system.ts'
import { compareMany } from './runs.ts'

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

test.each(mistakes)('%s taken for %s is noticed', { timeout: 60_000 }, async (from, to) => {
  mistake = [from, to]
  await expect(compareMany({ seed: 11, numRuns: 300, milliseconds: 30_000, show: 'first' })).rejects.toThrow(/\n(Differs|Disagreement): /)
})

test('nothing is noticed where there is no mistake', { timeout: 60_000 }, async () => {
  await expect(compareMany({ seed: 11, numRuns: 15, milliseconds: 30_000 })).resolves.toMatchObject({ models: 15 })
})
