/** Searches that have begun, as work that pauses every few milliseconds. */
import type { Sliced } from './pace.js'

/** So many states take a few milliseconds. */
export const statesPerSlice = 10_000

/** An instance that has begun. */
interface Begun {
  readonly exports: { readonly run: (budget: number) => number }
  readonly globals: { readonly stop: number; readonly states: number; readonly left: number; readonly queued: number }
}

/** Looks at and expands state after state; true where none is left, false where the instance has stopped by itself. */
export function* running(instance: Pick<Begun, 'exports'> & { readonly globals: { readonly stop: number } }): Sliced<boolean> {
  const { exports, globals } = instance
  for (;;) {
    const isOver = exports.run(statesPerSlice) === 1
    if (globals.stop !== 0) return false
    if (isOver) return true
    yield
  }
}

/** Fewer are not worth a call. */
const leastPerSlice = 64

/**
 * The same; ends early where at least so many states are known, and all that wait are of one level. Where that is does
 * not depend on the time that anything takes.
 */
export function* runningUpTo({ exports, globals }: Begun, states: number): Sliced<'over' | 'stopped' | 'large'> {
  for (;;) {
    const isLarge = globals.states >= states
    // The last state of a level takes the search on to the next one.
    const budget = isLarge ? globals.left : Math.max(leastPerSlice, states - globals.states)
    const isOver = exports.run(Math.min(statesPerSlice, budget)) === 1
    if (globals.stop !== 0) return 'stopped'
    if (isOver) return 'over'
    if (isLarge && globals.queued === 0) return 'large'
    yield
  }
}
