import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { absolute, arithmetic, compare, extreme, quotient, sign } from '../../../src/compile/values/arithmetic.ts'
import type { Context } from '../../../src/compile/values/context.ts'
import { asBool, asInt, int, type Value } from '../../../src/compile/values/value.ts'
import { load } from '../../../src/ir/build.ts'
import { emptyContext, evaluated, execute, nowhere } from '../run.ts'

const limit = fc.integer({ min: -9, max: 9 })
const interval = fc.tuple(limit, limit).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)

const operand = (variable: number, [lo, hi]: readonly [number, number]): Value => int(load(variable, []), lo, hi)

/** Compares what is compiled with JavaScript on every pair of operands; what is compiled may refuse. */
const agrees = (
  a: readonly [number, number],
  b: readonly [number, number],
  compiled: (c: Context, x: Value, y: Value) => Value,
  meant: (x: number, y: number) => number | boolean,
  isDefined: (x: number, y: number) => boolean = () => true,
): void => {
  const c = emptyContext()
  const v = compiled(c, operand(0, a), operand(1, b))
  const result = asInt(v)
  const truth = asBool(v)
  for (let x = a[0]; x <= a[1]; x++)
    for (let y = b[0]; y <= b[1]; y++) {
      const values = execute(
        c.way.out,
        new Map([
          [-1, x],
          [-2, y],
        ]),
      )
      expect(values !== null, `${x}, ${y} is defined`).toBe(isDefined(x, y))
      if (values === null) continue
      const wanted = meant(x, y)
      if (truth !== null) expect(evaluated(truth, values)).toBe(Number(wanted))
      else if (result !== null) {
        // + 0: JavaScript's -0 is 0 here.
        expect(evaluated(result.e, values)).toBe(Number(wanted) + 0)
        expect(Number(wanted), `inside ${result.lo}..${result.hi}`).toBeGreaterThanOrEqual(result.lo)
        expect(Number(wanted), `inside ${result.lo}..${result.hi}`).toBeLessThanOrEqual(result.hi)
      } else expect.unreachable('neither an integer nor a boolean')
    }
}

const operators: Readonly<Record<string, (x: number, y: number) => number>> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '&': (x, y) => x & y,
  '|': (x, y) => x | y,
  '^': (x, y) => x ^ y,
}

describe('every result and every range, by brute force', () => {
  for (const [operator, meant] of Object.entries(operators))
    test(operator, () => {
      fc.assert(fc.property(interval, interval, (a, b) => agrees(a, b, (c, x, y) => arithmetic(c, operator, x, y, nowhere), meant)))
    })

  test('% and Math.trunc(a / b): a divisor that may be 0 is checked', () => {
    const divisor = interval.filter(([lo, hi]) => lo !== 0 || hi !== 0)
    const isDefined = (_: number, y: number): boolean => y !== 0
    fc.assert(
      fc.property(interval, divisor, (a, b) => {
        agrees(
          a,
          b,
          (c, x, y) => arithmetic(c, '%', x, y, nowhere),
          (x, y) => x % y,
          isDefined,
        )
        agrees(
          a,
          b,
          (c, x, y) => quotient(c, x, y, nowhere),
          (x, y) => Math.trunc(x / y),
          isDefined,
        )
      }),
    )
  })

  test('<< and >>', () => {
    const count = fc.tuple(fc.nat(6), fc.nat(6)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    fc.assert(
      fc.property(interval, count, (a, b) => {
        agrees(
          a,
          b,
          (c, x, y) => arithmetic(c, '<<', x, y, nowhere),
          (x, y) => x << y,
        )
        agrees(
          a,
          b,
          (c, x, y) => arithmetic(c, '>>', x, y, nowhere),
          (x, y) => x >> y,
        )
      }),
    )
  })

  test('comparisons, also those that the ranges decide', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        agrees(
          a,
          b,
          (c, x, y) => compare(c, '<', x, y, nowhere),
          (x, y) => x < y,
        )
        agrees(
          a,
          b,
          (c, x, y) => compare(c, '<=', x, y, nowhere),
          (x, y) => x <= y,
        )
        agrees(
          a,
          b,
          (c, x, y) => compare(c, '>', x, y, nowhere),
          (x, y) => x > y,
        )
        agrees(
          a,
          b,
          (c, x, y) => compare(c, '>=', x, y, nowhere),
          (x, y) => x >= y,
        )
      }),
    )
  })

  test('Math.min, max, abs, sign', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        agrees(a, b, (c, x, y) => extreme(c, 'min', [x, y], nowhere), Math.min)
        agrees(a, b, (c, x, y) => extreme(c, 'max', [x, y], nowhere), Math.max)
        agrees(
          a,
          b,
          (c, x) => absolute(c, x, nowhere),
          (x) => Math.abs(x),
        )
        agrees(
          a,
          b,
          (c, x) => sign(c, x, nowhere),
          (x) => Math.sign(x),
        )
      }),
    )
  })
})

describe('32 bits', () => {
  const edge: Value = int(load(0, []), 0, 2 ** 31 - 1)

  test('the last integer is inside, the next one is refused', () => {
    expect(asInt(arithmetic(emptyContext(), '-', edge, int(load(1, []), 0, 1), nowhere))).toMatchObject({ lo: -1, hi: 2 ** 31 - 1 })
    expect(() => arithmetic(emptyContext(), '+', edge, int(load(1, []), 0, 1), nowhere)).toThrow('MC203')
    expect(() => arithmetic(emptyContext(), '*', edge, int(load(1, []), 1, 2), nowhere)).toThrow('MC203')
  })
})
