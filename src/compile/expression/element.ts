/** Elements: `a[i]`, what loops and methods go through, choosing one of several values. */
import { and, binary, constant, eq, one, zero } from '../../ir/build.js'
import type { Expr, Span } from '../../ir/system.js'
import { integer } from '../values/arithmetic.js'
import { borrowedFrom } from '../values/borrowed.js'
import type { Context } from '../values/context.js'
import { check, settle } from '../values/emit.js'
import { selectLeaves } from '../values/equality.js'
import { joinOrRefuse } from '../values/flow.js'
import { compact, leaves, lower, raise, scalarAt } from '../values/layout.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { checkedIndex, elementPlace, readLeaf, readPlace, readWhole, stillThere, wholeOf } from '../values/state-places.js'
import { type Type, typeOf, typeOfDomain } from '../values/type.js'
import {
  asInt,
  constantValue,
  describe,
  type Held,
  type Item,
  int,
  isLeftOut,
  lift,
  type Place,
  undefinedValue,
  type Value,
} from '../values/value.js'
import { present } from './access.js'

export const countMembers = (v: Value): Value =>
  v.k === 'set'
    ? int(
        v.members.reduce((n, e) => binary('add', n, e), zero),
        0,
        v.members.length,
      )
    : constantValue(0)

export const lengthOf = (items: readonly Item[]): Value => {
  const { length } = compact(
    items.map((item) => ({ present: item.present, value: undefinedValue })),
    (v) => v,
  )
  const some = items.filter((item) => !isLeftOut(item))
  return int(length, some.filter((item) => item.present.op === 'const').length, some.length)
}

/** `object[index]`. */
export const element = (c: Context, object: Value, index: Value, at: Site, site: Site): Value => {
  if (object.k === 'stale') return stale(c, object, site)
  if (object.k === 'optional') return element(c, present(c, object, site), index, at, site)
  if (object.k === 'ref' && object.place.domain.kind === 'array') {
    const i = checkedIndex(c, unwrapIndex(c, index, at), object.place.domain.length, at)
    const place = stillThere(c, object.place, spanOf(site.file, site.node))
    return readPlace(c, elementPlace(place, i), spanOf(site.file, site.node), object.origin)
  }
  const table = lift(object)
  if (table.k === 'record') return lookupTable(c, table.fields, index, site)
  if (object.k === 'const' && Array.isArray(object.value) && index.k === 'const') {
    const v: unknown = Reflect.get(object.value, String(index.value))
    if (v === undefined)
      return refuse(
        c,
        'MC206',
        site.file,
        site.node,
        `there is no element ${String(index.value)} in a list of ${object.value.length}`,
        `index with 0..${object.value.length - 1}`,
      )
    return constantValue(v)
  }
  const items = itemsOf(c, object, site)
  const i = integer(c, unwrapIndex(c, index, at), at, '[]')
  const length = lengthOf(items)
  const n = asInt(length)
  if (n === null) return undefinedValue
  const e = settle(c, i.e)
  const above = i.lo >= 0 ? one : binary('ge', e, zero)
  const below = i.hi < n.lo ? one : binary('lt', e, n.e)
  check(
    c,
    and(above, below),
    'range',
    spanOf(at.file, at.node),
    `index ${textOf(c, at.file, at.node)} is outside the ${n.lo === n.hi ? n.lo : 'present'} elements`,
  )
  return select1(c, items, e, site)
}

export const unwrapIndex = (c: Context, v: Value, site: Site): Value => (v.k === 'optional' ? present(c, v, site) : v)

/** A constant object indexed by a string of the state: `next[s.phase]`. */
const lookupTable = (c: Context, table: ReadonlyMap<string, Value>, index: Value, site: Site): Value => {
  const key = index.k === 'optional' ? present(c, index, site) : index
  if (key.k !== 'enum')
    return refuse(c, 'MC201', site.file, site.node, `an object is indexed by ${describe(index)}`, 'index it by a oneOf(...) value')
  const missing = key.values.filter((name) => !table.has(name))
  if (missing.length > 0)
    return refuse(
      c,
      'MC206',
      site.file,
      site.node,
      `the object has no ${missing.map((m) => `'${m}'`).join(', ')}`,
      'give it an entry for every value',
    )
  const values = key.values.map((name) => table.get(name) ?? undefinedValue)
  return selectValue(
    c,
    key.values.map((_, i) => eq(key.e, constant(i))),
    values,
    site,
  )
}

/** The value whose condition is 1; the last one if none is. */
export const selectValue = (c: Context, conditions: readonly Expr[], values: readonly Value[], site: Site): Value => {
  const type = values.map(typeOf).reduce<Type>((a, b) => joinOrRefuse(c, a, b, site, 'the element'), { k: 'never' })
  const read = wholeOf(c, spanOf(site.file, site.node))
  const selected = selectLeaves(
    conditions,
    values.map((v) => lower(v, type, read)),
  )
  return raise(type, (leaf, i) => scalarAt(selected, leaf, i))
}

/** Item number e of a list, which must be there. */
export const select1 = (c: Context, items: readonly Item[], e: Expr, site: Site): Value => {
  const read = wholeOf(c, spanOf(site.file, site.node))
  const dense = compact(items, read)
  if (dense.items.length === 0) return undefinedValue
  if (e.op === 'const') return dense.items[e.value]?.value ?? undefinedValue
  return selectValue(
    c,
    dense.items.map((_, i) => eq(e, constant(i))),
    dense.items.map((item) => item.value),
    site,
  )
}

const nothing: Item = { present: zero, value: undefinedValue }

/** What a loop or a method goes through, item by item: a part of the state may change from one item to the next. */
export interface Sequence {
  /** There are at most so many. */
  readonly count: number
  /** Item i as it is now. One that is not present is no longer there, or never was. */
  readonly item: (i: number) => Item
  /** All items, where nothing can change them. */
  readonly fixed: readonly Item[] | null
  /** What an iterator does when it is asked for more than there is. */
  readonly end: () => void
}

const nothingMore = (): void => {}

/** Items that nothing can change. For what is left out no code is to run. */
export const fixedSequence = (all: readonly Item[]): Sequence => {
  const items = all.filter((item) => !isLeftOut(item))
  return { count: items.length, item: (i) => items[i] ?? nothing, fixed: items, end: nothingMore }
}

/** As `for..of` goes through something: each item is read when its round begins. */
export const sequenceOf = (c: Context, v: Value, site: Site): Sequence => {
  const at = spanOf(site.file, site.node)
  if (v.k === 'optional') return sequenceOf(c, present(c, v, site), site)
  if (v.k === 'iterator') {
    const over = sequenceOf(c, v.over, site)
    const given = ({ present: there, value }: Item, i: number): Item => ({ present: there, value: givenBy(v.gives, i, value) })
    // The number of an item is its place among those that are present.
    if (over.fixed !== null) {
      const items = fixedSequence(compact(over.fixed, wholeOf(c, at)).items.map(given))
      return v.held === null ? items : unlessChanged(c, items, v.held, site)
    }
    return { ...over, item: (i) => given(over.item(i), i) }
  }
  if (v.k !== 'ref') {
    const items = fixedSequence(itemsOf(c, v, site))
    const borrowed = borrowedFrom(c, v)
    return borrowed === null ? items : unlessChanged(c, items, borrowed, site)
  }
  const { place } = v
  const end = (): void => void stillThere(c, place, at)
  switch (place.domain.kind) {
    case 'array':
      return {
        count: place.domain.length,
        item: (i) => ({ present: one, value: readPlace(c, elementPlace(stillThere(c, place, at), constant(i)), at, v.origin) }),
        fixed: null,
        end,
      }
    case 'set':
      return {
        count: place.domain.size,
        item: (i) => ({ present: readLeaf(c, stillThere(c, place, at), 0, i, at), value: constantValue(i) }),
        fixed: null,
        end: nothingMore,
      }
    case 'queue':
      return {
        count: place.domain.capacity,
        item: (i) => ({ present: isInside(c, stillThere(c, place, at), i, at), value: queueItem(c, place, i, at) }),
        fixed: null,
        end,
      }
    default:
      return fixedSequence(itemsOf(c, v, site))
  }
}

/** A loop over a copy that stands for a part of the state: JavaScript's would see that part change. */
const unlessChanged = (c: Context, sequence: Sequence, { name, changed }: Held, { file, node }: Site): Sequence => {
  const look = (): void => {
    if (changed()) refuse(c, 'MC305', file, node, `${name} changes while a loop goes over a part of it`, 'loop over a copy: [...xs]')
  }
  const item = (i: number): Item => {
    look()
    return sequence.item(i)
  }
  const end = (): void => {
    look()
    sequence.end()
  }
  return { ...sequence, item, end }
}

const givenBy = (gives: Extract<Value, { k: 'iterator' }>['gives'], i: number, value: Value): Value => {
  switch (gives) {
    case 'keys':
      return constantValue(i)
    case 'values':
      return value
    case 'entries':
      return { k: 'list', items: [constantValue(i), value].map((x) => ({ present: one, value: x })) }
  }
}

/** Whether a queue of the state has an element number i now. */
export const isInside = (c: Context, place: Place, i: number, at: Span): Expr => binary('lt', constant(i), readLeaf(c, place, 0, 0, at))

/** What a queue of the state holds at position i, or would. */
export const queueItem = (c: Context, place: Place, i: number, at: Span): Value => {
  if (place.domain.kind !== 'queue') return undefinedValue
  const type = typeOfDomain(place.domain.of)
  const widths = leaves(type).map(({ dims }) => dims.reduce((n, d) => n * d, 1))
  return raise(type, (leaf, element) => readLeaf(c, place, leaf + 1, i * (widths[leaf] ?? 1) + element, at))
}

/** The items that an array, queue, set or list holds now, in order. */
export const itemsOf = (c: Context, v: Value, site: Site): readonly Item[] => {
  const at = spanOf(site.file, site.node)
  const lifted = lift(v.k === 'const' && v.value instanceof Set ? constantValue([...v.value]) : v)
  switch (lifted.k) {
    case 'list':
      return lifted.items
    case 'set':
      return lifted.members.map((present, i) => ({ present, value: constantValue(i) }))
    case 'optional':
      return itemsOf(c, present(c, lifted, site), site)
    case 'iterator':
      return compact(itemsOf(c, lifted.over, site), wholeOf(c, at)).items.map(({ present: there, value }, i) => ({
        present: there,
        value: givenBy(lifted.gives, i, value),
      }))
    case 'ref': {
      const place = stillThere(c, lifted.place, at)
      if (place.domain.kind === 'array') {
        return Array.from({ length: place.domain.length }, (_, i) => ({
          present: one,
          value: readPlace(c, elementPlace(place, constant(i)), at, lifted.origin),
        }))
      }
      if (place.domain.kind === 'queue' || place.domain.kind === 'set') return itemsOf(c, readWhole(c, place, at), site)
      break
    }
    case 'stale':
      return stale(c, lifted, site)
    default:
      break
  }
  return refuse(c, 'MC201', site.file, site.node, `${describe(v)} has no elements`, 'loop over an array, a queue, a set or a list')
}
