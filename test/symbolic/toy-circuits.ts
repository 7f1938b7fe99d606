/**
 * Small circuits whose reachable states are found by brute force: what IC3, induction and certificates are compared
 * with.
 */

import {
  all,
  and,
  any,
  complement,
  createGraph,
  evaluate,
  FALSE,
  type Graph,
  input,
  isComplemented,
  type Literal,
  mux,
  nodeOf,
  or,
  TRUE,
  xor,
} from '../../src/symbolic/circuit/aig.ts'
import type { BitName, Circuit, Target } from '../../src/symbolic/circuit/circuit.ts'

/** A deterministic source of numbers below n. */
export type Dice = (n: number) => number

export const createDice = (seed: number): Dice => {
  let state = seed >>> 0
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return ((x ^ (x >>> 16)) >>> 0) % n
  }
}

/**
 * Elements of 1 to 3 bits; those with less than all codes are restricted by `wellFormed`, and their next values by
 * `enabled`.
 */
export const randomCircuit = (dice: Dice): Circuit => {
  const graph = createGraph()
  const names: BitName[] = []
  const state: Literal[] = []
  const codes: number[] = []
  const bits = 3 + dice(6)
  for (let element = 0; state.length < bits; element++) {
    const width = Math.min(1 + dice(3), bits - state.length)
    codes.push(2 ** (width - 1) + 1 + dice(2 ** (width - 1)))
    for (let bit = 0; bit < width; bit++) {
      names.push({ variable: 0, element, bit })
      state.push(input(graph))
    }
  }
  const step = Array.from({ length: 1 + dice(3) }, () => input(graph))
  const start = Array.from({ length: dice(3) }, () => input(graph))
  const tree = (inputs: readonly Literal[], gates: number): Literal[] => {
    const made = [...inputs]
    const pick = () => made[dice(made.length)] ^ dice(2)
    for (let i = 0; i < gates; i++) made.push([and, or, xor][dice(3)](graph, pick(), pick()))
    return made
  }
  const fits = (values: readonly Literal[]): Literal[] => {
    let from = 0
    return codes.map((count, element) => {
      const width = names.filter((name) => name.element === element).length
      const own = values.slice(from, from + width)
      from += width
      return below(graph, own, count)
    })
  }
  const gates = tree([...state, ...step], 20 + dice(40))
  const startGates = tree([FALSE, ...start], 6)
  const next = state.map((bit) => mux(graph, gates[dice(gates.length)], gates[dice(gates.length)] ^ dice(2), bit))
  const initial = state.map(() => startGates[dice(startGates.length)])
  const enabled = all(graph, [or(graph, gates[dice(gates.length)], gates[dice(gates.length)]), ...fits(next)])
  const isStart = all(graph, fits(initial))
  const wellFormed = fits(state)
  const stateGates = tree(state, 20)
  const targets = Array.from({ length: 1 + dice(3) }, (_, i): Target => {
    const kind = dice(3) === 0 ? 'assert' : 'always'
    const from = kind === 'assert' ? gates : stateGates
    // A conjunction of several functions is reached rarely enough.
    const reached = all(
      graph,
      Array.from({ length: 2 + dice(3) }, () => from[dice(from.length)] ^ dice(2)),
    )
    return { name: `t${i}`, kind, reached: and(graph, reached, kind === 'assert' ? complement(enabled) : TRUE), reachedInit: FALSE }
  })
  return { graph, state, step, next, enabled, start, initial, isStart, wellFormed, targets, names }
}

/** Whether bits, lowest first, are below this number. */
const below = (graph: Graph, bits: readonly Literal[], count: number): Literal =>
  any(
    graph,
    Array.from({ length: 2 ** bits.length }, (_, code) => code)
      .filter((code) => code < count)
      .map((code) =>
        all(
          graph,
          bits.map((bit, i) => ((code >> i) & 1 ? bit : complement(bit))),
        ),
      ),
  )

/** A counter of this many codes that an input lets run; it stops at `last`. */
export const counter = (width: number, last: number, bad: number): Circuit => {
  const graph = createGraph()
  const state = Array.from({ length: width }, () => input(graph))
  const run = input(graph)
  const is = (code: number) =>
    all(
      graph,
      state.map((bit, i) => ((code >> i) & 1 ? bit : complement(bit))),
    )
  let carry = and(graph, run, complement(is(last)))
  const next = state.map((bit) => {
    const sum = xor(graph, bit, carry)
    carry = and(graph, bit, carry)
    return sum
  })
  return {
    graph,
    state,
    step: [run],
    next,
    enabled: TRUE,
    start: [],
    initial: state.map(() => FALSE),
    isStart: TRUE,
    wellFormed: [],
    targets: [{ name: 'bad', kind: 'always', reached: is(bad), reachedInit: FALSE }],
    names: state.map((_, bit) => ({ variable: 0, element: 0, bit })),
  }
}

const assignments = function* (inputs: readonly Literal[]): Generator<Map<number, boolean>> {
  for (let code = 0; code < 2 ** inputs.length; code++)
    yield new Map(inputs.map((literal, i) => [nodeOf(literal), ((code >> i) & 1) === 1]))
}

export interface Reference {
  /** Per target the length of a shortest schedule to it, null where there is none. */
  readonly lengths: readonly (number | null)[]
  readonly states: ReadonlySet<string>
}

/** Breadth-first search by evaluation. */
export const explore = (circuit: Circuit): Reference => {
  const { graph, state, step } = circuit
  const under = (inputs: ReadonlyMap<number, boolean>) => {
    const values = evaluate(graph, inputs)
    return (literal: Literal) => values[nodeOf(literal)] !== isComplemented(literal)
  }
  const lengths: (number | null)[] = circuit.targets.map(() => null)
  const note = (target: number, length: number): void => {
    if (lengths[target] === null) lengths[target] = length
  }
  const states = new Set<string>()
  let level: string[] = []
  const see = (found: string, into: string[]): void => {
    if (states.has(found)) return
    states.add(found)
    into.push(found)
  }
  const shown = (bits: readonly boolean[]): string => bits.map((bit) => (bit ? '1' : '0')).join('')
  for (const start of assignments(circuit.start)) {
    const value = under(start)
    for (const [i, { reachedInit }] of circuit.targets.entries()) if (value(reachedInit)) note(i, 0)
    if (value(circuit.isStart)) see(shown(circuit.initial.map(value)), level)
  }
  for (let depth = 0; level.length > 0; depth++) {
    const following: string[] = []
    const failing: number[] = []
    for (const at of level) {
      for (const choice of assignments(step)) {
        const value = under(new Map([...state.map((bit, i): [number, boolean] => [nodeOf(bit), at[i] === '1']), ...choice]))
        for (const [i, { kind, reached }] of circuit.targets.entries()) {
          if (!value(reached)) continue
          if (kind === 'assert' || kind === 'range') failing.push(i)
          else note(i, depth)
        }
        if (value(circuit.enabled)) see(shown(circuit.next.map(value)), following)
      }
    }
    for (const target of failing) note(target, depth + 1)
    level = following
  }
  return { lengths, states }
}
