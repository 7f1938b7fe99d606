/**
 * Copies that stand for a part of the state. Where several variants of a union have a field of one name, an object in
 * it is a part of the state that has no one place: it is read by value. JavaScript's is a reference, so such a copy is
 * used where it is read, and neither named nor used after its union has changed.
 */
import type { Domain } from '../../lang/domain.js'
import type { Context } from './context.js'
import { variableOf } from './draft.js'
import { leaves } from './layout.js'
import { isLocalObject, partsOf } from './objects.js'
import { type Offsets, refuse } from './site.js'
import { unghost } from './state-places.js'
import { typeOfDomain } from './type.js'
import type { Place, Value } from './value.js'

/** Marks a copy of a field of the union at `place`, and the records in it. */
export const borrow = (c: Context, v: Value, place: Place): Value => {
  if (isLocalObject(v) && !isBorrowed(c, v)) {
    c.code.borrowed.set(v, [place])
    // The elements of a queue are copies in JavaScript too.
    if (v.k !== 'list') for (const part of partsOf(v)) borrow(c, part, place)
    if (v.k === 'optional') borrow(c, v.of, place)
  }
  return v
}

/** A literal with such copies in it stands for the same parts of the state. */
export const borrowParts = (c: Context, v: Value): Value => {
  const places = partsOf(v).flatMap((part) => c.code.borrowed.get(part) ?? [])
  if (places.length > 0) c.code.borrowed.set(v, places)
  return v
}

export const isBorrowed = (c: Context, v: Value): boolean => c.code.borrowed.has(v)

/** Whether an object in a list of the state is reached by an index: which one cannot be told from its copy. */
export const holdsListOfObjects = (domain: Domain): boolean => {
  const d = unghost(domain)
  switch (d.kind) {
    case 'bool':
    case 'range':
    case 'oneOf':
    case 'set':
    case 'queue':
      return false
    case 'optional':
      return holdsListOfObjects(d.of)
    case 'array':
      return isObject(d.of)
    case 'record':
      return Object.values(d.fields).some(holdsListOfObjects)
    case 'union':
      return Object.values(d.variants).some((fields) => Object.values(fields).some(holdsListOfObjects))
    case 'ghost':
      return holdsListOfObjects(d.of)
  }
}

const isObject = (domain: Domain): boolean => {
  const d = unghost(domain)
  return d.kind === 'optional' ? isObject(d.of) : d.kind !== 'bool' && d.kind !== 'range' && d.kind !== 'oneOf'
}

/** What a copy was read from, and whether that has been written to since; null for all else. */
export const borrowedFrom = (c: Context, v: Value): { readonly name: string; readonly changed: () => boolean } | null => {
  const places = c.code.borrowed.get(v)
  if (places === undefined) return null
  const times = (): number[] =>
    places.flatMap((place) => leaves(typeOfDomain(place.domain)).map((leaf) => c.way.written.get(variableOf(c, place, leaf).id) ?? 0))
  const before = times()
  return { name: places.map(({ name }) => name).join(' and '), changed: () => times().some((n, i) => n !== before[i]) }
}

/** Refuses a name for such a copy. Where nothing is written, one name is as good as two. */
export const refuseName = (c: Context, v: Value, node: Offsets, file: number): void => {
  const [place] = c.code.borrowed.get(v) ?? []
  if (place !== undefined && (c.code.purpose === 'step' || c.code.purpose === 'init'))
    refuse(
      c,
      'MC304',
      file,
      node,
      `several variants of ${place.name} have this field: a name for the object in it would not see ${place.name} change`,
      'make a copy, { ...x } or [...xs], or use it where it is read',
    )
}
