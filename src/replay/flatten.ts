/** The elements of a state's variables, read where they are stored. The flattening is that of ir/system.ts. */
import type { Domain, Fields } from '../lang/domain.js'
import { isSet } from './members.js'
import { initialScalar, type ScalarDomain, type Store, type Stores, type Value } from './store.js'

type Read = () => number

/** By the names of variables, how to read each of their elements; row-major, as arrays are walked in order. */
export type Reads = ReadonlyMap<string, readonly Read[]>

/** Linear in the size of the state; good for as long as its stores are. */
export const readsOf = (domains: Fields, stores: Stores): Reads => {
  const reads = new Map<string, Read[]>()
  const put = (variable: string, read: Read): void => {
    const known = reads.get(variable)
    if (known === undefined) reads.set(variable, [read])
    else known.push(read)
  }
  for (const name of Object.keys(domains)) flattenStore(stores.get(name)!, name, always, put)
  return reads
}

type Put = (variable: string, read: Read) => void

const always = (): boolean => true

/** What is not there holds its initial values, whatever a reference to it has written. */
const flattenStore = (store: Store, name: string, isThere: () => boolean, put: Put): void => {
  switch (store.kind) {
    case 'scalar': {
      const initial = encode(store.domain, initialScalar(store.domain))
      return put(name, () => (isThere() ? encode(store.domain, store.value) : initial))
    }
    case 'optional': {
      const isPresent = (): boolean => store.present && isThere()
      put(`${name}?`, () => Number(isPresent()))
      return flattenStore(store.of, name, isPresent, put)
    }
    case 'record':
      for (const [field, of] of store.fields) flattenStore(of, `${name}.${field}`, isThere, put)
      return
    case 'array':
      for (const item of store.items) flattenStore(item, name, isThere, put)
      return
    case 'queue':
      put(`${name}#len`, () => (isThere() ? store.items.length : 0))
      for (let i = 0; i < store.domain.capacity; i++)
        flattenValue(store.domain.of, name, () => (isThere() ? store.items[i] : undefined), put)
      return
    case 'set':
      for (let i = 0; i < store.domain.size; i++) put(name, () => Number(isThere() && store.members.has(i)))
      return
    case 'union': {
      const variants = [...store.variants.keys()]
      put(`${name}.${store.domain.tag}`, () => (isThere() ? variants.indexOf(store.variant) : 0))
      for (const [variant, fields] of store.variants)
        for (const [field, of] of fields) flattenStore(of, `${name}.${variant}.${field}`, () => store.variant === variant && isThere(), put)
    }
  }
}

/** A value that has no location: the element of a queue. `get` gives nothing where there is none. */
const flattenValue = (domain: Domain, name: string, get: () => Value | undefined, put: Put): void => {
  switch (domain.kind) {
    case 'bool':
    case 'range':
    case 'oneOf': {
      const initial = encode(domain, initialScalar(domain))
      return put(name, () => {
        const value = get()
        return value === undefined ? initial : encode(domain, value)
      })
    }
    case 'optional':
      put(`${name}?`, () => Number((get() ?? null) !== null))
      return flattenValue(domain.of, name, () => get() ?? undefined, put)
    case 'record':
      for (const [field, of] of Object.entries(domain.fields)) flattenValue(of, `${name}.${field}`, () => fieldOf(get(), field), put)
      return
    case 'array':
      for (let i = 0; i < domain.length; i++) flattenValue(domain.of, name, () => itemOf(get(), i), put)
      return
    case 'queue':
      put(`${name}#len`, () => (get() as readonly Value[] | undefined)?.length ?? 0)
      for (let i = 0; i < domain.capacity; i++) flattenValue(domain.of, name, () => itemOf(get(), i), put)
      return
    case 'set':
      for (let i = 0; i < domain.size; i++)
        put(name, () => {
          const members = get()
          return Number(isSet(members) && members.has(i))
        })
      return
    case 'union': {
      const variants = Object.keys(domain.variants)
      put(`${name}.${domain.tag}`, () => Math.max(0, variants.indexOf(fieldOf(get(), domain.tag) as string)))
      for (const [variant, fields] of Object.entries(domain.variants))
        for (const [field, of] of Object.entries(fields)) {
          const own = (): Value | undefined => {
            const value = get()
            return fieldOf(value, domain.tag) === variant ? fieldOf(value, field) : undefined
          }
          flattenValue(of, `${name}.${variant}.${field}`, own, put)
        }
      return
    }
    case 'ghost':
      return flattenValue(domain.of, name, get, put)
  }
}

const encode = (domain: ScalarDomain, value: Value): number => {
  switch (domain.kind) {
    case 'bool':
      return Number(value)
    case 'range':
      return value as number
    case 'oneOf':
      return domain.values.indexOf(value as string)
  }
}

const fieldOf = (value: Value | undefined, field: string): Value | undefined =>
  value === undefined ? undefined : (value as { readonly [field: string]: Value })[field]

const itemOf = (value: Value | undefined, i: number): Value | undefined => (value as readonly Value[] | undefined)?.[i]
