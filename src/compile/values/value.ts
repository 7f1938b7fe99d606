/** Symbolic values: what the compiler knows of an author's value while it executes a function at compile time. */

import { and, constant, not, one, or, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import type { Domain } from '../../lang/domain.js'
import { fieldsOfParams } from './free.js'
import type { LabelSet } from './labels.js'
import type { Fn, Scope } from './scope.js'

/** A location of the state: the variables whose names begin with `name`, at `index` of the arrays on the way to it. */
export interface Place {
  readonly name: string
  readonly domain: Domain
  readonly index: readonly Expr[]
  /** The length of each of these arrays. */
  readonly dims: readonly number[]
  /** The optionals and unions that it is in, outermost first: it is there while all of them are as they were. */
  readonly inside: readonly Inside[]
}

/**
 * An optional or a union around a location: the variable that says what it holds is at the first `depth` indices of the
 * location.
 */
export interface Inside {
  readonly variable: number
  readonly depth: number
  /** What the variable holds where the location is there. */
  readonly wanted: number
  /**
   * How many stores to the variable had been emitted when it was last known to hold that; -1 where nothing is known.
   */
  readonly since: number
}

export interface Item {
  /** 1 where the item is in the list. */
  readonly present: Expr
  readonly value: Value
}

/** An object that an expression has got hold of, and whether it has been changed since. */
export interface Held {
  /** What changes it: a local, or a part of the state. */
  readonly name: string
  readonly changed: () => boolean
}

/** Whether an item is known not to be in the list: a filter has left it out. */
export const isLeftOut = ({ present }: Item): boolean => present.op === 'const' && present.value === 0

export type Value =
  /** Known now: a number, string, boolean, null, undefined, function, params, an array or object of such. */
  | { readonly k: 'const'; readonly value: unknown }
  /** `ids`: one of interchangeable identities, which have no order. */
  | { readonly k: 'int'; readonly e: Expr; readonly lo: number; readonly hi: number; readonly ids?: true }
  | { readonly k: 'bool'; readonly e: Expr }
  /** One of `values`, by position. `labels` where these are labels at which a process may stand. */
  | { readonly k: 'enum'; readonly e: Expr; readonly values: readonly string[]; readonly labels?: LabelSet }
  /** `absent` (null or undefined) unless `present`. */
  | { readonly k: 'optional'; readonly present: Expr; readonly absent: null | undefined; readonly of: Value }
  | { readonly k: 'record'; readonly fields: ReadonlyMap<string, Value> }
  /** An array, a queue or a filtered list: the items that are present, in order. */
  | { readonly k: 'list'; readonly items: readonly Item[] }
  /** What `entries()`, `keys()` and `values()` give, for one loop over it. */
  | { readonly k: 'iterator'; readonly over: Value; readonly gives: 'entries' | 'keys' | 'values'; readonly held: Held | null }
  | { readonly k: 'set'; readonly members: readonly Expr[] }
  | {
      readonly k: 'union'
      readonly tag: string
      readonly at: Expr
      readonly variants: readonly (readonly [string, ReadonlyMap<string, Value>])[]
    }
  /** The state itself: `s`. */
  | { readonly k: 'state' }
  /** A record, array, queue, set or union in the state, by reference. */
  | { readonly k: 'ref'; readonly place: Place; readonly origin: RefOrigin }
  /** A function written inside the function that is being compiled. */
  | { readonly k: 'closure'; readonly fn: Fn; readonly scope: Scope }
  | { readonly k: 'method'; readonly receiver: Value; readonly name: string }
  /** ts-pattern's `match(subject)` on its way: the arms so far, first one first. */
  | {
      readonly k: 'match'
      readonly subject: Value
      readonly arms: readonly { readonly condition: Expr; readonly handler: Value; readonly at: Fn | null }[]
    }
  | Stale

/** A local that named a part of the state before a yield, and what to write instead. */
export interface Stale {
  readonly k: 'stale'
  readonly what: string
  readonly instead: string
}

/** Parameters are pointers and stay good across yields; a local name for a part of the state does not. */
export type RefOrigin = 'parameter' | 'expression'

export const constantValue = (value: unknown): Value => ({ k: 'const', value })
export const undefinedValue: Value = constantValue(undefined)

/** An integer with what is known of its range; a constant where that is all. */
export const int = (e: Expr, lo: number, hi: number, { ids }: { readonly ids?: true | undefined } = {}): Value => {
  // + 0: the corners of a product may be -0, which is 0 here.
  if (e.op === 'const') return constantValue(e.value + 0)
  return lo === hi ? constantValue(lo + 0) : { k: 'int', e, lo: lo + 0, hi: hi + 0, ...(ids === true ? { ids } : {}) }
}
export const boolean = (e: Expr): Value => (e.op === 'const' ? constantValue(e.value !== 0) : { k: 'bool', e })
export const optionalValue = (present: Expr, absent: null | undefined, of: Value): Value =>
  present.op === 'const' ? (present.value === 0 ? constantValue(absent) : of) : { k: 'optional', present, absent, of }

/**
 * When a value is null and when undefined, and what it is else: null where it is never anything else. What is found in
 * a list may be null itself.
 */
export const absences = (v: Value): { readonly nullWhen: Expr; readonly undefinedWhen: Expr; readonly of: Value | null } => {
  if (v.k === 'const' && v.value === null) return { nullWhen: one, undefinedWhen: zero, of: null }
  if (v.k === 'const' && v.value === undefined) return { nullWhen: zero, undefinedWhen: one, of: null }
  if (v.k !== 'optional') return { nullWhen: zero, undefinedWhen: zero, of: v }
  const inner = absences(v.of)
  const [nullWhen, undefinedWhen] = [and(v.present, inner.nullWhen), and(v.present, inner.undefinedWhen)]
  return v.absent === null
    ? { nullWhen: or(not(v.present), nullWhen), undefinedWhen, of: inner.of }
    : { nullWhen, undefinedWhen: or(not(v.present), undefinedWhen), of: inner.of }
}

/** Whether a value is there, neither null nor undefined, and what it is then. */
export const thereIf = (v: Value): { readonly present: Expr; readonly of: Value | null } => {
  if (v.k !== 'optional') return { present: absences(v).of === null ? zero : one, of: absences(v).of }
  const inner = thereIf(v.of)
  return { present: and(v.present, inner.present), of: inner.of }
}

/** A value that is known not to be undefined. */
export const withoutUndefined = (v: Value): Value =>
  v.k !== 'optional'
    ? v
    : v.absent === undefined
      ? withoutUndefined(v.of)
      : { k: 'optional', present: v.present, absent: null, of: withoutUndefined(v.of) }

/** The boolean expression of a value, else null. */
export const asBool = (v: Value): Expr | null =>
  v.k === 'bool' ? v.e : v.k === 'const' && typeof v.value === 'boolean' ? (v.value ? one : zero) : null

/** The integer expression of a value with its range, else null. */
export const asInt = (v: Value): { readonly e: Expr; readonly lo: number; readonly hi: number } | null => {
  if (v.k === 'int') return v
  if (v.k === 'const' && typeof v.value === 'number' && Number.isInteger(v.value) && Math.abs(v.value) <= 2 ** 31)
    return { e: constant(v.value + 0), lo: v.value + 0, hi: v.value + 0 }
  return null
}

/** Applies `f` to every expression in a value. */
export const mapExprs = (v: Value, f: (e: Expr) => Expr): Value => {
  switch (v.k) {
    case 'const':
    case 'state':
    case 'closure':
    case 'stale':
      return v
    case 'int':
    case 'bool':
    case 'enum':
      return { ...v, e: f(v.e) }
    case 'optional':
      return { ...v, present: f(v.present), of: mapExprs(v.of, f) }
    case 'record':
      return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, mapExprs(x, f)])) }
    case 'list':
      return { ...v, items: v.items.map((item) => ({ present: f(item.present), value: mapExprs(item.value, f) })) }
    case 'set':
      return { ...v, members: v.members.map(f) }
    case 'union':
      return {
        ...v,
        at: f(v.at),
        variants: v.variants.map(([name, fields]) => [name, new Map([...fields].map(([n, x]) => [n, mapExprs(x, f)]))]),
      }
    case 'ref':
      return { ...v, place: { ...v.place, index: v.place.index.map(f) } }
    case 'iterator':
      return { ...v, over: mapExprs(v.over, f) }
    case 'method':
      return { ...v, receiver: mapExprs(v.receiver, f) }
    case 'match':
      return { ...v, subject: mapExprs(v.subject, f), arms: v.arms.map((arm) => ({ ...arm, condition: f(arm.condition) })) }
  }
}

/** Arrays and plain objects that are known now, as lists and records; all else as it is. */
export const lift = (v: Value): Value => {
  if (v.k !== 'const' || typeof v.value !== 'object' || v.value === null) return v
  const fields = fieldsOfParams(v.value)
  if (fields !== null) return { k: 'record', fields }
  if (Array.isArray(v.value)) return { k: 'list', items: v.value.map((x: unknown) => ({ present: one, value: constantValue(x) })) }
  if (Object.getPrototypeOf(v.value) === Object.prototype)
    return { k: 'record', fields: new Map(Object.entries(v.value).map(([name, x]) => [name, constantValue(x)])) }
  return v
}

/** For messages: what kind of thing an author's value is. */
export const describe = (v: Value): string => {
  switch (v.k) {
    case 'const':
      return v.value === null || typeof v.value !== 'object'
        ? typeof v.value === 'function'
          ? 'a function'
          : typeof v.value === 'string'
            ? `'${v.value}'`
            : String(v.value)
        : Array.isArray(v.value)
          ? 'a list'
          : 'an object'
    case 'int':
      return `an integer in ${v.lo}..${v.hi}`
    case 'bool':
      return 'a boolean'
    case 'enum':
      return `one of ${v.values.map((x) => `'${x}'`).join(', ')}`
    case 'optional':
      return `${describe(v.of)} or ${String(v.absent)}`
    case 'record':
      return `a record { ${[...v.fields.keys()].join(', ')} }`
    case 'list':
      return 'a list'
    case 'iterator':
      return `the iterator of ${v.gives}()`
    case 'set':
      return 'a set'
    case 'union':
      return 'a tagged union'
    case 'state':
      return 'the state'
    case 'ref':
      return `${describeDomain(v.place.domain)} of the state`
    case 'closure':
    case 'method':
      return 'a function'
    case 'match':
      return 'an unfinished match(...)'
    case 'stale':
      return `a reference to ${v.what} from before a yield`
  }
}

export const describeDomain = (d: Domain): string => {
  switch (d.kind) {
    case 'bool':
      return 'a boolean'
    case 'range':
      return `an integer in ${d.lo}..${d.hi}`
    case 'oneOf':
      return `one of ${d.values.map((x) => `'${x}'`).join(', ')}`
    case 'optional':
      return `${describeDomain(d.of)} or null`
    case 'record':
      return `a record { ${Object.keys(d.fields).join(', ')} }`
    case 'array':
      return `an array of ${d.length}`
    case 'queue':
      return `a queue of up to ${d.capacity}`
    case 'set':
      return `a set of 0..${d.size - 1}`
    case 'union':
      return `a tagged union { ${d.tag}: ${Object.keys(d.variants).join(' | ')} }`
    case 'ghost':
      return describeDomain(d.of)
  }
}
