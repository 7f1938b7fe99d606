/**
 * Circuits as clauses (Tseitin 1968), cone by cone as they are asked for: a node has a solver variable once something
 * depends on it. A gate that chooses, or(and(c, a), and(!c, b)), gets the clauses of an if-then-else (Eén, Mishchenko,
 * Sörensson 2007) and its two conjunctions none; the exclusive or is one of these.
 */
import { at } from '../../at.js'
import { type Graph, isComplemented, isInput, type Literal, leftOf, nodeOf, rightOf } from '../circuit/aig.js'
import type { Solver } from './solver.js'

/** The functions of a graph in a solver. */
export interface Encoder {
  /**
   * The solver's literal for a function; adds what clauses its cone lacks. Costs time linear in those, and no
   * recursion.
   */
  readonly literal: (literal: Literal) => number
  /**
   * Makes a literal of the solver stand for an input of the graph. By default an input gets a fresh variable when it is
   * first needed.
   * @throws Error for what is no input, or has its literal already.
   */
  readonly bind: (input: Literal, literal: number) => void
}

/** Several encoders may share a solver, as one per copy of the state, and a graph, which may grow between calls. */
export const createEncoder = (graph: Graph, solver: Solver): Encoder => {
  /** By node; 0 where there is none yet. */
  const variables: number[] = []

  const truth = (): number => {
    const variable = solver.variable()
    solver.clause([variable])
    return variable
  }
  const known = (literal: Literal): number => {
    const variable = variables[nodeOf(literal)] ?? 0
    return isComplemented(literal) ? -variable : variable
  }
  const define = (node: number, variable: number): void => {
    while (variables.length < node) variables.push(0)
    variables[node] = variable
  }

  const conjunction = (node: number, a: number, b: number): void => {
    const gate = solver.variable()
    solver.clause([-gate, a])
    solver.clause([-gate, b])
    solver.clause([gate, -a, -b])
    define(node, gate)
  }
  const choice = (node: number, condition: number, a: number, b: number): void => {
    const gate = solver.variable()
    solver.clause([-condition, -a, gate])
    solver.clause([-condition, a, -gate])
    solver.clause([condition, -b, gate])
    solver.clause([condition, b, -gate])
    if (a !== -b) {
      // Implied, but a propagation finds them only where the condition is known.
      solver.clause([-a, -b, gate])
      solver.clause([a, b, -gate])
    }
    define(node, gate)
  }

  /** Encodes a node if its operands are; says which are not. */
  const missing = (node: number): readonly number[] => {
    if (node === 0) define(0, -truth())
    else if (isInput(graph, node)) define(node, solver.variable())
    else {
      const chosen = choiceOf(graph, node)
      const [left, right] = [leftOf(graph, node), rightOf(graph, node)]
      const lacking = (chosen ?? [left, right]).map(nodeOf).filter((operand) => (variables[operand] ?? 0) === 0)
      if (lacking.length > 0) return lacking
      if (chosen === null) conjunction(node, known(left), known(right))
      else choice(node, known(chosen[0]), known(chosen[1]), known(chosen[2]))
    }
    return []
  }

  return {
    literal: (literal) => {
      const pending = [nodeOf(literal)]
      while (pending.length > 0) {
        const node = at(pending, -1)
        const lacking = (variables[node] ?? 0) === 0 ? missing(node) : []
        if (lacking.length === 0) pending.pop()
        else pending.push(...lacking)
      }
      return known(literal)
    },
    bind: (input, literal) => {
      const node = nodeOf(input)
      if (node === 0 || !isInput(graph, node)) throw new Error(`node ${node} is no input`)
      if (known(input) !== 0) throw new Error(`input ${node} has a literal already`)
      define(node, isComplemented(input) ? -literal : literal)
    },
  }
}

type Choice = readonly [condition: Literal, a: Literal, b: Literal]

/** Where a node is "if condition then a else b": `!(c & p) & !(!c & q)` is "if c then !p else !q". */
const choiceOf = (graph: Graph, node: number): Choice | null => {
  const one = leftOf(graph, node)
  const other = rightOf(graph, node)
  if (!isComplemented(one) || !isComplemented(other)) return null
  if (nodeOf(one) === 0 || nodeOf(other) === 0 || isInput(graph, nodeOf(one)) || isInput(graph, nodeOf(other))) return null
  const p = leftOf(graph, nodeOf(one))
  const q = rightOf(graph, nodeOf(one))
  const r = leftOf(graph, nodeOf(other))
  const s = rightOf(graph, nodeOf(other))
  if (p === (r ^ 1)) return [p, q ^ 1, s ^ 1]
  if (p === (s ^ 1)) return [p, q ^ 1, r ^ 1]
  if (q === (r ^ 1)) return [q, p ^ 1, s ^ 1]
  if (q === (s ^ 1)) return [q, p ^ 1, r ^ 1]
  return null
}
