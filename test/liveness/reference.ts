/**
 * What properties of behaviours mean, decided from the definition on the graph that the oracle finds by running the
 * author's functions. It shares no algorithm with the engine: no components, only fixed points of sets (Emerson and
 * Lei), and for strong fairness every guess of which agents take steps again and again.
 */
import type { AnyProperty, Model } from 'mmucheck'
import type { System } from '../../src/ir/system.ts'
import { ask } from '../../src/replay/evaluate.ts'
import { type SlowGraph, slowGraph } from '../../src/replay/graph.ts'
import type { ParamRecord } from '../../src/replay/oracle.ts'

interface Seen {
  /** By property: what its goal (or measure) gives here, and its trigger. */
  readonly goal: Readonly<Record<string, boolean | number | null>>
  readonly trigger: Readonly<Record<string, boolean>>
  /** By process of the system: whether it has returned. */
  readonly returned: readonly boolean[]
  /** Whether a store waits in some store buffer. */
  readonly waits: boolean
}
export type Graph = SlowGraph<Seen>

export interface Decided {
  readonly verdict: 'holds' | 'violated'
  /** Of a shortest way to a state that violates `alwaysPossible` or `stuck`, or has an extreme value. */
  readonly length: number | null
  readonly value: number | null
}

type Named = Readonly<Record<string, AnyProperty<never, never>>>

/** @throws Error for a model of more than `maxStates` states. */
export const graphOf = (system: System, model: Model, params: ParamRecord, properties: Named, maxStates = 20_000): Graph => {
  const graph = slowGraph(
    system,
    model,
    params,
    (run): Seen => {
      const goal: Record<string, boolean | number | null> = {}
      const trigger: Record<string, boolean> = {}
      for (const [name, property] of Object.entries(properties)) {
        goal[name] = ask('measure' in property ? property.measure : property.predicate, run, params).value
        if (property.kind === 'leadsTo') trigger[name] = ask(property.trigger, run, params).value === true
      }
      const returned = run.processes.flatMap((process) => (process === null ? [] : [process.label === null]))
      const waits = system.memory !== null && run.at.storeBuffer.some(({ length }) => length > 0)
      return { goal, trigger, returned, waits }
    },
    { from: 'initial states', maxStates },
  )
  if (graph === null) throw new Error(`more than ${maxStates} states`)
  return graph
}

/** States by number. */
type States = ReadonlySet<number>

interface Edge {
  readonly from: number
  readonly to: number
  readonly agent: number | null
}

/** Where nothing can move the behaviour stays, and every agent counts as disabled. */
const edgesOf = ({ nodes }: Graph): Edge[] =>
  nodes.flatMap(({ edges }, from): Edge[] =>
    edges.length === 0 ? [{ from, to: from, agent: null }] : edges.map(({ to, agent }) => ({ from, to, agent })),
  )

const isEnabled = ({ nodes }: Graph, state: number, agent: number): boolean =>
  nodes[state]!.edges.length > 0 && nodes[state]!.enabled.has(agent)

/** The states of `within` from which a path inside it leads to one of `to`; a path may have no step. */
const canReach = (edges: readonly Edge[], within: States, to: States): Set<number> => {
  const reached = new Set([...to].filter((state) => within.has(state)))
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const edge of edges) if (within.has(edge.from) && reached.has(edge.to)) reached.add(edge.from)
  }
  return reached
}

/**
 * The greatest set inside `within` from each state of which, for each event, a path inside the set leads on through
 * such an event.
 */
const againAndAgain = (edges: readonly Edge[], within: States, events: readonly ((edge: Edge) => boolean)[]): Set<number> => {
  let states = new Set(within)
  for (;;) {
    const inside = edges.filter(({ from, to }) => states.has(from) && states.has(to))
    let next = new Set(inside.map(({ from }) => from))
    for (const isEvent of events) {
      const good = canReach(inside, states, new Set(inside.filter(isEvent).map(({ from }) => from)))
      next = new Set([...next].filter((state) => good.has(state)))
    }
    if (next.size === states.size) return states
    states = next
  }
}

const subsets = <T>(list: readonly T[]): T[][] =>
  list.reduce<T[][]>((all, item) => all.flatMap((subset) => [subset, [...subset, item]]), [[]])

/** The states from which some fair behaviour stays inside `within` for ever. */
const fairForever = (graph: Graph, system: System, within: States): Set<number> => {
  const edges = edgesOf(graph)
  const inside = edges.filter(({ from, to }) => within.has(from) && within.has(to))
  const of = (kind: 'weak' | 'strong'): number[] => system.agents.filter(({ fairness }) => fairness === kind).map(({ id }) => id)
  const strong = of('strong')
  const forever = new Set<number>()
  for (const taken of subsets(strong)) {
    const disabled = strong.filter((agent) => !taken.includes(agent))
    const allowed = new Set([...within].filter((state) => disabled.every((agent) => !isEnabled(graph, state, agent))))
    const events = [
      () => true,
      ...taken.map((agent) => (edge: Edge) => edge.agent === agent),
      ...of('weak').map((agent) => (edge: Edge) => edge.agent === agent || !isEnabled(graph, edge.from, agent)),
    ]
    for (const state of canReach(inside, within, againAndAgain(inside, allowed, events))) forever.add(state)
  }
  return forever
}

const statesWhere = ({ nodes }: Graph, holds: (seen: Seen, index: number) => boolean): Set<number> =>
  new Set(nodes.flatMap(({ seen }, i) => (holds(seen, i) ? [i] : [])))

const depthOf = ({ nodes }: Graph, states: Iterable<number>): number | null => {
  const depths = [...states].map((state) => nodes[state]!.depth)
  return depths.length === 0 ? null : Math.min(...depths)
}

/** Decides one property. */
export const decide = (graph: Graph, system: System, name: string, property: AnyProperty<never, never>): Decided => {
  const goal = statesWhere(graph, (seen) => seen.goal[name] === true)
  const all = statesWhere(graph, () => true)
  const never = new Set([...all].filter((state) => !goal.has(state)))
  const verdict = (violating: Iterable<number>, length: number | null = null): Decided => ({
    verdict: [...violating].length > 0 ? 'violated' : 'holds',
    length,
    value: null,
  })
  switch (property.kind) {
    case 'eventually':
      return verdict([...fairForever(graph, system, never)].filter((state) => state < graph.starts))
    case 'leadsTo':
      return verdict([...fairForever(graph, system, never)].filter((state) => graph.nodes[state]!.seen.trigger[name]))
    case 'alwaysPossible': {
      const possible = canReach(edgesOf(graph), all, goal)
      const out = [...all].filter((state) => !possible.has(state))
      return verdict(out, depthOf(graph, out))
    }
    case 'maximum':
    case 'minimum': {
      const counted = statesWhere(
        graph,
        (seen) => property.over === 'all states' || (!seen.waits && seen.returned.every((returned) => returned)),
      )
      const values = [...counted].flatMap((state) => {
        const value = graph.nodes[state]!.seen.goal[name]
        return typeof value === 'number' ? [{ state, value }] : []
      })
      const value = values.length === 0 ? null : Math[property.kind === 'maximum' ? 'max' : 'min'](...values.map((v) => v.value))
      const there = values.filter((v) => v.value === value).map(({ state }) => state)
      return { verdict: 'holds', length: depthOf(graph, there), value }
    }
    default:
      throw new Error(`'${property.kind}' is a property of single states`)
  }
}

/** Whether some process that has not returned can never take a step again, in a state that is no deadlock. */
export const decideStuck = (graph: Graph, system: System): Decided => {
  const all = statesWhere(graph, () => true)
  const edges = edgesOf(graph)
  const stuck = system.processes.flatMap(({ agent }, process) => {
    const steps = statesWhere(graph, (_, i) => graph.nodes[i]!.enabled.has(agent))
    const free = canReach(edges, all, steps)
    return [...all].filter(
      (state) => !graph.nodes[state]!.seen.returned[process] && !free.has(state) && graph.nodes[state]!.enabled.size > 0,
    )
  })
  return { verdict: stuck.length > 0 ? 'violated' : 'holds', length: depthOf(graph, stuck), value: null }
}
