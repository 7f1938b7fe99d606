/**
 * Where the values of a state live: a tree of stores, one per location, that stays the same however the values change.
 * To assign is to copy in.
 */
import type { ArrayDomain, Domain, OptionalDomain, QueueDomain, RecordDomain, SetDomain, UnionDomain } from '../lang/domain.js'
import { Fault } from './fault.js'
import { createMembers, isSet, type Members } from './members.js'

/** A value apart from any state: what authors get as a snapshot. Sets are `Members`, queues are arrays. */
export type Value = number | boolean | string | null | Value[] | Members | { [field: string]: Value }

export interface Location {
  /** As in a message: `pte[1].P`. */
  readonly text: string
  /** The indices of arrays on the way, outermost first. */
  readonly indices: readonly number[]
}

/** The optional or the variant of a union that a store is in, and what that is in. */
export interface Within {
  readonly around: OptionalStore | { readonly union: UnionStore; readonly variant: string }
  readonly outer: Within | null
}

/**
 * Where a location cannot be read or stored to, because what it is in has become null or another variant: what is so.
 * Null where it can.
 */
export const goneFrom = (within: Within | null): string | null => {
  for (let at = within; at !== null; at = at.outer) {
    const { around } = at
    if ('union' in around) {
      if (around.union.variant !== around.variant) return `${around.union.at.text} is '${around.union.variant}' by now`
    } else if (!around.present) return `${around.at.text} is null by now`
  }
  return null
}

export type Store = ScalarStore | OptionalStore | RecordStore | ArrayStore | QueueStore | SetStore | UnionStore
/** By name. */
export type Stores = ReadonlyMap<string, Store>

export type ScalarDomain = Extract<Domain, { kind: 'bool' | 'range' | 'oneOf' }>

export interface ScalarStore {
  readonly kind: 'scalar'
  readonly domain: ScalarDomain
  readonly at: Location
  readonly within: Within | null
  value: number | boolean | string
}
/** The payload keeps its place while the value is null, and then holds defaults. */
export interface OptionalStore {
  readonly kind: 'optional'
  readonly domain: OptionalDomain
  readonly at: Location
  readonly within: Within | null
  present: boolean
  readonly of: Store
}
export interface RecordStore {
  readonly kind: 'record'
  readonly domain: RecordDomain
  readonly at: Location
  readonly within: Within | null
  readonly fields: Stores
}
export interface ArrayStore {
  readonly kind: 'array'
  readonly domain: ArrayDomain
  readonly at: Location
  readonly within: Within | null
  readonly items: readonly Store[]
}
/** Elements have no locations of their own: they are copied in and out. */
export interface QueueStore {
  readonly kind: 'queue'
  readonly domain: QueueDomain
  readonly at: Location
  readonly within: Within | null
  readonly items: Value[]
}
export interface SetStore {
  readonly kind: 'set'
  readonly domain: SetDomain
  readonly at: Location
  readonly within: Within | null
  readonly members: Members
}
export interface UnionStore {
  readonly kind: 'union'
  readonly domain: UnionDomain
  readonly at: Location
  readonly within: Within | null
  variant: string
  readonly variants: ReadonlyMap<string, Stores>
}

/** A store with the domain's initial values. */
export const createStore = (domain: Domain, at: Location, within: Within | null = null): Store => {
  switch (domain.kind) {
    case 'bool':
    case 'range':
    case 'oneOf':
      return { kind: 'scalar', domain, at, within, value: initialScalar(domain) }
    case 'optional': {
      const store: Omit<OptionalStore, 'of'> & { of?: Store } = { kind: 'optional', domain, at, within, present: false }
      store.of = createStore(domain.of, at, { around: store as OptionalStore, outer: within })
      return store as OptionalStore
    }
    case 'record':
      return { kind: 'record', domain, at, within, fields: createFields(domain.fields, at, within) }
    case 'array':
      return {
        kind: 'array',
        domain,
        at,
        within,
        items: Array.from({ length: domain.length }, (_, i) =>
          createStore(domain.of, { text: `${at.text}[${i}]`, indices: [...at.indices, i] }, within),
        ),
      }
    case 'queue':
      return { kind: 'queue', domain, at, within, items: [] }
    case 'set':
      return { kind: 'set', domain, at, within, members: createMembers(domain.size, at.text) }
    case 'union': {
      const variants = new Map<string, Stores>()
      const union: UnionStore = { kind: 'union', domain, at, within, variant: Object.keys(domain.variants)[0]!, variants }
      for (const [variant, fields] of Object.entries(domain.variants))
        variants.set(variant, createFields(fields, at, { around: { union, variant }, outer: within }))
      return union
    }
    case 'ghost':
      return createStore(domain.of, at, within)
  }
}

const createFields = (fields: Readonly<Record<string, Domain>>, at: Location, within: Within | null): Map<string, Store> =>
  new Map(
    Object.entries(fields).map(([name, of]) => [
      name,
      createStore(of, { text: at.text === '' ? name : `${at.text}.${name}`, indices: at.indices }, within),
    ]),
  )

export const initialScalar = (domain: ScalarDomain): number | boolean | string => {
  switch (domain.kind) {
    case 'bool':
      return false
    case 'range':
      return domain.lo <= 0 && domain.hi >= 0 ? 0 : domain.lo
    case 'oneOf':
      return domain.values[0]!
  }
}

/** A deep copy of what a store holds. */
export const snapshot = (store: Store): Value => {
  switch (store.kind) {
    case 'scalar':
      return store.value
    case 'optional':
      return store.present ? snapshot(store.of) : null
    case 'record':
      return Object.fromEntries([...store.fields].map(([name, of]) => [name, snapshot(of)]))
    case 'array':
      return store.items.map(snapshot)
    case 'queue':
      return store.items.map(copyValue)
    case 'set':
      return store.members.copy()
    case 'union':
      return {
        [store.domain.tag]: store.variant,
        ...Object.fromEntries([...store.variants.get(store.variant)!].map(([name, of]) => [name, snapshot(of)])),
      }
  }
}

/** Remembers what a store holds: adds functions that bring it back, as often as they are called. */
export const keep = (store: Store, into: (() => void)[]): void => {
  switch (store.kind) {
    case 'scalar': {
      const { value } = store
      into.push(() => {
        store.value = value
      })
      return
    }
    case 'optional': {
      const { present } = store
      into.push(() => {
        store.present = present
      })
      return keep(store.of, into)
    }
    case 'record':
      for (const of of store.fields.values()) keep(of, into)
      return
    case 'array':
      for (const of of store.items) keep(of, into)
      return
    case 'queue': {
      const items = store.items.map(copyValue)
      into.push(() => {
        store.items.length = 0
        for (const item of items) store.items.push(copyValue(item))
      })
      return
    }
    case 'set': {
      const members = [...store.members]
      into.push(() => {
        store.members.clear()
        for (const member of members) store.members.add(member)
      })
      return
    }
    case 'union': {
      const { variant } = store
      into.push(() => {
        store.variant = variant
      })
      for (const fields of store.variants.values()) for (const of of fields.values()) keep(of, into)
    }
  }
}

/** A deep copy of a value that is apart from any state. */
export const copyValue = (value: Value): Value => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyValue)
  if (isSet(value)) return value.copy()
  const copy: { [field: string]: Value } = {}
  for (const name of Object.keys(value)) copy[name] = copyValue(value[name]!)
  return copy
}

/** Copies a value into a store. @throws Fault if it is none of the store's domain. */
export const assign = (store: Store, value: unknown): void => put(store, checked(store.domain, value, store.at.text))

/** Copies in a value that is known to be of the store's domain: a snapshot of it, say. */
export const put = (store: Store, value: Value): void => {
  switch (store.kind) {
    case 'scalar':
      store.value = value as number | boolean | string
      return
    case 'optional':
      store.present = value !== null
      if (value === null) reset(store.of)
      else put(store.of, value)
      return
    case 'record':
      for (const [name, of] of store.fields) put(of, (value as { [field: string]: Value })[name]!)
      return
    case 'array':
      for (const [i, of] of store.items.entries()) put(of, (value as Value[])[i]!)
      return
    case 'queue':
      store.items.splice(0, store.items.length, ...(value as Value[]))
      return
    case 'set':
      store.members.clear()
      for (const member of value as Members) store.members.add(member)
      return
    case 'union': {
      const fields = value as { [field: string]: Value }
      store.variant = fields[store.domain.tag] as string
      for (const [variant, stores] of store.variants)
        for (const [name, of] of stores)
          if (variant === store.variant) put(of, fields[name]!)
          else reset(of)
    }
  }
}

const reset = (store: Store): void => {
  switch (store.kind) {
    case 'scalar':
      store.value = initialScalar(store.domain)
      return
    case 'optional':
      return put(store, null)
    case 'record':
      for (const of of store.fields.values()) reset(of)
      return
    case 'array':
      for (const of of store.items) reset(of)
      return
    case 'queue':
      store.items.length = 0
      return
    case 'set':
      return store.members.clear()
    case 'union':
      store.variant = Object.keys(store.domain.variants)[0]!
      for (const fields of store.variants.values()) for (const of of fields.values()) reset(of)
  }
}

/**
 * A copy of `value`, which may be or hold references into a state, as a value of the domain. Complete before anything
 * is stored, so that a value may hold parts of what it replaces.
 * @throws Fault if it is none; the message begins with `path`.
 */
export const checked = (domain: Domain, value: unknown, path: string): Value => {
  switch (domain.kind) {
    case 'bool':
      if (typeof value !== 'boolean') throw new Fault(`${path} = ${show(value)} is neither true nor false`)
      return value
    case 'range':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < domain.lo || value > domain.hi)
        throw new Fault(`${path} = ${show(value)} is outside range(${domain.lo}, ${domain.hi})`)
      return value === 0 ? 0 : value
    case 'oneOf':
      if (typeof value !== 'string' || !domain.values.includes(value))
        throw new Fault(`${path} = ${show(value)} is none of ${domain.values.join(', ')}`)
      return value
    case 'optional':
      return value === null ? null : checked(domain.of, value, path)
    case 'record':
      return checkedFields(domain.fields, value, path, [])
    case 'array': {
      const items = listed(value, path)
      if (items.length !== domain.length) throw new Fault(`${path} has ${domain.length} elements, not ${items.length}`)
      return items.map((item, i) => checked(domain.of, item, `${path}[${i}]`))
    }
    case 'queue': {
      const items = listed(value, path)
      if (items.length > domain.capacity) throw new Fault(`${path} holds at most ${domain.capacity} elements, not ${items.length}`)
      return items.map((item, i) => checked(domain.of, item, `${path}[${i}]`))
    }
    case 'set': {
      if (!isSet(value)) throw new Fault(`${path} = ${show(value)} is no set`)
      const members = createMembers(domain.size, path)
      for (const member of value) members.add(member)
      return members
    }
    case 'union': {
      const variant = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[domain.tag] : undefined
      const fields = typeof variant === 'string' && Object.hasOwn(domain.variants, variant) ? domain.variants[variant] : undefined
      if (fields === undefined)
        throw new Fault(`${path}.${domain.tag} = ${show(variant)} is none of ${Object.keys(domain.variants).join(', ')}`)
      return { [domain.tag]: variant as string, ...checkedFields(fields, value, path, [domain.tag]) }
    }
    case 'ghost':
      return checked(domain.of, value, path)
  }
}

const checkedFields = (
  fields: Readonly<Record<string, Domain>>,
  value: unknown,
  path: string,
  besides: readonly string[],
): { [field: string]: Value } => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Fault(`${path} = ${show(value)} is no record`)
  const extra = Object.keys(value).find((name) => !Object.hasOwn(fields, name) && !besides.includes(name))
  if (extra !== undefined) throw new Fault(`${path} has no field '${extra}'`)
  return Object.fromEntries(
    Object.entries(fields).map(([name, domain]) => {
      if (!Object.hasOwn(value, name)) throw new Fault(`the value for ${path} has no field '${name}'`)
      return [name, checked(domain, (value as Record<string, unknown>)[name], `${path}.${name}`)]
    }),
  )
}

const listed = (value: unknown, path: string): unknown[] => {
  const iterable = typeof value === 'object' && value !== null && Symbol.iterator in value && !isSet(value)
  if (!iterable) throw new Fault(`${path} = ${show(value)} is no array`)
  return [...(value as Iterable<unknown>)]
}

/** A value as it stands in a message. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value !== 'object' || value === null) return String(value)
  if (isSet(value)) return `{${[...value].join(', ')}}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return `{ ${Object.entries(value)
    .map(([name, x]) => `${name}: ${show(x)}`)
    .join(', ')} }`
}
