/** The types of generated code: each is at once a domain, and what is known of the values of an expression. */
import { createMembers } from '../../src/replay/members.ts'
import type { Value } from '../../src/replay/store.ts'
import type { Draw } from './draw.ts'
import type { Feature } from './features.ts'

export type Fields = readonly (readonly [string, Type])[]

export interface IntType {
  readonly k: 'int'
  readonly lo: number
  readonly hi: number
  /** How its domain is written, where that is no range. */
  readonly domain?: string
}

export type Type =
  | IntType
  | { readonly k: 'bool' }
  | { readonly k: 'enum'; readonly values: readonly string[] }
  | { readonly k: 'optional'; readonly of: Type }
  | { readonly k: 'record'; readonly fields: Fields }
  | { readonly k: 'array'; readonly length: number; readonly of: Type }
  | { readonly k: 'queue'; readonly capacity: number; readonly of: Type }
  | { readonly k: 'set'; readonly size: number }
  | { readonly k: 'union'; readonly tag: string; readonly variants: readonly (readonly [string, Fields])[] }
  /** A list of a local: up to `most` elements, always as many where `exact`. */
  | { readonly k: 'list'; readonly most: number; readonly exact: boolean; readonly of: Type }

export type Kind = Type['k']

export const least = -(2 ** 31)
export const greatest = 2 ** 31 - 1

export const intType = (lo: number, hi: number, domain?: string): IntType =>
  domain === undefined ? { k: 'int', lo, hi } : { k: 'int', lo, hi, domain }
export const boolType: Type = { k: 'bool' }

const small: readonly IntType[] = [
  intType(0, 2, 'index(3)'),
  intType(0, 1, 'index(2)'),
  intType(0, 3),
  intType(-1, 1),
  intType(0, 4, 'index(5)'),
  intType(1, 2),
  intType(-3, -2),
  // Of more identities nothing can be computed.
  intType(0, 0, 'ids(1)'),
  intType(0, 3, 'index(4)'),
  intType(-4, 7),
]
const large: readonly IntType[] = [
  intType(0, 31),
  intType(-100, 100),
  intType(0, 65_535),
  intType(least, greatest),
  intType(greatest - 3, greatest),
  intType(least, least + 2),
  intType(-70_000, 70_000),
  intType(0, greatest),
]

export const enums: readonly (readonly string[])[] = [['a', 'b'], ['a', 'b', 'c'], ['c', 'b', 'a'], ['only'], ['a', 'b', 'c', 'd', 'e']]
const prototypeNames: readonly string[] = ['constructor', 'toString', 'valueOf', 'hasOwnProperty']

export interface TypeOptions {
  readonly without: ReadonlySet<Feature>
  /** Small domains only, so that a model has few states. */
  readonly small: boolean
}

const scalarType = (draw: Draw, { small: onlySmall, without }: TypeOptions): Type =>
  draw.weighted<() => Type>([
    [3, () => boolType],
    [onlySmall ? 5 : 6, () => draw.one(small)],
    [onlySmall ? 0 : 3, () => draw.one(large)],
    [3, () => ({ k: 'enum', values: draw.once(24) && !without.has('prototype names') ? ['toString', 'constructor'] : draw.one(enums) })],
  ])()

const fieldNames = ['x', 'y', 'z'] as const

/** A random domain; `depth` is 0 for a variable. */
export const randomType = (draw: Draw, options: TypeOptions, depth = 0): Type => {
  const type = anyType(draw, options, depth)
  return depth === 0 && nestsOnePath(type, '') ? boolType : type
}

/** A queue in a queue, or an optional in an optional, with no field between them: their lengths would have one name. */
const nestsOnePath = (t: Type, around: string): boolean => {
  switch (t.k) {
    case 'optional':
      return around.includes('?') || nestsOnePath(t.of, `${around}?`)
    case 'queue':
      return around.includes('#') || nestsOnePath(t.of, `${around}#`)
    case 'array':
    case 'list':
      return nestsOnePath(t.of, around)
    case 'record':
      return t.fields.some(([, f]) => nestsOnePath(f, ''))
    case 'union':
      return t.variants.some(([, of]) => of.some(([, f]) => nestsOnePath(f, '')))
    default:
      return false
  }
}

const anyType = (draw: Draw, options: TypeOptions, depth: number): Type => {
  const deep = depth >= (options.small ? 1 : 2)
  const inner = (): Type => anyType(draw, options, depth + 1)
  const inherited = draw.below(prototypeNames.length)
  const fieldName = (i: number): string =>
    draw.once(40) && !options.without.has('prototype names') ? prototypeNames[(inherited + i) % prototypeNames.length]! : fieldNames[i]!
  return draw.weighted<() => Type>([
    [deep ? 12 : 4, () => scalarType(draw, options)],
    [deep ? 1 : 4, () => optionalOf(draw, inner, options)],
    [deep ? 1 : 3, () => ({ k: 'record', fields: Array.from({ length: 1 + draw.below(3) }, (_, i) => [fieldName(i), inner()] as const) })],
    [
      deep ? 1 : 4,
      () => ({
        k: 'array',
        length: options.small
          ? 1 + draw.below(2)
          : draw.weighted([
              [4, 2],
              [3, 3],
              [1, 1],
              [2, 4],
              [1, 5],
            ]),
        of: inner(),
      }),
    ],
    [
      2,
      () => ({
        k: 'queue',
        capacity: options.small
          ? 1 + draw.below(2)
          : draw.weighted([
              [3, 2],
              [2, 1],
              [2, 3],
              [1, 4],
              [1, 5],
            ]),
        of: inner(),
      }),
    ],
    [
      2,
      () => ({
        k: 'set',
        size: options.small
          ? 1 + draw.below(2)
          : draw.weighted([
              [3, 3],
              [2, 2],
              [1, 1],
              [2, 5],
              [depth === 0 ? 1 : 0, 33],
            ]),
      }),
    ],
    [deep ? 0 : 2, () => unionOf(draw, inner, options)],
  ])()
}

const optionalOf = (draw: Draw, inner: () => Type, { without }: TypeOptions): Type => {
  const of = inner()
  if (of.k === 'optional') return of
  if (without.has('nested optional') && hasOptional(of)) return { k: 'optional', of: boolType }
  if (without.has('nested optional') && ['array', 'queue', 'set', 'union'].includes(of.k)) return { k: 'optional', of: draw.one(small) }
  return { k: 'optional', of }
}

const hasOptional = (t: Type): boolean => {
  switch (t.k) {
    case 'optional':
      return true
    case 'record':
      return t.fields.some(([, f]) => hasOptional(f))
    case 'array':
    case 'queue':
    case 'list':
      return hasOptional(t.of)
    case 'union':
      return t.variants.some(([, of]) => of.some(([, f]) => hasOptional(f)))
    default:
      return false
  }
}

const unionOf = (draw: Draw, inner: () => Type, options: TypeOptions): Type => {
  const v = inner()
  const named = draw.once(20) && !options.without.has('prototype names')
  return {
    k: 'union',
    tag: named && draw.once(2) ? 'constructor' : 'kind',
    variants: [
      ['off', []],
      ['on', [['v', v]]],
      ...(draw.once(3) ? [['again', [['v', v]]] as const] : []),
      ...(draw.once(2)
        ? [[named ? 'valueOf' : 'err', [['w', scalarType(draw, options)], ...(draw.once(2) ? [['v', v] as const] : [])]] as const]
        : []),
    ],
  }
}

export const isScalar = (t: Type): boolean => t.k === 'int' || t.k === 'bool' || t.k === 'enum'

/** Whether a value of the type can be written as a literal. */
export const isWritable = (t: Type): boolean => {
  switch (t.k) {
    case 'set':
      return false
    case 'queue':
    case 'optional':
    case 'array':
    case 'list':
      return isWritable(t.of)
    case 'record':
      return t.fields.every(([, f]) => isWritable(f))
    case 'union':
      return t.variants.every(([, of]) => of.every(([, f]) => isWritable(f)))
    default:
      return true
  }
}

const keys = new WeakMap<Type, string>()

/** Equal for types of the same values; all integers are one. */
export const typeKey = (t: Type): string => {
  let key = keys.get(t)
  if (key === undefined) {
    key = t.k === 'int' ? 'int' : t.k === 'bool' ? 'bool' : JSON.stringify(t, (name, x: unknown) => (name === 'domain' ? undefined : x))
    keys.set(t, key)
  }
  return key
}

export const sameType = (a: Type, b: Type): boolean => a === b || (a.k === b.k && JSON.stringify(a) === JSON.stringify(b))

const fieldsText = (of: Fields, text: (t: Type) => string): string => of.map(([name, f]) => `${name}: ${text(f)}`).join(', ')
const quoted = (values: readonly string[]): string => values.map((v) => `'${v}'`).join(', ')

export const domainText = (t: Type): string => {
  switch (t.k) {
    case 'bool':
      return 'bool'
    case 'int':
      return t.domain ?? `range(${t.lo}, ${t.hi})`
    case 'enum':
      return `oneOf(${quoted(t.values)})`
    case 'optional':
      return `optional(${domainText(t.of)})`
    case 'record':
      return `record({ ${fieldsText(t.fields, domainText)} })`
    case 'array':
      return `array(${t.length}, ${domainText(t.of)})`
    case 'queue':
      return `queue(${t.capacity}, ${domainText(t.of)})`
    case 'set':
      return `set(${t.size})`
    case 'union':
      return `union('${t.tag}', { ${t.variants.map(([name, of]) => `${name}: { ${fieldsText(of, domainText)} }`).join(', ')} })`
    case 'list':
      throw new Error('a list is no domain')
  }
}

/** A random value of the type, often at a limit. */
export const randomValue = (draw: Draw, t: Type): Value => {
  const fields = (of: Fields): [string, Value][] => of.map(([name, f]) => [name, randomValue(draw, f)])
  switch (t.k) {
    case 'bool':
      return draw.once(2)
    case 'int':
      return randomInt(draw, t.lo, t.hi)
    case 'enum':
      return draw.one(t.values)
    case 'optional':
      return draw.once(3) ? null : randomValue(draw, t.of)
    case 'record':
      return Object.fromEntries(fields(t.fields))
    case 'array':
      return Array.from({ length: t.length }, () => randomValue(draw, t.of))
    case 'queue':
    case 'list':
      return Array.from({ length: draw.below((t.k === 'queue' ? t.capacity : t.most) + 1) }, () => randomValue(draw, t.of))
    case 'set': {
      const members = createMembers(t.size, '')
      for (let i = 0; i < t.size; i++) if (draw.once(2)) members.add(i)
      return members
    }
    case 'union': {
      const [name, of] = draw.one(t.variants)
      return { [t.tag]: name, ...Object.fromEntries(fields(of)) }
    }
  }
}

/** Limits, what is near 0, and anything. */
export const randomInt = (draw: Draw, lo: number, hi: number): number => {
  const inside = (n: number): number => Math.max(lo, Math.min(hi, n))
  return draw.weighted<() => number>([
    [2, () => lo],
    [2, () => hi],
    [4, () => inside(draw.below(5) - 1)],
    [4, () => lo + (hi - lo < 2 ** 31 ? draw.below(hi - lo + 1) : draw.below(2 ** 31) * 2)],
  ])()
}
