/**
 * Temporal properties, processes that can never step again, and extreme values: what takes more than looking at one
 * state after the other.
 */
import { at } from '../../at.js'
import type { Limit } from '../../ir/limits.js'
import type { Move, Schedule } from '../../ir/schedule.js'
import type { System, TemporalProperty } from '../../ir/system.js'
import { mostMemory, usableMemory } from '../program/ceiling.js'
import { isStopped, type Pace, type Sliced, startPace } from '../program/pace.js'
import type { SearchOptions } from '../search/search.js'
import { NoMemory } from '../wasm/platform.js'
import { type ComponentSearch, componentBytes, componentSearch, type Demands, demandsOf } from './components.js'
import { type Fairness, fairCycle, fairnessOf } from './cycle.js'
import { type ExtremeResult, findExtremes } from './extremes.js'
import { avoid, type Debt } from './fair.js'
import { type Moves, movesOf } from './moves.js'
import { hasReturned, predicate } from './query.js'
import { reachGoals } from './reach.js'
import { buildGraph, type Graph, hasLabel } from './state-graph.js'
import { type Path, shortestStem, shortestTo, stemBytes } from './stem.js'

export type { Fairness } from './cycle.js'
export type { ExtremeResult } from './extremes.js'

type Verdict = 'holds' | 'violated' | 'incomplete'

export interface TemporalResult {
  readonly name: string
  readonly kind: TemporalProperty['kind']
  readonly verdict: Verdict
  /**
   * Of a violation: a shortest way with the fewest switches, to the first state of the cycle, or to a state from which
   * the goal is out of reach.
   */
  readonly stem: Schedule | null
  /**
   * From the state that the stem ends in back to it; empty where that has no transitions, and the behaviour stays in it
   * for ever. Null for `alwaysPossible`.
   */
  readonly cycle: readonly Move[] | null
  /** Why repeating the cycle for ever is fair to each agent. Empty where there is no cycle. */
  readonly fairness: readonly Fairness[]
  /** Of an `eventually` or `leadsTo` that holds: whether there is a state in which something is owed. */
  readonly isOwed: boolean | null
}

export interface StuckResult {
  readonly verdict: Verdict
  /** The process that can never step again. */
  readonly process: number | null
  /** A shortest way to such a state. */
  readonly schedule: Schedule | null
}

export interface LivenessResult {
  /** All reachable states were looked at, and all properties settled. */
  readonly complete: boolean
  readonly limit: Limit | null
  readonly states: number
  readonly transitions: number
  /** In all: graph, verdicts, schedules. */
  readonly seconds: number
  /** The most that was in use: states, their table, the graph, and what was computed about it. */
  readonly bytes: number
  /** Of the graph, besides the states: edges with their agents. */
  readonly bytesPerEdge: number
  readonly temporal: readonly TemporalResult[]
  /** Null where nobody asked. */
  readonly stuck: StuckResult | null
  readonly extremes: readonly ExtremeResult[]
}

/** Which property of the labelled system says what. */
interface Labelled {
  readonly system: System
  /** Per temporal property. */
  readonly goals: readonly number[]
  readonly triggers: readonly (number | null)[]
  /** Per process: it has returned. Empty where nobody asks. */
  readonly returned: readonly number[]
}

const labelled = (system: System, stuck: boolean): Labelled => {
  const safety: System['safety'][number][] = []
  const add = (p: System['safety'][number]): number => safety.push(p) - 1
  const goals = system.temporal.map((t) => add(predicate(t.name, t.goal)))
  const triggers = system.temporal.map((t) => (t.trigger === null ? null : add(predicate(t.name, t.trigger))))
  const at = { file: 0, start: 0, end: 0 }
  const returned = stuck ? system.processes.map((p) => add(predicate('returned', { body: [], value: hasReturned(p), at }))) : []
  return { system: { ...system, safety }, goals, triggers, returned }
}

interface Work {
  readonly labelled: Labelled
  readonly graph: Graph
  readonly pace: Pace
  /** Bytes that the graph takes. */
  readonly used: number
  readonly peak: (bytes: number) => void
  readonly moves: () => Moves
  readonly demands: Demands
  readonly components: () => ComponentSearch
}

const scheduleOf = (moves: Moves, path: Path): Schedule => ({ init: moves.initTo(path.from), moves: moves.along(path), fails: false })

/** Finds a way, which takes memory beside what is in use. Null where there is too little. */
const withinMemory = <T>({ graph, labelled: l, pace, peak }: Work, used: number, find: () => T): T | null => {
  const bytes = used + stemBytes(graph, l.system.agents.length)
  if (!pace.hasRoom(bytes)) return null
  peak(bytes)
  try {
    return find()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** A shortest way to a state; null where there is no memory to find one. */
const scheduleToState = (work: Work, state: number): Schedule | null =>
  withinMemory(work, work.used, () => scheduleOf(work.moves(), shortestTo(work.graph, state, work.labelled.system.agents.length)))

const endOf = (graph: Graph, { from, edges }: Path): number => (edges.length === 0 ? from : at(graph.targets, at(edges, -1)))

/** `eventually` and `leadsTo`: `eventually` is owed in the initial states. */
function* settleDebt(work: Work, index: number): Sliced<TemporalResult> {
  const { labelled: l, graph } = work
  const { agents, temporal } = l.system
  const { name, kind } = at(temporal, index)
  const trigger = at(l.triggers, index)
  const debt: Debt = {
    goal: at(l.goals, index),
    isOwed: trigger === null ? (s) => s < graph.initial : (s) => hasLabel(graph, s, trigger),
  }
  const bytes = work.used + graph.states * componentBytes(work.demands)
  yield { bytes }
  work.peak(bytes)
  const { fair, number } = yield* avoid(graph, work.demands, work.components(), debt)
  const none = { name, kind, stem: null, cycle: null, fairness: [] } as const
  if (fair === null) return { ...none, verdict: 'holds', isOwed: isOwedSomewhere(graph, debt) }
  const open = { ...none, verdict: 'violated', isOwed: null } as const
  const found = withinMemory(work, bytes, () => ({ stem: shortestStem(graph, debt, fair, agents.length), moves: work.moves() }))
  if (found === null) return open
  const { stem, moves } = found
  const from = endOf(graph, stem)
  const edges = graph.starts[from] === graph.starts[from + 1] ? [] : fairCycle(graph, agents, number, from)
  return {
    ...open,
    stem: scheduleOf(moves, stem),
    cycle: moves.along({ from, edges }),
    fairness: fairnessOf(graph, agents, from, edges).flatMap(({ agent, why }) => (why === null ? [] : [{ agent, why }])),
  }
}

const isOwedSomewhere = (graph: Graph, { goal, isOwed }: Debt): boolean => {
  for (let s = 0; s < graph.states; s++) if (isOwed(s) && !hasLabel(graph, s, goal)) return true
  return false
}

/** A goal that has to stay in reach: of an `alwaysPossible`, or of a process, which has to return or to step. */
type Goal = { readonly of: 'temporal'; readonly index: number } | { readonly of: 'process'; readonly index: number }

/** Of each goal the first state from which it is out of reach, or null. */
function* outOfReach(work: Work, goals: readonly Goal[]): Sliced<(number | null)[]> {
  const { graph, labelled: l } = work
  const { states, starts, agents, failing } = graph
  const first: (number | null)[] = []
  for (let g = 0; g < goals.length; g += 8) {
    const group = goals.slice(g, g + 8)
    yield { bytes: work.used + states }
    work.peak(work.used + states)
    const own = new Uint8Array(states)
    const bitsOfAgent = new Uint8Array(l.system.agents.length)
    const labels = group.map((goal, i) => {
      if (goal.of === 'temporal') return { property: at(l.goals, goal.index), bit: 1 << i }
      bitsOfAgent[at(l.system.processes, goal.index).agent]! |= 1 << i
      return { property: at(l.returned, goal.index), bit: 1 << i }
    })
    for (let s = 0; s < states; s++) {
      let bits = 0
      for (const { property, bit } of labels) if (hasLabel(graph, s, property)) bits |= bit
      for (let e = starts[s]!; e < starts[s + 1]!; e++) bits |= bitsOfAgent[agents[e]!]!
      own[s] = bits
    }
    failing.forEach((s, a) => {
      own[s]! |= bitsOfAgent[a]!
    })
    const reach = yield* reachGoals(graph, own, group.length, work.used + states)
    const all = (1 << group.length) - 1
    const found: (number | null)[] = group.map(() => null)
    for (let s = 0; s < states; s++) {
      if (reach[s] === all) continue
      // Where nothing at all can step there is no process that is stuck while others go on: that is a deadlock.
      const isOver = starts[s] === starts[s + 1] && !failing.has(s)
      for (const [i, goal] of group.entries()) if ((reach[s]! & (1 << i)) === 0 && !(isOver && goal.of === 'process')) found[i] ??= s
      if (found.every((f) => f !== null)) break
    }
    first.push(...found)
  }
  return first
}

const undecided = { verdict: 'incomplete', stem: null, cycle: null, fairness: [], isOwed: null } as const

/**
 * Builds the graph of all reachable states and decides the system's temporal properties over its fair behaviours, and
 * where asked which process can get stuck; finds the system's extremes. Linear in states and transitions, times the
 * number of temporal properties, times that of strongly fair agents plus 1.
 *
 * A behaviour goes on as long as there is a transition; where there is none it stays in its last state for ever. A
 * weakly fair agent that is enabled from some point on takes a step sooner or later, a strongly fair one if it is
 * enabled again and again. An agent is enabled where some way through its step is not blocked, failing or not. Where a
 * limit is hit, what is not settled is `incomplete`.
 * @throws StateTooWide where a state takes more than 4096 bits.
 */
export const searchLiveness = async (system: System, options: SearchOptions = {}): Promise<LivenessResult> => {
  const memory = options.limits?.bytes ?? usableMemory()
  const stuck = options.stuck === true && system.processes.length > 0
  const pace = startPace({ bytes: memory, seconds: options.limits?.seconds, signal: options.signal })
  let result: LivenessResult = {
    complete: true,
    limit: null,
    states: 0,
    transitions: 0,
    seconds: 0,
    bytes: 0,
    bytesPerEdge: 0,
    temporal: system.temporal.map(({ name, kind }) => ({ ...undecided, name, kind })),
    stuck: options.stuck === true ? { verdict: stuck ? 'incomplete' : 'holds', process: null, schedule: null } : null,
    extremes: [],
  }
  if (system.temporal.length > 0 || stuck) {
    const nothing = result
    result = await graphResults(labelled(system, stuck), memory, options, pace, nothing).catch((error: unknown) => {
      if (error instanceof NoMemory) return { ...nothing, complete: false, limit: { kind: 'unavailable' } }
      throw error
    })
  }
  if (system.extremes.length > 0) {
    const { limits = {} } = options
    const left = limits.seconds === undefined ? {} : { seconds: Math.max(0.001, limits.seconds - pace.seconds()) }
    const { results, limit, states, transitions, bytes } = await findExtremes(system, Math.min(memory, mostMemory), {
      ...options,
      limits: { ...limits, ...left },
    })
    result = {
      ...result,
      complete: result.complete && limit === null,
      limit: result.limit ?? limit,
      states: Math.max(result.states, states),
      transitions: Math.max(result.transitions, transitions),
      bytes: Math.max(result.bytes, bytes),
      extremes: results,
    }
  }
  return { ...result, seconds: pace.seconds() }
}

const graphResults = async (
  l: Labelled,
  memory: number,
  options: SearchOptions,
  pace: Pace,
  nothing: LivenessResult,
): Promise<LivenessResult> => {
  const { limits = {}, onProgress } = options
  const built = await buildGraph(l.system, { limits: { ...limits, bytes: memory }, onProgress }, pace)
  const { graph, limit, states, transitions, bytesPerEdge } = built
  const temporal = [...nothing.temporal]
  let peak = built.bytes
  let result: LivenessResult = { ...nothing, complete: limit === null, limit, states, transitions, bytes: peak, bytesPerEdge }
  if (graph === null) return result
  let known: Moves | null = null
  let components: ComponentSearch | null = null
  const demands = demandsOf(l.system.agents)
  const work: Work = {
    labelled: l,
    graph,
    pace,
    used: built.bytes,
    peak: (bytes) => {
      peak = Math.max(peak, bytes)
    },
    moves: () => {
      known ??= movesOf(l.system, graph, memory)
      return known
    },
    demands,
    components: () => {
      components ??= componentSearch(graph, demands)
      return components
    },
  }
  const end = (stopped: Limit | null): LivenessResult => ({ ...result, complete: stopped === null, limit: stopped, bytes: peak, temporal })
  const goals: Goal[] = [
    ...temporal.flatMap((t, index) => (t.kind === 'alwaysPossible' ? [{ of: 'temporal', index } as const] : [])),
    ...l.returned.map((_, index) => ({ of: 'process', index }) as const),
  ]
  const first = await pace.run(outOfReach(work, goals))
  if (isStopped(first)) return end(first.stopped)
  let stuckAt: { state: number; process: number } | null = null
  for (const [i, goal] of goals.entries()) {
    const state = at(first, i)
    if (goal.of === 'process') {
      if (state !== null && (stuckAt === null || state < stuckAt.state)) stuckAt = { state, process: goal.index }
      continue
    }
    temporal[goal.index] = {
      ...at(temporal, goal.index),
      verdict: state === null ? 'holds' : 'violated',
      stem: state === null ? null : scheduleToState(work, state),
    }
  }
  if (l.returned.length > 0)
    result = {
      ...result,
      stuck:
        stuckAt === null
          ? { verdict: 'holds', process: null, schedule: null }
          : { verdict: 'violated', process: stuckAt.process, schedule: scheduleToState(work, stuckAt.state) },
    }
  for (const [index, { kind }] of temporal.entries()) {
    if (kind === 'alwaysPossible') continue
    const settled = await pace.run(settleDebt(work, index))
    if (isStopped(settled)) return end(settled.stopped)
    temporal[index] = settled
  }
  return end(null)
}
