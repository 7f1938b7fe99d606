/**
 * Evaluates a circuit on 32 states and inputs at once: one in each bit of the words that the gates are evaluated with.
 */
import type { System, Vector } from '../../src/ir/system.ts'
import { isInput, type Literal, nodeOf, size } from '../../src/symbolic/circuit/aig.ts'
import { type Translation, translate } from '../../src/symbolic/circuit/translate.ts'

/** A step in a state: `code` is its choice code. */
export interface Lane {
  readonly vector: Vector
  readonly step: number
  readonly code: number
}

export type Result = { readonly kind: 'moved'; readonly vector: Vector } | { readonly kind: 'assert' | 'range' | 'none' }

export interface CircuitLanes {
  /** Whether the circuit has inputs for a choice code. */
  readonly names: (code: number) => boolean
  /** What the circuit says of up to 32 lanes. */
  readonly evaluate: (lanes: readonly Lane[]) => Result[]
  /** By name, whether each of up to 32 states settles a property: violates it, or is a witness. */
  readonly settled: (states: readonly Vector[]) => ReadonlyMap<string, boolean>[]
}

/** For systems of rules alone: a unit is then a step. @throws RangeError where the circuit would get too large. */
export const createLanes = (system: System): CircuitLanes => {
  const translation: Translation = translate(system)
  const { circuit, decoder } = translation
  const { graph } = circuit
  const nodes = size(graph)
  const values = new Int32Array(nodes)
  const order = Int32Array.from(Array.from({ length: nodes }, (_, node) => node).filter((node) => !isInput(graph, node)))
  const lefts = order.map((node) => graph.left[node]!)
  const rights = order.map((node) => graph.right[node]!)
  const wordOf = (literal: Literal): number => values[nodeOf(literal)]! ^ -(literal & 1)
  const offsets: number[] = []
  let width = 0
  for (const { dims } of system.variables) {
    offsets.push(width)
    width += dims.reduce((a, b) => a * b, 1)
  }
  const bits = circuit.names.map(({ variable, element, bit }) => ({
    at: offsets[variable]! + element,
    lo: system.variables[variable]!.lo,
    scale: 2 ** bit,
  }))
  const target = (kind: 'assert' | 'range'): Literal => circuit.targets.find((t) => t.kind === kind)!.reached
  const [asserts, ranges] = [target('assert'), target('range')]
  const unitBits = system.steps.length <= 1 ? 0 : 32 - Math.clz32(system.steps.length - 1)
  /** Per input behind those of the unit: which digit of the choice code it is in, and its weight there. */
  const digits = circuit.step.slice(unitBits).map((_, i) => {
    let weight = decoder.move([], (k) => k === unitBits + i).choice
    let depth = 0
    for (; weight >= system.radix; weight /= system.radix) depth++
    return { depth, weight }
  })
  const digitOf = (code: number, depth: number): number => Math.floor(code / system.radix ** depth) % system.radix

  const chosen = (code: number, { depth, weight }: (typeof digits)[number]): boolean => Math.floor(digitOf(code, depth) / weight) % 2 === 1
  const names = (code: number): boolean =>
    digits.reduce((sum, digit) => sum + (chosen(code, digit) ? digit.weight * system.radix ** digit.depth : 0), 0) === code

  const set = (literal: Literal, lanes: readonly Lane[], isSet: (lane: Lane) => boolean): void => {
    let word = 0
    for (let i = 0; i < lanes.length; i++) if (isSet(lanes[i]!)) word |= 1 << i
    values[nodeOf(literal)] = word
  }
  const has = (word: number, lane: number): boolean => ((word >>> lane) & 1) === 1
  const settled = (states: readonly Vector[]): ReadonlyMap<string, boolean>[] => {
    run(states.map((vector) => ({ vector, step: 0, code: 0 })))
    const words = circuit.targets.map(({ name, reached }) => [name, wordOf(reached)] as const)
    return states.map((_, i) => new Map(words.map(([name, word]) => [name, has(word, i)])))
  }
  const run = (lanes: readonly Lane[]): void => {
    for (const [i, literal] of circuit.state.entries()) {
      const { at, lo, scale } = bits[i]!
      set(literal, lanes, ({ vector }) => Math.floor((vector[at]! - lo) / scale) % 2 === 1)
    }
    for (let i = 0; i < unitBits; i++) set(circuit.step[i]!, lanes, ({ step }) => ((step >> i) & 1) === 1)
    for (const [i, digit] of digits.entries()) set(circuit.step[unitBits + i]!, lanes, ({ code }) => chosen(code, digit))
    for (let i = 0; i < order.length; i++) {
      const left = lefts[i]!
      const right = rights[i]!
      values[order[i]!] = (values[left >> 1]! ^ -(left & 1)) & (values[right >> 1]! ^ -(right & 1))
    }
  }
  const evaluate = (lanes: readonly Lane[]): Result[] => {
    run(lanes)
    const [enabled, asserted, ranged] = [wordOf(circuit.enabled), wordOf(asserts), wordOf(ranges)]
    const next = circuit.next.map(wordOf)
    return lanes.map((_, i): Result => {
      if (has(asserted, i)) return { kind: 'assert' }
      if (has(ranged, i)) return { kind: 'range' }
      if (!has(enabled, i)) return { kind: 'none' }
      return { kind: 'moved', vector: decoder.vector((bit) => has(next[bit]!, i)) }
    })
  }
  return { names, evaluate, settled }
}
