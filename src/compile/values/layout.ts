/**
 * How values are laid out in scalars: `lower` takes a value apart, `raise` puts it together. One layout serves the
 * variables of the state, the locals of processes, and the meeting of two ways through a step.
 */
import { at } from '../../at.js'
import { and, constant, eq, not, one, select, zero } from '../../ir/build.js'
import type { Expr, Presence } from '../../ir/system.js'
import { describeType, joinTypes, ShapesDiffer, type Type, typeOf, withLabels } from './type.js'
import {
  absences,
  asBool,
  asInt,
  boolean,
  constantValue,
  describe,
  type Item,
  int,
  lift,
  optionalValue,
  type RefOrigin,
  undefinedValue,
  type Value,
} from './value.js'

/** A scalar, or an array of scalars, that holds a part of a value. */
export interface Leaf {
  readonly suffix: string
  readonly dims: readonly number[]
  /** Of each dimension the array, queue or set whose it is, by its place in the value. */
  readonly axes: readonly string[]
  readonly lo: number
  readonly hi: number
  readonly zero: number
  /** What the numbers stand for, from `lo` on, where they are no integers. */
  readonly values?: readonly (string | boolean)[]
  readonly ids?: true
  /** What it is in that may be absent, outermost first; then it is `zero`. */
  readonly within?: readonly Around[]
}

/** An optional, a queue or a union around a part of a value: its first leaf says whether the part is there. */
export interface Around {
  readonly suffix: string
  readonly there: Presence['there']
}

/** The scalars of a type, in the order that `lower` gives and `raise` takes. */
export const leaves = (
  t: Type,
  suffix = '',
  dims: readonly number[] = [],
  axes: readonly string[] = [],
  within: readonly Around[] = [],
): Leaf[] => {
  const inside = within.length === 0 ? {} : { within }
  const axis = `${suffix}/${dims.length}`
  switch (t.k) {
    case 'never':
    case 'const':
    case 'keep':
    case 'stale':
      return []
    case 'int':
      return [{ suffix, dims, axes, lo: t.lo, hi: t.hi, zero: t.zero, ...(t.ids === true ? { ids: true } : {}), ...inside }]
    case 'bool':
      return [{ suffix, dims, axes, lo: 0, hi: 1, zero: 0, values: [false, true], ...inside }]
    case 'enum':
      return [{ suffix, dims, axes, lo: 0, hi: t.values.length - 1, zero: 0, values: t.values, ...inside }]
    case 'optional': {
      const first = `${suffix}?`
      const of = leaves(t.of, suffix, dims, axes, [...within, { suffix: first, there: { kind: 'where', value: 1 } }])
      return [{ suffix: first, dims, axes, lo: 0, hi: 1, zero: 0, ...inside }, ...of]
    }
    case 'record':
      return [...t.fields].flatMap(([name, f]) => leaves(f, `${suffix}.${name}`, dims, axes, within))
    case 'list': {
      if (t.dense) return leaves(t.of, suffix, [...dims, t.length], [...axes, axis], within)
      const first = `${suffix}#len`
      const of = leaves(
        t.of,
        suffix,
        [...dims, t.length],
        [...axes, axis],
        [...within, { suffix: first, there: { kind: 'before', axis: dims.length } }],
      )
      return [{ suffix: first, dims, axes, lo: 0, hi: t.length, zero: 0, ...inside }, ...of]
    }
    case 'set':
      return [{ suffix, dims: [...dims, t.size], axes: [...axes, axis], lo: 0, hi: 1, zero: 0, ...inside }]
    case 'union': {
      const first = `${suffix}.${t.tag}`
      return [
        { suffix: first, dims, axes, lo: 0, hi: t.variants.length - 1, zero: 0, values: t.variants.map(([name]) => name), ...inside },
        ...t.variants.flatMap(([name, fields], value) =>
          [...fields].flatMap(([f, x]) =>
            leaves(x, `${suffix}.${name}.${f}`, dims, axes, [...within, { suffix: first, there: { kind: 'where', value } }]),
          ),
        ),
      ]
    }
    case 'ref':
      return t.index !== null
        ? []
        : [
            {
              suffix: `${suffix}#idx`,
              dims: [...dims, t.dims.length],
              axes: [...axes, axis],
              lo: 0,
              hi: Math.max(...t.dims) - 1,
              zero: 0,
              ...inside,
            },
          ]
  }
}

/** One of the scalars that `lower` gives. */
export const scalarAt = (rows: readonly (readonly Expr[])[], leaf: number, element: number): Expr => at(at(rows, leaf), element)

/**
 * The scalars of a value of this type: per leaf, its elements row-major. `read` gives the value behind a reference.
 * Long: one case for each type.
 */
export const lower = (v: Value, t: Type, read: (v: Value) => Value): Expr[][] => {
  switch (t.k) {
    case 'never':
    case 'const':
    case 'keep':
    case 'stale':
      return []
    case 'int': {
      const i = asInt(v)
      if (i === null) throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      return [[i.e]]
    }
    case 'bool': {
      const e = asBool(v)
      if (e === null) throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      return [[e]]
    }
    case 'enum':
      return [[enumPosition(v, t.values)]]
    case 'optional': {
      const { nullWhen, undefinedWhen, of } = absences(v)
      const present = not(t.absent === null ? nullWhen : undefinedWhen)
      // What may be both is null outside: the rest is a question of undefined.
      const rest: Value | null =
        t.of.k !== 'optional' ? of : of === null ? undefinedValue : optionalValue(not(undefinedWhen), undefined, of)
      const absent = zeros(t.of)
      if (rest === null || (present.op === 'const' && present.value === 0)) return [[present], ...absent]
      const there = lower(rest, t.of, read)
      return [[present], ...there.map((es, leaf) => es.map((e, i) => select(present, e, scalarAt(absent, leaf, i))))]
    }
    case 'record': {
      const whole = lift(read(v))
      if (whole.k !== 'record') throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      return [...t.fields].flatMap(([name, f]) => lower(whole.fields.get(name) ?? constantValue(undefined), f, read))
    }
    case 'list': {
      const whole = lift(read(v))
      if (whole.k !== 'list') throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      const { items, length } = t.dense ? { items: whole.items, length: constant(t.length) } : compact(whole.items, read)
      const lowered = items.map((item) => (t.dense ? lower(item.value, t.of, read) : absentUnless(item, t.of, read)))
      const missing = zeros(t.of)
      while (lowered.length < t.length) lowered.push(missing)
      const columns = missing.map((_, leaf) => lowered.slice(0, t.length).flatMap((row) => row[leaf] ?? []))
      return t.dense ? columns : [[length], ...columns]
    }
    case 'set': {
      const whole = read(v)
      if (whole.k !== 'set') throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      return [Array.from({ length: t.size }, (_, i) => whole.members[i] ?? zero)]
    }
    case 'union': {
      const whole = lift(read(v))
      if (whole.k === 'record') {
        const at = whole.fields.get(t.tag)
        const name = at?.k === 'const' ? at.value : undefined
        return [
          [constant(t.variants.findIndex(([n]) => n === name))],
          ...t.variants.flatMap(([n, fields]) =>
            [...fields].flatMap(([f, x]) => (n === name ? lower(whole.fields.get(f) ?? constantValue(undefined), x, read) : zeros(x))),
          ),
        ]
      }
      if (whole.k !== 'union') throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      const own = new Map(whole.variants)
      const at = whole.variants.reduceRight<Expr>(
        (rest, [name], i) => select(eq(whole.at, constant(i)), constant(t.variants.findIndex(([n]) => n === name)), rest),
        zero,
      )
      const identical = whole.variants.length === t.variants.length && whole.variants.every(([n], i) => t.variants[i]?.[0] === n)
      return [
        [identical ? whole.at : at],
        ...t.variants.flatMap(([n, fields]) =>
          [...fields].flatMap(([f, x]) => {
            const value = own.get(n)?.get(f)
            return value === undefined ? zeros(x) : lower(value, x, read)
          }),
        ),
      ]
    }
    case 'ref': {
      if (v.k !== 'ref') throw new ShapesDiffer(`${describe(v)} and ${describeType(t)}`)
      return t.index !== null ? [] : [[...v.place.index]]
    }
  }
}

const absentUnless = (item: Item, t: Type, read: (v: Value) => Value): Expr[][] => {
  const missing = zeros(t)
  return lower(item.value, t, read).map((es, leaf) => es.map((e, i) => select(item.present, e, scalarAt(missing, leaf, i))))
}

/** The position of an enum's value in another list of values; -1 where it is not in it. */
export const enumPosition = (v: Value, values: readonly string[]): Expr => {
  if (v.k === 'const' && typeof v.value === 'string') return constant(values.indexOf(v.value))
  if (v.k !== 'enum') throw new ShapesDiffer(`${describe(v)} and one of ${values.join(', ')}`)
  if (v.values.every((name, i) => values[i] === name)) return v.e
  return v.values.reduceRight<Expr>(
    (rest, name, i) =>
      rest === none ? constant(values.indexOf(name)) : select(eq(v.e, constant(i)), constant(values.indexOf(name)), rest),
    none,
  )
}

const none = constant(-1)

/** The scalars of a value that is not there. */
export const zeros = (t: Type): Expr[][] =>
  leaves(t).map((leaf) => Array.from({ length: leaf.dims.reduce((n, d) => n * d, 1) }, () => constant(leaf.zero)))

/** The value of a type whose scalars are given by leaf and element. */
export const raise = (t: Type, get: (leaf: number, element: number) => Expr, origin: RefOrigin = 'expression'): Value =>
  raiseAt(t, 0, 0, get, origin)

/** Long: one case for each type. */
const raiseAt = (t: Type, leaf: number, element: number, get: (leaf: number, element: number) => Expr, origin: RefOrigin): Value => {
  switch (t.k) {
    case 'never':
      return constantValue(undefined)
    case 'const':
      return constantValue(t.value)
    case 'keep':
      return t.value
    case 'stale':
      return t
    case 'int':
      return int(get(leaf, element), t.lo, t.hi, t)
    case 'bool':
      return boolean(get(leaf, element))
    case 'enum':
      return t.values.length === 1 && t.labels === undefined
        ? constantValue(t.values[0])
        : { k: 'enum', e: get(leaf, element), values: t.values, ...withLabels(t.labels) }
    case 'optional':
      return optionalValue(get(leaf, element), t.absent, raiseAt(t.of, leaf + 1, element, get, origin))
    case 'record': {
      const { fields } = raiseFields(t.fields, leaf, element, get, origin)
      return { k: 'record', fields }
    }
    case 'list': {
      const length = t.dense ? constant(t.length) : get(leaf, element)
      const first = t.dense ? leaf : leaf + 1
      const items = Array.from(
        { length: t.length },
        (_, i): Item => ({
          present: t.dense ? one : length.op === 'const' ? constant(Number(i < length.value)) : { op: 'lt', a: constant(i), b: length },
          value: raiseAt(t.of, first, element * t.length + i, get, origin),
        }),
      )
      return { k: 'list', items: items.filter((item) => item.present.op !== 'const' || item.present.value !== 0) }
    }
    case 'set':
      return { k: 'set', members: Array.from({ length: t.size }, (_, i) => get(leaf, element * t.size + i)) }
    case 'union': {
      let next = leaf + 1
      const variants = t.variants.map(([name, types]): [string, ReadonlyMap<string, Value>] => {
        const raised = raiseFields(types, next, element, get, origin)
        next = raised.next
        return [name, raised.fields]
      })
      return { k: 'union', tag: t.tag, at: get(leaf, element), variants }
    }
    case 'ref':
      return {
        k: 'ref',
        place: {
          name: t.name,
          domain: t.domain,
          dims: t.dims,
          inside: t.inside.map((around) => ({ ...around, since: -1 })),
          index: t.index?.map(constant) ?? t.dims.map((_, i) => get(leaf, element * t.dims.length + i)),
        },
        origin,
      }
  }
}

const raiseFields = (
  types: ReadonlyMap<string, Type>,
  leaf: number,
  element: number,
  get: (leaf: number, element: number) => Expr,
  origin: RefOrigin,
): { fields: Map<string, Value>; next: number } => {
  const fields = new Map<string, Value>()
  let next = leaf
  for (const [name, type] of types) {
    fields.set(name, raiseAt(type, next, element, get, origin))
    next += leaves(type).length
  }
  return { fields, next }
}

/**
 * The same list with its items in front: item k is the k-th that is present. Quadratic in the length of a sparse list.
 */
export const compact = (items: readonly Item[], read: (v: Value) => Value): { readonly items: readonly Item[]; readonly length: Expr } => {
  const prefix = items.every((item, i) => i === 0 || isPrefix(items[i - 1]?.present ?? one, item.present))
  const before: Expr[] = []
  let length: Expr = zero
  for (const item of items) {
    before.push(length)
    length =
      length.op === 'const' && item.present.op === 'const'
        ? constant(length.value + item.present.value)
        : length === zero
          ? item.present
          : { op: 'add', a: length, b: item.present }
  }
  if (prefix) return { items, length }
  const type = items.reduce<Type>((t, item) => joinTypes(t, typeOf(item.value)), { k: 'never' })
  const rows = items.map((item) => lower(item.value, type, read))
  const missing = zeros(type)
  return {
    length,
    items: items.map((_, k) => ({
      present: { op: 'lt', a: constant(k), b: length },
      value: raise(type, (leaf, element) =>
        items.reduceRight<Expr>(
          (rest, item, i) =>
            i < k ? rest : select(and(item.present, eq(at(before, i), constant(k))), scalarAt(at(rows, i), leaf, element), rest),
          scalarAt(missing, leaf, element),
        ),
      ),
    })),
  }
}

/** Whether an item that is present has the one before it present too, as far as the expressions show. */
const isPrefix = (before: Expr, item: Expr): boolean =>
  (before.op === 'const' && before.value === 1) ||
  (item.op === 'const' && item.value === 0) ||
  (before.op === 'lt' &&
    item.op === 'lt' &&
    before.a.op === 'const' &&
    item.a.op === 'const' &&
    before.a.value <= item.a.value &&
    (before.b === item.b || JSON.stringify(before.b) === JSON.stringify(item.b)))
