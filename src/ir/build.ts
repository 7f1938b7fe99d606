/** Constructors of IR expressions. They fold constants, so that what knobs switch off costs nothing. */
import type { BinaryOp, Expr } from './system.js'

/** A 32-bit integer. */
export const constant = (value: number): Expr => ({ op: 'const', value })
/** The integer 0, which is also false. */
export const zero = constant(0)
/** The integer 1, which is also true. */
export const one = constant(1)
/** The temp of this number, as the step has set it last. */
export const temp = (id: number): Expr => ({ op: 'temp', id })
/**
 * An element of a variable: one index for each dimension, each of which must be inside its dimension. It is read where
 * the expression is evaluated.
 */
export const load = (variable: number, index: readonly Expr[]): Expr => ({ op: 'load', variable, index })

/** Whether both are surely the same value. */
const same = (a: Expr, b: Expr): boolean =>
  a === b || (a.op === 'const' && b.op === 'const' && a.value === b.value) || (a.op === 'temp' && b.op === 'temp' && a.id === b.id)

/**
 * What a binary operator gives on integers; the meaning of IR operators in one place. `div` and `rem` by 0 give 0:
 * nobody uses their value.
 */
export const calculate = (op: BinaryOp, a: number, b: number): number => {
  switch (op) {
    case 'add':
      return (a + b) | 0
    case 'sub':
      return (a - b) | 0
    case 'mul':
      return Math.imul(a, b)
    case 'div':
      return Math.trunc(a / b) | 0
    case 'rem':
      return (a % b) | 0
    case 'and':
      return a & b
    case 'or':
      return a | b
    case 'xor':
      return a ^ b
    case 'shl':
      return a << b
    case 'shr':
      return a >> b
    case 'eq':
      return Number(a === b)
    case 'ne':
      return Number(a !== b)
    case 'lt':
      return Number(a < b)
    case 'le':
      return Number(a <= b)
    case 'gt':
      return Number(a > b)
    case 'ge':
      return Number(a >= b)
    case 'min':
      return Math.min(a, b)
    case 'max':
      return Math.max(a, b)
  }
}

/** The operator on two expressions; a constant where both are, and the one operand where the other is neutral. */
export const binary = (op: BinaryOp, a: Expr, b: Expr): Expr => {
  if (a.op === 'const' && b.op === 'const') return constant(calculate(op, a.value, b.value))
  if (b.op === 'const' && b.value === 0 && (op === 'add' || op === 'sub' || op === 'or' || op === 'shl' || op === 'shr' || op === 'xor'))
    return a
  if (a.op === 'const' && a.value === 0 && (op === 'add' || op === 'or' || op === 'xor')) return b
  if (b.op === 'const' && b.value === 1 && (op === 'mul' || op === 'div')) return a
  if (a.op === 'const' && a.value === 1 && op === 'mul') return b
  return { op, a, b }
}

/** Logical and on 0 and 1. Both operands are pure, so neither is left out for the sake of order. */
export const and = (a: Expr, b: Expr): Expr => {
  if (a.op === 'const') return a.value === 0 ? zero : b
  if (b.op === 'const') return b.value === 0 ? zero : a
  return { op: 'and', a, b }
}
/** Logical or on 0 and 1; as `and`. */
export const or = (a: Expr, b: Expr): Expr => {
  if (a.op === 'const') return a.value === 0 ? b : one
  if (b.op === 'const') return b.value === 0 ? a : one
  return { op: 'or', a, b }
}
/** Logical not on 0 and 1; a comparison for equality is turned into its opposite. */
export const not = (a: Expr): Expr => {
  if (a.op === 'const') return constant(a.value === 0 ? 1 : 0)
  if (a.op === 'not') return a.a
  if (a.op === 'eq') return { ...a, op: 'ne' }
  if (a.op === 'ne') return { ...a, op: 'eq' }
  return { op: 'not', a }
}
/** Whether two integers are equal: 1 or 0. */
export const eq = (a: Expr, b: Expr): Expr => binary('eq', a, b)
/** Whether two integers differ: 1 or 0. */
export const ne = (a: Expr, b: Expr): Expr => binary('ne', a, b)
/** Whether all hold: 1 for an empty list. */
export const all = (es: readonly Expr[]): Expr => es.reduce(and, one)
/** Whether one holds: 0 for an empty list. */
export const any = (es: readonly Expr[]): Expr => es.reduce(or, zero)

/**
 * The expression `a` where the condition is 1, else `b`; just one of the two where the condition is constant or they
 * are the same.
 */
export const select = (condition: Expr, a: Expr, b: Expr): Expr => {
  if (condition.op === 'const') return condition.value === 0 ? b : a
  if (same(a, b)) return a
  if (a.op === 'const' && b.op === 'const' && a.value === 1 && b.value === 0) return condition
  if (a.op === 'const' && b.op === 'const' && a.value === 0 && b.value === 1) return not(condition)
  return { op: 'select', condition, a, b }
}

/**
 * Whether an expression is surely 0 or 1: `and` and `or` of integers are bitwise. `isBit` says it of variables; by
 * default nothing is known of them.
 */
export const isTruth = (e: Expr, isBit: (variable: number) => boolean = () => false): boolean => {
  switch (e.op) {
    case 'not':
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return true
    case 'const':
      return e.value === 0 || e.value === 1
    case 'load':
      return isBit(e.variable)
    case 'and':
    case 'or':
    case 'select':
      return isTruth(e.a, isBit) && isTruth(e.b, isBit)
    default:
      return false
  }
}
