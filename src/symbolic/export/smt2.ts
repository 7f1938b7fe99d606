/**
 * The bounded question, "is there a violation of at most k steps?", as SMT-LIB 2 text for any other solver. The printer
 * is our own, so what it says rests on no solver's reading. The logic is QF_UF with nothing but booleans: a constant
 * for each input of each step, and definitions.
 */

import { at } from '../../at.js'
import { propertyKinds } from '../../ir/kinds.js'
import { and, any, type Graph, isComplemented, isInput, type Literal, leftOf, nodeOf, rightOf, substitute, TRUE } from '../circuit/aig.js'
import { type Circuit, isOfSteps, type Target } from '../circuit/circuit.js'
import { coneOf, influenceOf } from '../circuit/cone.js'
import type { Named } from '../circuit/element-name.js'
import { unroll } from '../circuit/unrolling.js'
import { type Heading, legendOf, plain, symbolsOf } from './symbols.js'

/** How deep gates stand inside one another in the text; some readers are recursive. */
const mostNesting = 12

/**
 * Satisfiable exactly where `target` is violated (a `sometimes`: witnessed) after at most `depth` steps from an initial
 * state, lengths as mmucheck counts them. In a model `|start.i|` names the initial state, `|step.i@f|` the step from
 * state f to the next, and `|found@f|` is true where state f violates the property, or the step that is taken there
 * fails. State bits are defined as `|name@f|`. Deterministic. As long as the circuit times `depth`.
 * @throws RangeError for a depth that is no natural number, or if the unrolled circuit is too large (2^25 gates).
 */
export const toSmt2 = (circuit: Circuit, system: Named, target: Target, depth: number, heading: Heading): string => {
  if (!Number.isSafeInteger(depth) || depth < 0) throw new RangeError(`a depth of ${depth}`)
  const names = symbolsOf(circuit, system)
  const bits = influenceOf(circuit, [target.reached])
  const { graph, start, frames, goal } = ask(circuit, bits, target, isOfSteps(target) ? depth : depth + 1)
  const text = createText(
    graph,
    goal,
    frames.flatMap(({ state, there, found }) => [...state, there, found]),
  )
  start.forEach((literal, i) => void text.declare(literal, at(names.start, i)))
  for (const [f, { state, step, there, found }] of frames.entries()) {
    text.comment(f === 0 ? 'the initial state' : `state ${f}`)
    state.forEach((literal, i) => void text.define(literal, `${at(names.state, at(bits, i))}@${f}`))
    step.forEach((literal, i) => void text.declare(literal, `${at(names.step, i)}@${f}`))
    text.define(there, `there@${f}`)
    text.define(found, `found@${f}`)
  }
  text.comment('found in one of them, or init fails')
  text.assert(goal)

  const declared = text.declared()
  const opening = [
    ...heading,
    `${target.name} (${target.kind}) within ${depth} steps`,
    meaning(target.kind, depth),
    '|variable[index]:bit@n| is a bit of state n, bit 0 the lowest; |there@n|: the path comes to state n; |found@n|: and that is it.',
    ...legendOf(circuit, system, bits),
  ]
  return `${[
    ...opening.map((line) => `; ${plain(line)}`),
    '(set-option :produce-models true)',
    '(set-logic QF_UF)',
    ...text.lines(),
    '(check-sat)',
    ...(declared.length === 0 ? [] : ['; After sat, the schedule:', `; (get-value (${declared.join(' ')}))`]),
  ].join('\n')}\n`
}

const meaning = (kind: Target['kind'], depth: number): string => {
  const { settledBy, finding } = propertyKinds[kind]
  if (settledBy === 'step') return `sat: init can fail, or a step that is the last of ${depth} or fewer; unsat: none can`
  const does = finding === 'fulfils' ? 'witnesses' : 'violates'
  return `sat: a state that ${does} it can be reached in ${depth} steps or fewer; unsat: none can`
}

interface Frame {
  /** The state bits that were asked for, in their order. */
  readonly state: readonly Literal[]
  readonly step: readonly Literal[]
  /** Whether the inputs name a path that comes here. */
  readonly there: Literal
  /** Whether it does, and the target is reached here. */
  readonly found: Literal
}

/** The circuit unrolled, and the literal that says that one of `count` states has it. */
const ask = (
  circuit: Circuit,
  bits: readonly number[],
  target: Target,
  count: number,
): { readonly graph: Graph; readonly start: readonly Literal[]; readonly frames: readonly Frame[]; readonly goal: Literal } => {
  const { graph, start, isStart, at: literalAt, state, step } = unroll(circuit, 'initial states')
  const frames: Frame[] = []
  const starting = new Map(circuit.start.map((literal, i) => [nodeOf(literal), at(start, i)]))
  const foundInit = substitute(circuit.graph, graph, starting, target.reachedInit)
  let there = isStart
  for (let f = 0; f < count; f++) {
    if (f > 0) there = and(graph, there, literalAt(f - 1, circuit.enabled))
    const all = state(f)
    frames.push({ state: bits.map((i) => at(all, i)), step: step(f), there, found: and(graph, there, literalAt(f, target.reached)) })
  }
  return { graph, start, frames, goal: any(graph, [foundInit, ...frames.map(({ found }) => found)]) }
}

interface Text {
  readonly comment: (line: string) => void
  /** An input, as a constant; nothing where it does not matter. */
  readonly declare: (literal: Literal, name: string) => void
  /** A name for a literal, which later definitions refer to; nothing where it does not matter. */
  readonly define: (literal: Literal, name: string) => void
  readonly assert: (literal: Literal) => void
  readonly declared: () => readonly string[]
  readonly lines: () => readonly string[]
}

/**
 * Writes definitions in the order in which they are asked for, gates that several of them share as definitions of their
 * own before them.
 */
const createText = (graph: Graph, goal: Literal, roots: readonly Literal[]): Text => {
  const matters = coneOf(graph, [goal])
  const isNamed = ownLines(graph, matters, roots)
  /** Of a node the name of a constant, and whether that is the node's complement. */
  const names = new Map<number, { readonly name: string; readonly isComplement: boolean }>()
  const lines: string[] = []
  const declared: string[] = []
  const doesMatter = (literal: Literal): boolean => nodeOf(literal) === 0 || matters[nodeOf(literal)] === 1

  const operands = (node: number): readonly [Literal, Literal] => [leftOf(graph, node), rightOf(graph, node)]
  const isInlined = (node: number): boolean => !isInput(graph, node) && !names.has(node) && isNamed[node] === 0

  /** The literals of a conjunction, those of conjunctions inside it among them. */
  const conjuncts = (node: number): Literal[] =>
    operands(node).flatMap((a) => (!isComplemented(a) && isInlined(nodeOf(a)) ? conjuncts(nodeOf(a)) : [a]))

  /** `[c, a, b]` if the node is the complement of `c ? a : b`. */
  const choiceOf = (node: number): readonly [Literal, Literal, Literal] | null => {
    const [p, q] = operands(node)
    if (!isComplemented(p) || !isComplemented(q) || !isInlined(nodeOf(p)) || !isInlined(nodeOf(q))) return null
    for (const [c, a] of turned(operands(nodeOf(p))))
      for (const [d, b] of turned(operands(nodeOf(q)))) if (c === (d ^ 1)) return isComplemented(c) ? [d, b, a] : [c, a, b]
    return null
  }

  const print = (literal: Literal): string => {
    const node = nodeOf(literal)
    if (node === 0) return literal === TRUE ? 'true' : 'false'
    const named = names.get(node)
    if (named !== undefined) return isComplemented(literal) === named.isComplement ? named.name : `(not ${named.name})`
    return printGate(node, isComplemented(literal))
  }
  const printGate = (node: number, complemented: boolean): string => {
    const choice = choiceOf(node)
    if (choice !== null) {
      const [c, a, b] = choice
      if (a === (b ^ 1)) return `(xor ${print(c)} ${print(complemented ? b : a)})`
      return complemented ? `(ite ${print(c)} ${print(a)} ${print(b)})` : `(ite ${print(c)} ${print(a ^ 1)} ${print(b ^ 1)})`
    }
    const parts = conjuncts(node)
    return complemented ? `(or ${parts.map((a) => print(a ^ 1)).join(' ')})` : `(and ${parts.map(print).join(' ')})`
  }

  const equate = (name: string, text: string): void => {
    lines.push(`(declare-fun ${name} () Bool) (assert (= ${name} ${text}))`)
  }
  const line = (literal: Literal, name: string): void => {
    equate(name, printGate(nodeOf(literal), isComplemented(literal)))
    names.set(nodeOf(literal), { name, isComplement: isComplemented(literal) })
  }
  /** Defines the gates below a literal that have lines of their own, itself left out. */
  const prepare = (literal: Literal): void => {
    const seen = new Set<number>()
    const pending = [nodeOf(literal)]
    while (pending.length > 0) {
      const node = at(pending, -1)
      if (seen.has(node) || names.has(node) || isInput(graph, node)) {
        pending.pop()
        if (node !== nodeOf(literal) && !names.has(node) && isNamed[node] === 1) line(2 * node, `g${node}`)
        continue
      }
      seen.add(node)
      for (const operand of operands(node)) pending.push(nodeOf(operand))
    }
  }

  return {
    comment: (text) => {
      lines.push(`; ${text}`)
    },
    declare: (literal, name) => {
      if (nodeOf(literal) === 0 || !doesMatter(literal)) return
      lines.push(`(declare-fun |${name}| () Bool)`)
      declared.push(`|${name}|`)
      names.set(nodeOf(literal), { name: `|${name}|`, isComplement: isComplemented(literal) })
    },
    define: (literal, name) => {
      if (!doesMatter(literal)) return
      const node = nodeOf(literal)
      if (node === 0 || names.has(node)) {
        equate(`|${name}|`, print(literal))
        return
      }
      prepare(literal)
      line(literal, `|${name}|`)
    },
    assert: (literal) => {
      prepare(literal)
      lines.push(`(assert ${print(literal)})`)
    },
    declared: () => declared,
    lines: () => lines,
  }
}

const turned = <T>([a, b]: readonly [T, T]): readonly (readonly [T, T])[] => [
  [a, b],
  [b, a],
]

/**
 * Marks the gates that get a line of their own: the roots, what is used more than once, and what would stand too deep.
 */
const ownLines = (graph: Graph, matters: Uint8Array, roots: readonly Literal[]): Uint8Array => {
  const uses = new Uint32Array(matters.length)
  for (let node = 1; node < matters.length; node++) {
    if (matters[node] === 0 || isInput(graph, node)) continue
    for (const operand of [leftOf(graph, node), rightOf(graph, node)]) uses[nodeOf(operand)] = at(uses, nodeOf(operand)) + 1
  }
  const named = new Uint8Array(matters.length)
  for (const root of roots) if (!isInput(graph, nodeOf(root))) named[nodeOf(root)] = 1
  const nesting = new Uint8Array(matters.length)
  for (let node = 1; node < matters.length; node++) {
    if (matters[node] === 0 || isInput(graph, node)) continue
    const below = [leftOf(graph, node), rightOf(graph, node)].map((a) => (named[nodeOf(a)] === 1 ? 0 : at(nesting, nodeOf(a))))
    nesting[node] = Math.max(...below) + 1
    if (at(uses, node) > 1 || at(nesting, node) >= mostNesting) named[node] = 1
  }
  return named
}
