/**
 * Finite domains: the types of state variables. A domain is plain data, so that the oracle, the compiler and any
 * other reader of a model can walk it; its type parameter is the TypeScript type of the values it holds.
 */

/**
 * A FIFO of bounded capacity, first element at index 0. Elements are copied in by `push` and copied out by every read.
 */
export interface Queue<T> extends Iterable<T> {
  readonly length: number
  readonly [index: number]: T
  /** Appends a copy of `value`. Pushing to a full queue is a range violation. */
  push(value: T): number
  /** Removes and returns the first element. Shifting an empty queue is a range violation. */
  shift(): T
  at(index: number): T | undefined
  every(predicate: (value: T, index: number) => boolean): boolean
  some(predicate: (value: T, index: number) => boolean): boolean
  find(predicate: (value: T, index: number) => boolean): T | undefined
  findIndex(predicate: (value: T, index: number) => boolean): number
  filter(predicate: (value: T, index: number) => boolean): T[]
  map<U>(transform: (value: T, index: number) => U): U[]
  reduce<A>(combine: (accumulator: A, value: T, index: number) => A, initial: A): A
  includes(value: T): boolean
  indexOf(value: T): number
}

/** A set of the integers 0..n-1. Iteration is in ascending order, whatever the order of insertion. */
export interface IndexSet extends Iterable<number> {
  readonly size: number
  has(member: number): boolean
  /** Adds a member. Adding an integer outside 0..n-1 is a range violation. */
  add(member: number): this
  /** Removes a member; says whether it was one. */
  delete(member: number): boolean
  clear(): void
}

/**
 * A domain whose values have the TypeScript type `T`. It is plain data, told apart by `kind`; make one by `bool`,
 * `range(...)`, `record(...)` and the other functions of this file.
 */
export type Domain<T = unknown> = (
  | BoolDomain
  | RangeDomain
  | OneOfDomain
  | OptionalDomain
  | RecordDomain
  | ArrayDomain
  | QueueDomain
  | SetDomain
  | UnionDomain
  | GhostDomain
) & {
  readonly [valueType]?: T
  /** Said by `memory(...)` of a whole variable of `state`. */
  readonly memory?: true
}

/** Exists in types only: carries the TypeScript type of a domain's values. */
declare const valueType: unique symbol

/** The domain of `bool`. */
export interface BoolDomain {
  readonly kind: 'bool'
}
/** Integers from `lo` to `hi`, both included. `ids` marks interchangeable identities (for symmetry). */
export interface RangeDomain {
  readonly kind: 'range'
  readonly lo: number
  readonly hi: number
  readonly ids: boolean
}
/**
 * The domain of `oneOf(...)`: the strings, in the order in which they were given. There is at least one, and none
 * occurs twice.
 */
export interface OneOfDomain {
  readonly kind: 'oneOf'
  readonly values: readonly string[]
}
/** The domain of `optional(...)`: null, or a value of `of`, which is no optional. */
export interface OptionalDomain {
  readonly kind: 'optional'
  readonly of: Domain
}
/** The domain of `record(...)`: the domain of each field, by name. */
export interface RecordDomain {
  readonly kind: 'record'
  readonly fields: Readonly<Record<string, Domain>>
}
/** The domain of `array(...)`: exactly `length` elements, from 1 to 65536. */
export interface ArrayDomain {
  readonly kind: 'array'
  readonly length: number
  readonly of: Domain
}
/** The domain of `queue(...)`: at most `capacity` elements, from 1 to 65536. */
export interface QueueDomain {
  readonly kind: 'queue'
  readonly capacity: number
  readonly of: Domain
}
/** Subsets of 0..size-1. */
export interface SetDomain {
  readonly kind: 'set'
  readonly size: number
}
/** A tagged union: `tag` names the field that says which variant a value is. */
export interface UnionDomain {
  readonly kind: 'union'
  readonly tag: string
  readonly variants: Readonly<Record<string, Readonly<Record<string, Domain>>>>
}
/** The domain of `ghost(...)`: values of `of`, which is no ghost. Only whole variables of `state` have it. */
export interface GhostDomain {
  readonly kind: 'ghost'
  readonly of: Domain
}

/** The TypeScript type of the values of a domain. */
export type ValueOf<D> = D extends { readonly [valueType]?: infer T } ? Exclude<T, undefined> : never

/** A record of domains, as `state` returns it and `record` takes it. */
export type Fields = Readonly<Record<string, Domain>>

/** The record type of the values of a record of domains. */
export type ValuesOf<F> = { -readonly [K in keyof F]: ValueOf<F[K]> }

/** Any tagged union's value: one object type per variant, told apart by the field `Tag`. */
export type UnionValue<Tag extends string, V extends Record<string, Fields>> = {
  [K in keyof V & string]: { readonly [T in Tag]: K } & ValuesOf<V[K]>
}[keyof V & string]

/** What the author of a model that makes no sense is told besides the message. */
export interface ModelHelp {
  /** What to write instead. */
  readonly hint?: string
  /** Words of the author's, each behind the one before: the last is what is wrong. */
  readonly words?: readonly string[]
}

/** Thrown when a model is built from parts that make no sense; the command line reports it with exit code 65. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly help: ModelHelp

  constructor(message: string, help: ModelHelp = {}) {
    super(message)
    this.help = help
  }
}

const requireCount = (what: string, n: number, least: number): void => {
  if (!Number.isInteger(n) || n < least || n > 65_536)
    throw new ModelError(`${what} takes an integer from ${least} to 65536, not ${String(n)}`)
}

/** `false` or `true`; initially `false`. */
export const bool: Domain<boolean> = { kind: 'bool' }

/**
 * The integers from `lo` to `hi`, both included; initially 0 where that is inside, else `lo`.
 * Storing any other value is a range violation with a trace.
 * @throws ModelError if a limit is no 32-bit integer or `lo > hi`.
 */
export const range = (lo: number, hi: number): Domain<number> => {
  if (!Number.isInteger(lo) || !Number.isInteger(hi) || lo > hi || lo < -(2 ** 31) || hi >= 2 ** 31)
    throw new ModelError(`range(${String(lo)}, ${String(hi)}) needs 32-bit integers with lo <= hi`)
  return { kind: 'range', lo, hi, ids: false }
}

/** The integers 0..n-1, to index an array of n; initially 0. @throws ModelError if n is no integer from 1 to 65536. */
export const index = (n: number): Domain<number> => {
  requireCount('index(n)', n, 1)
  return { kind: 'range', lo: 0, hi: n - 1, ids: false }
}

/**
 * Interchangeable identities, numbered 0..n-1: only compared for equality and used as indices; initially 0.
 * @throws ModelError if n is no integer from 1 to 65536.
 */
export const ids = (n: number): Domain<number> => {
  requireCount('ids(n)', n, 1)
  return { kind: 'range', lo: 0, hi: n - 1, ids: true }
}

/** One of the given strings; initially the first. @throws ModelError if there is none, or one occurs twice. */
export const oneOf = <const V extends readonly [string, ...string[]]>(...values: V): Domain<V[number]> => {
  if (values.length === 0) throw new ModelError('oneOf() needs at least one string')
  if (new Set(values).size !== values.length) throw new ModelError(`oneOf(${values.join(', ')}) names a value twice`)
  return { kind: 'oneOf', values }
}

/**
 * `null` or a value of the domain; initially `null`.
 * @throws ModelError if the domain is an optional itself, since null would have two meanings, or a ghost or memory.
 */
export const optional = <D extends Domain>(of: D): Domain<ValueOf<D> | null> => {
  if (of.kind === 'optional') throw new ModelError('optional(optional(...)) has two kinds of null: write optional(...) once, or a union')
  return { kind: 'optional', of: whole('optional', of) }
}

/** An object with the given fields, each initially as its own domain says. @throws ModelError if a field is a ghost. */
export const record = <F extends Fields>(fields: F): Domain<ValuesOf<F>> => {
  for (const of of Object.values(fields)) whole('record', of)
  return { kind: 'record', fields }
}

/**
 * An array of exactly `length` elements, each initially as its domain says.
 * @throws ModelError if length is no integer from 1 to 65536, or the domain is a ghost.
 */
export const array = <D extends Domain>(length: number, of: D): Domain<ValueOf<D>[]> => {
  requireCount('array(n, domain)', length, 1)
  return { kind: 'array', length, of: whole('array', of) }
}

/**
 * A FIFO of at most `capacity` elements; initially empty.
 * @throws ModelError if capacity is no integer from 1 to 65536, or the domain is a ghost.
 */
export const queue = <D extends Domain>(capacity: number, of: D): Domain<Queue<ValueOf<D>>> => {
  requireCount('queue(n, domain)', capacity, 1)
  return { kind: 'queue', capacity, of: whole('queue', of) }
}

/** A set of integers out of 0..n-1; initially empty. @throws ModelError if n is no integer from 1 to 65536. */
export const set = (n: number): Domain<IndexSet> => {
  requireCount('set(n)', n, 1)
  return { kind: 'set', size: n }
}

/**
 * A tagged union: `union('kind', { idle: {}, fault: { code: range(0, 3) } })` holds `{ kind: 'idle' }` or
 * `{ kind: 'fault', code: 2 }`; initially the first variant. A union is assigned whole.
 * @throws ModelError if there is no variant, or a variant has a field named like the tag, or one that is a ghost.
 */
export const union = <const Tag extends string, V extends Record<string, Fields>>(tag: Tag, variants: V): Domain<UnionValue<Tag, V>> => {
  if (Object.keys(variants).length === 0) throw new ModelError(`union('${tag}', {}) needs at least one variant`)
  for (const [name, fields] of Object.entries(variants)) {
    if (Object.hasOwn(fields, tag)) throw new ModelError(`variant '${name}' of union('${tag}', ...) has a field named like the tag`)
    for (const of of Object.values(fields)) whole('union', of)
  }
  return { kind: 'union', tag, variants }
}

/**
 * A variable that only properties, `assert` and other ghosts may read: the protocol never depends on it. Only whole
 * variables of `state` can be ghosts. Initially as `of` says. @throws ModelError if `of` is a ghost itself.
 */
export const ghost = <D extends Domain>(of: D): Domain<ValueOf<D>> => ({ kind: 'ghost', of: whole('ghost', of) })

/**
 * A variable that lives in memory: with `memoryModel: 'tso'` what a CPU stores to it waits in the CPU's store buffer
 * before others see it. Its words are the elements of `of` where that is an array (of arrays), else `of` as a whole;
 * to store a part of a word is to load and to store it. With `memoryModel: 'sc'`, the default, it is a variable like
 * all others. @throws ModelError if `of` is a ghost, or memory itself.
 */
export const memory = <D extends Domain>(of: D): Domain<ValueOf<D>> => ({ ...whole('memory', of), memory: true }) as Domain<ValueOf<D>>

/** A domain that may stand inside another one. */
const whole = <D extends Domain>(where: string, of: D): D => {
  const kind = of.kind === 'ghost' ? 'a ghost' : of.memory === true ? 'memory' : null
  if (kind !== null) {
    const name = of.kind === 'ghost' ? 'ghost' : 'memory'
    throw new ModelError(`${name}(...) inside ${where}(...): only a whole variable of state can be ${kind}`)
  }
  return of
}
