/** Which agents the oracle lets step at the end of a schedule: none of them, in a deadlock. */
import type { Schedule } from '../ir/schedule.js'
import { chooseByCode, createOracle, type Oracle, type Run } from '../replay/oracle.js'
import { ways } from '../replay/search.js'
import { correspond } from '../replay/standing.js'
import type { Subject } from './trace-of.js'

/** The names of the agents that have some way through a step of theirs. The schedule is run once for each way that is tried. */
export const enabledAgents = ({ system, target, params }: Pick<Subject, 'system' | 'target' | 'params'>, schedule: Schedule): string[] => {
  const oracle = createOracle(target.model, params)
  const { agents } = correspond(system, oracle)
  const atEnd = (): Run => {
    const { run } = oracle.start(chooseByCode(schedule.init, system.radix))
    for (const { step, choice } of schedule.moves) {
      const { agent, label } = system.steps[step]
      run.step(agents[agent], system.agents[agent].kind === 'rule' ? label : null, chooseByCode(choice, system.radix))
    }
    return run
  }
  return oracle.agents.filter((_, agent) => isEnabled(oracle, agent, atEnd)).map(({ name }) => name)
}

const isEnabled = (oracle: Oracle, agent: number, atEnd: () => Run): boolean => {
  const { rules } = oracle.agents[agent]
  return (rules.length === 0 ? [null] : rules).some((rule) => {
    const { done } = ways(
      (choose) => ({ outcome: atEnd().step(agent, rule, choose) }),
      ({ outcome }) => outcome,
    ).next()
    return done !== true
  })
}
