/** The free params of a system as bits of its circuit, and functions of these bits as tables of settings. */
import { at } from '../../at.js'
import { type FreeParam, paramsOf } from '../../ir/param.js'
import type { System } from '../../ir/system.js'
import { FALSE, type Graph, isComplemented, isInput, type Literal, leftOf, mux, nodeOf, rightOf, TRUE } from '../circuit/aig.js'
import type { Circuit } from '../circuit/circuit.js'
import { coneOf } from '../circuit/cone.js'
import { cellsOf } from './primes.js'

export interface KnobBits {
  readonly params: readonly FreeParam[]
  /** How many values each has. */
  readonly sizes: readonly number[]
  /** How many settings there are; the last param changes fastest. */
  readonly settings: number
  /** Which bits of the circuit's state hold the params, and what they are in each setting. */
  readonly bits: readonly KnobBit[]
}

export interface KnobBit {
  /** An index into `KnobBits.params`. */
  readonly param: number
  /** An index into `Circuit.state`. */
  readonly state: number
  /** The input of `Circuit.start` that chooses it. */
  readonly start: Literal
  readonly isSet: (setting: number) => boolean
  /** Bit i of word w: whether it is set in setting 32w + i. */
  readonly words: Int32Array
}

/** @throws Error where a param is no input that stays what it is. */
export const knobBits = (system: System, circuit: Circuit): KnobBits => {
  const params = paramsOf(system)
  const sizes = params.map(({ values }) => values.length)
  const settings = cellsOf(sizes)
  const bits = circuit.names.flatMap(({ variable, bit }, state): KnobBit[] => {
    const k = params.findIndex((param) => param.variable === variable)
    if (k < 0) return []
    const start = at(circuit.initial, state)
    if (!isInput(circuit.graph, nodeOf(start)) || isComplemented(start) || start === FALSE || circuit.next[state] !== circuit.state[state])
      throw new Error(`the param ${at(params, k).param} is not free`)
    const period = cellsOf(sizes.slice(k + 1))
    const isSet = (setting: number): boolean => ((Math.floor(setting / period) % at(sizes, k)) >> bit) % 2 === 1
    const words = new Int32Array(Math.ceil(settings / 32))
    for (let setting = 0; setting < settings; setting++)
      if (isSet(setting)) words[setting >> 5] = at(words, setting >> 5) | (1 << (setting & 31))
    return [{ param: k, state, start, isSet, words }]
  })
  return { params, sizes, settings, bits }
}

/**
 * In which settings a function of the inputs of `start` is true, given the other ones: 1 there. Linear in its cone and
 * in the settings, 32 of which are looked at at a time.
 */
export const settingsWhere = (knobs: KnobBits, graph: Graph, literal: Literal, others: ReadonlyMap<number, boolean>): Uint8Array => {
  const where = new Uint8Array(knobs.settings)
  const cone = coneOf(graph, [literal])
  const gates = [...cone.keys()].filter((node) => node > 0 && cone[node] === 1 && !isInput(graph, node))
  const words = new Int32Array(cone.length)
  for (const [input, value] of others) words[input] = value ? -1 : 0
  const wordOf = (l: Literal): number => (isComplemented(l) ? ~at(words, nodeOf(l)) : at(words, nodeOf(l)))
  for (let chunk = 0; chunk * 32 < knobs.settings; chunk++) {
    for (const bit of knobs.bits) words[nodeOf(bit.start)] = at(bit.words, chunk)
    for (const node of gates) words[node] = wordOf(leftOf(graph, node)) & wordOf(rightOf(graph, node))
    const word = wordOf(literal)
    for (let i = 0; i < 32 && chunk * 32 + i < knobs.settings; i++) where[chunk * 32 + i] = (word >> i) & 1
  }
  return where
}

/**
 * A function that is true in the given settings. Adds gates to the graph, about as many as a decision diagram has
 * nodes.
 */
export const functionOf = (knobs: KnobBits, graph: Graph, inputOf: (bit: number) => Literal, where: Uint8Array): Literal => {
  const tree = (bit: number, settings: readonly number[]): Literal => {
    if (settings.length === 0) return FALSE
    const knob = knobs.bits[bit]
    if (knob === undefined) return TRUE
    const [zeros, ones] = [settings.filter((s) => !knob.isSet(s)), settings.filter((s) => knob.isSet(s))]
    return mux(graph, inputOf(bit), tree(bit + 1, ones), tree(bit + 1, zeros))
  }
  return tree(
    0,
    [...where.keys()].filter((s) => where[s] === 1),
  )
}
