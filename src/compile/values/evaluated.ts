import type { Compound, Reference } from './reference.js'
import type { Held, Item, Value } from './value.js'

/** What is known of a part that has been evaluated. */
export type Evaluated =
  /** `held` where it is an object of a local, which must not change before it is used. */
  | { readonly k: 'value'; readonly value: Value; readonly held?: Held | null }
  | { readonly k: 'items'; readonly items: readonly Item[] }
  | { readonly k: 'reference'; readonly reference: Reference }
  | Compound
