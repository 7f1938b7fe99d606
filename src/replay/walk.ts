/**
 * A walk: an execution of a model that tries, in each of its states, all ways on before it takes one. What a rule does can be taken back. A process's generator cannot be
 * copied, so for each way it is begun again on the same state, and given its own steps once more: before each of them the state is as it was then.
 */
import type { System, Vector } from '../ir/system.js'
import { Disagreement } from './disagreement.js'
import { chooseNumbers, ways } from './executions.js'
import type { StepFailure } from './fault.js'
import type { Chooser, Oracle, Outcome, RunningProcess } from './oracle.js'
import { correspond, standingOf } from './standing.js'
import type { State } from './state.js'
import { assign } from './store.js'
import { type Standing, toVector, viewIn } from './vector.js'

/** One way on that is not blocked. */
export interface WayOn {
  /** An index into `System.agents`. */
  readonly agent: number
  /** The rule's label; null for a process. */
  readonly rule: string | null
  readonly numbers: readonly number[]
  /** Where it leads, null where it fails. */
  readonly to: Vector | null
  readonly failure: StepFailure | null
}

/** A way through `init` that is not blocked. */
export type Begun = Omit<WayOn, 'agent' | 'rule'>

/** Walks from one initial state, one after the other. */
export interface Walk {
  readonly state: State
  readonly vector: () => Vector
  /** Tries all ways on; the walk stays where it is. */
  readonly ways: () => WayOn[]
  /** Takes a way that leads on. @throws Disagreement where it does not. */
  readonly go: (way: Pick<WayOn, 'agent' | 'rule' | 'numbers'>) => void
  /** Goes back to the initial state. */
  readonly restart: () => void
  /** Goes to any state, where there are no processes: then a state is all that an execution knows. */
  readonly jump: (to: Vector) => void
  /** How often a step was executed, also to try it, or to come to a place again. */
  readonly executions: () => number
}

/** All ways through `init` that are not blocked. */
export const waysToBegin = (system: System, oracle: Oracle): Begun[] => {
  const { stateOf } = correspond(system, oracle)
  const begun: Begun[] = []
  for (const { outcome, run, numbers } of ways(
    (choose) => oracle.start(choose),
    (tried) => tried.outcome,
  )) {
    if (outcome.kind === 'failed') begun.push({ numbers, to: null, failure: outcome.failure })
    else begun.push({ numbers, to: toVector(system, stateOf(run)), failure: null })
  }
  return begun
}

/**
 * Walks from the initial state that `init` comes to with these choices. @throws Disagreement where it comes to none.
 * A closure: all that a walk can do is done to its one state.
 */
export const createWalk = (system: System, oracle: Oracle, numbers: readonly number[]): Walk => {
  const { agents } = correspond(system, oracle)
  const { run, outcome } = oracle.start(chooseNumbers(numbers))
  if (outcome.kind !== 'moved') throw new Disagreement(`init with the choices ${numbers.join(', ')} leads to no state`)
  const { state } = run
  const initial = state.save()
  let restore = initial
  let processes: readonly (RunningProcess | null)[] = []
  /** Where each of the system's processes stands, and which agent of the oracle's it is. */
  let standings: readonly Standing[] = []
  const owners = system.processes.map(({ agent }) => agents[agent]!)
  /** The steps that each process has taken, and how to bring back the state that each was taken in. */
  let taken: readonly { readonly restore: () => void; readonly numbers: readonly number[] }[][] = []
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
    for (const { restore: before, numbers: chosen } of taken[agent]!) {
      before()
      if (step(process, agent, null, chooseNumbers(chosen)).kind !== 'moved')
        throw new Disagreement(`'${oracle.agents[agent]!.name}' cannot repeat its steps: the model depends on something outside its state`)
    }
    return process
  }
  /** The standings after a step of an agent, with the process that took it. */
  const after = (agent: number, process: RunningProcess | null): readonly Standing[] =>
    process === null ? standings : standings.with(owners.indexOf(agent), standingOf(process))
  const vectorOf = (of: readonly Standing[]): Vector => toVector(system, { state, processes: of })

  const waysOf = (agent: number): WayOn[] => {
    const inOracle = agents[agent]!
    const { kind, rules } = oracle.agents[inOracle]!
    restore()
    if (kind === 'process' && !processes[inOracle]!.ready()) return []
    const found: WayOn[] = []
    for (const rule of kind === 'process' ? [null] : rules) {
      const attempt = (choose: Chooser): { readonly outcome: Outcome; readonly to: Vector | null } => {
        const process = kind === 'process' ? again(inOracle) : null
        restore()
        const tried = step(process, inOracle, rule, choose)
        return {
          outcome: tried,
          to: tried.kind === 'moved' ? vectorOf(after(inOracle, process)) : null,
        }
      }
      for (const { outcome: tried, to, numbers: chosen } of ways(attempt, (one) => one.outcome))
        found.push({ agent, rule, numbers: chosen, to, failure: tried.kind === 'failed' ? tried.failure : null })
    }
    return found
  }

  restart()
  return {
    state,
    vector: () => vectorOf(standings),
    ways: () => {
      const found = agents.flatMap((_, agent) => waysOf(agent))
      restore()
      return found
    },
    go: ({ agent, rule, numbers: chosen }) => {
      const inOracle = agents[agent]!
      const process = processes[inOracle]!
      const { kind } = step(process, inOracle, rule, chooseNumbers(chosen))
      if (kind !== 'moved') throw new Disagreement(`a step of '${system.agents[agent]!.name}' that led on does not do so again`)
      if (rule === null) taken[inOracle]!.push({ restore, numbers: chosen })
      standings = after(inOracle, process)
      restore = state.save()
    },
    restart,
    jump: (to) => {
      if (system.processes.length > 0) throw new Error('what processes know is in no vector')
      for (const [name, value] of Object.entries(viewIn(system, oracle.domains, to).globals)) assign(state.stores.get(name)!, value)
      restore = state.save()
    },
    executions: () => executions,
  }
}
