/**
 * A plain breadth-first search that runs the author's functions. Generators cannot be copied, so each step is taken in
 * an execution of its own, from the initial state on: slow, and as simple as a search can be. It is what the tests hold
 * the engines against.
 */
import { type SafetyBuiltIn, type SafetyKind, safetyBuiltIns, stateKinds } from '../ir/kinds.js'
import type { Limits } from '../ir/limits.js'
import type { System, Vector } from '../ir/system.js'
import type { Model } from '../lang/model.js'
import { Disagreement } from './disagreement.js'
import { type AnyProperty, evaluate } from './evaluate.js'
import { type Arrival, execute, expand, type Move, ways } from './executions.js'
import { lockedIn } from './memory.js'
import { createOracle, type Outcome, type ParamRecord, type Run } from './oracle.js'
import { correspond } from './standing.js'
import { toVector } from './vector.js'

export { ways } from './executions.js'

export interface SlowOptions {
  readonly limits?: Pick<Limits, 'states' | 'depth'>
  /**
   * Of the states that are reached in a second way, check one in so many: that they have the same successors when
   * reached so. A state that is missing a live local does not. 1 checks all; 0, the default, none.
   */
  readonly checkMergedEvery?: number
}

export interface SlowProperty {
  readonly name: string
  readonly kind: SafetyKind
  readonly verdict: 'holds' | 'violated' | 'incomplete'
  /** Of a shortest violation, or a shortest way to a witness of `sometimes`; null where there is none. */
  readonly length: number | null
  /** The greatest value of a `bound`. */
  readonly maximum: number | null
}

export interface SlowResult {
  /** All reachable states in the order in which they were found. */
  readonly vectors: readonly Vector[]
  readonly transitions: number
  /** Of the deepest state. */
  readonly depth: number
  /** False where a limit ended the search. */
  readonly complete: boolean
  /** In the order of `properties`, then deadlock (where it is a violation), assert and range. */
  readonly properties: readonly SlowProperty[]
}

/** What one state leads to: a line per way on, sorted; alike for all ways of reaching the state. */
type Successors = readonly string[]

/**
 * Searches all reachable states, and settles the properties that single states settle; others are left out. Time grows
 * with states times depth times ways on.
 * @throws Disagreement where the system and the author's functions do not agree on where a process can stand, or where
 * two executions that lead to one state go on differently. Long: obviously right from top to bottom, where each part
 * would have to be given all the others' states.
 */
export const slowSearch = (
  system: System,
  model: Model,
  params: ParamRecord,
  properties: Readonly<Record<string, { readonly kind: string }>>,
  { limits = {}, checkMergedEvery = 0 }: SlowOptions = {},
): SlowResult => {
  const { states: maxStates = Number.POSITIVE_INFINITY, depth: maxDepth = Number.POSITIVE_INFINITY } = limits
  const oracle = createOracle(model, params, lockedIn(system))
  const { stateOf } = correspond(system, oracle)
  const deadlock = model.deadlock ?? (system.processes.length > 0 ? 'violation' : 'allowed')
  const settled = settle(ofStates(properties), params, safetyBuiltIns({ deadlock }))
  const states = new Map<string, { readonly vector: Vector; readonly depth: number; readonly arrival: Arrival; successors: Successors }>()
  const merged: { readonly key: string; readonly arrival: Arrival }[] = []
  let frontier: string[] = []
  let [transitions, depth, merges, complete] = [0, 0, 0, true]

  const reach = (run: Run, arrival: Arrival, at: number): string => {
    const vector = toVector(system, stateOf(run))
    const key = vector.join(',')
    if (states.has(key)) {
      if (checkMergedEvery > 0 && merges++ % checkMergedEvery === 0) merged.push({ key, arrival })
    } else if (states.size >= maxStates) complete = false
    else {
      states.set(key, { vector, depth: at, arrival, successors: [] })
      frontier.push(key)
      depth = Math.max(depth, at)
      settled.look(run, at)
    }
    return key
  }

  for (const { outcome, run, numbers } of ways(
    (choose) => oracle.start(choose),
    ({ outcome }) => outcome,
  )) {
    if (outcome.kind === 'failed') settled.violate(outcome.failure.kind, 0)
    if (outcome.kind === 'moved') reach(run, { from: null, move: { agent: -1, rule: null, numbers } }, 0)
  }
  for (let level = 0; frontier.length > 0; level++) {
    const expanding = frontier
    frontier = []
    if (level >= maxDepth) {
      complete = false
      break
    }
    for (const key of expanding) {
      const state = states.get(key)!
      const found: string[] = []
      for (const { outcome, run, move } of expand(oracle, state.arrival)) {
        if (outcome.kind === 'failed') settled.violate(outcome.failure.kind, level + 1)
        else {
          transitions++
          reach(run, { from: state.arrival, move }, level + 1)
        }
        found.push(describe(system, stateOf, move, outcome, run))
      }
      if (found.length === 0 && deadlock === 'violation' && isUnfinished(execute(oracle, state.arrival))) settled.violate('deadlock', level)
      state.successors = found.sort()
    }
  }
  for (const { key, arrival } of merged) {
    const { depth: at, successors } = states.get(key)!
    if (at >= maxDepth || !complete) continue
    const other: string[] = []
    for (const { outcome, run, move } of expand(oracle, arrival)) other.push(describe(system, stateOf, move, outcome, run))
    const difference = successors.find((line) => !other.includes(line)) ?? other.find((line) => !successors.includes(line))
    if (difference !== undefined) throw new Disagreement(`two executions lead to the state ${key} and go on differently: ${difference}`)
  }
  return { vectors: [...states.values()].map(({ vector }) => vector), transitions, depth, complete, properties: settled.result(complete) }
}

const describe = (
  system: System,
  stateOf: ReturnType<typeof correspond>['stateOf'],
  { agent, rule, numbers }: Move,
  outcome: Outcome,
  run: Run,
): string => {
  const end = outcome.kind === 'failed' ? `fails: ${outcome.failure.message}` : toVector(system, stateOf(run)).join(',')
  // Not the label: one that is computed may name a local that nothing else depends on.
  return `${agent} ${rule ?? 'step'} [${numbers.join(',')}] ${end}`
}

/** Some process has not returned; rules alone never finish. */
const isUnfinished = (run: Run): boolean => {
  const processes = run.processes.filter((process) => process !== null)
  return processes.length === 0 || processes.some(({ label }) => label !== null)
}

/** A search without the graph settles nothing of behaviours, and measures no extremes. */
const ofStates = (properties: Readonly<Record<string, { readonly kind: string }>>): Readonly<Record<string, AnyProperty>> =>
  Object.fromEntries(Object.entries(properties).filter((entry): entry is [string, AnyProperty] => Object.hasOwn(stateKinds, entry[1].kind)))

/** Keeps what is known of each property. */
const settle = (properties: Readonly<Record<string, AnyProperty>>, params: ParamRecord, builtInKinds: readonly SafetyBuiltIn[]) => {
  const lengths = new Map<string, number>()
  const maxima = new Map<string, number>()
  const record = (name: string, length: number): void => {
    if (!lengths.has(name)) lengths.set(name, length)
  }
  return {
    look: (run: Run, depth: number): void => {
      for (const [name, property] of Object.entries(properties)) {
        const { holds, value } = evaluate(property, run, params)
        if (holds === (stateKinds[property.kind].finding === 'fulfils')) record(name, depth)
        if (typeof value === 'number') maxima.set(name, Math.max(value, maxima.get(name) ?? value))
      }
    },
    violate: (kind: SafetyBuiltIn, length: number): void => record(`built-in ${kind}`, length),
    result: (complete: boolean): SlowProperty[] => [
      ...Object.entries(properties).map(([name, { kind }]) => {
        const length = lengths.get(name) ?? null
        const found = kind === 'sometimes' ? 'holds' : 'violated'
        const notFound = kind === 'sometimes' ? 'violated' : 'holds'
        return {
          name,
          kind,
          verdict: length !== null ? found : complete ? notFound : 'incomplete',
          length,
          maximum: maxima.get(name) ?? null,
        } as const
      }),
      ...builtInKinds.map((kind) => {
        const length = lengths.get(`built-in ${kind}`) ?? null
        return {
          name: kind,
          kind,
          verdict: length !== null ? 'violated' : complete ? 'holds' : 'incomplete',
          length,
          maximum: null,
        } as const
      }),
    ],
  }
}
