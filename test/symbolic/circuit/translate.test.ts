/**
 * The circuit of a system has exactly the initial states, steps, failures and property values that the interpreter of
 * the IR finds.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { System, Vector } from '../../../src/ir/system.ts'
import { evaluate, isComplemented, type Literal, nodeOf, size } from '../../../src/symbolic/circuit/aig.ts'
import type { Circuit } from '../../../src/symbolic/circuit/circuit.ts'
import { type Translation, translate } from '../../../src/symbolic/circuit/translate.ts'
import { interpreter } from '../../explicit/interpreter.ts'
import { randomSystem } from '../../explicit/random.ts'

const setting = (literals: readonly Literal[], bit: (i: number) => boolean): [number, boolean][] =>
  literals.map((literal, i) => [nodeOf(literal), bit(i)])

const under = (circuit: Circuit, inputs: readonly (readonly [number, boolean])[]): ((literal: Literal) => boolean) => {
  const values = evaluate(circuit.graph, new Map(inputs))
  return (literal) => (values[nodeOf(literal)] ?? false) !== isComplemented(literal)
}

/** The bits of a state. */
const bitsOf = (system: System, { circuit }: Translation, vector: Vector): boolean[] => {
  const offsets: number[] = []
  let next = 0
  for (const { dims } of system.variables) {
    offsets.push(next)
    next += dims.reduce((a, b) => a * b, 1)
  }
  return circuit.names.map(({ variable, element, bit }) => {
    const code = (vector[offsets[variable] + element] ?? 0) - system.variables[variable].lo
    return Math.floor(code / 2 ** bit) % 2 === 1
  })
}

const bit = (valuation: number) => (i: number) => ((valuation >> i) & 1) === 1

/** As the interpreter lists ways. */
const way = (step: number, choice: number, to: Vector | null): string => `${step} ${choice} ${to === null ? 'fails' : to.join()}`

const stepsOf = (system: System, translation: Translation, vector: Vector): string[] => {
  const { circuit, decoder } = translation
  const state = setting(circuit.state, (i) => bitsOf(system, translation, vector)[i] ?? false)
  const found: string[] = []
  for (let valuation = 0; valuation < 2 ** circuit.step.length; valuation++) {
    const isTrue = under(circuit, [...state, ...setting(circuit.step, bit(valuation))])
    const failing = circuit.targets.filter(({ kind, reached }) => (kind === 'assert' || kind === 'range') && isTrue(reached))
    const enabled = isTrue(circuit.enabled)
    expect(failing.length + Number(enabled)).toBeLessThanOrEqual(1)
    if (failing.length === 0 && !enabled) continue
    const { step, choice } = decoder.move(vector, bit(valuation))
    const after = decoder.vector((i) => isTrue(circuit.next[i] ?? 0))
    found.push(way(step, choice, enabled ? after : null))
    if (enabled)
      expect(
        circuit.wellFormed.every((literal) =>
          under(
            circuit,
            setting(circuit.state, (i) => isTrue(circuit.next[i] ?? 0)),
          )(literal),
        ),
      ).toBe(true)
  }
  return found.sort()
}

const compare = (system: System): number => {
  const slow = interpreter(system)
  const translation = translate(system)
  const { circuit, decoder } = translation
  if (circuit.step.length > 8 || circuit.start.length > 8 || size(circuit.graph) > 20_000) return 0
  const starts: string[] = []
  for (let valuation = 0; valuation < 2 ** circuit.start.length; valuation++) {
    const isTrue = under(circuit, setting(circuit.start, bit(valuation)))
    const fails = circuit.targets.some(({ reachedInit }) => isTrue(reachedInit))
    if (!fails && !isTrue(circuit.isStart)) continue
    starts.push(way(-1, decoder.start(bit(valuation)), fails ? null : decoder.vector((i) => isTrue(circuit.initial[i] ?? 0))))
  }
  const initial = slow.initialStates()
  expect(starts.sort()).toEqual(initial.map(({ choice, to }) => way(-1, choice, to)).sort())
  const states: Vector[] = initial.flatMap(({ to }) => (to === null ? [] : [to]))
  const seen = new Set(states.map(String))
  for (let i = 0; i < states.length && i < 12; i++) {
    const vector = states[i] ?? []
    const ways = slow.successors(vector)
    expect(stepsOf(system, translation, vector)).toEqual(ways.map(({ step, choice, to }) => way(step, choice, to)).sort())
    const isTrue = under(
      circuit,
      setting(circuit.state, (k) => bitsOf(system, translation, vector)[k] ?? false),
    )
    expect(circuit.wellFormed.every(isTrue)).toBe(true)
    for (const [k] of system.safety.entries()) expect(isTrue(circuit.targets[k]?.reached ?? 0)).toBe(slow.judge(vector, k).found)
    const deadlock = circuit.targets.find(({ kind }) => kind === 'deadlock')
    if (deadlock !== undefined) expect(isTrue(deadlock.reached)).toBe(slow.isDeadlock(vector))
    for (const { to } of ways)
      if (to !== null && !seen.has(String(to))) {
        seen.add(String(to))
        states.push(to)
      }
  }
  return states.length
}

describe('random systems', () => {
  test('have the same steps as circuits', { timeout: 120_000 }, () => {
    let compared = 0
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, complexity) => {
        compared += compare(randomSystem(seed, complexity))
      }),
      { numRuns: 60 },
    )
    expect(compared).toBeGreaterThan(200)
  })
})
