/**
 * What the way that is being compiled says of the free params. Behind `if (p.locked)` the param is true, and code that
 * asks again is compiled as if it were set to that: without this the ways through a step would be all combinations of
 * the answers, most of which no setting gives.
 */
import { and, calculate, constant, isTruth, not, or } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { visitExpr } from '../../ir/walk.js'

/** The values that each free param can still have here, by variable. */
export type Known = ReadonlyMap<number, readonly number[]>

/** More combinations of values than this are not tried. */
const mostCombinations = 256

/** A condition, decided as far as all values that the free params can have here agree on it. */
export const decide = (known: Known, e: Expr): Expr => {
  if (known.size === 0 || e.op === 'const') return e
  const params = paramsIn(known, e)
  if (params !== null) {
    const answers = new Set(assignments(known, params).map((values) => valueUnder(e, values)))
    const [answer] = answers
    return answers.size === 1 && answer !== undefined ? constant(answer) : e
  }
  switch (e.op) {
    case 'not':
      return not(decide(known, e.a))
    case 'and':
      return isTruth(e.a) && isTruth(e.b) ? and(decide(known, e.a), decide(known, e.b)) : e
    case 'or':
      return isTruth(e.a) && isTruth(e.b) ? or(decide(known, e.a), decide(known, e.b)) : e
    default:
      return e
  }
}

/** What is known where a condition holds (`truth`), or where it does not. */
export const assume = (known: Known, e: Expr, truth: boolean): Known => {
  if (known.size === 0) return known
  if (e.op === 'not') return assume(known, e.a, !truth)
  const params = paramsIn(known, e)
  if (params !== null) {
    const [param, ...others] = params
    if (param === undefined || others.length > 0) return assumeOperands(known, e, truth)
    const left = (known.get(param) ?? []).filter((value) => (valueUnder(e, new Map([[param, value]])) !== 0) === truth)
    return left.length === 0 ? known : new Map([...known, [param, left]])
  }
  return assumeOperands(known, e, truth)
}

const assumeOperands = (known: Known, e: Expr, truth: boolean): Known => {
  if (!(truth ? e.op === 'and' : e.op === 'or') || !('b' in e) || !isTruth(e.a) || !isTruth(e.b)) return known
  return assume(assume(known, e.a, truth), e.b, truth)
}

/** What is known where two ways meet. */
export const join = (a: Known, b: Known): Known =>
  a === b ? a : new Map([...a].map(([param, values]) => [param, merge(values, b.get(param) ?? [])]))

const merge = (a: readonly number[], b: readonly number[]): readonly number[] =>
  b.every((value) => a.includes(value)) ? a : [...new Set([...a, ...b])].sort((x, y) => x - y)

export const sameKnown = (a: Known, b: Known): boolean =>
  a === b || [...a].every(([param, values]) => values.length === b.get(param)?.length)

/**
 * The free params that decide an expression; null where something else does too, and where they have too many
 * combinations.
 */
const paramsIn = (known: Known, e: Expr): readonly number[] | null => {
  const params = new Set<number>()
  let only = true
  visitExpr(e, (x) => {
    if (x.op === 'temp' || (x.op === 'load' && !known.has(x.variable))) only = false
    else if (x.op === 'load') params.add(x.variable)
  })
  const combinations = [...params].reduce((n, param) => n * (known.get(param)?.length ?? 1), 1)
  return only && combinations <= mostCombinations ? [...params] : null
}

const assignments = (known: Known, params: readonly number[]): ReadonlyMap<number, number>[] =>
  params.reduce<ReadonlyMap<number, number>[]>(
    (all, param) => all.flatMap((one) => (known.get(param) ?? []).map((value) => new Map([...one, [param, value]]))),
    [new Map()],
  )

const valueUnder = (e: Expr, values: ReadonlyMap<number, number>): number => {
  switch (e.op) {
    case 'const':
      return e.value
    case 'load':
      return valueOfParam(values, e.variable)
    case 'temp':
      throw new Error('a temp is no param')
    case 'not':
      return 1 - valueUnder(e.a, values)
    case 'select':
      return valueUnder(valueUnder(e.condition, values) === 0 ? e.b : e.a, values)
    default:
      return calculate(e.op, valueUnder(e.a, values), valueUnder(e.b, values))
  }
}

const valueOfParam = (values: ReadonlyMap<number, number>, param: number): number => {
  const value = values.get(param)
  if (value === undefined) throw new Error(`variable ${param} is no param that is known`)
  return value
}
