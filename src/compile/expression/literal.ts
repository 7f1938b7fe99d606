/** Literals of objects and lists. */
import type { ArrayExpression, Expression, ObjectExpression, SpreadElement } from 'oxc-parser'
import { one } from '../../ir/build.js'
import { borrowParts } from '../values/borrowed.js'
import type { Context } from '../values/context.js'
import { settleValue } from '../values/emit.js'
import { nameParts } from '../values/ownership.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { snapshot, stillThere } from '../values/state-places.js'
import { constantValue, describe, type Item, lift, undefinedValue, type Value } from '../values/value.js'
import { present } from './access.js'
import { selectValue } from './element.js'
import { evaluate, evaluateObject, evaluatePart, spreadItems } from './expression.js'

export const objectLiteral = (c: Context, node: ObjectExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const parts = node.properties.map((p): Value => {
    if (p.type === 'SpreadElement') return spreadFields(c, p, scope)
    if (p.kind !== 'init') return refuse(c, 'MC101', scope.file, p, 'a getter or setter is outside the language', 'write a plain field')
    return { k: 'record', fields: new Map([[propertyName(c, p.key, p.computed, scope), evaluatePart(c, p.value, scope)]]) }
  })
  const fields = new Map<string, Value>()
  for (const part of parts) {
    if (part.k === 'record') for (const [name, v] of part.fields) fields.set(name, v)
    else if (part.k === 'optional') spreadOptional(c, part, fields, site)
    else if (part.k === 'union') {
      if (parts.length > 1)
        return refuse(c, 'MC101', site.file, node, 'a tagged union is spread into a larger object', 'take its fields one by one')
      return part
    }
  }
  return borrowParts(c, { k: 'record', fields })
}

export const listLiteral = (c: Context, node: ArrayExpression, scope: Scope): Value => {
  const items = node.elements.flatMap((element): readonly Item[] => {
    if (element === null) return refuse(c, 'MC101', scope.file, node, 'a list with a hole is outside the language', 'give every element')
    if (element.type !== 'SpreadElement') return [{ present: one, value: evaluatePart(c, element, scope) }]
    return spreadItems(c, element, scope)
  })
  return items.every((item) => item.value.k === 'const' && item.present === one)
    ? constantValue(items.map((item) => (item.value.k === 'const' ? item.value.value : undefined)))
    : borrowParts(c, { k: 'list', items })
}

export const propertyName = (
  c: Context,
  key: Expression | { readonly type: 'PrivateIdentifier'; start: number; end: number } | { readonly type: 'Identifier'; name: string },
  computed: boolean,
  scope: Scope,
): string => {
  if (key.type === 'Identifier' && !computed) return key.name
  if (key.type === 'PrivateIdentifier')
    return refuse(c, 'MC101', scope.file, key, 'a private name is outside the language', 'write a plain field')
  const v = evaluate(c, key as Expression, scope)
  if (v.k === 'const' && (typeof v.value === 'string' || typeof v.value === 'number')) return String(v.value)
  return refuse(c, 'MC101', scope.file, key as Expression, 'a field whose name is not constant', 'write the name')
}

/** The fields of `...x` in an object: a copy. */
export const spreadFields = (c: Context, node: SpreadElement, scope: Scope): Value => {
  const known = c.way.evaluated.get(node)
  if (known?.k === 'value') return known.value
  const v = evaluateObject(c, node.argument, scope)
  nameParts(c, node.argument, v, scope)
  return spread(c, v, siteOf(scope, node))
}

const spread = (c: Context, v: Value, site: Site): Value => {
  if (v.k === 'stale') return stale(c, v, site)
  if (v.k === 'ref') stillThere(c, v.place, spanOf(site.file, site.node))
  const whole = lift(snapshot(c, v.k === 'optional' ? v.of : v, spanOf(site.file, site.node)))
  if (whole.k !== 'record' && whole.k !== 'union')
    return refuse(c, 'MC201', site.file, site.node, `${describe(v)} is spread into an object`, 'spread a record')
  if (v.k !== 'optional') return settleValue(c, whole)
  return settleValue(c, whole.k === 'record' ? { ...v, of: whole } : present(c, { ...v, of: whole }, site))
}

/** JavaScript spreads null as nothing: fields that are there already stay as they are then, others are undefined. */
const spreadOptional = (c: Context, v: Extract<Value, { k: 'optional' }>, fields: Map<string, Value>, site: Site): void => {
  if (v.of.k !== 'record') return
  for (const [name, field] of v.of.fields) fields.set(name, selectValue(c, [v.present], [field, fields.get(name) ?? undefinedValue], site))
}
