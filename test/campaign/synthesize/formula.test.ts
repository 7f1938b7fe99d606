/** Formulas over knobs, against every other formula there is. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cover } from '../../../src/campaign/synthesize/cover.ts'
import { type Formula, formulaOf, holds, type Variable } from '../../../src/campaign/synthesize/formula.ts'
import { formulaText } from '../../../src/campaign/synthesize/formula-text.ts'
import { allOf, cellsOf, isIn, membersOf, primesOf } from '../../../src/symbolic/free/primes.ts'

const flagOf = (name: string): Variable => ({ name, values: [false, true] })
const choiceOf = (name: string, ...values: string[]): Variable => ({ name, values })

const settingsOf = (variables: readonly Variable[]): Record<string, unknown>[] =>
  variables.reduce<Record<string, unknown>[]>(
    (all, { name, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )

/** The formula for the settings of which `is` is true, which it must be true of, and of no others. */
const formulaFor = (variables: readonly Variable[], is: (setting: Record<string, unknown>) => boolean): Formula => {
  const settings = settingsOf(variables)
  const formula = formulaOf(variables, (i) => is(settings[i] ?? {}))
  for (const setting of settings) expect(holds(formula, setting), JSON.stringify([setting, formulaText(formula)])).toBe(is(setting))
  return formula
}

const textFor = (...of: Parameters<typeof formulaFor>): string => formulaText(formulaFor(...of))

describe('what it looks like', () => {
  const a = flagOf('a')
  const b = flagOf('b')
  const c = flagOf('c')
  const block = choiceOf('block', 'none', 'count', 'mmuLock', 'driver mutex')

  test('flags, choices, and what is in common', () => {
    expect(textFor([a, b], (s) => s.a === true)).toBe('a')
    expect(textFor([a, b], (s) => s.a === false)).toBe('not a')
    expect(textFor([a, b, c], (s) => s.a === true && (s.b === true || s.c === true))).toBe('a and (b or c)')
    expect(textFor([a, block], (s) => s.a === true && s.block !== 'none')).toBe('a and block != none')
    expect(textFor([a, block], (s) => s.a === true || s.block === 'driver mutex')).toBe("a or block = 'driver mutex'")
    expect(textFor([a, block], (s) => s.block === 'count' || s.block === 'driver mutex')).toBe("block in {count, 'driver mutex'}")
    expect(textFor([a, b], (s) => s.a === s.b)).toBe('(not a and not b) or (a and b)')
    expect(textFor([a, b], () => true)).toBe('true')
    expect(textFor([a, b], () => false)).toBe('false')
    expect(textFor([], () => true)).toBe('true')
  })

  test('a conjunction where that is shorter', () => {
    const d = flagOf('d')
    expect(textFor([a, b, c, d], (s) => (s.a === true || s.b === true) && (s.c === true || s.d === true))).toBe('(a or b) and (c or d)')
    expect(textFor([a, b, c], (s) => !(s.a === true && s.b === true && s.c === true))).toBe('not a or not b or not c')
  })

  test('words like and in a value ask for no parentheses', () => {
    const how = choiceOf('how', 'batched, preserving A and D', 'this or that', 'plain')
    expect(textFor([a, how], (s) => s.a === true || s.how === 'batched, preserving A and D')).toBe(
      "a or how = 'batched, preserving A and D'",
    )
  })
})

/** A function over up to four knobs of up to three values. */
const tables = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 })
  .filter((sizes) => cellsOf(sizes) <= 24)
  .chain((sizes) =>
    fc.record({ sizes: fc.constant(sizes), values: fc.uint8Array({ minLength: cellsOf(sizes), maxLength: cellsOf(sizes), max: 1 }) }),
  )

const boxesOf = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>((all, size) => all.flatMap((box) => Array.from({ length: allOf(size) }, (_, i) => [...box, i + 1])), [[]])

test('the prime implicants are the boxes that are in no larger one', () => {
  fc.assert(
    fc.property(tables, ({ sizes, values }) => {
      const inside = boxesOf(sizes).filter((box) => isIn(box, values, sizes))
      const contains = (a: readonly number[], b: readonly number[]): boolean => a.every((mask, k) => (mask & (b[k] ?? 0)) === b[k])
      const maximal = inside.filter((box) => !inside.some((other) => other !== box && contains(other, box)))
      expect(new Set(primesOf({ sizes, values }, 10_000).map(String))).toEqual(new Set(maximal.map(String)))
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('no formula of the form has fewer terms', () => {
  fc.assert(
    fc.property(
      tables.filter(({ sizes }) => cellsOf(sizes) <= 12),
      ({ sizes, values }) => {
        const variables = sizes.map((size, k): Variable => choiceOf(`k${k}`, ...Array.from({ length: size }, (_, v) => `v${v}`)))
        const settings = settingsOf(variables)
        const numbers = new Map(settings.map((setting, i) => [JSON.stringify(setting), i]))
        const formula = formulaFor(variables, (setting) => values[numbers.get(JSON.stringify(setting)) ?? 0] === 1)
        expect(formula.exact).toBe(true)
        const wanted = values.map((x) => (formula.form === 'any of all' ? x : 1 - x))
        expect(formula.terms.length).toBe(fewestBoxes(sizes, wanted))
      },
    ),
    { numRuns: 200, seed: 2 },
  )
})

/** By brute force: sets of cells as bits, level by level. */
const fewestBoxes = (sizes: readonly number[], values: Uint8Array): number => {
  const goal = values.reduce((bits, x, i) => bits | (x << i), 0)
  const boxes = boxesOf(sizes)
    .filter((box) => isIn(box, values, sizes))
    .map((box) => membersOf(box, sizes).reduce((bits, i) => bits | (1 << i), 0))
  let reached = new Set([0])
  for (let n = 0; ; n++) {
    if (reached.has(goal)) return n
    reached = new Set([...reached].flatMap((bits) => boxes.map((box) => bits | box)))
  }
}

test('a cover is the cheapest one', () => {
  const problems = fc.integer({ min: 1, max: 8 }).chain((sets) =>
    fc.record({
      costs: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: sets, maxLength: sets }),
      elements: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: sets - 1 }), { minLength: 1 }), { minLength: 1, maxLength: 10 }),
    }),
  )
  fc.assert(
    fc.property(problems, ({ costs, elements }) => {
      const { sets, exact } = cover(elements, costs)
      expect(exact).toBe(true)
      const price = (taken: readonly number[]): number => taken.reduce((n, set) => n + (costs[set] ?? 0), 0)
      const covers = (taken: readonly number[]): boolean => elements.every((row) => row.some((set) => taken.includes(set)))
      expect(covers(sets)).toBe(true)
      const all = Array.from({ length: 2 ** costs.length }, (_, bits) => costs.flatMap((_, i) => (((bits >> i) & 1) === 1 ? [i] : [])))
      expect(price(sets)).toBe(Math.min(...all.filter(covers).map(price)))
    }),
    { numRuns: 500, seed: 3 },
  )
})

test('a table too large for all prime implicants still gets a formula without a superfluous term', () => {
  const variables = Array.from({ length: 11 }, (_, i) => flagOf(`k${i}`))
  const parity = (s: Record<string, unknown>): boolean => variables.slice(0, 4).filter(({ name }) => s[name] === true).length % 2 === 1
  expect(formulaFor(variables, parity).terms).toHaveLength(8)
  let seed = 7
  const random = Array.from({ length: 2 ** 11 }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (seed >> 16) % 3 === 0
  })
  const numbers = new Map(settingsOf(variables).map((setting, i) => [JSON.stringify(setting), i]))
  const formula = formulaFor(variables, (s) => random[numbers.get(JSON.stringify(s)) ?? 0] === true)
  expect(formula.exact).toBe(false)
  for (const term of formula.terms.slice(0, 20)) {
    const rest: Formula = { ...formula, terms: formula.terms.filter((other) => other !== term) }
    expect(settingsOf(variables).some((s) => holds(rest, s) !== holds(formula, s))).toBe(true)
  }
}, 60_000)
