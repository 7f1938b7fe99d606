/** Words of literals compute what the IR's operators compute on integers. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calculate } from '../../../src/ir/build.ts'
import type { BinaryOp } from '../../../src/ir/system.ts'
import { createGraph, evaluate, input, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import { constantWord, decoded, encoded, operate, pick, type Word } from '../../../src/symbolic/circuit/word.ts'

const operators: readonly BinaryOp[] = [
  ...(['add', 'sub', 'mul', 'div', 'rem', 'and', 'or', 'xor', 'shl', 'shr', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'min', 'max'] as const),
]

const bitsOf = (span: number): number => (span === 0 ? 0 : 32 - Math.clz32(span))

/** An interval, and a value in it; often small, sometimes at the ends of 32 bits. */
const operand = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -9, max: 9 }) }, { weight: 1, arbitrary: fc.integer() }),
    fc.nat(20),
    fc.nat(20),
  )
  .map(([lo, span, at]) => {
    const low = Math.min(lo, 2 ** 31 - 1 - span)
    return { lo: low, hi: low + span, value: low + (at % (span + 1)) }
  })

const read = (word: Word, bits: readonly boolean[]): number => {
  const bit = (l: Literal): number => Number((bits[nodeOf(l)] ?? false) !== ((l & 1) === 1))
  let value = 0
  for (let i = 0; i < 32; i++) value |= bit(word.bits[Math.min(i, word.bits.length - 1)] ?? 0) << i
  return value
}

test('every operator on every pair of intervals', () => {
  fc.assert(
    fc.property(fc.constantFrom(...operators), operand, operand, (op, a, b) => {
      const graph = createGraph()
      const known = new Map<number, boolean>()
      const variable = ({ lo, hi, value }: typeof a): Word => {
        const code = Array.from({ length: bitsOf(hi - lo) }, () => input(graph))
        for (const [i, l] of code.entries()) known.set(nodeOf(l), (((value - lo) >> i) & 1) === 1)
        return decoded(graph, code, lo, hi)
      }
      const [x, y] = [variable(a), variable(b)]
      const result = operate(graph, op, x, y)
      const back = encoded(graph, x, a.lo, bitsOf(a.hi - a.lo))
      const values = evaluate(graph, known)
      expect(read(x, values)).toBe(a.value)
      const expected = calculate(op, a.value, b.value)
      expect(read(result, values)).toBe(expected)
      expect(expected >= result.lo && expected <= result.hi).toBe(true)
      expect(read(operate(graph, op, constantWord(a.value), constantWord(b.value)), values)).toBe(expected)
      expect(back.reduce((code, l, i) => code + (Number((values[nodeOf(l)] ?? false) !== ((l & 1) === 1)) << i), 0)).toBe(a.value - a.lo)
    }),
    { numRuns: 20_000 },
  )
})

test('pick', () => {
  const graph = createGraph()
  const code = [input(graph), input(graph), input(graph)]
  const index = decoded(graph, code, 0, 4)
  const chosen = pick(graph, [7, -3, 100, 0, 12].map(constantWord), index)
  for (const [i, value] of [7, -3, 100, 0, 12].entries()) {
    const values = evaluate(graph, new Map(code.map((l, k) => [nodeOf(l), ((i >> k) & 1) === 1])))
    expect(read(chosen, values)).toBe(value)
  }
})
