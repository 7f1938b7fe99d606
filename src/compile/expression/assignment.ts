/** Assignments to locals, to parts of the state, and to parts of local objects. */
import type { AssignmentExpression, BindingPattern, Expression, UpdateExpression } from 'oxc-parser'
import { arithmetic, operand } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { settleValue } from '../values/emit.js'
import { isLocalObject, partsOf } from '../values/objects.js'
import { freshnessOf, leak, own } from '../values/ownership.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse } from '../values/site.js'
import { constantValue, type Value } from '../values/value.js'
import { evaluate, evaluateObject } from './expression.js'
import { binaryOperator } from './operator.js'
import { destructure } from './pattern.js'
import { referenceTo } from './reference.js'
import { compound, targetOf, writeTarget } from './target.js'

export const assignment = (c: Context, node: AssignmentExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  if (node.left.type === 'ArrayPattern' || node.left.type === 'ObjectPattern') {
    const v = settleValue(c, evaluate(c, node.right, scope))
    if (partsOf(v).filter((part) => part.k === 'ref').length > 1)
      return refuse(
        c,
        'MC304',
        scope.file,
        node,
        'the right side names parts of the state, which this assignment changes one after the other',
        'take copies: [a, b] = [{ ...b }, { ...a }]',
      )
    destructureInto(c, node.left as unknown as BindingPattern, v, scope)
    return v
  }
  if (node.operator === '=') {
    const r = referenceTo(c, node.left as Expression, scope)
    // The state takes a copy; a local takes the object itself.
    const v = r.k === 'member' ? evaluateObject(c, node.right, scope) : evaluate(c, node.right, scope)
    writeTarget(c, targetOf(c, r, scope), v, site)
    if (r.k === 'local') own(c, r.cell, node.right, v)
    if (r.k === 'part' && freshnessOf(c, node.right, v) !== 'own') leak(c, r.cell)
    return v
  }
  if (node.operator === '&&=' || node.operator === '||=' || node.operator === '??=')
    return refuse(c, 'MC101', site.file, node, `'${node.operator}' is outside the language`, 'write an if')
  const before = c.way.evaluated.get(node)
  const { target, old } = before?.k === 'compound' ? before : compound(c, referenceTo(c, node.left as Expression, scope), scope, site)
  const v = binaryOperator(c, node.operator.slice(0, -1), old, operand(c, evaluate(c, node.right, scope), site), site)
  writeTarget(c, target, v, site)
  return v
}

export const update = (c: Context, node: UpdateExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const { target, old } = compound(c, referenceTo(c, node.argument as Expression, scope), scope, site)
  const v = arithmetic(c, node.operator === '++' ? '+' : '-', old, constantValue(1), site)
  writeTarget(c, target, v, site)
  return node.prefix ? v : old
}

/** `[a, b] = ...` and `({ x: s.y } = ...)`. */
const destructureInto = (c: Context, pattern: BindingPattern, v: Value, scope: Scope): void => {
  destructure(
    c,
    pattern,
    () => v,
    scope,
    (node, value) => assignPart(c, node as unknown as Expression, value, scope),
  )
}

const assignPart = (c: Context, node: Expression, take: () => Value, scope: Scope): void => {
  const r = referenceTo(c, node, scope)
  const value = take()
  writeTarget(c, targetOf(c, r, scope), value, siteOf(scope, node))
  if (r.k === 'local') own(c, r.cell, null, value)
  if (r.k === 'part' && isLocalObject(value)) leak(c, r.cell)
}
