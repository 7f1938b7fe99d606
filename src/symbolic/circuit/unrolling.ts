/**
 * A circuit unrolled: states and steps at times 0, 1, ... as functions in a graph of their own, in which constants of
 * the start fold away.
 */

import { at } from '../../at.js'
import { createGraph, FALSE, type Graph, input, type Literal, nodeOf, substitute } from './aig.js'
import type { Circuit } from './circuit.js'

export interface Unrolling {
  readonly graph: Graph
  /** The inputs that name the initial state; none where it is any state. */
  readonly start: readonly Literal[]
  /** Whether `start` names an initial state. */
  readonly isStart: Literal
  /** A literal of the circuit, of the state and the step at a time. */
  readonly at: (time: number, literal: Literal) => Literal
  readonly state: (time: number) => readonly Literal[]
  /** The inputs that name the step at a time. */
  readonly step: (time: number) => readonly Literal[]
}

interface Frame {
  readonly state: readonly Literal[]
  readonly step: readonly Literal[]
  readonly substitution: Map<number, Literal>
}

/** From the initial states, or from any state. */
export const unroll = (circuit: Circuit, from: 'initial states' | 'any state'): Unrolling => {
  const graph = createGraph()
  const start = from === 'any state' ? [] : circuit.start.map(() => input(graph))
  // From any state nothing depends on what names an initial one.
  const starting = new Map(circuit.start.map((literal, i) => [nodeOf(literal), start[i] ?? FALSE]))
  const first =
    from === 'any state' ? circuit.state.map(() => input(graph)) : circuit.initial.map((l) => substitute(circuit.graph, graph, starting, l))
  const frameOf = (state: readonly Literal[]): Frame => {
    const step = circuit.step.map(() => input(graph))
    const pairs = [...circuit.state.map((l, i) => [l, at(state, i)] as const), ...circuit.step.map((l, i) => [l, at(step, i)] as const)]
    return { state, step, substitution: new Map(pairs.map(([l, value]) => [nodeOf(l), value])) }
  }
  const frames = [frameOf(first)]
  const frame = (time: number): Frame => {
    for (let t = frames.length; t <= time; t++) {
      const before = frame(t - 1)
      frames.push(frameOf(circuit.next.map((l) => substitute(circuit.graph, graph, before.substitution, l))))
    }
    const found = frames[time]
    if (found === undefined) throw new RangeError(`there is no time ${time}`)
    return found
  }
  return {
    graph,
    start,
    isStart: from === 'any state' ? 1 : substitute(circuit.graph, graph, starting, circuit.isStart),
    at: (time, literal) => substitute(circuit.graph, graph, frame(time).substitution, literal),
    state: (time) => frame(time).state,
    step: (time) => frame(time).step,
  }
}
