/** Which agents the oracle lets step. */
import { ways } from './executions.js'
import type { Chooser, Oracle, Outcome, Run } from './oracle.js'

/** 'moves': some way through a step of the agent's leads on. 'fails': none does, but one fails. 'disabled': all are blocked. */
export type Ability = 'moves' | 'fails' | 'disabled'

/**
 * What each agent of the oracle can do in the state that `arrive` runs to. Takes one execution, and one more for each way through a process's
 * step.
 */
export const abilities = (oracle: Oracle, arrive: () => Run): Ability[] => {
  const shared = arrive()
  const restore = shared.state.save()
  return oracle.agents.map(({ kind, rules }, agent): Ability => {
    restore()
    if (kind === 'process') {
      // An execution of its own for each way: a process's step moves its generators, which cannot be taken back.
      return shared.processes[agent]!.ready() ? ability([(choose) => arrive().step(agent, null, choose)]) : 'disabled'
    }
    return ability(
      rules.map((rule) => (choose) => {
        restore()
        return shared.step(agent, rule, choose)
      }),
    )
  })
}

const ability = (attempts: readonly ((choose: Chooser) => Outcome)[]): Ability => {
  let fails = false
  for (const attempt of attempts) {
    for (const { outcome } of ways(
      (choose) => ({ outcome: attempt(choose) }),
      (tried) => tried.outcome,
    )) {
      if (outcome.kind === 'moved') return 'moves'
      fails ||= outcome.kind === 'failed'
    }
  }
  return fails ? 'fails' : 'disabled'
}
