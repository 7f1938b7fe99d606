/**
 * The part of a graph that some functions rest on: its gates, its inputs, and of a circuit the state bits that a claim
 * can depend on.
 */

import { at } from '../../at.js'
import { type Graph, isInput, type Literal, leftOf, nodeOf, rightOf, size } from './aig.js'
import type { Circuit } from './circuit.js'

/** Marks, by node, everything that these literals depend on, themselves included. Linear in the size of the graph. */
export const coneOf = (graph: Graph, literals: readonly Literal[]): Uint8Array => {
  const marks = new Uint8Array(size(graph))
  for (const literal of literals) marks[nodeOf(literal)] = 1
  for (let node = marks.length - 1; node > 0; node--) {
    if (marks[node] === 0 || isInput(graph, node)) continue
    marks[nodeOf(leftOf(graph, node))] = 1
    marks[nodeOf(rightOf(graph, node))] = 1
  }
  return marks
}

/** Which of these inputs, by position, the functions depend on. Linear in the size of the graph. */
export const supportOf = (graph: Graph, literals: readonly Literal[], inputs: readonly Literal[]): number[] => {
  const marks = coneOf(graph, literals)
  return inputs.flatMap((literal, i) => (marks[nodeOf(literal)] === 1 ? [i] : []))
}

/**
 * The state bits, ascending by position, that decide about these functions in some later state: their own support, and
 * where there is any, that of `enabled` and of the next values of every bit so found.
 */
export const influenceOf = ({ graph, state, next, enabled }: Circuit, literals: readonly Literal[]): number[] => {
  let found = supportOf(graph, literals, state)
  if (found.length === 0) return found
  for (;;) {
    const more = supportOf(graph, [...literals, enabled, ...found.map((i) => at(next, i))], state)
    if (more.length === found.length) return found
    found = more
  }
}
