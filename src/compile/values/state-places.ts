/** Locations of the state: going into their parts, and reading them. */
import { and, binary, constant, eq, one, zero } from '../../ir/build.js'
import { type Expr, type Span, unflatten } from '../../ir/system.js'
import type { Domain } from '../../lang/domain.js'
import type { Context } from './context.js'
import { variableOf } from './draft.js'
import { check, settle } from './emit.js'
import { leaves, raise } from './layout.js'
import { read } from './reads.js'
import { refuse, type Site, spanOf, textOf } from './site.js'
import { typeOfDomain } from './type.js'
import { asInt, constantValue, describe, int, optionalValue, type Place, type RefOrigin, type Value } from './value.js'

export const unghost = (d: Domain): Domain => (d.kind === 'ghost' ? d.of : d)

/** Reads a part of the state as an author's expression does: scalars by value, the rest by reference. */
export const readPlace = (c: Context, place: Place, at: Span, origin: RefOrigin = 'expression'): Value => {
  const domain = unghost(place.domain)
  switch (domain.kind) {
    case 'bool':
    case 'range':
    case 'oneOf':
      return readWhole(c, { ...place, domain }, at)
    case 'optional': {
      const present = readLeaf(c, place, 0, 0, at)
      // Whether it is there is read now; the payload, where it is an object, is a reference.
      return optionalValue(present, null, readPlace(c, within(c, { ...place, domain }, 1, { ...place, domain: domain.of }), at, origin))
    }
    default:
      return { k: 'ref', place: { ...place, domain }, origin }
  }
}

/** Reads all of a part of the state, by value. */
export const readWhole = (c: Context, place: Place, at: Span): Value =>
  raise(typeOfDomain(place.domain), (leaf, element) => readLeaf(c, place, leaf, element, at))

export const readLeaf = (c: Context, place: Place, leaf: number, element: number, at: Span): Expr => {
  const all = leaves(typeOfDomain(place.domain))
  const l = all[leaf]
  if (l === undefined) throw new Error(`no leaf ${leaf} of ${place.name}`)
  const variable = variableOf(c, place, l)
  if (variable.lo === variable.hi) return constant(variable.lo)
  const e = read(c, { op: 'load', variable: variable.id, index: [...place.index, ...unflatten(element, l.dims).map(constant)] })
  if (variable.role.kind === 'ghost') c.draft.ghostReads.set(e, at)
  if (c.code.purpose === 'start') c.code.startRead ??= at
  return e
}

/** The whole value behind a reference; all else as it is. */
export const wholeOf =
  (c: Context, at: Span) =>
  (v: Value): Value =>
    v.k === 'ref' ? readWhole(c, v.place, at) : v

/** A snapshot: no references to the state in it, nothing that a later store changes. */
export const snapshot = (c: Context, v: Value, at: Span): Value => {
  switch (v.k) {
    case 'ref':
      return readWhole(c, v.place, at)
    case 'optional':
      return { ...v, of: snapshot(c, v.of, at) }
    case 'record':
      return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, snapshot(c, x, at)])) }
    case 'list':
      return { ...v, items: v.items.map((item) => ({ present: item.present, value: snapshot(c, item.value, at) })) }
    default:
      return v
  }
}

export const fieldPlace = (place: Place, name: string): Place | null => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'record') return null
  const field = Object.hasOwn(domain.fields, name) ? domain.fields[name] : undefined
  return field === undefined ? null : { ...place, name: `${place.name}.${name}`, domain: field }
}

/** An index that is checked to be inside 0..length-1. */
export const checkedIndex = (c: Context, v: Value, length: number, { file, node }: Site): Expr => {
  const i = asInt(v)
  if (i === null) return refuse(c, 'MC201', file, node, `${describe(v)} is no index`, 'index with an integer')
  if (i.lo < 0 || i.hi >= length) {
    const e = settle(c, i.e)
    const inside = and(i.lo < 0 ? binary('ge', e, zero) : one, i.hi >= length ? binary('lt', e, constant(length)) : one)
    check(c, inside, 'range', spanOf(file, node), `index ${textOf(c, file, node)} is outside 0..${length - 1}`)
    return e
  }
  return i.e
}

export const elementPlace = (place: Place, index: Expr): Place => {
  const domain = unghost(place.domain)
  if (domain.kind !== 'array') throw new Error('not an array')
  return { ...place, domain: domain.of, index: [...place.index, index], dims: [...place.dims, domain.length] }
}

/** The length of a queue in the state. */
export const queueLength = (c: Context, place: Place, at: Span): Value => {
  const domain = unghost(place.domain)
  return domain.kind === 'queue' ? int(readLeaf(c, place, 0, 0, at), 0, domain.capacity) : constantValue(undefined)
}

/** A field of a variant that the union at `place` is known to hold now. */
export const variantPlace = (c: Context, place: Place, variant: string, field: string, domain: Domain): Place => {
  const union = unghost(place.domain)
  const wanted = union.kind === 'union' ? Object.keys(union.variants).indexOf(variant) : 0
  return within(c, place, wanted, { ...place, name: `${place.name}.${variant}.${field}`, domain })
}

/** A location inside an optional or union, which is known to be there now. */
const within = (c: Context, around: Place, wanted: number, place: Place): Place => {
  const [leaf] = leaves(typeOfDomain(around.domain))
  const variable = leaf === undefined ? undefined : variableOf(c, around, leaf)
  if (variable === undefined || variable.lo === variable.hi) return place
  const since = c.way.written.get(variable.id) ?? 0
  return { ...place, inside: [...place.inside, { variable: variable.id, depth: around.index.length, wanted, since }] }
}

/**
 * Checks that a location is still there: the optional around it may have become null since, the union another variant.
 * Nothing is emitted where no store can have done that. Gives the location, known to be there.
 */
export const stillThere = (c: Context, place: Place, at: Span): Place => {
  if (place.inside.every(({ variable, since }) => (c.way.written.get(variable) ?? 0) === since)) return place
  return {
    ...place,
    inside: place.inside.map((around) => {
      const { variable, depth, wanted, since } = around
      const written = c.way.written.get(variable) ?? 0
      if (written === since) return around
      const e = read(c, { op: 'load', variable, index: place.index.slice(0, depth) })
      if (c.draft.variables[variable]?.role.kind === 'ghost') c.draft.ghostReads.set(e, at)
      check(
        c,
        eq(e, constant(wanted)),
        'range',
        at,
        `${place.name} is not there any more: what it is in has become null, or another variant`,
      )
      return { ...around, since: written }
    }),
  }
}

/** Whether an integer is in a set in the state; false for one that no member can be. */
export const hasMember = (c: Context, place: Place, i: { e: Expr; lo: number; hi: number }, at: Span): Expr => {
  const domain = unghost(place.domain)
  const leaf = leaves(typeOfDomain(domain))[0]
  if (domain.kind !== 'set' || leaf === undefined) throw new Error('not a set')
  const variable = variableOf(c, place, leaf)
  const readMember = (index: Expr): Expr => {
    const e = read(c, { op: 'load', variable: variable.id, index: [...place.index, index] })
    if (variable.role.kind === 'ghost') c.draft.ghostReads.set(e, at)
    return e
  }
  if (i.lo >= 0 && i.hi < domain.size) return readMember(i.e)
  if (i.hi < 0 || i.lo >= domain.size) return zero
  const e = settle(c, i.e)
  const inside = and(binary('ge', e, zero), binary('lt', e, constant(domain.size)))
  return and(inside, readMember(binary('min', binary('max', e, zero), constant(domain.size - 1))))
}
