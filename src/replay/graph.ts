/**
 * The graph of the reachable states, by running the author's functions: slow, and with nothing in common with an
 * engine's but the definition. It is what "no path leads there" is confirmed with where it is small enough, and what
 * tests decide properties of behaviours on.
 */
import type { Schedule } from '../ir/schedule.js'
import type { System, Vector } from '../ir/system.js'
import type { Model } from '../lang/model.js'
import { type Arrival, execute, expand, ways } from './executions.js'
import { lockedIn } from './memory.js'
import { createOracle, type Oracle, type ParamRecord, type Run, readCode } from './oracle.js'
import { correspond } from './standing.js'
import { toVector } from './vector.js'

export interface SlowEdge {
  readonly to: number
  /** An index into `System.agents`. */
  readonly agent: number
}

export interface SlowNode<T> {
  readonly vector: Vector
  /** Steps from a start. */
  readonly depth: number
  readonly edges: readonly SlowEdge[]
  /** The agents with a way that is not blocked: those of the edges, and those of which a way fails. */
  readonly enabled: ReadonlySet<number>
  /** What `look` made of the state. */
  readonly seen: T
}

export interface SlowGraph<T> {
  /** In breadth-first order, starts first. */
  readonly nodes: readonly SlowNode<T>[]
  readonly starts: number
}

export interface SlowGraphOptions {
  /** The end of a schedule, or all initial states. */
  readonly from: 'initial states' | Schedule
  readonly maxStates: number
}

/**
 * All states that can be reached, with the edges between them. Null where there are more than `maxStates`. Time grows
 * with states times depth times ways on.
 */
export const slowGraph = <T>(
  system: System,
  model: Model,
  params: ParamRecord,
  look: (run: Run) => T,
  { from, maxStates }: SlowGraphOptions,
): SlowGraph<T> | null => {
  const oracle = createOracle(model, params, lockedIn(system))
  const { agents, stateOf } = correspond(system, oracle)
  const numberOf = new Map(agents.map((inOracle, id) => [inOracle, id]))
  const nodes: (SlowNode<T> & { readonly arrival: Arrival; edges: readonly SlowEdge[]; enabled: ReadonlySet<number> })[] = []
  const known = new Map<string, number>()
  const reach = (run: Run, arrival: Arrival, depth: number): number => {
    const vector = toVector(system, stateOf(run))
    const key = vector.join(',')
    const index = known.get(key) ?? nodes.length
    if (index === nodes.length) {
      known.set(key, index)
      nodes.push({ vector, depth, arrival, edges: [], enabled: new Set(), seen: look(run) })
    }
    return index
  }

  for (const { run, arrival } of from === 'initial states' ? initialRuns(oracle) : [runOf(system, oracle, agents, from)])
    reach(run, arrival, 0)
  const starts = nodes.length
  for (let i = 0; i < nodes.length; i++) {
    if (nodes.length > maxStates) return null
    const node = nodes[i]!
    const edges: SlowEdge[] = []
    const enabled = new Set<number>()
    for (const { outcome, run, move } of expand(oracle, node.arrival)) {
      const agent = numberOf.get(move.agent)!
      enabled.add(agent)
      if (outcome.kind === 'moved') edges.push({ to: reach(run, { from: node.arrival, move }, node.depth + 1), agent })
    }
    node.edges = edges
    node.enabled = enabled
  }
  return { nodes, starts }
}

function* initialRuns(oracle: Oracle): Generator<{ readonly run: Run; readonly arrival: Arrival }> {
  for (const { outcome, run, numbers } of ways(
    (choose) => oracle.start(choose),
    (tried) => tried.outcome,
  ))
    if (outcome.kind === 'moved') yield { run, arrival: { from: null, move: { agent: -1, rule: null, numbers } } }
}

/** A schedule as an arrival: the numbers that it chooses instead of its choice codes. */
const runOf = (system: System, oracle: Oracle, agents: readonly number[], { init, moves }: Schedule): { run: Run; arrival: Arrival } => {
  const recorded = (code: number): { numbers: number[]; choose: ReturnType<typeof readCode>['choose'] } => {
    const numbers: number[] = []
    const { choose } = readCode(code, system.radix)
    return {
      numbers,
      choose: (choice) => {
        const number = choose(choice)
        if (number !== null) numbers.push(number)
        return number
      },
    }
  }
  const first = recorded(init)
  const { run } = oracle.start(first.choose)
  let arrival: Arrival = { from: null, move: { agent: -1, rule: null, numbers: first.numbers } }
  for (const { step, choice } of moves) {
    const { agent, label } = system.steps[step]!
    const rule = system.agents[agent]!.kind === 'rule' ? label : null
    const { numbers, choose } = recorded(choice)
    run.step(agents[agent]!, rule, choose)
    arrival = { from: arrival, move: { agent: agents[agent]!, rule, numbers } }
  }
  return { run: execute(oracle, arrival), arrival }
}
