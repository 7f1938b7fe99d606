/**
 * What a process yields. The code between two yields is one atomic step. These functions run as they stand in the
 * oracle; the compiler knows them by identity.
 */
import type { IndexSet, Queue } from './domain.js'

/** `yield until(label, condition)`: the step that starts here can run only when the condition holds. */
export interface Until {
  readonly kind: 'until'
  readonly label: string
  readonly condition: () => boolean
}

/** `yield fence(label)`: the step that starts here can run only when the CPU's store buffer is empty. */
export interface Fence {
  readonly kind: 'fence'
  readonly label: string
}

/** What `yield* choose(...)` asks of whoever runs the process: one of `options`, tried in order. */
export interface Choice {
  readonly kind: 'choose'
  /** Choices are numbered 0..count-1: the number itself, the member, or the position in the list. */
  readonly count: number
  /** The value of choice number i, or `undefined` where that choice is not available. */
  readonly option: (i: number) => { readonly value: unknown } | undefined
}

/** The generator type of processes, rules and helpers: `function* drain(...): Steps<void>`. */
export type Steps<T = void> = Generator<string | Until | Fence | Choice, T, unknown>

/** Thrown by `when(false)`: these choices do not enable the rule. */
class Blocked extends Error {
  override readonly name = 'Blocked'
}

/** Thrown by `assert(false)`. */
class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

/** Starts a step, named `label`, that can run only while `condition` holds. The condition must not write. */
export const until = (label: string, condition: () => boolean): Until => ({ kind: 'until', label, condition })

/**
 * Starts a step, named `label`, that can run only while the store buffer of the process's CPU is empty: a full barrier,
 * `smp_mb()` or `mfence`. Where memory is sequentially consistent, and for a process on no CPU, it is a step as any.
 */
export const fence = (label: string): Fence => ({ kind: 'fence', label })

/**
 * Any one of: 0..n-1 (a count), the elements of a list, or the members of a set; the search tries all of them, in
 * ascending order. With nothing to choose from the step is not enabled. Starts no new step: `const i = yield*
 * choose(n)`.
 */
export function choose(from: number | IndexSet): Steps<number>
export function choose<const T>(from: readonly T[]): Steps<T>
export function choose<T>(from: Queue<T>): Steps<T>
export function* choose(from: number | IndexSet | Iterable<unknown>): Steps<unknown> {
  return yield toChoice(from)
}

const toChoice = (from: number | IndexSet | Iterable<unknown>): Choice => {
  if (typeof from === 'number') return { kind: 'choose', count: from, option: (value) => ({ value }) }
  if (isIndexSet(from)) {
    const members = new Set(from)
    return {
      kind: 'choose',
      count: members.size === 0 ? 0 : Math.max(...members) + 1,
      option: (value) => (members.has(value) ? { value } : undefined),
    }
  }
  const list = [...from]
  return { kind: 'choose', count: list.length, option: (i) => ({ value: list[i] }) }
}

const isIndexSet = (x: unknown): x is IndexSet => typeof x === 'object' && x !== null && 'has' in x && 'size' in x

/** In a rule: the rule can fire, with the values chosen so far, only if `condition` holds. */
export function when(condition: boolean): asserts condition {
  if (!condition) throw new Blocked()
}

/** Must hold whenever control gets here: a violation with a trace where it does not. May read ghosts. */
export function assert(condition: boolean, message = ''): asserts condition {
  if (!condition) throw new AssertionFailed(message)
}
