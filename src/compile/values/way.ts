/**
 * The way through a step that is being compiled: what holds on it, and where the code goes that it emits. Where ways
 * part, each has its own.
 */
import type { Stmt } from '../../ir/system.js'
import type { Context } from './context.js'
import type { Evaluated } from './evaluated.js'
import type { Known } from './known.js'
import type { Cell } from './scope.js'
import type { Value } from './value.js'

/** The values of locals. */
export type Cells = ReadonlyMap<string, Value>

/** Locals, by cell, whose objects may not be changed, or not in all their parts: see ownership.ts. */
export interface Shared {
  /** Those whose object has a second name. */
  readonly aliased: ReadonlySet<string>
  /** Those in whose object there are objects with a second name. */
  readonly leaked: ReadonlySet<string>
  /** Those whose object may have been made elsewhere. */
  readonly foreign: ReadonlySet<string>
}

export const notShared: Shared = { aliased: new Set(), leaked: new Set(), foreign: new Set() }

/** A place that `break`, `continue` or `return` jumps to, and the states in which control gets there. */
export interface JumpTarget {
  readonly kind: 'break' | 'continue' | 'return'
  readonly labels: readonly string[]
  readonly block: number
  readonly arrivals: Arrival[]
}

export interface Arrival {
  /** The statements that end in the jump; assignments for the meeting go before the `exit`, if there is one. */
  readonly out: Stmt[]
  readonly exits: boolean
  readonly cells: Cells
  readonly shared: Shared
  readonly value: Value
}

export interface Way {
  out: Stmt[]
  cells: Cells
  /** What names the objects of locals have by now. */
  shared: Shared
  jumps: readonly JumpTarget[]
  /** Functions in progress, innermost last. */
  calls: readonly object[]
  /** What it says of the free params. */
  known: Known
  /**
   * What has been evaluated of the expression with a yield that is in progress: its yields, and what stands to their
   * left. See order.ts.
   */
  evaluated: ReadonlyMap<object, Evaluated>
  /** How often each local and its parts have been assigned, by depth: 0 is the local itself. */
  changes: ReadonlyMap<string, readonly number[]>
  /**
   * The last store to each variable, by its number of all: where this has not changed, it still holds what was read.
   */
  readonly written: Map<number, number>
}

/** The way at the start of a piece of code. */
export const createWay = (out: Stmt[], known: Known): Way => ({
  out,
  cells: new Map(),
  shared: notShared,
  jumps: [],
  calls: [],
  known,
  evaluated: new Map(),
  changes: new Map(),
  written: new Map(),
})

/** Runs `body` on a way of its own, which parts here from the present one: what it does is nothing to that. */
export const onOwnWay = <T>(c: Context, out: Stmt[], body: () => T): T => {
  const before = c.way
  c.way = { ...before, out, written: new Map(before.written) }
  try {
    return body()
  } finally {
    c.way = before
  }
}

export const cellValue = (c: Context, cell: Cell): Value | undefined => c.way.cells.get(cell.id)

export const setCell = (c: Context, cell: Cell, value: Value): void => {
  const cells = new Map(c.way.cells)
  cells.set(cell.id, value)
  c.way.cells = cells
}
