/** ECMAScript's References, which assignments evaluate first, as data. */
import type { Expression, MemberExpression } from 'oxc-parser'
import type { Cell } from './scope.js'
import type { Place, Value } from './value.js'

/**
 * ECMAScript's Reference: what the left side of an assignment stands for, evaluated once and before the right side.
 * Whether what it leads to is there, and inside its array, is asked when it is read or written.
 */
export type Reference =
  | { readonly k: 'local'; readonly cell: Cell; readonly name: string }
  /** `key` of an object: a field's name, or the value of an index. */
  | {
      readonly k: 'member'
      readonly object: Value
      readonly key: Key
      readonly node: MemberExpression
      readonly name: string
    }
  /** A part of a local object. `replaced`: how often something that it is in had been assigned. */
  | {
      readonly k: 'part'
      readonly cell: Cell
      readonly path: readonly (string | Value)[]
      readonly name: string
      readonly replaced: number
    }

export type Key = string | { readonly value: Value; readonly node: Expression }

/** What a reference leads to. */
export type Target =
  | Exclude<Reference, { readonly k: 'member' }>
  | { readonly k: 'place'; readonly place: Place; readonly name: string }
  | { readonly k: 'unionField'; readonly place: Place; readonly field: string; readonly name: string }

/** The target of `x += ...` and what it held before the right side was evaluated. */
export interface Compound {
  readonly k: 'compound'
  readonly target: Target
  readonly old: Value
}
