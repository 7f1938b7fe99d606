/** IR expressions to WebAssembly, with constants folded. */
import { at } from '../../at.js'
import { calculate } from '../../ir/build.js'
import type { BinaryOp, Expr } from '../../ir/system.js'
import { either, get, i32, type Node, select } from '../wasm/instruction.js'
import { type Env, type FunctionScope, held, linearIndex, plus, readElement } from './fields.js'

/** The local that holds a temp. */
export const tempLocal = (id: number): string => `t${id}`

const comparisons = new Set(['i32.eqz', 'i32.eq', 'i32.ne', 'i32.lt_s', 'i32.gt_s', 'i32.le_s', 'i32.ge_s'])

const isBoolean = (node: Node): boolean =>
  node.op === 'i32.const'
    ? node.value === 0 || node.value === 1
    : node.op === 'plain' &&
      (comparisons.has(node.name) ||
        (node.name === 'i32.and' && node.args.some(isBoolean)) ||
        ((node.name === 'i32.or' || node.name === 'i32.xor') && node.args.every(isBoolean)))

/** Logical negation. */
export const negated = (node: Node): Node => {
  if (node.op === 'i32.const') return i32.const(node.value === 0 ? 1 : 0)
  if (node.op === 'plain' && node.name === 'i32.eqz' && isBoolean(at(node.args, 0))) return at(node.args, 0)
  if (node.op === 'plain' && node.name === 'i32.eq') return i32.ne(...node.args)
  if (node.op === 'plain' && node.name === 'i32.ne') return i32.eq(...node.args)
  return i32.eqz(node)
}

const simplified = (op: BinaryOp, a: Node, b: Node): Node | null => {
  if (a.op === 'i32.const' && b.op === 'i32.const') return i32.const(calculate(op, a.value, b.value))
  const [k, x] = a.op === 'i32.const' ? [a.value, b] : b.op === 'i32.const' ? [b.value, a] : [null, a]
  if (k === null) return null
  switch (op) {
    case 'add':
      return plus(x, k)
    case 'sub':
      return b.op === 'i32.const' ? plus(a, -k) : null
    case 'and':
      return k === 0 ? i32.const(0) : k === -1 || (k === 1 && isBoolean(x)) ? x : null
    case 'or':
      return k === 0 ? x : k === 1 && isBoolean(x) ? i32.const(1) : null
    case 'xor':
      return k === 0 ? x : k === 1 && isBoolean(x) ? negated(x) : null
    case 'mul':
      return k === 1 ? x : k === 0 ? i32.const(0) : null
    case 'eq':
      return isBoolean(x) && k === 1 ? x : k === 0 ? negated(x) : null
    case 'ne':
      return isBoolean(x) && k === 0 ? x : isBoolean(x) && k === 1 ? negated(x) : null
    default:
      return null
  }
}

/**
 * WebAssembly traps where a divisor is 0 or a quotient overflows; the IR does not, so such divisors are kept away from
 * it.
 */
const division = (scope: FunctionScope, op: 'div' | 'rem', a: Node, b: Node): Node => {
  const divide = op === 'div' ? i32.divS : i32.remS
  if (b.op === 'i32.const' && b.value !== 0 && b.value !== -1) return divide(a, b)
  const dividend = held(scope, 'i32', 'a', a)
  const divisor = held(scope, 'i32', 'b', b)
  const byMinusOne = op === 'div' ? i32.sub(i32.const(0), dividend) : i32.const(0)
  return either(
    'i32',
    i32.geU(i32.add(divisor, i32.const(1)), i32.const(2)),
    [divide(dividend, divisor)],
    [either('i32', divisor, [byMinusOne], [i32.const(0)])],
  )
}

const binary = (scope: FunctionScope, op: BinaryOp, a: Node, b: Node): Node => {
  const simple = simplified(op, a, b)
  if (simple !== null) return simple
  switch (op) {
    case 'add':
      return i32.add(a, b)
    case 'sub':
      return i32.sub(a, b)
    case 'mul':
      return i32.mul(a, b)
    case 'div':
    case 'rem':
      return division(scope, op, a, b)
    case 'and':
      return i32.and(a, b)
    case 'or':
      return i32.or(a, b)
    case 'xor':
      return i32.xor(a, b)
    case 'shl':
      return i32.shl(a, b)
    case 'shr':
      return i32.shrS(a, b)
    case 'eq':
      return i32.eq(a, b)
    case 'ne':
      return i32.ne(a, b)
    case 'lt':
      return i32.ltS(a, b)
    case 'le':
      return i32.leS(a, b)
    case 'gt':
      return i32.gtS(a, b)
    case 'ge':
      return i32.geS(a, b)
    case 'min':
    case 'max': {
      const x = held(scope, 'i32', 'a', a)
      const y = held(scope, 'i32', 'b', b)
      return select(op === 'min' ? i32.ltS(x, y) : i32.gtS(x, y), x, y)
    }
  }
}

/**
 * An i32 node for the expression, to be used before anything else is stored or set. May add statements to `scope.code`
 * that have to run before it.
 */
export const expression = (scope: FunctionScope, env: Env, e: Expr): Node => {
  switch (e.op) {
    case 'const':
      return i32.const(e.value)
    case 'temp': {
      const constant = env.constants.get(e.id)
      return constant === undefined ? get(tempLocal(e.id)) : i32.const(constant)
    }
    case 'load': {
      const index = e.index.map((i) => expression(scope, env, i))
      return readElement(scope, env, e.variable, linearIndex(index, at(scope.system.variables, e.variable).dims))
    }
    case 'not':
      return negated(expression(scope, env, e.a))
    case 'select': {
      const condition = expression(scope, env, e.condition)
      if (condition.op === 'i32.const') return expression(scope, env, condition.value !== 0 ? e.a : e.b)
      const a = expression(scope, env, e.a)
      return select(condition, a, expression(scope, env, e.b))
    }
    default: {
      const a = expression(scope, env, e.a)
      if (a.op === 'i32.const' && a.value === 0 && e.op === 'and') return a
      return binary(scope, e.op, a, expression(scope, env, e.b))
    }
  }
}
