/**
 * The state as an author's functions see it: `s`. References to records and arrays are references to their locations;
 * reads of single values, and of the elements of queues, give copies.
 */
import type { Fields, IndexSet } from '../lang/domain.js'
import { inState } from '../load/runtime.js'
import type { Plain } from '../trace/trace.js'
import { Fault } from './fault.js'
import { isSet, type Members } from './members.js'
import {
  type ArrayStore,
  assign,
  checked,
  copyValue,
  createStore,
  goneFrom,
  keep,
  type Location,
  type QueueStore,
  type RecordStore,
  type SetStore,
  type Store,
  type Stores,
  show,
  snapshot,
  type UnionStore,
  type Value,
} from './store.js'

/** A location that was read, as it is written in a predicate (`s.pte[0].P`), and what was there. */
export type Read = readonly [location: string, value: Value]

/** Is told where something was read, and what was there. */
type Listener = (location: string, value: Value) => void

export interface State {
  /** What is passed to processes, rules and predicates. */
  readonly s: Readonly<Record<string, unknown>>
  readonly domains: Fields
  /** The stores of the variables, by name. */
  readonly stores: Stores
  /** Runs `f` and says what it read, each location once, in the order of the last read of each. */
  readonly withReads: <T>(f: () => T) => { readonly value: T; readonly reads: readonly Read[] }
  /** Runs `f` and says each read in it, as often as it happens. */
  readonly listen: <T>(listener: Listener, f: () => T) => T
  /** Notes a read of something that stands beside the state, for `withReads`. */
  readonly note: Listener
  /** Runs `f` and says after each store in it to what: to the whole of it, or to a part of what it holds. */
  readonly watch: <T>(note: (store: Store, whole: boolean) => void, f: () => T) => T
  /** Remembers all values; what it returns brings them back, as often as it is called. */
  readonly save: () => () => void
}

const references = new WeakMap<object, Store>()

/** The location that a reference into a state stands for; null for any other value. */
export const locationOf = (value: unknown): Location | null =>
  typeof value === 'object' && value !== null ? (references.get(value)?.at ?? null) : null

/** A deep copy of any value of an author's, apart from the state, in the form that traces have. */
export const plainCopy = (value: unknown): Plain => {
  const store = typeof value === 'object' && value !== null ? references.get(value) : undefined
  if (store !== undefined) return plainCopy(snapshot(store))
  if (Array.isArray(value)) return value.map(plainCopy)
  if (isSet(value)) return new Set(value)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, x]) => [name, plainCopy(x)]))
  return value as Plain
}

/**
 * A state of the given variables, with their initial values.
 * A closure: stores of each kind, which note in one place what is read and written.
 */
export const createState = (domains: Fields): State => {
  let heard: Listener | null = null
  const note: Listener = (location, value) => heard?.(location, value)
  const noteAll = (location: string, value: Value): void => {
    if (heard === null) return
    if (typeof value !== 'object' || value === null || isSet(value)) return note(location, value)
    for (const [name, x] of Object.entries(value)) noteAll(Array.isArray(value) ? `${location}[${name}]` : `${location}.${name}`, x)
  }

  let stored: (store: Store, whole: boolean) => void = () => {}
  const assignAll = (store: Store, value: unknown): void => {
    assign(store, value)
    stored(store, true)
  }

  const proxies = new WeakMap<Store, object>()
  const read = (store: Store): unknown => {
    if (store.kind === 'scalar') {
      note(`s.${store.at.text}`, store.value)
      return store.value
    }
    if (store.kind === 'optional') {
      // A scalar is noted as it is read; of all else a predicate may ask no more than whether it is there.
      if (heard !== null && !(store.present && store.of.kind === 'scalar')) note(`s.${store.at.text}`, snapshot(store))
      return store.present ? read(store.of) : null
    }
    let proxy = proxies.get(store)
    if (proxy === undefined) {
      proxy = reference(store)
      proxies.set(store, proxy)
      references.set(proxy, store)
    }
    return proxy
  }
  const copy = (store: Store): Value => {
    const value = snapshot(store)
    noteAll(`s.${store.at.text}`, value)
    return value
  }

  const reference = (store: Exclude<Store, { kind: 'scalar' | 'optional' }>): object => {
    switch (store.kind) {
      case 'record':
        return recordReference(store.at.text, () => store.fields, store)
      case 'union':
        return recordReference(store.at.text, () => store.variants.get(store.variant)!, store)
      case 'array':
        return arrayReference(store)
      case 'queue':
        return queueReference(store)
      case 'set':
        return setReference(store)
    }
  }

  const recordReference = (path: string, fieldsOf: () => Stores, store: RecordStore | UnionStore | null): object => {
    const union = store?.kind === 'union' ? store : null
    const tag = union?.domain.tag
    const fields = (): Stores => {
      if (store !== null) stillThere(store)
      return fieldsOf()
    }
    // Object spread asks for the descriptor of a field and then reads it: that read gives a snapshot, deep.
    let spread: string | null = null
    return new Proxy(
      {},
      {
        get: (_, key) => {
          const name = spread
          spread = null
          if (typeof key === 'symbol') return undefined
          const now = fields()
          if (union !== null && key === tag) {
            note(`s.${path}.${key}`, union.variant)
            return union.variant
          }
          const field = now.get(key)
          if (field !== undefined) return name === key ? copy(field) : read(field)
          // A narrowed reference whose variant has changed since: as a null that was none.
          if (union !== null && Object.values(union.domain.variants).some((of) => Object.hasOwn(of, key)))
            throw new Fault(`${path} is '${union.variant}', which has no '${key}'`)
          if (union !== null || isForeign(key)) return undefined
          throw new Fault(`${path} has no field '${key}'`)
        },
        set: (_, key, value) => {
          const field = fields().get(String(key))
          if (field === undefined) throw new Fault(`${path} has no field '${String(key)}' that can be stored to`)
          assignAll(field, value)
          return true
        },
        has: (_, key) => key === tag || fields().has(String(key)),
        ownKeys: () => [...(union === null ? [] : [union.domain.tag]), ...fields().keys()],
        getOwnPropertyDescriptor: (_, key) => {
          if (key !== tag && !fields().has(String(key))) return undefined
          spread = String(key)
          return { configurable: true, enumerable: true, writable: true, value: undefined }
        },
        deleteProperty: (_, key) => {
          throw new Fault(`${path}.${String(key)} cannot be deleted`)
        },
      },
    )
  }
  const arrayReference = (store: ArrayStore): object => {
    const length = store.items.length
    return new Proxy(Array<unknown>(length), {
      get: (target, key, receiver) => {
        if (key === inState) return true
        stillThere(store)
        if (typeof key === 'symbol' || key === 'length' || key in Array.prototype) return Reflect.get(target, key, receiver)
        return isForeign(key) ? undefined : read(elementAt(store, key))
      },
      set: (_, key, value) => {
        stillThere(store)
        if (key === 'length') throw new Fault(`${store.at.text} always has ${length} elements`)
        assignAll(elementAt(store, String(key)), value)
        return true
      },
      has: (target, key) => (typeof key === 'string' && isIndex(key) ? Number(key) < length : Reflect.has(target, key)),
      ownKeys: () => [...store.items.map((_, i) => String(i)), 'length'],
      getOwnPropertyDescriptor: (target, key) =>
        typeof key === 'string' && isIndex(key) && Number(key) < length
          ? { configurable: true, enumerable: true, writable: true, value: undefined }
          : Reflect.getOwnPropertyDescriptor(target, key),
    })
  }

  const queueReference = (store: QueueStore): object => {
    const path = store.at.text
    const own: Readonly<Record<string, unknown>> = {
      push: (...values: readonly unknown[]) => {
        stillThere(store)
        for (const value of values) {
          if (store.items.length === store.domain.capacity)
            throw new Fault(`${path}.push(${show(value)}): the queue is full, it holds ${store.domain.capacity}`)
          store.items.push(checked(store.domain.of, value, `${path}[${store.items.length}]`))
          stored(store, false)
        }
        return store.items.length
      },
      shift: () => {
        stillThere(store)
        if (store.items.length === 0) throw new Fault(`${path}.shift(): the queue is empty`)
        const first = store.items.shift()
        stored(store, false)
        return first
      },
    }
    return new Proxy(
      {},
      {
        get: (_, key) => {
          stillThere(store)
          if (key === Symbol.isConcatSpreadable) return true
          if (typeof key === 'symbol') return key === Symbol.iterator ? Array.prototype.values : undefined
          if (key === 'length') {
            note(`s.${path}.length`, store.items.length)
            return store.items.length
          }
          if (Object.hasOwn(own, key)) return own[key]
          if (key in Array.prototype) return Reflect.get(Array.prototype, key)
          if (isForeign(key)) return undefined
          const item = store.items[indexIn(key, store.items.length, path)]!
          noteAll(`s.${path}[${key}]`, item)
          return copyValue(item)
        },
        set: (_, key) => {
          throw new Fault(`${path}[${String(key)}] cannot be stored to: a queue changes by push and shift, or as a whole`)
        },
        has: (_, key) => {
          stillThere(store)
          return (
            key === 'length' || key === Symbol.iterator || (typeof key === 'string' && isIndex(key) && Number(key) < store.items.length)
          )
        },
        ownKeys: () => [...store.items.keys()].map(String),
        getOwnPropertyDescriptor: (_, key) =>
          typeof key === 'string' && isIndex(key) && Number(key) < store.items.length
            ? { configurable: true, enumerable: true, writable: true, value: undefined }
            : undefined,
      },
    )
  }

  const setReference = (store: SetStore): object => {
    const { at } = store
    const members = (): Members => {
      stillThere(store)
      return store.members
    }
    const methods: Omit<IndexSet, 'size' | typeof Symbol.iterator> = {
      has: (member: number) => {
        note(`s.${at.text}.has(${member})`, members().has(member))
        return members().has(member)
      },
      add: (member: number) => {
        members().add(member)
        stored(store, false)
        return reference
      },
      delete: (member: number) => {
        const was = members().delete(member)
        stored(store, false)
        return was
      },
      clear: () => {
        members().clear()
        stored(store, false)
      },
    }
    // A method is got before its arguments are evaluated: a set that has gone fails then, as lists do.
    const reference: IndexSet = {
      get size() {
        note(`s.${at.text}`, members().copy())
        return members().size
      },
      get has() {
        members()
        return methods.has
      },
      get add() {
        members()
        return methods.add
      },
      get delete() {
        members()
        return methods.delete
      },
      get clear() {
        members()
        return methods.clear
      },
      *[Symbol.iterator]() {
        note(`s.${at.text}`, members().copy())
        for (let i = 0; i < store.domain.size; i++) if (members().has(i)) yield i
      },
    }
    return reference
  }

  const listen: State['listen'] = (listener, f) => {
    const before = heard
    heard = listener
    try {
      return f()
    } finally {
      heard = before
    }
  }
  const stores = new Map(Object.entries(domains).map(([name, domain]) => [name, createStore(domain, { text: name, indices: [] })]))
  const s = recordReference('s', () => stores, null) as Readonly<Record<string, unknown>>
  return {
    s,
    domains,
    stores,
    note,
    watch: (watcher, f) => {
      const before = stored
      stored = watcher
      try {
        return f()
      } finally {
        stored = before
      }
    },
    save: () => {
      const kept: (() => void)[] = []
      for (const store of stores.values()) keep(store, kept)
      return () => {
        for (const restore of kept) restore()
      }
    },
    listen,
    withReads: (f) => {
      const mine = new Map<string, Value>()
      const value = listen((location, read) => {
        mine.delete(location)
        mine.set(location, read)
      }, f)
      return { value, reads: [...mine].filter(([location, whole]) => !isTold(location, whole, mine)) }
    },
  }
}

/** Whether what is there was read part by part, so that to show the whole would say it twice. */
const isTold = (location: string, whole: Value, reads: ReadonlyMap<string, Value>): boolean =>
  typeof whole === 'object' &&
  whole !== null &&
  !isSet(whole) &&
  [...reads.keys()].some((part) => part.startsWith(`${location}.`) || part.startsWith(`${location}[`))

/** @throws Fault where what a reference stands in has become null, or another variant, since it was read. */
const stillThere = (store: Store): void => {
  if (store.within === null) return
  const gone = goneFrom(store.within)
  if (gone !== null) throw new Fault(`${store.at.text}: ${gone}`)
}

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key)

/** Keys that printers, test runners and `await` look for in anything, and those of every object. */
const isForeign = (key: string): boolean =>
  key in Object.prototype ||
  key === 'then' ||
  key === 'toJSON' ||
  key === 'asymmetricMatch' ||
  key === 'nodeType' ||
  key.startsWith('$$') ||
  key.startsWith('@@')

const indexIn = (key: string, length: number, path: string): number => {
  if (!isIndex(key) || Number(key) >= length)
    throw new Fault(length === 0 ? `${path}[${key}]: it is empty` : `${path}[${key}] is outside 0..${length - 1}`)
  return Number(key)
}

const elementAt = (store: ArrayStore, key: string): Store => store.items[indexIn(key, store.items.length, store.at.text)]!
