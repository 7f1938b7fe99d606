/** Shortest ways through a state graph, with the fewest switches between agents. */
import type { Debt } from './fair.js'
import { type Graph, hasLabel } from './graph.js'

/** Edges, one after the other, by their place in `Graph.targets`, from the state `from` on. */
export interface Path {
  readonly from: number
  readonly edges: readonly number[]
}

/** The states of a way in layers: a state may be in one layer of each kind. `free` is the breadth-first level, `owing` are states on ways that owe something since some state on them. */
interface Layer {
  readonly free: Iterable<number>
  readonly owing: readonly number[]
}

interface Onward {
  readonly agent: number
  /** Switches from here to the end. */
  readonly cost: number
  readonly edge: number
  readonly next: Wanted
}

interface Wanted {
  readonly state: number
  /** The best way on for each agent that moves first on one; empty at the end. */
  readonly onward: readonly Onward[]
}

/** Of one layer at most so many states are followed back: those with the fewest switches. Only then may another way have fewer still. */
const mostPerLayer = 50_000

const costAfter = ({ onward }: Wanted, agent: number | null): number =>
  onward.reduce((least, o) => Math.min(least, o.cost + (agent === null || o.agent === agent ? 0 : 1)), onward.length === 0 ? 0 : Infinity)

const withOnward = (onward: readonly Onward[], o: Onward): readonly Onward[] => {
  const known = onward.findIndex((k) => k.agent === o.agent)
  if (known < 0) return [...onward, o]
  const other = onward[known]
  return o.cost < other.cost || (o.cost === other.cost && o.edge < other.edge) ? onward.with(known, o) : onward
}

const follow = (first: Wanted): Path => {
  const edges: number[] = []
  let agent: number | null = null
  let here = first
  while (here.onward.length > 0) {
    const total = (o: Onward): number => o.cost + (agent === null || o.agent === agent ? 0 : 1)
    const best: Onward = here.onward.reduce((a, b) => (total(b) < total(a) || (total(b) === total(a) && b.agent < a.agent) ? b : a))
    edges.push(best.edge)
    agent = best.agent
    here = best.next
  }
  return { from: first.state, edges }
}

/** The first state of each level, for the levels up to that of `last`, and behind them the end of that level. Linear in the edges of these levels. */
export const levelsTo = ({ starts, targets, initial }: Graph, last: number): number[] => {
  const levels = [0, initial]
  for (let end = initial; end <= last; ) {
    const first = levels[levels.length - 2]
    let next = end
    for (let e = starts[first]; e < starts[end]; e++) if (targets[e] >= next) next = targets[e] + 1
    if (next === end) throw new Error(`state ${last} is on no level`)
    levels.push(next)
    end = next
  }
  return levels
}

const cheapest = (wanted: ReadonlyMap<number, Wanted>): Iterable<Wanted> =>
  wanted.size <= mostPerLayer
    ? wanted.values()
    : [...wanted.values()].toSorted((a, b) => costAfter(a, null) - costAfter(b, null) || a.state - b.state).slice(0, mostPerLayer)

/** The states of a layer that lead to wanted ones. `isWanted` has a byte for every state, all 0 before and after. */
const before = (graph: Graph, layer: Iterable<number>, wanted: ReadonlyMap<number, Wanted>, isWanted: Uint8Array): Map<number, Wanted> => {
  const found = new Map<number, Wanted>()
  if (wanted.size === 0) return found
  const kept = new Map<number, Wanted>()
  for (const w of cheapest(wanted)) {
    isWanted[w.state] = 1
    kept.set(w.state, w)
  }
  const { starts, targets, agents } = graph
  for (const state of layer) {
    let onward: readonly Onward[] = []
    for (let e = starts[state]; e < starts[state + 1]; e++) {
      if (isWanted[targets[e]] === 0) continue
      const next = kept.get(targets[e])
      if (next !== undefined) onward = withOnward(onward, { agent: agents[e], cost: costAfter(next, agents[e]), edge: e, next })
    }
    if (onward.length > 0) found.set(state, { state, onward })
  }
  for (const state of kept.keys()) isWanted[state] = 0
  return found
}

const ends = (states: Iterable<number>): Map<number, Wanted> => {
  const wanted = new Map<number, Wanted>()
  for (const state of states) wanted.set(state, { state, onward: [] })
  return wanted
}

/** Walks back from what is wanted in the last layer. A state that owes since itself is also free in its layer. */
const walkBack = (
  graph: Graph,
  layers: readonly Layer[],
  last: { readonly free: Map<number, Wanted>; readonly owing: Map<number, Wanted> },
  owesSinceHere: (state: number, layer: number) => boolean,
): Path => {
  const isWanted = new Uint8Array(graph.states)
  let { free, owing } = last
  for (let d = layers.length - 1; ; d--) {
    for (const w of owing.values()) if (owesSinceHere(w.state, d)) free.set(w.state, w)
    if (d === 0) break
    const [toFree, toOwing] = [free, owing]
    free = before(graph, layers[d - 1].free, toFree, isWanted)
    owing = before(graph, layers[d - 1].owing, toOwing, isWanted)
  }
  if (free.size === 0) throw new Error('a state was reached on no way from an initial state')
  return follow([...free.values()].reduce((a, b) => (costAfter(b, null) < costAfter(a, null) ? b : a)))
}

const range = function* (from: number, to: number): Iterable<number> {
  for (let s = from; s < to; s++) yield s
}

/** A shortest way from an initial state to a state, with the fewest switches between agents. Linear in the graph up to its level. */
export const shortestTo = (graph: Graph, state: number): Path => {
  const levels = levelsTo(graph, state)
  const layers = levels.slice(0, -1).map((first, d): Layer => ({ free: range(first, levels[d + 1]), owing: [] }))
  return walkBack(graph, layers, { free: ends([state]), owing: new Map() }, () => false)
}

/**
 * A shortest way from an initial state over one that owes the goal, on without the goal, to one of the marked states; which of the nearest ones is said by the
 * fewest switches. Linear in the graph. @throws Error where there is none.
 */
export const shortestStem = (graph: Graph, { isOwed, goal }: Debt, marked: Uint8Array): Path => {
  const { starts, targets, states } = graph
  const levels = levelsTo(graph, states - 1)
  const seen = new Uint8Array(states)
  const layers: Layer[] = []
  const owes = (s: number): boolean => isOwed(s) && !hasLabel(graph, s, goal)
  for (let d = 0; ; d++) {
    const owing: number[] = []
    const add = (s: number): void => {
      if (seen[s] === 1) return
      seen[s] = 1
      owing.push(s)
    }
    for (const s of layers[d - 1]?.owing ?? [])
      for (let e = starts[s]; e < starts[s + 1]; e++) if (!hasLabel(graph, targets[e], goal)) add(targets[e])
    const [first, end] = d + 1 < levels.length ? [levels[d], levels[d + 1]] : [0, 0]
    for (let s = first; s < end; s++) if (owes(s)) add(s)
    layers.push({ free: range(first, end), owing })
    const there = owing.filter((s) => marked[s] === 1)
    if (there.length > 0) {
      const owesSinceHere = (s: number, layer: number): boolean =>
        layer + 1 < levels.length && s >= levels[layer] && s < levels[layer + 1] && owes(s)
      return walkBack(graph, layers, { free: new Map(), owing: ends(there) }, owesSinceHere)
    }
    if (owing.length === 0 && d + 1 >= levels.length) throw new Error('no marked state is reached')
  }
}
