/** What follows a state, as the author's own functions say it: of a state that a schedule leads to. */
import type { Schedule } from '../ir/schedule.js'
import type { SuccessorSource } from '../ir/successors.js'
import type { System } from '../ir/system.js'
import type { Oracle } from './oracle.js'
import { createWalk, initialWays, type Walk } from './walk.js'

/**
 * Each question takes as many executions as its schedule is long, besides those of the ways on.
 * @throws Disagreement, from what it gives, where the oracle does not go where a schedule does.
 */
export const oracleSuccessors = (system: System, oracle: Oracle): SuccessorSource<Pick<Schedule, 'init' | 'moves'>> => {
  const walks = new Map<number, Walk>()
  return {
    initial: () => initialWays(system, oracle),
    successors: ({ init, moves }) => {
      const walk = walks.get(init) ?? createWalk(system, oracle, init)
      walks.set(init, walk)
      walk.restart()
      for (const move of moves) walk.go(move)
      return walk.successors()
    },
  }
}
