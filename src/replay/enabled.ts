/** Which agents the oracle lets step. */
import { ways } from './executions.js'
import type { Chooser, Oracle, Outcome, Run } from './oracle.js'

/**
 * 'moves': some way through a step of the agent's leads on. 'fails': none does, but one fails. 'disabled': all are
 * blocked.
 */
export type Ability = 'moves' | 'fails' | 'disabled'

/**
 * What each agent of the oracle can do in the state that `arrive` runs to. Takes one execution, and one more for each
 * way through a process's step.
 */
export const abilities = (oracle: Oracle, arrive: () => Run): Ability[] => {
  const run = arrive()
  return oracle.agents.map((_, agent) => abilityIn(oracle, run, agent) ?? abilityOf(agent, arrive))
}

/**
 * What an agent can do in the state of a run, which stays as it is. Null for a process that has to try its step: that
 * moves its generators, which cannot be taken back.
 */
export const abilityIn = (oracle: Oracle, run: Run, agent: number): Ability | null => {
  const { kind, rules } = oracle.agents[agent]!
  if (kind === 'process') return run.processes[agent]!.ready() ? null : 'disabled'
  const restore = run.state.save()
  const able = ability(
    rules.map((rule) => (choose) => {
      restore()
      return run.step(agent, rule, choose)
    }),
  )
  restore()
  return able
}

/** What a process can do in the state that `arrive` runs to: an execution of its own for each way through its step. */
export const abilityOf = (process: number, arrive: () => Run): Ability => ability([(choose) => arrive().step(process, null, choose)])

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
