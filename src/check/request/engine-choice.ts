/** How to settle properties, and how they are settled where nobody says. */
import type { CheckOptions } from './prepare.js'

/**
 * How to settle properties. `explicit` sees every reachable state. `bmc` asks a solver for a violation within 0 steps,
 * 1, 2, ...; `prove` also for an inductive invariant; both settle properties of states only. `both`: explicit and
 * prove, which must agree. `both in time`: the second one for a few seconds at most.
 */
export type EngineChoice = 'explicit' | 'bmc' | 'prove' | 'both' | 'both in time'

/** A limited search is one whose user is in a hurry: it is not confirmed unless that is asked for. */
export const engineOf = ({ engine, stop, limits = {} }: CheckOptions): EngineChoice => {
  const isLimited = stop === 'first violation' || limits.states !== undefined || limits.depth !== undefined || limits.bytes !== undefined
  return engine ?? (isLimited ? 'explicit' : 'both in time')
}
