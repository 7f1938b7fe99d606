/**
 * What the left side of an assignment stands for: ECMAScript's evaluation of it to a Reference, before the right side.
 */
import type { Expression, MemberExpression } from 'oxc-parser'
import { and, binary, zero } from '../../ir/build.js'
import { integer } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { check, settleValue } from '../values/emit.js'
import { isLocalObject } from '../values/objects.js'
import { leftEnd, replacements, whileUsed, whyShared } from '../values/ownership.js'
import type { Key, Reference } from '../values/reference.js'
import { lookup, type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { asInt, lift, type Value } from '../values/value.js'
import { memberAt, property } from './access.js'
import { lengthOf } from './element.js'
import { evaluate, evaluateObject } from './expression.js'
import { identifier } from './name.js'

type IdentifierReference = Extract<Expression, { type: 'Identifier' }>

export const referenceTo = (c: Context, node: Expression, scope: Scope): Reference => {
  const known = c.way.evaluated.get(node)
  if (known?.k === 'reference') return known.reference
  const name = textOf(c, scope.file, node)
  if (
    node.type === 'TSNonNullExpression' ||
    node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'ParenthesizedExpression'
  )
    return referenceTo(c, node.expression, scope)
  if (node.type === 'Identifier') {
    const found = lookup(scope, node.name)
    if (found === null)
      return refuse(c, 'MC116', scope.file, node, `'${node.name}' is assigned but stands for nothing here`, 'declare it with let')
    if ('captured' in found)
      return refuse(
        c,
        'MC110',
        scope.file,
        node,
        `'${node.name}' is declared outside this function`,
        'make it a variable of `state`, or a local',
      )
    if (found.cell.constant) return refuse(c, 'MC306', scope.file, node, `'${node.name}' is a const`, 'declare it with let')
    return { k: 'local', cell: found.cell, name }
  }
  if (node.type !== 'MemberExpression' || node.property.type === 'PrivateIdentifier')
    return refuse(c, 'MC101', scope.file, node, 'this cannot be assigned', 'assign a local, or a part of the state')
  const root = leftEnd(node)
  if (root.type === 'Identifier') {
    const rootValue = identifier(c, root, scope)
    if (isLocalObject(rootValue)) return throughLocal(c, node, root, rootValue, scope)
  }
  return { k: 'member', object: evaluateObject(c, node.object, scope), key: keyOf(c, node, scope), node, name }
}

const keyOf = (c: Context, node: MemberExpression, scope: Scope): Key => {
  if (!node.computed) return node.property.type === 'PrivateIdentifier' ? '' : node.property.name
  return { value: evaluate(c, node.property as Expression, scope), node: node.property as Expression }
}

/**
 * `a.b[i].c` of a local `a`: a part of the object that it holds, unless the way there leads through a reference to the
 * state.
 */
const throughLocal = (c: Context, node: MemberExpression, root: IdentifierReference, rootValue: Value, scope: Scope): Reference => {
  const name = textOf(c, scope.file, node)
  const path: (string | Value)[] = []
  let object = rootValue
  for (const link of linksTo(node)) {
    const key = whileUsed(c, root, object, scope, () => keyOf(c, link, scope))
    if (link === node && !(object.k === 'ref' || object.k === 'stale' || (object.k === 'optional' && object.of.k === 'ref'))) {
      if (typeof key === 'string') return part(c, node, root, [...path, key], scope)
      const settled = settleValue(c, key.value)
      requireInside(c, object, settled, siteOf(scope, node))
      return part(c, node, root, [...path, settled], scope)
    }
    if (link === node) return { k: 'member', object, key, node, name }
    path.push(typeof key === 'string' ? key : settleValue(c, key.value))
    object = memberBy(c, object, key, siteOf(scope, link))
  }
  return refuse(c, 'MC101', scope.file, node, 'this cannot be assigned', 'assign a local, or a part of the state')
}

/** JavaScript would make a list longer that is assigned outside. */
const requireInside = (c: Context, object: Value, index: Value, site: Site): void => {
  const whole = lift(object)
  if (whole.k !== 'list') return
  const n = asInt(lengthOf(whole.items))
  const i = integer(c, index, site, '[]')
  const inside = and(binary('ge', i.e, zero), n === null ? zero : binary('lt', i.e, n.e))
  check(c, inside, 'range', spanOf(site.file, site.node), 'the index is outside the list')
}

const memberBy = (c: Context, object: Value, key: Key, site: Site): Value =>
  typeof key === 'string' ? property(c, object, key, site) : memberAt(c, object, key.value, { file: site.file, node: key.node }, site)

/** The member accesses of `a.b[i].c`, innermost first. */
const linksTo = (node: Expression): MemberExpression[] => {
  if (node.type === 'MemberExpression') return [...linksTo(node.object), node]
  return 'expression' in node && typeof node.expression === 'object' ? linksTo(node.expression as Expression) : []
}

const part = (
  c: Context,
  node: MemberExpression,
  root: IdentifierReference,
  path: readonly (string | Value)[],
  scope: Scope,
): Reference => {
  const found = lookup(scope, root.name)
  if (found === null || !('cell' in found))
    return refuse(
      c,
      'MC110',
      scope.file,
      node,
      `'${root.name}' is declared outside this function`,
      'make it a variable of `state`, or a local',
    )
  const shared = whyShared(c, found.cell, path.length)
  if (shared !== null) return refuse(c, 'MC304', scope.file, node, shared.message, shared.hint)
  return { k: 'part', cell: found.cell, path, name: textOf(c, scope.file, node), replaced: replacements(c, found.cell, path.length) }
}
