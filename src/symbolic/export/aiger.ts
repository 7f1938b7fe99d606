/**
 * Circuits in AIGER 1.9, the format of the hardware model checkers (Biere, Heljanko, Wieringa: AIGER 1.9 and Beyond,
 * 2011), so that any of them can settle a property of ours: `berkeley-abc -c "read_aiger f.aig; pdr"`.
 *
 * A state bit is a latch. Where the inputs name no step that is enabled the latches keep their values, which adds
 * states to no path. AIGER knows latches with a constant first value only: where `init` has a choice, or may be blocked
 * or fail, the first frame stands before it and a latch `started` says that it is over.
 */

import { at } from '../../at.js'
import { propertyKinds } from '../../ir/kinds.js'
import {
  and,
  createGraph,
  FALSE,
  type Graph,
  input,
  isInput,
  type Literal,
  leftOf,
  mux,
  nodeOf,
  or,
  rightOf,
  substitute,
  TRUE,
} from '../circuit/aig.js'
import { type Circuit, isOfSteps, type Target } from '../circuit/circuit.js'
import { coneOf, influenceOf, supportOf } from '../circuit/cone.js'
import type { Named } from '../circuit/element-name.js'
import { type Heading, legendOf, plain, symbolsOf } from './symbols.js'

/**
 * An and-inverter graph with latches, numbered as AIGER wants it: inputs, then latches, then gates, each after its
 * operands. Literals as in graph.ts.
 */
export interface Aiger {
  readonly inputs: readonly string[]
  readonly latches: readonly { readonly name: string; readonly reset: 0 | 1; readonly next: Literal }[]
  /** Operands, the greater one first. */
  readonly gates: readonly (readonly [Literal, Literal])[]
  readonly bad: readonly { readonly name: string; readonly literal: Literal }[]
  readonly comment: readonly string[]
  /** How many frames stand before the one that holds the initial states: 0 or 1. */
  readonly before: 0 | 1
}

/**
 * The circuit with one bad-state literal for each of `targets`, in their order, and nothing that none of them depends
 * on. Deterministic. Linear in the size of the circuit, times the longest chain of state bits that decide about one
 * another.
 */
export const toAiger = (circuit: Circuit, system: Named, targets: readonly Target[], heading: Heading): Aiger => {
  const { graph, state, step, start, next, enabled, initial, isStart } = circuit
  const names = symbolsOf(circuit, system)
  const bits = influenceOf(
    circuit,
    targets.map(({ reached }) => reached),
  )
  const pick = <T>(from: readonly T[], at: readonly number[]): T[] => at.flatMap((i) => from[i] ?? [])
  const firsts = [...pick(initial, bits), isStart, ...targets.map(({ reachedInit }) => reachedInit)]
  const before =
    isStart === TRUE && firsts.every((literal) => nodeOf(literal) === 0) && targets.every((t) => t.reachedInit === FALSE) ? 0 : 1
  const onward = bits.length === 0 ? [] : [enabled, ...pick(next, bits)]
  const steps = supportOf(graph, [...onward, ...targets.map(({ reached }) => reached)], step)
  const starts = before === 0 ? [] : supportOf(graph, firsts, start)

  const made = createGraph()
  const substitution = new Map<number, Literal>()
  const inputs = [...pick(start, starts), ...pick(step, steps)]
  for (const literal of inputs) substitution.set(nodeOf(literal), input(made))
  const started = before === 0 ? TRUE : input(made)
  for (const literal of pick(state, bits)) substitution.set(nodeOf(literal), input(made))
  const copy = (literal: Literal): Literal => substitute(graph, made, substitution, literal)

  const moves = bits.length === 0 ? FALSE : and(made, started, copy(enabled))
  const latches = bits.map((i) => {
    const own = copy(at(state, i))
    const first = at(initial, i)
    const after = mux(made, moves, copy(at(next, i)), own)
    const isConstant = nodeOf(first) === 0
    return {
      name: at(names.state, i),
      reset: first === TRUE ? (1 as const) : (0 as const),
      // A latch of constant first value has it before `init` too.
      next: isConstant ? after : mux(made, started, after, copy(first)),
    }
  })
  const running = before === 0 ? [] : [{ name: 'started', reset: 0 as const, next: or(made, started, copy(isStart)) }]
  const bad = targets.map(({ name, kind, reached, reachedInit }) => ({
    name: plain(`${name} (${kind})`),
    literal: mux(made, started, copy(reached), before === 0 ? FALSE : copy(reachedInit)),
  }))
  return {
    ...numbered(made, inputs.length, [...running, ...latches], bad),
    inputs: [...pick(names.start, starts), ...pick(names.step, steps)],
    before,
    comment: [
      ...heading.map(plain),
      ...targets.map(({ name, kind }) => plain(`${name} (${kind}): ${meaning(kind, before)}`)),
      ...(before === 0 ? ['frame 0 holds the initial states'] : ['frame 0 stands before init, frame 1 holds the initial states']),
      ...legendOf(circuit, system, bits),
    ],
  }
}

const meaning = (kind: Target['kind'], before: number): string => {
  const { settledBy, finding } = propertyKinds[kind]
  if (settledBy === 'step')
    return `bad means that a step fails, which is the last one of as many as the number of the frame${before === 0 ? ', and one' : ''}`
  const found = finding === 'fulfils' ? 'witnessed' : 'violated'
  return `bad means ${found}, after as many steps as the number of the frame${before === 0 ? '' : ', less one'}`
}

/** Leaves out the gates that nothing rests on. */
const numbered = (graph: Graph, inputs: number, latches: Aiger['latches'], bad: Aiger['bad']): Pick<Aiger, 'latches' | 'bad' | 'gates'> => {
  const marks = coneOf(graph, [...latches.map((latch) => latch.next), ...bad.map(({ literal }) => literal)])
  const places = new Int32Array(marks.length)
  const renamed = (literal: Literal): Literal => 2 * at(places, nodeOf(literal)) + (literal & 1)
  const gates: [Literal, Literal][] = []
  for (let node = 1; node < marks.length; node++) {
    if (isInput(graph, node)) places[node] = node
    else if (marks[node] === 1) {
      const left = renamed(leftOf(graph, node))
      const right = renamed(rightOf(graph, node))
      gates.push([Math.max(left, right), Math.min(left, right)])
      places[node] = inputs + latches.length + gates.length
    }
  }
  return {
    gates,
    latches: latches.map((latch) => ({ ...latch, next: renamed(latch.next) })),
    bad: bad.map(({ name, literal }) => ({ name, literal: renamed(literal) })),
  }
}

/** How long the violation (or witness) is that a model checker finds in a frame, as mmucheck counts. */
export const lengthAt = ({ before }: Pick<Aiger, 'before'>, kind: Target['kind'], frame: number): number => {
  const depth = frame - before
  return isOfSteps({ kind }) ? depth + 1 : depth
}

/** The text form, `aag`. */
export const printAiger = (aiger: Aiger): string => {
  const { inputs, latches, gates, bad } = aiger
  const firstLatch = inputs.length + 1
  const firstGate = firstLatch + latches.length
  return `${[
    header('aag', aiger),
    ...inputs.map((_, i) => `${2 * (i + 1)}`),
    ...latches.map(({ next, reset }, i) => `${2 * (firstLatch + i)} ${latchTail(next, reset)}`),
    ...bad.map(({ literal }) => `${literal}`),
    ...gates.map(([left, right], i) => `${2 * (firstGate + i)} ${left} ${right}`),
    ...tail(aiger),
  ].join('\n')}\n`
}

/** The binary form, `aig`, the one that abc reads. */
export const encodeAiger = (aiger: Aiger): Uint8Array => {
  const { inputs, latches, gates, bad } = aiger
  const firstGate = inputs.length + latches.length + 1
  const head = [
    header('aig', aiger),
    ...latches.map(({ next, reset }) => latchTail(next, reset)),
    ...bad.map(({ literal }) => `${literal}`),
  ]
  const deltas: number[] = []
  for (const [i, [left, right]] of gates.entries()) {
    pushNumber(deltas, 2 * (firstGate + i) - left)
    pushNumber(deltas, left - right)
  }
  const text = new TextEncoder()
  return Buffer.concat([text.encode(`${head.join('\n')}\n`), Uint8Array.from(deltas), text.encode(`${tail(aiger).join('\n')}\n`)])
}

const header = (format: 'aag' | 'aig', { inputs, latches, gates, bad }: Aiger): string =>
  `${format} ${inputs.length + latches.length + gates.length} ${inputs.length} ${latches.length} 0 ${gates.length} ${bad.length}`

const latchTail = (next: Literal, reset: 0 | 1): string => (reset === 0 ? `${next}` : `${next} 1`)

const tail = ({ inputs, latches, bad, comment }: Aiger): string[] => [
  ...inputs.map((name, i) => `i${i} ${name}`),
  ...latches.map(({ name }, i) => `l${i} ${name}`),
  ...bad.map(({ name }, i) => `b${i} ${name}`),
  'c',
  ...comment,
]

/** Seven bits to a byte, the lowest first; the high bit says that more follow. */
const pushNumber = (bytes: number[], value: number): void => {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest & 127) | 128)
    rest >>>= 7
  }
  bytes.push(rest)
}
