/** Assignments to locals, to parts of the state, and to parts of local objects. */
import type { AssignmentExpression, BindingPattern, Expression, MemberExpression, UpdateExpression } from 'oxc-parser'
import { and, binary, constant, eq, zero } from '../ir/build.js'
import { present, property, rootPlace, unionField } from './access.js'
import { arithmetic, integer } from './arithmetic.js'
import { type Context, cellValue, check, refuse, setCell, settle, settleValue, spanOf, textOf } from './context.js'
import { element, lengthOf, selectValue, unwrapIndex } from './element.js'
import { evaluate, evaluateObject } from './expression.js'
import type { Site } from './flow.js'
import { compact } from './layout.js'
import { checkedIndex, elementPlace, fieldPlace, readPlace, readWhole, variantPlace, wholeOf } from './memory.js'
import { identifier } from './name.js'
import { binaryOperator } from './operator.js'
import { freshnessOf, isLocalObject, own, partsOf, refuseOutside, refuseWhileLooping, whyShared } from './ownership.js'
import { destructure } from './pattern.js'
import { type Cell, lookup, type Scope, siteOf } from './scope.js'
import { stale } from './stale.js'
import { storePlace } from './store.js'
import { asInt, constantValue, describe, lift, type Place, undefinedValue, type Value } from './value.js'

/** What can be assigned: a local, a part of the state, or a part of a local object. */
type Target =
  | { readonly k: 'local'; readonly cell: Cell; readonly name: string }
  | { readonly k: 'place'; readonly place: Place; readonly name: string }
  | { readonly k: 'unionField'; readonly place: Place; readonly field: string; readonly name: string }
  | { readonly k: 'part'; readonly cell: Cell; readonly path: readonly (string | Value)[]; readonly name: string }

const target = (c: Context, node: Expression, scope: Scope): Target => {
  const name = textOf(c, scope.file, node)
  if (
    node.type === 'TSNonNullExpression' ||
    node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'ParenthesizedExpression'
  )
    return target(c, node.expression, scope)
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
  const root = rootIdentifier(node)
  const rootValue = root === null ? null : identifier(c, root, scope)
  const holder = evaluateObject(c, node.object, scope)
  const isPart = holder.k !== 'ref' && !(holder.k === 'optional' && holder.of.k === 'ref') && holder.k !== 'stale'
  if (isPart && root !== null && rootValue !== null && isLocalObject(rootValue)) return part(c, node, root, scope, name)
  const object = present(c, holder, siteOf(scope, node))
  if (object.k === 'stale') return stale(c, object.what, siteOf(scope, node))
  if (object.k === 'state' && !node.computed) {
    const place = rootPlace(c, node.property.name)
    if (place !== null) return { k: 'place', place, name }
    return refuse(
      c,
      'MC206',
      scope.file,
      node,
      `the state has no variable '${node.property.name}'`,
      `its variables are ${Object.keys(c.state).join(', ')}`,
    )
  }
  if (object.k !== 'ref')
    return refuse(
      c,
      'MC101',
      scope.file,
      node,
      `a part of ${describe(object)} is assigned`,
      'assign parts of the state, or of a local object made with { ... } or [ ... ]',
    )
  if (node.computed) {
    const index = unwrapIndex(c, evaluate(c, node.property, scope), siteOf(scope, node.property))
    if (object.place.domain.kind !== 'array' || (index.k === 'const' && typeof index.value === 'string')) {
      if (index.k === 'const' && typeof index.value === 'string') return fieldTarget(c, object.place, index.value, scope, node, name)
      return refuse(
        c,
        'MC101',
        scope.file,
        node,
        `an element of ${describe(object)} is assigned`,
        object.place.domain.kind === 'queue'
          ? 'queues are written by push and shift, or as a whole'
          : 'only elements of arrays are assigned',
      )
    }
    const i = settle(c, checkedIndex(c, index, object.place.domain.length, scope.file, node.property))
    return { k: 'place', place: elementPlace(object.place, i), name }
  }
  return fieldTarget(c, object.place, node.property.name, scope, node, name)
}

const fieldTarget = (c: Context, place: Place, field: string, scope: Scope, node: { start: number; end: number }, name: string): Target => {
  const inner = fieldPlace(place, field)
  if (inner !== null) return { k: 'place', place: inner, name }
  const { domain } = place
  if (domain.kind === 'union') {
    if (field === domain.tag)
      return refuse(c, 'MC101', scope.file, node, `the tag of a union is assigned`, `assign the whole union: { ${domain.tag}: ..., ... }`)
    return { k: 'unionField', place, field, name }
  }
  return refuse(
    c,
    'MC206',
    scope.file,
    node,
    `there is no '${field}' to assign`,
    domain.kind === 'record' ? `the record has ${Object.keys(domain.fields).join(', ')}` : 'only fields of records are assigned',
  )
}

const rootIdentifier = (node: Expression): Extract<Expression, { type: 'Identifier' }> | null => {
  if (node.type === 'Identifier') return node
  if (node.type === 'MemberExpression') return rootIdentifier(node.object)
  if (node.type === 'TSNonNullExpression' || node.type === 'TSAsExpression' || node.type === 'ParenthesizedExpression')
    return rootIdentifier(node.expression)
  return null
}

const part = (
  c: Context,
  node: MemberExpression,
  root: Extract<Expression, { type: 'Identifier' }>,
  scope: Scope,
  name: string,
): Target => {
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
  const path: (string | Value)[] = []
  for (let at: Expression = node; at !== root; ) {
    if (at.type === 'MemberExpression' && at.property.type !== 'PrivateIdentifier') {
      path.unshift(at.computed ? settleValue(c, evaluate(c, at.property, scope)) : at.property.name)
      at = at.object
    } else if ('expression' in at && typeof at.expression === 'object') at = at.expression
    else return refuse(c, 'MC101', scope.file, node, 'this cannot be assigned', 'assign a local, or a part of the state')
  }
  const shared = whyShared(c, found.cell, path.length)
  if (shared !== null) return refuse(c, 'MC304', scope.file, node, shared.message, shared.hint)
  return { k: 'part', cell: found.cell, path, name }
}

const readTarget = (c: Context, t: Target, site: Site): Value => {
  switch (t.k) {
    case 'local': {
      const v = cellValue(c, t.cell)
      return v ?? refuse(c, 'MC116', site.file, site.node, `'${t.name}' has no value yet`, 'initialise it')
    }
    case 'place':
      return readPlace(c, t.place, spanOf(site.file, site.node))
    case 'unionField':
      return unionField(c, readWhole(c, t.place, spanOf(site.file, site.node)), t.field, site)
    case 'part':
      return t.path.reduce<Value>(
        (v, key) => (typeof key === 'string' ? property(c, v, key, site) : element(c, v, key, site, site)),
        cellValue(c, t.cell) ?? undefinedValue,
      )
  }
}

const writeTarget = (c: Context, t: Target, v: Value, site: Site): void => {
  switch (t.k) {
    case 'local':
      refuseOutside(c, t.cell, site.file, site.node)
      if (c.looping.acrossYields(t.cell.id)) refuseWhileLooping(c, t.cell, site.file, site.node)
      return setCell(c, t.cell, settleValue(c, v))
    case 'place':
      return storePlace(c, t.place, v, site.file, site.node, t.name)
    case 'unionField': {
      const { domain } = t.place
      if (domain.kind !== 'union') return
      const holders = Object.entries(domain.variants).flatMap(([variant, fields], i) =>
        Object.hasOwn(fields, t.field) && fields[t.field] !== undefined ? [{ variant, i, field: fields[t.field] as Place['domain'] }] : [],
      )
      const [first] = holders
      if (first === undefined)
        return refuse(
          c,
          'MC206',
          site.file,
          site.node,
          `no variant has '${t.field}'`,
          `the variants are ${Object.keys(domain.variants).join(', ')}`,
        )
      if (holders.length > 1)
        return refuse(c, 'MC101', site.file, site.node, `'${t.field}' is a field of several variants`, 'assign the whole union')
      const tag = readWhole(c, t.place, spanOf(site.file, site.node))
      if (tag.k === 'union')
        check(c, eq(tag.at, constant(first.i)), 'range', spanOf(site.file, site.node), `${t.name} of a variant that has none`)
      return storePlace(c, variantPlace(t.place, first.variant, t.field, first.field), v, site.file, site.node, t.name)
    }
    case 'part':
      refuseOutside(c, t.cell, site.file, site.node)
      refuseWhileLooping(c, t.cell, site.file, site.node)
      return setCell(c, t.cell, settleValue(c, withPart(c, cellValue(c, t.cell) ?? undefinedValue, t.path, v, site)))
  }
}

const withPart = (c: Context, object: Value, path: readonly (string | Value)[], v: Value, site: Site): Value => {
  const [key, ...rest] = path
  if (key === undefined) return v
  if (object.k === 'optional') {
    // Where there is nothing the assignment fails, so that what is there afterwards is there.
    return withPart(c, present(c, object, site), path, v, site)
  }
  const whole = lift(object)
  if (typeof key === 'string') {
    if (whole.k !== 'record' || !whole.fields.has(key))
      return refuse(c, 'MC206', site.file, site.node, `${describe(object)} has no '${key}'`, 'assign a field that it has')
    return { k: 'record', fields: new Map(whole.fields).set(key, withPart(c, whole.fields.get(key) ?? undefinedValue, rest, v, site)) }
  }
  if (whole.k !== 'list') return refuse(c, 'MC201', site.file, site.node, `${describe(object)} is indexed`, 'index a list')
  const n = asInt(lengthOf(whole.items))
  const i = integer(c, key, site, '[]')
  check(
    c,
    and(binary('ge', i.e, zero), n === null ? zero : binary('lt', i.e, n.e)),
    'range',
    spanOf(site.file, site.node),
    'the index is outside the list',
  )
  const { items } = compact(whole.items, wholeOf(c, spanOf(site.file, site.node)))
  return {
    k: 'list',
    items: items.map((item, k) => ({
      present: item.present,
      value: selectValue(c, [eq(i.e, constant(k))], [withPart(c, item.value, rest, v, site), item.value], site),
    })),
  }
}

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
  const t = target(c, node.left as Expression, scope)
  if (node.operator === '=') {
    // The state takes a copy; a local takes the object itself.
    const v = t.k === 'place' || t.k === 'unionField' ? evaluateObject(c, node.right, scope) : evaluate(c, node.right, scope)
    writeTarget(c, t, v, site)
    if (t.k === 'local') own(c, t.cell, node.right, v)
    if (t.k === 'part' && freshnessOf(node.right, v) !== 'own') c.leaked.add(t.cell.id)
    return v
  }
  if (node.operator === '&&=' || node.operator === '||=' || node.operator === '??=')
    return refuse(c, 'MC101', site.file, node, `'${node.operator}' is outside the language`, 'write an if')
  const old = settleValue(c, readTarget(c, t, site))
  const v = binaryOperator(c, node.operator.slice(0, -1), old, evaluate(c, node.right, scope), site)
  writeTarget(c, t, v, site)
  return v
}

export const update = (c: Context, node: UpdateExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const t = target(c, node.argument as Expression, scope)
  const old = settleValue(c, readTarget(c, t, site))
  const v = arithmetic(c, node.operator === '++' ? '+' : '-', old, constantValue(1), site)
  writeTarget(c, t, v, site)
  return node.prefix ? v : old
}

/** `[a, b] = ...` and `({ x: s.y } = ...)`. */
const destructureInto = (c: Context, pattern: BindingPattern, v: Value, scope: Scope): void => {
  destructure(c, pattern, v, scope, (node, value) => assignPart(c, node as unknown as Expression, value, scope))
}

const assignPart = (c: Context, node: Expression, value: Value, scope: Scope): void => {
  const t = target(c, node, scope)
  writeTarget(c, t, value, siteOf(scope, node))
  if (t.k === 'local') own(c, t.cell, null, value)
  if (t.k === 'part' && isLocalObject(value)) c.leaked.add(t.cell.id)
}
