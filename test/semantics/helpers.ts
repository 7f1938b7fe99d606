/** Helper functions in another file than the models that use them. Imports 'mmucheck', so the loader tags them. */
import { type Steps, until } from 'mmucheck'

export const limit = 3

export const clamp = (x: number): number => Math.min(x, limit)

export function twice(x: number): number {
  return clamp(x) + clamp(x)
}

/** Adds, in two steps, to a counter that is passed by reference. */
export function* addTwice(counter: { n: number }, by: number): Steps<number> {
  yield 'add'
  counter.n += by
  yield 'add again'
  counter.n += by
  return counter.n
}

/** Waits, in a helper of a helper. */
export function* waitAndAdd(counter: { n: number }, least: number): Steps<number> {
  yield until('wait', () => counter.n >= least)
  return yield* addTwice(counter, 1)
}
