/** Conditions, and what they say of the ranges of locals where they hold. */
import type { Expression, LogicalExpression } from 'oxc-parser'
import { and, not, one, zero } from '../../ir/build.js'
import type { Expr, Stmt } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { reachCondition } from '../values/draft.js'
import { emitInto, settle, settleValue } from '../values/emit.js'
import { andThen, conditional, ifThere } from '../values/flow.js'
import { decide } from '../values/known.js'
import { nameAgain } from '../values/ownership.js'
import { crossable, isJudged, judgeChain, stanceOf } from '../values/parts.js'
import { type Cell, lookup, type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, textOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { assignsLocals, chainOf } from '../values/syntax.js'
import { asBool, asInt, boolean, constantValue, describe, int, thereIf, undefinedValue, type Value } from '../values/value.js'
import { cellValue, setCell } from '../values/way.js'
import { evaluate, evaluateObject } from './expression.js'

/** The condition of a value: booleans, and objects that may be null. */
export const condition = (c: Context, v: Value, site: Site): Expr => {
  const e = decide(c.way.known, conditionOf(c, v, site))
  reachCondition(c, site.node, e)
  return e
}

const conditionOf = (c: Context, given: Value, site: Site): Expr => {
  const there = given.k === 'optional' ? thereIf(given) : null
  // What may be null and undefined alike is there or not.
  const v: Value = there === null || there.of === null ? given : { k: 'optional', present: there.present, absent: null, of: there.of }
  const e = asBool(v)
  if (e !== null) return e
  if (v.k === 'optional' && (isReference(v.of) || v.of.k === 'record' || v.of.k === 'union')) return v.present
  if (v.k === 'const' && (v.value === null || v.value === undefined)) return zero
  if (isReference(v) || v.k === 'record' || v.k === 'union') return one
  if (v.k === 'stale') return stale(c, v, site)
  if (v.k === 'optional' && asBool(v.of) !== null) {
    // `xs.at(i)`, `o?.flag` or `o && o.flag`: what is not there counts as false.
    return and(v.present, asBool(v.of) ?? zero)
  }
  return refuse(
    c,
    'MC202',
    site.file,
    site.node,
    `the condition is ${describe(given)}, not a boolean`,
    isFunction(v)
      ? `write the condition itself${bodyText(c, v)}, or call the function`
      : asInt(v) !== null
        ? 'compare it: `x !== 0`'
        : 'compare it: `x !== null`, `x === ...`',
  )
}

const isFunction = (v: Value): boolean => v.k === 'closure' || (v.k === 'const' && typeof v.value === 'function')

const bodyText = (c: Context, v: Value): string =>
  v.k === 'closure' && v.fn.body !== null && v.fn.body.type !== 'BlockStatement' ? `, \`${textOf(c, v.scope.file, v.fn.body)}\`` : ''

const isReference = (v: Value): boolean => v.k === 'ref' || v.k === 'state'

/**
 * After so many links of a chain what they come to is kept in a temp: no expression gets so deep that the stack has no
 * room for it.
 */
export const mostLinks = 200

export const logical = (c: Context, node: LogicalExpression, scope: Scope): Value => {
  const { first, links } = chainOf(node, (inner) => c.way.evaluated.has(inner))
  judgeChain(c, node, links)
  let v = links[0]?.operator === '??' ? evaluate(c, first, scope) : evaluateObject(c, first, scope)
  for (const [i, link] of links.entries()) {
    v = logicalOf(c, link, i > 0 ? leftOf(c, link, v, scope) : v, scope)
    if (links[i + 1]?.operator === '??') nameAgain(c, link, v, scope)
    if (i % mostLinks === mostLinks - 1) v = settleValue(c, v)
  }
  return v
}

/** The value of the links so far, which may be a part of what follows. */
const leftOf = (c: Context, { left }: LogicalExpression, v: Value, scope: Scope): Value =>
  isJudged(c, left) ? boolean(crossable(c, left, scope.file, condition(c, v, siteOf(scope, left)), stanceOf(c, left))) : v

const logicalOf = (c: Context, node: LogicalExpression, left: Value, scope: Scope): Value => {
  const site = siteOf(scope, node)
  if (node.operator === '??')
    return ifThere(
      c,
      left,
      (there) => there,
      () => evaluate(c, node.right, scope),
      site,
    )
  const test = condition(c, left, siteOf(scope, node.left))
  if (asBool(left) === null) return logicalOfObjects(c, node, left, test, scope)
  const evaluateRight = (): Expr => condition(c, evaluateObject(c, node.right, scope), siteOf(scope, node.right))
  // What the left side says of a local's range holds on the right.
  if (node.operator === '&&') return boolean(andThen(c, test, evaluateRight, site, () => narrowRight(c, node, scope)))
  return boolean(
    not(
      andThen(
        c,
        not(test),
        () => not(evaluateRight()),
        site,
        () => narrowRight(c, node, scope),
      ),
    ),
  )
}

/** What is crossed out on the left says nothing on the right. */
const narrowRight = (c: Context, { operator, left }: LogicalExpression, scope: Scope): void => {
  if (c.code.parts === null) refine(c, left, operator === '&&', scope)
}

/** `o && o.flag` is null where `o` is, and false where `o` is false; `o || other` is one of the two. */
const logicalOfObjects = (c: Context, node: LogicalExpression, left: Value, test: Expr, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const there = left.k === 'optional' ? left.of : left
  // An object is never false; a reference to one need not meet another where there is none.
  const nothing = left.k === 'optional' && asBool(left.of) === null ? constantValue(left.absent) : left
  const decided = settle(c, test)
  const right = (): Value => evaluate(c, node.right, scope)
  nameAgain(c, node.left, left, scope)
  const v = node.operator === '&&' ? conditional(c, decided, right, () => nothing, site) : conditional(c, decided, () => there, right, site)
  return v === 'never' ? undefinedValue : v
}

/** Narrows the ranges of locals by what a condition says of them: `i < n`, `i >= 1 && ...`. */
export const refine = (c: Context, node: Expression, truth: boolean, scope: Scope): void => {
  // By now a local that the condition itself assigns holds something else than what was compared.
  if (!assignsLocals(node, (callee) => callee.type !== 'Identifier' || 'cell' in (lookup(scope, callee.name) ?? {})))
    narrowBy(c, node, truth, scope)
}

const narrowBy = (c: Context, node: Expression, truth: boolean, scope: Scope): void => {
  if (node.type === 'UnaryExpression' && node.operator === '!') return narrowBy(c, node.argument, !truth, scope)
  if (node.type === 'ParenthesizedExpression') return narrowBy(c, node.expression, truth, scope)
  const holding: Expression[] = []
  let at: Expression = node
  for (; at.type === 'LogicalExpression' && (at.operator === '&&') === truth && at.operator !== '??'; at = at.left) holding.push(at.right)
  if (at !== node) {
    for (const one of [...holding, at].reverse()) narrowBy(c, one, truth, scope)
    return
  }
  if (node.type !== 'BinaryExpression' || node.left.type === 'PrivateIdentifier') return
  const negated = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '===': '!==', '!==': '===' } as const
  if (!(node.operator in negated)) return
  const operator = node.operator as keyof typeof negated
  const said = truth ? operator : negated[operator]
  const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '===': '===', '!==': '!==' } as const
  narrow(c, node.left, said, node.right, scope)
  narrow(c, node.right, mirrored[said], node.left, scope)
}

const localInt = (c: Context, node: Expression, scope: Scope): { cell: Cell; v: Extract<Value, { k: 'int' }> } | null => {
  if (node.type !== 'Identifier') return null
  const found = lookup(scope, node.name)
  if (found === null || !('cell' in found)) return null
  const v = cellValue(c, found.cell)
  return v?.k === 'int' ? { cell: found.cell, v } : null
}

const narrow = (c: Context, node: Expression, operator: '<' | '<=' | '>' | '>=' | '===' | '!==', other: Expression, scope: Scope): void => {
  const local = localInt(c, node, scope)
  if (local === null) return
  const limit = constantRange(c, other, scope)
  if (limit === null) return
  let { lo, hi } = local.v
  if (operator === '<') hi = Math.min(hi, limit.hi - 1)
  else if (operator === '<=') hi = Math.min(hi, limit.hi)
  else if (operator === '>') lo = Math.max(lo, limit.lo + 1)
  else if (operator === '>=') lo = Math.max(lo, limit.lo)
  else if (operator === '===') [lo, hi] = [Math.max(lo, limit.lo), Math.min(hi, limit.hi)]
  else if (limit.lo === limit.hi) [lo, hi] = [lo === limit.lo ? lo + 1 : lo, hi === limit.lo ? hi - 1 : hi]
  if (lo <= hi && (lo !== local.v.lo || hi !== local.v.hi)) setCell(c, local.cell, int(local.v.e, lo, hi, local.v))
}

/** The range of an operand, if finding it out emits no code. */
const constantRange = (c: Context, node: Expression, scope: Scope): { lo: number; hi: number } | null => {
  const out: Stmt[] = []
  const { cells } = c.way
  try {
    const i = asInt(emitInto(c, out, () => evaluate(c, node, scope)))
    return i === null || out.length > 0 ? null : { lo: i.lo, hi: i.hi }
  } finally {
    c.way.cells = cells
  }
}
