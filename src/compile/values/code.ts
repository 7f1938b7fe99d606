/** The code that is being compiled: one step, rule, property or `init`. */
import type { Span, Stmt } from '../../ir/system.js'
import type { Parts } from './parts.js'
import type { Read } from './reads.js'
import type { Place, Value } from './value.js'
import type { Cells } from './way.js'

/**
 * What code is compiled for: a step of an agent, the condition of an `until`, a label or message, a property, or
 * `init`.
 */
export type Purpose = 'step' | 'condition' | 'text' | 'property' | 'init' | 'start'

/** Something that is executed as one. */
export interface Doing {
  readonly around: Doing | null
  /**
   * Whether it does nothing but for people: it sets ghosts, asserts, or is a label. Known when it has been compiled. No
   * CPU loads what is read in it.
   */
  forPeople: boolean
}

export interface Code {
  /** Labels, messages and conditions have a purpose of their own while they are compiled. */
  purpose: Purpose
  /** How many statements have been emitted, and places at which ways part. */
  statements: number
  /** How many of them are stores, and how many of those are to ghosts. */
  stores: number
  ghostStores: number
  /** What the author's code read, by the list of statements that it reads in: see reads.ts. */
  readonly reads: WeakMap<readonly Stmt[], Read[]>
  /** How many asserts have been compiled, and how often control leaves a loop, a switch or a function early. */
  asserts: number
  exits: number
  /** The author's statement, or label, that is being compiled. */
  doing: Doing | null
  /** In the condition of an `until`: the locals that it finds. */
  outside: Cells | null
  /** The author's statement that is being compiled, where there is one. */
  at: Span | null
  /** Where code before a first yield reads the state. */
  startRead: Span | null
  /** How often a local object may have got a second name so far. */
  named: number
  /** Copies that stand for a field of several variants, and where the union is: see borrowed.ts. */
  readonly borrowed: WeakMap<Value, readonly Place[]>
  /** Calls that have run an author's function, whatever it is called. */
  readonly authored: WeakSet<object>
  /** Where a predicate is compiled for its parts. */
  parts: Parts | null
}

export const createCode = (purpose: Purpose): Code => ({
  purpose,
  statements: 0,
  stores: 0,
  ghostStores: 0,
  reads: new WeakMap(),
  asserts: 0,
  exits: 0,
  doing: null,
  outside: null,
  at: null,
  startRead: null,
  named: 0,
  borrowed: new WeakMap(),
  authored: new WeakSet(),
  parts: null,
})
