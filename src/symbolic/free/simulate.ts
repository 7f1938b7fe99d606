/** A schedule, run on a circuit with some of the params unknown: with three values for a bit (false, true, unknown). */

import { at } from '../../at.js'
import { isComplemented, isInput, type Literal, leftOf, nodeOf, rightOf, size } from '../circuit/aig.js'
import { type Circuit, isOfSteps, type Target } from '../circuit/circuit.js'
import { coneOf } from '../circuit/cone.js'
import { type KnobBits, settingsWhere } from './knob-bits.js'

/** Values of the inputs that name a schedule: of `Circuit.start`, and for each step of `Circuit.step`, by node. */
export interface Choices {
  readonly start: ReadonlyMap<number, boolean>
  readonly steps: readonly ReadonlyMap<number, boolean>[]
}

/** Of each bit of the knobs, what it has to be; null where it does not matter. */
export type Cube = readonly (boolean | null)[]

type Three = 0 | 1 | 2
const unknown = 2

/**
 * In which settings some choices are a race: those of the cube in which `start`, of the inputs of `Circuit.start`, is
 * true under the other choices.
 */
export interface RaceSettings {
  readonly cube: Cube
  readonly start: Literal
  /** 1 for each. */
  readonly where: Uint8Array
}

/**
 * Settings in which the steps that some choices name are a race for a target: as many bits as possible of those that
 * `choices.start` has for the knobs do not matter. A run of the schedule on the circuit, with three values, shows it
 * for all of them. Costs a run for each bit.
 * @throws Error where they are none in the setting that `choices.start` names.
 */
export const settingsOfRace = (circuit: Circuit, knobs: KnobBits, target: Target, choices: Choices): RaceSettings => {
  const ofInit = choices.steps.length === 0 && isOfSteps(target)
  const cube = ofInit ? knobs.bits.map(() => null) : raceCube(circuit, knobs, target, choices)
  const start = ofInit ? target.reachedInit : circuit.isStart
  const there = settingsWhere(knobs, circuit.graph, start, choices.start)
  return { cube, start, where: settingsOfCube(knobs, cube).map((x, setting) => x & at(there, setting)) }
}

const raceCube = (circuit: Circuit, knobs: KnobBits, target: Target, choices: Choices): Cube => {
  const isRace = runs(circuit, target, choices)
  let cube: Cube = knobs.bits.map(({ start }) => choices.start.get(nodeOf(start)) ?? false)
  const inputs = knobs.bits.map(({ start }) => nodeOf(start))
  const holds = (candidate: Cube): boolean => isRace(new Map(inputs.map((input, i) => [input, candidate[i] ?? null]))) === 1
  if (!holds(cube)) throw new Error('a race that is none on the circuit')
  const without = (dropped: (bit: number) => boolean): void => {
    const candidate = cube.map((value, bit) => (dropped(bit) ? null : value))
    if (candidate.some((value, bit) => value !== cube[bit]) && holds(candidate)) cube = candidate
  }
  // A whole param first, then single bits of its value.
  for (const param of knobs.params.keys()) without((bit) => knobs.bits[bit]?.param === param)
  for (const bit of knobs.bits.keys()) without((other) => other === bit)
  return cube
}

/** The settings in a cube: 1 for each. */
const settingsOfCube = (knobs: KnobBits, cube: Cube): Uint8Array => {
  const words = new Int32Array(Math.ceil(knobs.settings / 32)).fill(-1)
  cube.forEach((value, bit) => {
    if (value === null) return
    const own = at(knobs.bits, bit).words
    for (let word = 0; word < words.length; word++) words[word] = at(words, word) & (value ? at(own, word) : ~at(own, word))
  })
  return Uint8Array.from({ length: knobs.settings }, (_, setting) => (at(words, setting >> 5) >> (setting & 31)) & 1)
}

/**
 * Whether the schedule is a race from the initial state, if that is one, given what some inputs of `start` are instead
 * (null: unknown).
 */
const runs = (circuit: Circuit, target: Target, { start, steps }: Choices): ((other: ReadonlyMap<number, boolean | null>) => Three) => {
  const { graph } = circuit
  const values = new Uint8Array(size(graph)).fill(unknown)
  values[0] = 0
  const gatesOf = (literals: readonly Literal[]): readonly number[] => {
    const cone = coneOf(graph, literals)
    return [...cone.keys()].filter((node) => node > 0 && cone[node] === 1 && !isInput(graph, node))
  }
  const valueIn = (literal: Literal): Three => {
    const value = values[nodeOf(literal)] ?? unknown
    return value === unknown ? unknown : ((isComplemented(literal) ? 1 - value : value) as Three)
  }
  const evaluate = (gates: readonly number[]): void => {
    for (const node of gates) {
      const a = valueIn(leftOf(graph, node))
      const b = valueIn(rightOf(graph, node))
      values[node] = a === 0 || b === 0 ? 0 : a === 1 && b === 1 ? 1 : unknown
    }
  }
  const both = (a: Three, b: Three): Three => (a === 0 || b === 0 ? 0 : a === 1 && b === 1 ? 1 : unknown)
  const atStart = gatesOf(circuit.initial)
  const atStep = gatesOf([...circuit.next, circuit.enabled])
  const atEnd = gatesOf([target.reached])
  const set = (input: number, value: boolean | null | undefined): void => {
    values[input] = value === true ? 1 : value === false ? 0 : unknown
  }
  return (other) => {
    for (const [input, value] of start) set(input, value)
    for (const [input, value] of other) set(input, value)
    evaluate(atStart)
    let race: Three = 1
    let state = circuit.initial.map(valueIn)
    const enter = (): void =>
      circuit.state.forEach((literal, i) => {
        values[nodeOf(literal)] = state[i] ?? unknown
      })
    for (const [i, step] of steps.entries()) {
      enter()
      for (const [input, value] of step) set(input, value)
      if (i === steps.length - 1 && isOfSteps(target)) {
        evaluate(atEnd)
        return both(race, valueIn(target.reached))
      }
      evaluate(atStep)
      race = both(race, valueIn(circuit.enabled))
      if (race !== 1) return race
      state = circuit.next.map(valueIn)
    }
    enter()
    for (const literal of circuit.step) values[nodeOf(literal)] = unknown
    evaluate(atEnd)
    return both(race, valueIn(target.reached))
  }
}
