/**
 * And-inverter graphs: every boolean function of this engine is a literal in one. Nodes are hashed, so equal functions
 * built the same way are one node, and constants fold; what a knob switches off costs nothing here either.
 *
 * Node 0 is the constant false; each further node is an input or the conjunction of two literals of earlier nodes, so
 * ascending order is topological. A literal is `2 * node`, plus 1 where it is complemented (as AIGER writes them;
 * Biere, Heljanko, Wieringa 2011).
 */

import { at } from '../../at.js'

export type Literal = number

export const FALSE: Literal = 0
export const TRUE: Literal = 1

export interface Graph {
  /** Of each node, its operands; both are -1 for an input and for the constant. */
  readonly left: number[]
  readonly right: number[]
  /** Conjunctions by their operands: `left * 2^26 + right`. */
  readonly known: Map<number, Literal>
}

export const createGraph = (): Graph => ({ left: [-1], right: [-1], known: new Map() })

/** How many nodes there are, the constant included. */
export const size = (graph: Graph): number => graph.left.length

export const complement = (a: Literal): Literal => a ^ 1
export const nodeOf = (a: Literal): number => a >> 1
export const isComplemented = (a: Literal): boolean => (a & 1) === 1
/** The operands of a gate; -1 of an input and of the constant. Not by `at`: no loop over gates is hotter. */
export const leftOf = (graph: Graph, node: number): Literal => operand(graph.left, node)
export const rightOf = (graph: Graph, node: number): Literal => operand(graph.right, node)

const operand = (side: readonly Literal[], node: number): Literal => {
  const found = side[node]
  if (found === undefined) throw new RangeError(`no node ${node}`)
  return found
}

/** Whether a node is an input (or the constant). */
export const isInput = (graph: Graph, node: number): boolean => leftOf(graph, node) < 0

const mostNodes = 2 ** 25

const append = (graph: Graph, left: Literal, right: Literal): Literal => {
  const node = graph.left.length
  if (node >= mostNodes) throw new RangeError(`a circuit of more than ${mostNodes} gates`)
  graph.left.push(left)
  graph.right.push(right)
  return 2 * node
}

/** A fresh input. */
export const input = (graph: Graph): Literal => append(graph, -1, -1)

export const and = (graph: Graph, a: Literal, b: Literal): Literal => {
  const low = Math.min(a, b)
  const high = Math.max(a, b)
  if (low === FALSE || low === complement(high)) return FALSE
  if (low === TRUE || low === high) return high
  const key = low * 2 ** 26 + high
  const there = graph.known.get(key)
  if (there !== undefined) return there
  const simpler = absorbed(graph, low, high) ?? absorbed(graph, high, low)
  const made = simpler ?? append(graph, low, high)
  graph.known.set(key, made)
  return made
}

/**
 * What `a & b` is where b is a conjunction, or the complement of one, that a is an operand of; null where that says
 * nothing.
 */
const absorbed = (graph: Graph, a: Literal, b: Literal): Literal | null => {
  const left = leftOf(graph, nodeOf(b))
  const right = rightOf(graph, nodeOf(b))
  if (left < 0) return null
  if (!isComplemented(b)) {
    if (a === left || a === right) return b
    return a === complement(left) || a === complement(right) ? FALSE : null
  }
  if (a === complement(left) || a === complement(right)) return a
  if (a === left) return and(graph, a, complement(right))
  return a === right ? and(graph, a, complement(left)) : null
}

export const or = (graph: Graph, a: Literal, b: Literal): Literal => complement(and(graph, complement(a), complement(b)))

export const xor = (graph: Graph, a: Literal, b: Literal): Literal => or(graph, and(graph, a, complement(b)), and(graph, complement(a), b))

export const mux = (graph: Graph, condition: Literal, a: Literal, b: Literal): Literal => {
  if (condition === TRUE || a === b) return a
  if (condition === FALSE) return b
  return or(graph, and(graph, condition, a), and(graph, complement(condition), b))
}

/** The conjunction of any number of literals, as a balanced tree. */
export const all = (graph: Graph, literals: readonly Literal[]): Literal => {
  if (literals.length === 0) return TRUE
  let level = literals
  while (level.length > 1) {
    const next: Literal[] = []
    for (let i = 0; i < level.length; i += 2) next.push(and(graph, level[i] ?? TRUE, level[i + 1] ?? TRUE))
    level = next
  }
  return level[0] ?? TRUE
}

export const any = (graph: Graph, literals: readonly Literal[]): Literal => complement(all(graph, literals.map(complement)))

/**
 * Copies functions into another graph, with other literals for its inputs. `substitution` maps nodes of `from` to
 * literals of `to`; it must have every input that the functions depend on, and is filled with what is copied, so later
 * copies under the same substitution share it.
 * @throws Error for an input without a substitute.
 */
export const substitute = (from: Graph, to: Graph, substitution: Map<number, Literal>, literal: Literal): Literal => {
  const pending = [nodeOf(literal)]
  while (pending.length > 0) {
    const node = at(pending, -1)
    if (node === 0 || substitution.has(node)) {
      pending.pop()
      continue
    }
    const left = leftOf(from, node)
    const right = rightOf(from, node)
    if (left < 0) throw new Error(`no substitute for input ${node}`)
    const a = lookUp(substitution, left)
    const b = lookUp(substitution, right)
    if (a !== null && b !== null) {
      substitution.set(node, and(to, a, b))
      pending.pop()
      continue
    }
    if (a === null) pending.push(nodeOf(left))
    if (b === null) pending.push(nodeOf(right))
  }
  const copied = lookUp(substitution, literal)
  if (copied === null) throw new Error(`node ${nodeOf(literal)} was not copied`)
  return copied
}

const lookUp = (substitution: ReadonlyMap<number, Literal>, literal: Literal): Literal | null => {
  if (nodeOf(literal) === 0) return literal
  const found = substitution.get(nodeOf(literal))
  return found === undefined ? null : found ^ (literal & 1)
}

/** Evaluates a graph: `values[node]` for all nodes, given those of the inputs. */
export const evaluate = (graph: Graph, inputs: ReadonlyMap<number, boolean>): readonly boolean[] => {
  const values: boolean[] = []
  const isTrue = (literal: Literal): boolean => at(values, nodeOf(literal)) !== isComplemented(literal)
  for (let node = 0; node < graph.left.length; node++) {
    const left = leftOf(graph, node)
    values.push(left < 0 ? (inputs.get(node) ?? false) : isTrue(left) && isTrue(rightOf(graph, node)))
  }
  return values
}

/** The inputs that a function's cone has, ascending. */
export const inputsOf = (graph: Graph, literal: Literal): readonly number[] => {
  const seen = new Set([nodeOf(literal)])
  for (const node of seen) {
    if (isInput(graph, node)) continue
    seen.add(nodeOf(leftOf(graph, node)))
    seen.add(nodeOf(rightOf(graph, node)))
  }
  return [...seen].filter((node) => node !== 0 && isInput(graph, node)).sort((a, b) => a - b)
}

/**
 * The value of one function, evaluating only the gates that it depends on; inputs without a value are false. `values`
 * is filled with what is found on the way, so further functions under the same inputs share it.
 */
export const valueIn = (graph: Graph, literal: Literal, values: Map<number, boolean>): boolean => {
  const pending = [nodeOf(literal)]
  while (pending.length > 0) {
    const node = at(pending, -1)
    if (values.has(node)) {
      pending.pop()
      continue
    }
    if (isInput(graph, node)) {
      values.set(node, false)
      continue
    }
    const left = values.get(nodeOf(leftOf(graph, node)))
    const right = values.get(nodeOf(rightOf(graph, node)))
    if (left === undefined) pending.push(nodeOf(leftOf(graph, node)))
    else if (right === undefined) pending.push(nodeOf(rightOf(graph, node)))
    else values.set(node, left !== isComplemented(leftOf(graph, node)) && right !== isComplemented(rightOf(graph, node)))
  }
  return (values.get(nodeOf(literal)) ?? false) !== isComplemented(literal)
}
