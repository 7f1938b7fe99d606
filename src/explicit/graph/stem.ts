/** Shortest ways through a state graph, with the fewest switches between agents. */

import { at } from '../../at.js'
import { createSwitches, type Switches, switchesBytes, unwanted } from '../search/switches.js'
import type { Debt } from './fair.js'
import { type Graph, hasLabel } from './state-graph.js'

/** Edges, one after the other, by their place in `Graph.targets`, from the state `from` on. */
export interface Path {
  readonly from: number
  readonly edges: readonly number[]
}

/**
 * The states of a way in layers. A state is in one layer of each kind at most: `free` ones are the breadth-first
 * levels, as `levelsTo` has them; `owing` are states on ways that owe something since some state on them, and
 * `owingLayer` has the number of their layer, from 1.
 */
interface Layers {
  readonly free: readonly number[]
  readonly owing: readonly (readonly number[])[]
  readonly owingLayer: Uint32Array
  /** Whether a way owes since this state of a layer, if it comes through it. It is then in both kinds of this layer. */
  readonly owesSince: (state: number, layer: number) => boolean
}

interface Onward {
  readonly free: Switches
  readonly owing: Switches
}

/** The bytes that finding a way takes, at most. */
export const stemBytes = ({ states }: Graph, agents: number): number => 2 * switchesBytes(states, agents) + states * 12

/**
 * The first state of each level, for the levels up to that of `last`, and behind them the end of that level. Linear in
 * the edges of these levels.
 */
const levelsTo = ({ starts, targets, initial }: Graph, last: number): number[] => {
  const levels = [0, initial]
  for (let end = initial; end <= last; ) {
    const first = at(levels, -2)
    let next = end
    for (let e = starts[first]!; e < starts[end]!; e++) if (targets[e]! >= next) next = targets[e]! + 1
    if (next === end) throw new Error(`state ${last} is on no level`)
    levels.push(next)
    end = next
  }
  return levels
}

const isFree = ({ free }: Layers, state: number, layer: number): boolean =>
  layer + 1 < free.length && state >= free[layer]! && state < free[layer + 1]!

const isOwing = ({ owingLayer }: Layers, state: number, layer: number): boolean => owingLayer[state] === layer + 1

/** Offers a state the ways to wanted states of the next layer. */
const offerBack = ({ starts, targets, agents }: Graph, state: number, switches: Switches, isNext: (state: number) => boolean): void => {
  for (let e = starts[state]!; e < starts[state + 1]!; e++) {
    const to = targets[e]!
    if (switches.least[to] !== unwanted && isNext(to)) switches.offer(state, agents[e]!, switches.after(to, agents[e]!))
  }
}

/** Walks back from the ends in layer `last`, and then the best way forth. */
const bestWay = (graph: Graph, layers: Layers, last: number, onward: Onward): Path => {
  const { free, owing } = onward
  for (let d = last; ; d--) {
    for (const s of layers.owing[d] ?? []) if (owing.least[s] !== unwanted && layers.owesSince(s, d)) free.copy(s, owing)
    if (d === 0) break
    const end = layers.free[d] ?? 0
    for (let s = layers.free[d - 1] ?? end; s < end; s++) offerBack(graph, s, free, (to) => isFree(layers, to, d))
    for (const s of layers.owing[d - 1] ?? []) offerBack(graph, s, owing, (to) => isOwing(layers, to, d))
  }
  let first = 0
  for (let s = 1; s < graph.initial; s++) if (free.least[s]! < free.least[first]!) first = s
  if (free.least[first] === unwanted) throw new Error('a state was reached on no way from an initial state')
  return { from: first, edges: follow(graph, layers, first, last, onward) }
}

const follow = ({ starts, targets, agents }: Graph, layers: Layers, first: number, last: number, onward: Onward): number[] => {
  const edges: number[] = []
  let [state, owes] = [first, false]
  let agent: number | null = null
  for (let d = 0; ; d++) {
    owes ||= isOwing(layers, state, d) && onward.owing.least[state] !== unwanted && layers.owesSince(state, d)
    if (d === last) return edges
    const switches = owes ? onward.owing : onward.free
    const isNext = owes ? isOwing : isFree
    let [best, least] = [-1, unwanted]
    for (let e = starts[state]!; e < starts[state + 1]!; e++) {
      const to = targets[e]!
      if (switches.least[to] === unwanted || !isNext(layers, to, d + 1)) continue
      const total = switches.after(to, agents[e]!) + (agent === null || agent === agents[e]! ? 0 : 1)
      if (total < least || (total === least && agents[e]! < agents[best]!)) [best, least] = [e, total]
    }
    edges.push(best)
    state = targets[best]!
    agent = agents[best]!
  }
}

/**
 * A shortest way from an initial state to a state, with the fewest switches between agents. Linear in the graph up to
 * its level.
 */
export const shortestTo = (graph: Graph, state: number, agents: number): Path => {
  const free = createSwitches(graph.states, agents)
  free.end(state)
  const levels = levelsTo(graph, state)
  const layers: Layers = { free: levels, owing: [], owingLayer: new Uint32Array(0), owesSince: () => false }
  return bestWay(graph, layers, levels.length - 2, { free, owing: free })
}

/**
 * A shortest way from an initial state over one that owes the goal, on without the goal, to one of the marked states;
 * which of the nearest ones is said by the fewest switches. Linear in the graph. @throws Error where there is none.
 */
export const shortestStem = (graph: Graph, { isOwed, goal }: Debt, marked: Uint8Array, agents: number): Path => {
  const { starts, targets, states } = graph
  const owing: number[][] = []
  const owingLayer = new Uint32Array(states)
  const owes = (s: number): boolean => isOwed(s) && !hasLabel(graph, s, goal)
  const layers: Layers = {
    free: levelsTo(graph, states - 1),
    owing,
    owingLayer,
    owesSince: (s, layer) => isFree(layers, s, layer) && owes(s),
  }
  for (let d = 0; ; d++) {
    const layer: number[] = []
    const add = (s: number): void => {
      if (owingLayer[s] !== 0) return
      owingLayer[s] = d + 1
      layer.push(s)
    }
    for (const s of owing[d - 1] ?? [])
      for (let e = starts[s]!; e < starts[s + 1]!; e++) if (!hasLabel(graph, targets[e]!, goal)) add(targets[e]!)
    const [first, end] = d + 1 < layers.free.length ? [at(layers.free, d), at(layers.free, d + 1)] : [0, 0]
    for (let s = first; s < end; s++) if (owes(s)) add(s)
    owing.push(layer)
    const there = layer.filter((s) => marked[s] === 1)
    if (there.length > 0) {
      const onward: Onward = { free: createSwitches(states, agents), owing: createSwitches(states, agents) }
      for (const s of there) onward.owing.end(s)
      return bestWay(graph, layers, d, onward)
    }
    if (layer.length === 0 && d + 1 >= layers.free.length) throw new Error('no marked state is reached')
  }
}
