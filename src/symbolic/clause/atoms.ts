/**
 * What invariants are made of: statements about one element of the state. A cube is a conjunction of atoms, so it
 * allows each element a set of codes; its negation is a clause. Program counters have many values and their bits mean
 * nothing, so an element of few codes has an atom "is not this code" per code, and dropping one enlarges the set (as in
 * IC3 over multi-valued variables); an element of many codes has bounds.
 */

import { at } from '../../at.js'
import { all, and, complement, FALSE, type Graph, inputsOf, type Literal, nodeOf, or, TRUE, valueIn } from '../circuit/aig.js'
import type { Circuit } from '../circuit/circuit.js'

/** An element of a variable as the circuit holds it: the code of a value is its distance from the least one. */
export interface Element {
  readonly variable: number
  readonly element: number
  /** Its bits, lowest first: positions in `Circuit.state`. */
  readonly bits: readonly number[]
  /** It holds codes 0..codes-1: the well-formedness of the circuit says so. */
  readonly codes: number
}

/** The codes of all elements, in the order of `elementsOf`. */
export type Codes = readonly number[]

/** Reads the codes of all elements. */
export const codesOf = (elements: readonly Element[], bit: (position: number) => boolean): Codes =>
  elements.map(({ bits }) => bits.reduce((code, position, i) => code + (bit(position) ? 2 ** i : 0), 0))

/** The elements that the circuit's bits belong to, in the order of their first bits. */
export const elementsOf = (circuit: Circuit): readonly Element[] => {
  const found = new Map<string, number[]>()
  for (const [position, name] of circuit.names.entries()) {
    const key = `${name.variable}.${name.element}`
    const bits = found.get(key) ?? []
    bits[name.bit] = position
    found.set(key, bits)
  }
  const supports = circuit.wellFormed.map((condition) => ({ condition, inputs: inputsOf(circuit.graph, condition) }))
  return [...found.values()].map((bits) => {
    const name = at(circuit.names, at(bits, 0))
    const nodes = bits.map((position) => nodeOf(at(circuit.state, position)))
    const conditions = supports.filter(({ inputs }) => inputs.every((node) => nodes.includes(node))).map(({ condition }) => condition)
    return { variable: name.variable, element: name.element, bits, codes: codesAllowed(circuit.graph, nodes, conditions) }
  })
}

const codesAllowed = (graph: Graph, nodes: readonly number[], conditions: readonly Literal[]): number => {
  for (let code = 2 ** nodes.length - 1; code > 0; code--) {
    const inputs = new Map(nodes.map((node, bit) => [node, Math.floor(code / 2 ** bit) % 2 === 1]))
    if (conditions.every((condition) => valueIn(graph, condition, new Map(inputs)))) return code + 1
  }
  return 1
}

/** That an element is not this code, at least it, at most it. */
export type Relation = 'not' | 'atLeast' | 'atMost'

export interface Atom {
  /** A position in `AtomTable.elements`. */
  readonly element: number
  readonly relation: Relation
  readonly code: number
  /** Of the state before a step, and after it. */
  readonly present: Literal
  readonly next: Literal
}

/** A conjunction of atoms, as their numbers, ascending. */
export type Cube = readonly number[]

export interface AtomTable {
  readonly elements: readonly Element[]
  /** All atoms so far; they are made as states bring them up. */
  readonly atoms: readonly Atom[]
  /** The strongest cube of atoms that a state is in: together with well-formedness, just that state. */
  readonly ofState: (codes: Codes) => Cube
  readonly holds: (atom: number, codes: Codes) => boolean
}

/** An element of more codes has bounds for atoms. */
const mostCodesListed = 32

/** The atoms of a circuit; their gates are added to its graph. */
export const createAtoms = (circuit: Circuit, elements: readonly Element[]): AtomTable => {
  const atoms: Atom[] = []
  const known = new Map<string, number>()
  const atomOf = (element: number, relation: Relation, code: number): number => {
    const key = `${element}${relation}${code}`
    const there = known.get(key)
    if (there !== undefined) return there
    const { bits } = at(elements, element)
    const over = (functions: readonly Literal[]) =>
      statement(
        circuit.graph,
        bits.map((position) => at(functions, position)),
        relation,
        code,
      )
    atoms.push({ element, relation, code, present: over(circuit.state), next: over(circuit.next) })
    known.set(key, atoms.length - 1)
    return atoms.length - 1
  }
  for (const [e, { codes }] of elements.entries()) {
    if (codes <= mostCodesListed) for (let code = 0; code < codes; code++) atomOf(e, 'not', code)
  }
  const ofState = (codes: Codes): Cube => {
    const cube: number[] = []
    for (const [e, element] of elements.entries()) {
      if (element.codes > mostCodesListed) {
        if (at(codes, e) > 0) cube.push(atomOf(e, 'atLeast', at(codes, e)))
        if (at(codes, e) < element.codes - 1) cube.push(atomOf(e, 'atMost', at(codes, e)))
        continue
      }
      for (let code = 0; code < element.codes; code++) if (code !== codes[e]) cube.push(atomOf(e, 'not', code))
    }
    return cube.sort((a, b) => a - b)
  }
  const holds = (atom: number, codes: Codes): boolean => {
    const { element, relation, code } = atoms[atom]!
    switch (relation) {
      case 'not':
        return codes[element] !== code
      case 'atLeast':
        return codes[element]! >= code
      case 'atMost':
        return codes[element]! <= code
    }
  }
  return { elements, atoms, ofState, holds }
}

const statement = (graph: Graph, bits: readonly Literal[], relation: Relation, code: number): Literal => {
  switch (relation) {
    case 'not':
      return complement(equals(graph, bits, code))
    case 'atLeast':
      return atLeast(graph, bits, code)
    case 'atMost':
      return complement(atLeast(graph, bits, code + 1))
  }
}

/** Whether unsigned bits, lowest first, are this number. */
export const equals = (graph: Graph, bits: readonly Literal[], code: number): Literal =>
  all(
    graph,
    bits.map((bit, i) => (Math.floor(code / 2 ** i) % 2 === 1 ? bit : complement(bit))),
  )

/** Whether unsigned bits, lowest first, are at least this number. */
const atLeast = (graph: Graph, bits: readonly Literal[], code: number): Literal => {
  if (code >= 2 ** bits.length) return FALSE
  return bits.reduce((rest, bit, i) => (Math.floor(code / 2 ** i) % 2 === 1 ? and(graph, bit, rest) : or(graph, bit, rest)), TRUE)
}
