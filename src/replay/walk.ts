/**
 * A walk: an execution of a model that tries, in each of its states, all ways on before it takes one. What a rule does
 * can be taken back. A process's generator cannot be copied, so for each way it is begun again on the same state, and
 * given its own steps once more: before each of them the state is as it was then.
 */
import type { Move } from '../ir/schedule.js'
import { standingIn } from '../ir/standing.js'
import type { AgentWays, StepWays, Successors, Way, WayFailure } from '../ir/successors.js'
import type { Step, System, Vector } from '../ir/system.js'
import { Disagreement } from './disagreement.js'
import { ways } from './executions.js'
import { labelsIn, type Seen } from './labels.js'
import { type Chooser, chooseByCode, type Oracle, type Outcome, type RunningProcess } from './oracle.js'
import { correspond, standingOf } from './standing.js'
import { assign } from './store.js'
import { globalsIn, type Standing, toVector } from './vector.js'

/** Walks from one initial state, one after the other. */
export interface Walk extends Seen {
  readonly vector: () => Vector
  /**
   * Tries all ways on; the walk stays where it is. @throws Disagreement where a way is through what is no step of the
   * system.
   */
  readonly successors: () => Successors
  /** Takes a way that leads on. @throws Disagreement where it does not. */
  readonly go: (move: Move) => void
  /** Goes back to the initial state. */
  readonly restart: () => void
  /** Goes to any state, where there are no processes: then a state is all that an execution knows. */
  readonly jump: (to: Vector) => void
  /** How often a step was executed, also to try it, or to come to a place again. */
  readonly executions: () => number
}

/** All ways through `init`: where they lead are the initial states. */
export const initialWays = (system: System, oracle: Oracle): StepWays => {
  const { stateOf } = correspond(system, oracle)
  const found: Way[] = []
  for (const { outcome, run, numbers } of ways(
    (choose) => oracle.start(choose),
    (tried) => tried.outcome,
  )) {
    const failure = failureIn(outcome)
    found.push({ choice: codeOf(system, numbers), to: failure === null ? toVector(system, stateOf(run)) : null, failure })
  }
  return { step: -1, label: 'init', ways: found, hasAllFailing: true }
}

const failureIn = (outcome: Outcome): WayFailure | null =>
  outcome.kind === 'failed' ? { kind: outcome.failure.kind, message: outcome.failure.message } : null

/** The choice code of the numbers chosen; see `End` in ir/system.ts. */
const codeOf = ({ radix }: System, numbers: readonly number[]): number => numbers.reduceRight((code, number) => number + radix * code, 0)

/**
 * Walks from the initial state that `init` comes to by a choice code. @throws Disagreement where it comes to none.
 * A closure: all that a walk can do is done to its one state.
 */
export const createWalk = (system: System, oracle: Oracle, init: number): Walk => {
  const { agents } = correspond(system, oracle)
  const standing = standingIn(system)
  const { run, outcome } = oracle.start(chooseByCode(init, system.radix))
  if (outcome.kind !== 'moved') throw new Disagreement(`init with the choice code ${init} leads to no state`)
  const { state } = run
  const initial = state.save()
  let restore = initial
  let processes: readonly (RunningProcess | null)[] = []
  /** Where each of the system's processes stands, and which agent of the oracle's it is. */
  let standings: readonly Standing[] = []
  const owners = system.processes.map(({ agent }) => agents[agent]!)
  /** The steps that each process has taken, and how to bring back the state that each was taken in. */
  let taken: readonly { readonly restore: () => void; readonly choice: number }[][] = []
  let executions = 0

  const restart = (): void => {
    initial()
    restore = initial
    processes = oracle.agents.map(({ kind }, agent) => (kind === 'process' ? oracle.begin(agent, state) : null))
    standings = owners.map((agent) => standingOf(processes[agent]!))
    taken = oracle.agents.map(() => [])
  }
  const step = (process: RunningProcess | null, agent: number, rule: string | null, choose: Chooser): Outcome => {
    executions++
    return process === null ? run.step(agent, rule, choose) : process.step(choose)
  }
  /** A process as it stands now, once more. The state is another one afterwards. */
  const again = (agent: number): RunningProcess => {
    initial()
    const process = oracle.begin(agent, state)
    for (const { restore: before, choice } of taken[agent]!) {
      before()
      if (step(process, agent, null, chooseByCode(choice, system.radix)).kind !== 'moved')
        throw new Disagreement(`'${oracle.agents[agent]!.name}' cannot repeat its steps: the model depends on something outside its state`)
    }
    return process
  }
  /** The standings after a step of an agent, with the process that took it. */
  const after = (agent: number, process: RunningProcess | null): readonly Standing[] =>
    process === null ? standings : standings.with(owners.indexOf(agent), standingOf(process))
  const vectorOf = (of: readonly Standing[]): Vector => toVector(system, { state, processes: of })

  /**
   * All ways through the step at which an agent of the oracle's stands: of a process its own (`rule` is null), of rules
   * one.
   */
  const waysOf = (agent: number, rule: string | null): Way[] => {
    if (rule === null) {
      restore()
      if (!processes[agent]!.ready()) return []
    }
    const attempt = (choose: Chooser): { readonly outcome: Outcome; readonly to: Vector | null } => {
      const process = rule === null ? again(agent) : null
      restore()
      const outcome = step(process, agent, rule, choose)
      return { outcome, to: outcome.kind === 'moved' ? vectorOf(after(agent, process)) : null }
    }
    return [...ways(attempt, ({ outcome }) => outcome)].map(({ outcome, to, numbers }) => ({
      choice: codeOf(system, numbers),
      to,
      failure: failureIn(outcome),
    }))
  }
  const agentWays = (agent: number, steps: readonly Step[]): AgentWays => {
    const inOracle = agents[agent]!
    const { name, kind, rules } = oracle.agents[inOracle]!
    const found = (kind === 'process' ? [null] : rules).map((rule) => ({ rule, ways: waysOf(inOracle, rule) }))
    const isOf = (rule: string | null, { location, label }: Step): boolean => rule === (location === null ? label : null)
    const lost = found.find(({ rule, ways: open }) => open.length > 0 && !steps.some((of) => isOf(rule, of)))
    if (lost !== undefined)
      throw new Disagreement(`'${name}' steps where the compiler knows of no step${lost.rule === null ? '' : ` '${lost.rule}'`}`)
    return {
      agent,
      steps: steps.map((of) => ({
        step: of.id,
        label: processes[inOracle]?.label ?? of.label,
        ways: found.find(({ rule }) => isOf(rule, of))?.ways ?? [],
        hasAllFailing: true,
      })),
    }
  }

  restart()
  return {
    state,
    at: labelsIn(state, oracle.agents, (agent) => processes[agent]?.label ?? null, oracle.buffers),
    vector: () => vectorOf(standings),
    successors: () => {
      const vector = vectorOf(standings)
      const found = { state: vector, agents: standing(vector).map((steps, agent) => agentWays(agent, steps)) }
      restore()
      return found
    },
    go: ({ step: id, choice }) => {
      const { agent, location, label } = system.steps[id]!
      const inOracle = agents[agent]!
      const process = processes[inOracle]!
      const { kind } = step(process, inOracle, location === null ? label : null, chooseByCode(choice, system.radix))
      if (kind !== 'moved') throw new Disagreement(`a step of '${system.agents[agent]!.name}' that led on does not do so again`)
      if (process !== null) taken[inOracle]!.push({ restore, choice })
      standings = after(inOracle, process)
      restore = state.save()
    },
    restart,
    jump: (to) => {
      if (system.processes.length > 0) throw new Error('what processes know is in no vector')
      for (const [name, value] of Object.entries(globalsIn(system, oracle.domains, to))) assign(state.stores.get(name)!, value)
      restore = state.save()
    },
    executions: () => executions,
  }
}
