/** Assignments to locals, to parts of the state, and to parts of local objects. */
import type { AssignmentExpression, BindingPattern, Expression, MemberExpression, UpdateExpression } from 'oxc-parser'
import { and, binary, constant, eq, zero } from '../../ir/build.js'
import { arithmetic, integer, operand } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { check, settle, settleValue } from '../values/emit.js'
import { compact } from '../values/layout.js'
import {
  freshnessOf,
  isLocalObject,
  noteChange,
  own,
  partsOf,
  refuseOutside,
  refuseWhileLooping,
  whileUsed,
  whyShared,
} from '../values/ownership.js'
import type { Compound, Key, Reference, Target } from '../values/reference.js'
import { type Cell, lookup, type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { checkedIndex, elementPlace, fieldPlace, readPlace, readWhole, stillThere, variantPlace, wholeOf } from '../values/state-places.js'
import { storePlace } from '../values/store.js'
import { asInt, constantValue, describe, lift, type Place, undefinedValue, type Value } from '../values/value.js'
import { cellValue, setCell } from '../values/way.js'
import { memberAt, present, property, rootPlace, unionField } from './access.js'
import { element, lengthOf, selectValue, unwrapIndex } from './element.js'
import { evaluate, evaluateObject } from './expression.js'
import { identifier } from './name.js'
import { binaryOperator } from './operator.js'
import { destructure } from './pattern.js'

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
  const root = rootIdentifier(node)
  const rootValue = root === null ? null : identifier(c, root, scope)
  if (root !== null && rootValue !== null && isLocalObject(rootValue)) return throughLocal(c, node, root, rootValue, scope, name)
  return { k: 'member', object: evaluateObject(c, node.object, scope), key: keyOf(c, node, scope), node, name }
}

const keyOf = (c: Context, node: MemberExpression, scope: Scope): Key => {
  if (!node.computed) return node.property.type === 'PrivateIdentifier' ? '' : node.property.name
  return { value: evaluate(c, node.property as Expression, scope), node: node.property as Expression }
}

/** `a.b[i].c` of a local `a`: a part of the object that it holds, unless the way there leads through a reference to the state. */
const throughLocal = (
  c: Context,
  node: MemberExpression,
  root: Extract<Expression, { type: 'Identifier' }>,
  rootValue: Value,
  scope: Scope,
  name: string,
): Reference => {
  const path: (string | Value)[] = []
  let object = rootValue
  for (const link of linksTo(node)) {
    const key = whileUsed(c, root, object, scope, () => keyOf(c, link, scope))
    if (link === node && !(object.k === 'ref' || object.k === 'stale' || (object.k === 'optional' && object.of.k === 'ref'))) {
      if (typeof key === 'string') return part(c, node, root, [...path, key], scope, name)
      const settled = settleValue(c, key.value)
      requireInside(c, object, settled, siteOf(scope, node))
      return part(c, node, root, [...path, settled], scope, name)
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

/** What a reference leads to now; checks that it leads anywhere. */
const targetOf = (c: Context, r: Reference, scope: Scope): Target => {
  if (r.k !== 'member') return r
  const { node, name, key } = r
  const object = present(c, r.object, siteOf(scope, node))
  if (object.k === 'stale') return stale(c, object.what, siteOf(scope, node))
  if (object.k === 'state' && typeof key === 'string') {
    const variable = rootPlace(c, key)
    if (variable !== null) return { k: 'place', place: variable, name }
    return refuse(
      c,
      'MC206',
      scope.file,
      node,
      `the state has no variable '${key}'`,
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
  const place = stillThere(c, object.place, spanOf(scope.file, node))
  if (typeof key === 'string') return fieldTarget(c, place, key, scope, node, name)
  const index = unwrapIndex(c, key.value, siteOf(scope, key.node))
  if (index.k === 'const' && typeof index.value === 'string') return fieldTarget(c, place, index.value, scope, node, name)
  if (place.domain.kind !== 'array')
    return refuse(
      c,
      'MC101',
      scope.file,
      node,
      `an element of ${describe(object)} is assigned`,
      place.domain.kind === 'queue' ? 'queues are written by push and shift, or as a whole' : 'only elements of arrays are assigned',
    )
  const i = settle(c, checkedIndex(c, index, place.domain.length, siteOf(scope, key.node)))
  return { k: 'place', place: elementPlace(place, i), name }
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
  path: readonly (string | Value)[],
  scope: Scope,
  name: string,
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
  return { k: 'part', cell: found.cell, path, name, replaced: replacements(c, found.cell, path.length) }
}

/** How often an object on the way to a part of a local has been replaced, by an assignment to the local or to a part around. */
const replacements = (c: Context, cell: Cell, depth: number): number =>
  (c.way.changes.get(cell.id) ?? []).slice(0, depth).reduce((n, times) => n + times, 0)

const partAt = (c: Context, object: Value, path: readonly (string | Value)[], site: Site): Value =>
  path.reduce<Value>((v, key) => (typeof key === 'string' ? property(c, v, key, site) : element(c, v, key, site, site)), object)

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
      return partAt(c, cellValue(c, t.cell) ?? undefinedValue, t.path, site)
  }
}

const writeTarget = (c: Context, t: Target, v: Value, site: Site): void => {
  switch (t.k) {
    case 'local':
      refuseOutside(c, t.cell, site.file, site.node)
      if (c.objects.looping.acrossYields(t.cell.id)) refuseWhileLooping(c, t.cell, site.file, site.node)
      noteChange(c, t.cell, 0)
      return setCell(c, t.cell, settleValue(c, v))
    case 'place':
      return storePlace(c, t.place, v, { name: t.name, site })
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
      return storePlace(c, variantPlace(c, t.place, first.variant, t.field, first.field), v, { name: t.name, site })
    }
    case 'part':
      refuseOutside(c, t.cell, site.file, site.node)
      refuseWhileLooping(c, t.cell, site.file, site.node)
      if (replacements(c, t.cell, t.path.length) !== t.replaced)
        return refuse(
          c,
          'MC304',
          site.file,
          site.node,
          `the right side replaces the object of which '${t.name}' is a part`,
          'write two statements: the right side first, into a local',
        )
      noteChange(c, t.cell, t.path.length)
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
  const i = integer(c, key, site, '[]')
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
  if (node.operator === '=') {
    const r = referenceTo(c, node.left as Expression, scope)
    // The state takes a copy; a local takes the object itself.
    const v = r.k === 'member' ? evaluateObject(c, node.right, scope) : evaluate(c, node.right, scope)
    writeTarget(c, targetOf(c, r, scope), v, site)
    if (r.k === 'local') own(c, r.cell, node.right, v)
    if (r.k === 'part' && freshnessOf(node.right, v) !== 'own') c.objects.leaked.add(r.cell.id)
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

export const compound = (c: Context, r: Reference, scope: Scope, site: Site): Compound => {
  const target = targetOf(c, r, scope)
  return { k: 'compound', target, old: settleValue(c, readTarget(c, target, site)) }
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
  if (r.k === 'part' && isLocalObject(value)) c.objects.leaked.add(r.cell.id)
}
