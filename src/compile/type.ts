/**
 * Types of symbolic values, and how values are laid out in scalars: `lower` takes a value apart, `raise` puts it together.
 * One layout serves the variables of the state, the locals of processes, and the meeting of two ways through a step.
 */
import { and, constant, eq, one, select, zero } from '../ir/build.js'
import type { Expr } from '../ir/system.js'
import type { Domain } from '../lang/domain.js'
import {
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
  type Value,
} from './value.js'

export type Type =
  /** No value yet: what the items of an empty list are. */
  | { readonly k: 'never' }
  | { readonly k: 'const'; readonly value: unknown }
  /** Known by identity: closures and the state itself. */
  | { readonly k: 'keep'; readonly value: Value }
  /** `zero`: the value where there is none (an absent payload, a slot beyond a queue's end). */
  | { readonly k: 'int'; readonly lo: number; readonly hi: number; readonly zero: number }
  | { readonly k: 'bool' }
  | { readonly k: 'enum'; readonly values: readonly string[] }
  | { readonly k: 'optional'; readonly absent: null | undefined; readonly of: Type }
  | { readonly k: 'record'; readonly fields: ReadonlyMap<string, Type> }
  /** `dense`: always `length` items; else up to `length` of them, in front. */
  | { readonly k: 'list'; readonly length: number; readonly dense: boolean; readonly of: Type }
  | { readonly k: 'set'; readonly size: number }
  | { readonly k: 'union'; readonly tag: string; readonly variants: readonly (readonly [string, ReadonlyMap<string, Type>])[] }
  /** `index` where it is known, else null. */
  | {
      readonly k: 'ref'
      readonly name: string
      readonly domain: Domain
      readonly dims: readonly number[]
      readonly index: readonly number[] | null
    }
  | { readonly k: 'stale'; readonly what: string }

/** A scalar, or an array of scalars, that holds a part of a value. */
export interface Leaf {
  readonly suffix: string
  readonly dims: readonly number[]
  readonly lo: number
  readonly hi: number
  readonly zero: number
  /** What the numbers stand for, from `lo` on, where they are no integers. */
  readonly values?: readonly (string | boolean)[]
}

/** Two values that no one variable can hold. */
export class ShapesDiffer extends Error {
  override readonly name = 'ShapesDiffer'
}

export const typeOfDomain = (d: Domain): Type => {
  switch (d.kind) {
    case 'bool':
      return { k: 'bool' }
    case 'range':
      return { k: 'int', lo: d.lo, hi: d.hi, zero: zeroIn(d.lo, d.hi) }
    case 'oneOf':
      return { k: 'enum', values: d.values }
    case 'optional':
      return { k: 'optional', absent: null, of: typeOfDomain(d.of) }
    case 'record':
      return { k: 'record', fields: mapValues(d.fields, typeOfDomain) }
    case 'array':
      return { k: 'list', length: d.length, dense: true, of: typeOfDomain(d.of) }
    case 'queue':
      return { k: 'list', length: d.capacity, dense: false, of: typeOfDomain(d.of) }
    case 'set':
      return { k: 'set', size: d.size }
    case 'union':
      return {
        k: 'union',
        tag: d.tag,
        variants: Object.entries(d.variants).map(([name, fields]) => [name, mapValues(fields, typeOfDomain)]),
      }
    case 'ghost':
      return typeOfDomain(d.of)
  }
}

/** What stands where there is no value: 0 if it is inside, else the least. */
export const zeroIn = (lo: number, hi: number): number => (lo <= 0 && hi >= 0 ? 0 : lo)

const mapValues = <A, B>(fields: Readonly<Record<string, A>>, f: (a: A) => B): Map<string, B> =>
  new Map(Object.entries(fields).map(([name, a]) => [name, f(a)]))

export const typeOf = (v: Value): Type => {
  switch (v.k) {
    case 'const': {
      const lifted = lift(v)
      return lifted.k === 'const' ? { k: 'const', value: v.value } : typeOf(lifted)
    }
    case 'int':
      return { k: 'int', lo: v.lo, hi: v.hi, zero: zeroIn(v.lo, v.hi) }
    case 'bool':
      return { k: 'bool' }
    case 'enum':
      return { k: 'enum', values: v.values }
    case 'optional':
      return { k: 'optional', absent: v.absent, of: typeOf(v.of) }
    case 'record':
      return { k: 'record', fields: new Map([...v.fields].map(([name, x]) => [name, typeOf(x)])) }
    case 'list':
      return {
        k: 'list',
        length: v.items.length,
        dense: v.items.every((item) => item.present === one || (item.present.op === 'const' && item.present.value === 1)),
        of: v.items.reduce<Type>((t, item) => joinTypes(t, typeOf(item.value)), { k: 'never' }),
      }
    case 'set':
      return { k: 'set', size: v.members.length }
    case 'union':
      return {
        k: 'union',
        tag: v.tag,
        variants: v.variants.map(([name, fields]) => [name, new Map([...fields].map(([f, x]) => [f, typeOf(x)]))]),
      }
    case 'ref':
      return {
        k: 'ref',
        name: v.place.name,
        domain: v.place.domain,
        dims: v.place.dims,
        index: v.place.index.every((e) => e.op === 'const') ? v.place.index.map((e) => (e.op === 'const' ? e.value : 0)) : null,
      }
    case 'state':
    case 'closure':
    case 'method':
    case 'match':
      return { k: 'keep', value: v }
    case 'stale':
      return { k: 'stale', what: v.what }
  }
}

const widenConst = (t: Type): Type => {
  if (t.k !== 'const') return t
  const v = t.value
  if (typeof v === 'number') return { k: 'int', lo: v, hi: v, zero: v }
  if (typeof v === 'boolean') return { k: 'bool' }
  if (typeof v === 'string') return { k: 'enum', values: [v] }
  return t
}

/** The least type that holds the values of both. @throws ShapesDiffer */
export const joinTypes = (a: Type, b: Type): Type => {
  if (a === b || b.k === 'never') return a
  if (a.k === 'never') return b
  if (a.k === 'stale') return a
  if (b.k === 'stale') return b
  if (a.k === 'const' && b.k === 'const' && Object.is(a.value, b.value)) return a
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const)
    if (x.k === 'const' && (x.value === null || x.value === undefined)) {
      if (y.k === 'optional' && y.absent === x.value) return y
      if (y.k !== 'optional') return { k: 'optional', absent: x.value, of: y.k === 'const' ? widenConst(y) : y }
    }
  if (a.k === 'optional' || b.k === 'optional') {
    if (a.k === 'optional' && b.k === 'optional' && a.absent !== b.absent) throw new ShapesDiffer('null and undefined')
    const absent = a.k === 'optional' ? a.absent : b.k === 'optional' ? b.absent : null
    return { k: 'optional', absent, of: joinTypes(a.k === 'optional' ? a.of : a, b.k === 'optional' ? b.of : b) }
  }
  const x = widenConst(a)
  const y = widenConst(b)
  if (x.k === 'int' && y.k === 'int') {
    const [lo, hi] = [Math.min(x.lo, y.lo), Math.max(x.hi, y.hi)]
    return { k: 'int', lo, hi, zero: zeroIn(lo, hi) }
  }
  if (x.k === 'bool' && y.k === 'bool') return x
  if (x.k === 'enum' && y.k === 'enum')
    return y.values.every((v) => x.values.includes(v))
      ? x
      : { k: 'enum', values: [...x.values, ...y.values.filter((v) => !x.values.includes(v))] }
  if (x.k === 'list' && y.k === 'list') {
    const length = Math.max(x.length, y.length)
    return { k: 'list', length, dense: x.dense && y.dense && x.length === y.length, of: joinTypes(x.of, y.of) }
  }
  if (x.k === 'set' && y.k === 'set') return x.size >= y.size ? x : y
  if (x.k === 'record' && y.k === 'record') return joinRecords(x, y)
  if (x.k === 'union' && y.k === 'union') return joinUnions(x, y)
  if (x.k === 'union' && y.k === 'record') return joinUnions(x, asUnion(y, x.tag))
  if (x.k === 'record' && y.k === 'union') return joinUnions(asUnion(x, y.tag), y)
  if (x.k === 'ref' && y.k === 'ref' && x.name === y.name)
    return x.index !== null && y.index?.every((i, n) => i === x.index?.[n]) ? x : { ...x, index: null }
  // A copy would not see what is later written to the state, nor the state what is written to the copy.
  if (x.k === 'ref' || y.k === 'ref') throw new ShapesDiffer(`${describeType(x)} and ${describeType(y)}`)
  if (
    x.k === 'keep' &&
    y.k === 'keep' &&
    (x.value === y.value ||
      (x.value.k === 'closure' && y.value.k === 'closure' && x.value.fn === y.value.fn) ||
      (x.value.k === 'state' && y.value.k === 'state'))
  )
    return x
  throw new ShapesDiffer(`${describeType(x)} and ${describeType(y)}`)
}

type RecordType = Extract<Type, { k: 'record' }>
type UnionType = Extract<Type, { k: 'union' }>

const joinFields = (a: ReadonlyMap<string, Type>, b: ReadonlyMap<string, Type>): Map<string, Type> => {
  if (a.size !== b.size || [...a.keys()].some((f) => !b.has(f)))
    throw new ShapesDiffer(`{ ${[...a.keys()].join(', ')} } and { ${[...b.keys()].join(', ')} }`)
  return new Map([...a].map(([f, t]) => [f, joinTypes(t, b.get(f) ?? t)]))
}

const joinRecords = (a: RecordType, b: RecordType): Type => {
  if (a.fields.size === b.fields.size && [...a.fields.keys()].every((f) => b.fields.has(f)))
    return { k: 'record', fields: joinFields(a.fields, b.fields) }
  for (const [f, t] of a.fields) {
    const u = b.fields.get(f)
    if (t.k === 'const' && typeof t.value === 'string' && u?.k === 'const' && typeof u.value === 'string')
      return joinUnions(asUnion(a, f), asUnion(b, f))
  }
  throw new ShapesDiffer(`{ ${[...a.fields.keys()].join(', ')} } and { ${[...b.fields.keys()].join(', ')} }`)
}

const asUnion = (r: RecordType, tag: string): UnionType => {
  const at = r.fields.get(tag)
  if (at?.k !== 'const' || typeof at.value !== 'string')
    throw new ShapesDiffer(`{ ${[...r.fields.keys()].join(', ')} } and a union tagged by '${tag}'`)
  return { k: 'union', tag, variants: [[at.value, new Map([...r.fields].filter(([f]) => f !== tag))]] }
}

const joinUnions = (a: UnionType, b: UnionType): UnionType => {
  if (a.tag !== b.tag) throw new ShapesDiffer(`unions tagged by '${a.tag}' and by '${b.tag}'`)
  const others = new Map(b.variants)
  const variants = a.variants.map(([name, fields]): [string, ReadonlyMap<string, Type>] => {
    const other = others.get(name)
    others.delete(name)
    return [name, other === undefined ? fields : joinFields(fields, other)]
  })
  return { k: 'union', tag: a.tag, variants: [...variants, ...others] }
}

export const describeType = (t: Type): string => {
  switch (t.k) {
    case 'never':
      return 'nothing'
    case 'const':
      return describe(constantValue(t.value))
    case 'keep':
      return describe(t.value)
    case 'int':
      return t.lo === t.hi ? String(t.lo) : `an integer in ${t.lo}..${t.hi}`
    case 'bool':
      return 'a boolean'
    case 'enum':
      return `one of ${t.values.map((v) => `'${v}'`).join(', ')}`
    case 'optional':
      return `${describeType(t.of)} or ${String(t.absent)}`
    case 'record':
      return `a record { ${[...t.fields.keys()].join(', ')} }`
    case 'list':
      return 'a list'
    case 'set':
      return 'a set'
    case 'union':
      return 'a tagged union'
    case 'ref':
      return `a reference to ${t.name}`
    case 'stale':
      return `a reference to ${t.what} from before a yield`
  }
}

export const sameType = (a: Type, b: Type): boolean => {
  if (a === b) return true
  const key = (t: Type): string =>
    JSON.stringify(t, (_, x: unknown) =>
      x instanceof Map ? [...x] : typeof x === 'function' ? 'function' : x === undefined ? 'undefined' : x,
    )
  if (a.k === 'keep' || b.k === 'keep') return a.k === b.k
  if (a.k === 'const' && b.k === 'const') return Object.is(a.value, b.value)
  return a.k === b.k && key(a) === key(b)
}

/** The scalars of a type, in the order that `lower` gives and `raise` takes. */
export const leaves = (t: Type, suffix = '', dims: readonly number[] = []): Leaf[] => {
  switch (t.k) {
    case 'never':
    case 'const':
    case 'keep':
    case 'stale':
      return []
    case 'int':
      return [{ suffix, dims, lo: t.lo, hi: t.hi, zero: t.zero }]
    case 'bool':
      return [{ suffix, dims, lo: 0, hi: 1, zero: 0, values: [false, true] }]
    case 'enum':
      return [{ suffix, dims, lo: 0, hi: t.values.length - 1, zero: 0, values: t.values }]
    case 'optional':
      return [{ suffix: `${suffix}?`, dims, lo: 0, hi: 1, zero: 0 }, ...leaves(t.of, suffix, dims)]
    case 'record':
      return [...t.fields].flatMap(([name, f]) => leaves(f, `${suffix}.${name}`, dims))
    case 'list': {
      const items = leaves(t.of, suffix, [...dims, t.length])
      return t.dense ? items : [{ suffix: `${suffix}#len`, dims, lo: 0, hi: t.length, zero: 0 }, ...items]
    }
    case 'set':
      return [{ suffix, dims: [...dims, t.size], lo: 0, hi: 1, zero: 0 }]
    case 'union':
      return [
        { suffix: `${suffix}.${t.tag}`, dims, lo: 0, hi: t.variants.length - 1, zero: 0, values: t.variants.map(([name]) => name) },
        ...t.variants.flatMap(([name, fields]) => [...fields].flatMap(([f, x]) => leaves(x, `${suffix}.${name}.${f}`, dims))),
      ]
    case 'ref':
      return t.index !== null
        ? []
        : [{ suffix: `${suffix}#idx`, dims: [...dims, t.dims.length], lo: 0, hi: Math.max(...t.dims) - 1, zero: 0 }]
  }
}

/** The scalars of a value of this type: per leaf, its elements row-major. `read` gives the whole value behind a reference. */
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
      if (v.k === 'const' && v.value === t.absent) return [[zero], ...zeros(t.of)]
      if (v.k !== 'optional') return [[one], ...lower(v, t.of, read)]
      const there = lower(v.of, t.of, read)
      const absent = zeros(t.of)
      return [[v.present], ...there.map((es, leaf) => es.map((e, i) => select(v.present, e, absent[leaf]?.[i] ?? zero)))]
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
  return lower(item.value, t, read).map((es, leaf) => es.map((e, i) => select(item.present, e, missing[leaf]?.[i] ?? zero)))
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

const raiseAt = (t: Type, leaf: number, element: number, get: (leaf: number, element: number) => Expr, origin: RefOrigin): Value => {
  switch (t.k) {
    case 'never':
      return constantValue(undefined)
    case 'const':
      return constantValue(t.value)
    case 'keep':
      return t.value
    case 'stale':
      return { k: 'stale', what: t.what }
    case 'int':
      return int(get(leaf, element), t.lo, t.hi)
    case 'bool':
      return boolean(get(leaf, element))
    case 'enum':
      return t.values.length === 1 ? constantValue(t.values[0]) : { k: 'enum', e: get(leaf, element), values: t.values }
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

/** The same list with its items in front: item k is the k-th that is present. Quadratic in the length of a sparse list. */
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
            i < k ? rest : select(and(item.present, eq(before[i] ?? zero, constant(k))), rows[i]?.[leaf]?.[element] ?? zero, rest),
          missing[leaf]?.[element] ?? zero,
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
