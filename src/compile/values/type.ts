/** Types of symbolic values: those of domains and values, and the least one that holds the values of two. */
import { one } from '../../ir/build.js'
import type { Domain } from '../../lang/domain.js'
import { hasFreeParams } from './free.js'
import { joinLabels, type LabelSet } from './labels.js'
import { constantValue, describe, type Inside, lift, type Stale, type Value } from './value.js'

export type Type =
  /** No value yet: what the items of an empty list are. */
  | { readonly k: 'never' }
  | { readonly k: 'const'; readonly value: unknown }
  /** Known by identity: closures and the state itself. */
  | { readonly k: 'keep'; readonly value: Value }
  /** `zero`: the value where there is none (an absent payload, a slot beyond a queue's end). */
  | { readonly k: 'int'; readonly lo: number; readonly hi: number; readonly zero: number; readonly ids?: true }
  | { readonly k: 'bool' }
  | { readonly k: 'enum'; readonly values: readonly string[]; readonly labels?: LabelSet }
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
      readonly inside: readonly Omit<Inside, 'since'>[]
    }
  | Stale

/** Two values that no one variable can hold. */
export class ShapesDiffer extends Error {
  override readonly name = 'ShapesDiffer'
}

export const typeOfDomain = (d: Domain): Type => {
  switch (d.kind) {
    case 'bool':
      return { k: 'bool' }
    case 'range':
      return { k: 'int', lo: d.lo, hi: d.hi, zero: zeroIn(d.lo, d.hi), ...(d.ids ? { ids: true } : {}) }
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
      // Params that are free are variables already: no local holds them once more.
      if (hasFreeParams(v.value)) return { k: 'const', value: v.value }
      const lifted = lift(v)
      return lifted.k === 'const' ? { k: 'const', value: v.value } : typeOf(lifted)
    }
    case 'int':
      return { k: 'int', lo: v.lo, hi: v.hi, zero: zeroIn(v.lo, v.hi), ...(v.ids === true ? { ids: true } : {}) }
    case 'bool':
      return { k: 'bool' }
    case 'enum':
      return { k: 'enum', values: v.values, ...withLabels(v.labels) }
    case 'optional':
      return optionalType(v.absent, typeOf(v.of))
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
        inside: v.place.inside.map(({ variable, depth, wanted }) => ({ variable, depth, wanted })),
        index: v.place.index.every((e) => e.op === 'const') ? v.place.index.map((e) => (e.op === 'const' ? e.value : 0)) : null,
      }
    case 'state':
    case 'closure':
    case 'method':
    case 'iterator':
    case 'match':
      return { k: 'keep', value: v }
    case 'stale':
      return v
  }
}

/** A type that may be absent in one way more. What may be both null and undefined is null outside. */
const optionalType = (absent: null | undefined, of: Type): Type => {
  if (of.k === 'const' && (of.value === null || of.value === undefined))
    return of.value === absent ? of : { k: 'optional', absent: null, of: { k: 'const', value: undefined } }
  if (of.k !== 'optional') return { k: 'optional', absent, of }
  if (of.absent === absent) return of
  return absent === null ? { k: 'optional', absent, of } : { k: 'optional', absent: null, of: optionalType(undefined, of.of) }
}

/** The mark of values that are labels. */
export const withLabels = (labels: LabelSet | undefined): { readonly labels?: LabelSet } => (labels === undefined ? {} : { labels })

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
      return optionalType(x.value, y.k === 'const' ? widenConst(y) : y)
    }
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const)
    if (x.k === 'optional') return optionalType(x.absent, joinTypes(x.of, y.k === 'optional' && y.absent === x.absent ? y.of : y))
  const x = widenConst(a)
  const y = widenConst(b)
  if (x.k === 'int' && y.k === 'int') {
    const [lo, hi] = [Math.min(x.lo, y.lo), Math.max(x.hi, y.hi)]
    return { k: 'int', lo, hi, zero: zeroIn(lo, hi), ...(x.ids === true && y.ids === true ? { ids: true } : {}) }
  }
  if (x.k === 'bool' && y.k === 'bool') return x
  if (x.k === 'enum' && y.k === 'enum') {
    const labels = joinLabels(x.labels, y.labels)
    return y.values.every((v) => x.values.includes(v)) && labels === x.labels
      ? x
      : { k: 'enum', values: [...x.values, ...y.values.filter((v) => !x.values.includes(v))], ...withLabels(labels) }
  }
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

/** Asked at every yield of every local: it looks no further than where they differ. */
export const sameType = (a: Type, b: Type): boolean => {
  if (a.k === 'keep' || b.k === 'keep') return a === b || a.k === b.k
  if (a.k === 'const' && b.k === 'const') return Object.is(a.value, b.value)
  return hasSameParts(a, b)
}

/** Functions are told from all else, and not from each other; the fields of records and of unions have an order. */
const hasSameParts = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a === 'function') return typeof b === 'function'
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Map) return b instanceof Map && a.size === b.size && hasSameParts([...a], [...b])
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((part, i) => hasSameParts(part, b[i]))
  const parts = Object.entries(a)
  return parts.length === Object.keys(b).length && parts.every(([name, part]) => name in b && hasSameParts(part, Reflect.get(b, name)))
}
