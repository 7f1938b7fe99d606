/** Ways on from a state, and which of them to take. */
import type { Move } from '../../ir/schedule.js'

export interface Way {
  readonly agent: number
  readonly cost: number
  readonly move: Move
  /** Null where the move fails. */
  readonly next: number | null
}

/** The way with the fewest switches, behind a step of `agent`; on ties the lowest agent, step and choice. */
export const bestOf = (ways: readonly Way[], agent: number | null): Way => {
  const total = (way: Way): number => way.cost + (agent === null || way.agent === agent ? 0 : 1)
  return ways.reduce((a, b) => {
    const difference = total(b) - total(a) || b.agent - a.agent || b.move.step - a.move.step || b.move.choice - a.move.choice
    return difference < 0 ? b : a
  })
}
