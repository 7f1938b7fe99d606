/** Arithmetic and order on bounded integers, with the range of every result. */
import { binary, constant, one, zero } from '../../ir/build.js'
import type { BinaryOp, Expr } from '../../ir/system.js'
import type { Context } from './context.js'
import { check, settle } from './emit.js'
import { isIdentity, refuseIdentity } from './identity.js'
import { refuse, type Site, spanOf, textOf } from './site.js'
import { stale } from './stale.js'
import { asInt, boolean, constantValue, describe, int, type Value } from './value.js'

type Range = { readonly e: Expr; readonly lo: number; readonly hi: number }

type Operands = readonly [Range, Range]

const operands = (c: Context, a: Value, b: Value, operator: string, site: Site): Operands => {
  const [x, y] = [number(c, a, site, operator), number(c, b, site, operator)]
  return [x, y]
}

/** The integer of a value that something is computed from, or that is ordered. */
export const number = (c: Context, v: Value, site: Site, operator: string): Range =>
  isIdentity(v) ? refuseIdentity(c, `'${operator}' of an identity`, site) : integer(c, v, site, operator)

/** The integer of a value; refuses all else. A value that may be absent is checked to be there. */
export const integer = (c: Context, v: Value, site: Site, operator: string): Range => {
  if (v.k === 'optional') return integer(c, operand(c, v, site), site, operator)
  const i = asInt(v)
  if (i !== null) return i
  if (v.k === 'stale') return stale(c, v, site)
  if (v.k === 'const' && typeof v.value === 'number')
    return refuse(
      c,
      'MC207',
      site.file,
      site.node,
      `${v.value} is not a 32-bit integer`,
      'the state holds integers: use Math.trunc(a / b) for division',
    )
  return refuse(
    c,
    'MC201',
    site.file,
    site.node,
    `'${operator}' takes integers, not ${describe(v)}`,
    'convert it first: a boolean with `b ? 1 : 0`',
  )
}

/** An operand, which must be there as soon as it is evaluated. */
export const operand = (c: Context, v: Value, site: Site): Value => {
  if (v.k !== 'optional') return v
  check(c, v.present, 'range', spanOf(site.file, site.node), `${textOf(c, site.file, site.node)} uses a value that is ${String(v.absent)}`)
  return operand(c, v.of, site)
}

const bounded = (c: Context, op: BinaryOp, [a, b]: Operands, [lo, hi]: readonly [number, number], site: Site): Value => {
  if (lo < -(2 ** 31) || hi > 2 ** 31 - 1)
    return refuse(
      c,
      'MC203',
      site.file,
      site.node,
      `${textOf(c, site.file, site.node)} can be anything in ${lo}..${hi}, which leaves 32 bits`,
      'bound an operand: with `%`, Math.min, or a smaller range in `state`',
    )
  return int(binary(op, a.e, b.e), lo, hi)
}

const corners = (a: Range, b: Range, f: (x: number, y: number) => number): [number, number] => {
  const values = [f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)]
  return [Math.min(...values), Math.max(...values)]
}

/** `a operator b` on integers. `/` only as `Math.trunc(a / b)`: see `quotient`. */
export const arithmetic = (c: Context, operator: string, left: Value, right: Value, site: Site): Value => {
  const [a, b] = operands(c, left, right, operator, site)
  switch (operator) {
    case '+':
      return bounded(c, 'add', [a, b], [a.lo + b.lo, a.hi + b.hi], site)
    case '-':
      return bounded(c, 'sub', [a, b], [a.lo - b.hi, a.hi - b.lo], site)
    case '*':
      return bounded(
        c,
        'mul',
        [a, b],
        corners(a, b, (x, y) => x * y),
        site,
      )
    case '%': {
      const divisor = nonZero(c, b, site)
      const most = Math.max(Math.abs(b.lo), Math.abs(b.hi)) - 1
      if (a.lo >= 0 && b.lo > 0 && a.hi < b.lo) return int(a.e, a.lo, a.hi)
      return bounded(c, 'rem', [a, divisor], [a.lo < 0 ? Math.max(a.lo, -most) : 0, a.hi > 0 ? Math.min(a.hi, most) : 0], site)
    }
    case '**': {
      if (a.e.op === 'const' && b.e.op === 'const' && b.lo >= 0)
        return bounded(
          c,
          'add',
          [
            { ...a, e: constant(a.lo ** b.lo) },
            { e: zero, lo: 0, hi: 0 },
          ],
          [a.lo ** b.lo, a.lo ** b.lo],
          site,
        )
      return refuse(c, 'MC101', site.file, site.node, "'**' takes constants only", 'multiply, or shift with `<<`')
    }
    case '&':
      return bits(c, 'and', [a, b], a.lo >= 0 || b.lo >= 0 ? [0, leastOf([a, b].filter(({ lo }) => lo >= 0))] : null, site)
    case '|':
    case '^':
      return bits(c, operator === '|' ? 'or' : 'xor', [a, b], a.lo >= 0 && b.lo >= 0 ? [0, allOnes(Math.max(a.hi, b.hi))] : null, site)
    case '<<':
      return shifted(c, 'shl', a, b, site)
    case '>>':
    case '>>>':
      if (operator === '>>>' && a.lo < 0)
        return refuse(c, 'MC203', site.file, site.node, "'>>>' of a negative number leaves 32 bits", 'write >>')
      return shifted(c, 'shr', a, b, site)
    default:
      return refuse(
        c,
        'MC101',
        site.file,
        site.node,
        `the operator '${operator}' is outside the language`,
        'use + - * % & | ^ << >>, Math.trunc(a / b), comparisons and && || !',
      )
  }
}

/** The least upper end. */
const leastOf = (all: readonly Range[]): number => Math.min(...all.map(({ hi }) => hi))

const allOnes = (n: number): number => 2 ** Math.ceil(Math.log2(n + 1)) - 1

const bits = (c: Context, op: BinaryOp, both: Operands, range: readonly [number, number] | null, site: Site): Value =>
  bounded(c, op, both, range ?? [-(2 ** 31), 2 ** 31 - 1], site)

const shifted = (c: Context, op: 'shl' | 'shr', a: Range, b: Range, site: Site): Value => {
  if (b.lo < 0 || b.hi > 31)
    return refuse(c, 'MC203', site.file, site.node, `the shift count can be anything in ${b.lo}..${b.hi}`, 'shift by 0..31')
  return bounded(
    c,
    op,
    [a, b],
    corners(a, b, (x, n) => (op === 'shl' ? x * 2 ** n : Math.floor(x / 2 ** n))),
    site,
  )
}

const nonZero = (c: Context, b: Range, site: Site): Range => {
  if (b.lo > 0 || b.hi < 0) return b
  if (b.lo === 0 && b.hi === 0) return refuse(c, 'MC210', site.file, site.node, 'division by 0', 'divide by something else')
  const e = settle(c, b.e)
  check(c, binary('ne', e, zero), 'range', spanOf(site.file, site.node), `${textOf(c, site.file, site.node)} divides by 0`)
  // The check keeps a failing step from dividing; the divisor itself stays total for engines that evaluate ahead.
  return { e: { op: 'select', condition: e, a: e, b: one }, lo: b.lo, hi: b.hi }
}

/** `Math.trunc(a / b)`. */
export const quotient = (c: Context, left: Value, right: Value, site: Site): Value => {
  const [a, b] = operands(c, left, right, '/', site)
  const divisor = nonZero(c, b, site)
  const candidates = [b.lo, b.hi, ...(b.lo <= 1 && b.hi >= 1 ? [1] : []), ...(b.lo <= -1 && b.hi >= -1 ? [-1] : [])].filter((d) => d !== 0)
  const values = candidates.flatMap((d) => [Math.trunc(a.lo / d), Math.trunc(a.hi / d)])
  if (a.lo <= 0 && a.hi >= 0) values.push(0)
  return bounded(c, 'div', [a, divisor], [Math.min(...values), Math.max(...values)], site)
}

/** `a < b` and the like; decided now where the ranges decide it. */
export const compare = (c: Context, operator: '<' | '<=' | '>' | '>=', left: Value, right: Value, site: Site): Value => {
  const [a, b] = operands(c, left, right, operator, site)
  switch (operator) {
    case '<':
      return boolean(a.hi < b.lo ? one : a.lo >= b.hi ? zero : binary('lt', a.e, b.e))
    case '<=':
      return boolean(a.hi <= b.lo ? one : a.lo > b.hi ? zero : binary('le', a.e, b.e))
    case '>':
      return boolean(a.lo > b.hi ? one : a.hi <= b.lo ? zero : binary('gt', a.e, b.e))
    case '>=':
      return boolean(a.lo >= b.hi ? one : a.hi < b.lo ? zero : binary('ge', a.e, b.e))
  }
}

export const extreme = (c: Context, which: 'min' | 'max', values: readonly Value[], site: Site): Value => {
  const f = which === 'min' ? Math.min : Math.max
  const [first, ...rest] = values.map((v) => number(c, v, site, `Math.${which}`))
  if (first === undefined) return refuse(c, 'MC201', site.file, site.node, `Math.${which} of nothing`, 'give it at least one integer')
  const result = rest.reduce((a, b) => ({ e: binary(which, a.e, b.e), lo: f(a.lo, b.lo), hi: f(a.hi, b.hi) }), first)
  return int(result.e, result.lo, result.hi)
}

export const negate = (c: Context, v: Value, site: Site): Value => arithmetic(c, '-', constantValue(0), v, site)

export const absolute = (c: Context, v: Value, site: Site): Value => {
  const a = number(c, v, site, 'Math.abs')
  if (a.lo >= 0) return v
  const larger = asInt(extreme(c, 'max', [v, negate(c, v, site)], site))
  return larger === null ? v : int(larger.e, Math.max(0, larger.lo), larger.hi)
}

export const sign = (c: Context, v: Value, site: Site): Value => {
  const a = number(c, v, site, 'Math.sign')
  const e = settle(c, a.e)
  return int(
    binary('sub', binary('gt', e, zero), binary('lt', e, zero)),
    a.lo < 0 ? -1 : a.lo > 0 ? 1 : 0,
    a.hi > 0 ? 1 : a.hi < 0 ? -1 : 0,
  )
}
