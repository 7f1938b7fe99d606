/**
 * What the left side of an assignment leads to when it is read or written: a local, a place in the state, a part of a
 * local object.
 */
import { constant, eq } from '../../ir/build.js'
import { integer } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { check, settle, settleValue } from '../values/emit.js'
import { compact } from '../values/layout.js'
import { noteChange, refuseOutside, refuseWhileLooping, replacements } from '../values/ownership.js'
import type { Compound, Reference, Target } from '../values/reference.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { checkedIndex, elementPlace, fieldPlace, readPlace, readWhole, stillThere, variantPlace, wholeOf } from '../values/state-places.js'
import { storePlace } from '../values/store.js'
import { constantValue, describe, lift, type Place, undefinedValue, type Value } from '../values/value.js'
import { cellValue, setCell } from '../values/way.js'
import { present, property, rootPlace, unionField } from './access.js'
import { element, selectValue, unwrapIndex } from './element.js'

/** What a reference leads to now; checks that it leads anywhere. */
export const targetOf = (c: Context, r: Reference, scope: Scope): Target => {
  if (r.k !== 'member') return r
  const { node, name, key } = r
  const object = present(c, r.object, siteOf(scope, node))
  if (object.k === 'stale') return stale(c, object, siteOf(scope, node))
  if (object.k === 'state') {
    const of = typeof key === 'string' ? constantValue(key) : unwrapIndex(c, key.value, siteOf(scope, key.node))
    const variable = of.k === 'const' ? String(of.value) : null
    const place = variable === null ? null : rootPlace(c, variable)
    if (place !== null) return { k: 'place', place, name }
    return refuse(
      c,
      'MC206',
      scope.file,
      node,
      `the state has no variable '${variable ?? describe(of)}'`,
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
  if (typeof key === 'string') return fieldTarget(c, place, key, name, siteOf(scope, node))
  const index = unwrapIndex(c, key.value, siteOf(scope, key.node))
  if (index.k === 'const' && typeof index.value === 'string') return fieldTarget(c, place, index.value, name, siteOf(scope, node))
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

const fieldTarget = (c: Context, place: Place, field: string, name: string, site: Site): Target => {
  const inner = fieldPlace(place, field)
  if (inner !== null) return { k: 'place', place: inner, name }
  const { domain } = place
  if (domain.kind === 'union') {
    if (field === domain.tag)
      return refuse(
        c,
        'MC101',
        site.file,
        site.node,
        `the tag of a union is assigned`,
        `assign the whole union: { ${domain.tag}: ..., ... }`,
      )
    return { k: 'unionField', place, field, name }
  }
  return refuse(
    c,
    'MC206',
    site.file,
    site.node,
    `there is no '${field}' to assign`,
    domain.kind === 'record' ? `the record has ${Object.keys(domain.fields).join(', ')}` : 'only fields of records are assigned',
  )
}

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

export const writeTarget = (c: Context, t: Target, v: Value, site: Site): void => {
  switch (t.k) {
    case 'local':
      refuseOutside(c, t.cell, site.file, site.node)
      if (c.looping.acrossYields(t.cell.id)) refuseWhileLooping(c, t.cell, site.file, site.node)
      noteChange(c, t.cell, 0)
      return setCell(c, t.cell, settleValue(c, v))
    case 'place':
      return storePlace(c, t.place, v, { name: t.name, site })
    case 'unionField':
      return writeUnionField(c, t, v, site)
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

/** Assigns a field that one variant of a union has, where the union holds that variant. */
const writeUnionField = (c: Context, t: Extract<Target, { k: 'unionField' }>, v: Value, site: Site): void => {
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

export const compound = (c: Context, r: Reference, scope: Scope, site: Site): Compound => {
  const target = targetOf(c, r, scope)
  return { k: 'compound', target, old: settleValue(c, readTarget(c, target, site)) }
}
