/** Which agents the oracle lets step at the end of a schedule: none of them, in a deadlock. */
import type { Schedule } from '../../ir/schedule.js'
import { abilities } from '../../replay/enabled.js'
import { lockedIn } from '../../replay/memory.js'
import { createOracle } from '../../replay/oracle.js'
import { arriveBy } from '../../replay/replay.js'
import type { Subject } from './trace-of.js'

/** The names of the agents that have some way through a step of theirs, be it one that fails. */
export const enabledAgents = ({ system, target, params }: Pick<Subject, 'system' | 'target' | 'params'>, schedule: Schedule): string[] => {
  const oracle = createOracle(target.model, params, lockedIn(system))
  const able = abilities(oracle, () => arriveBy(system, oracle, schedule))
  return oracle.agents.filter((_, agent) => able[agent] !== 'disabled').map(({ name }) => name)
}
