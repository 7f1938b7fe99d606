/**
 * Predicates and measures: on states that are set at will, what the author's JavaScript gives, what the generated
 * WebAssembly gives (both the code that searches and the code that looks at samples) and what the circuit says must be
 * the same, failing included.
 */
import { compile } from '../../src/compile/model/compile.ts'
import { encodeState } from '../../src/explicit/emit/layout.ts'
import { createMachine, partsOf } from '../../src/explicit/program/machine.ts'
import { programOf } from '../../src/explicit/program/program.ts'
import { writeState } from '../../src/explicit/program/start.ts'
import { createSampler } from '../../src/explicit/sample/sampler.ts'
import type { System, Vector } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import { type AnyProperty, evaluate } from '../../src/replay/evaluate.ts'
import { createOracle } from '../../src/replay/oracle.ts'
import { toVector } from '../../src/replay/vector.ts'
import { createLanes } from './circuit-lanes.ts'
import type { StepOptions } from './compare-steps.ts'
import { setState, type Values } from './step-ways.ts'
import { type Outcome, type Outcomes, together } from './together.ts'

export type Predicates = Readonly<Record<string, AnyProperty>>

const functionOf = (property: AnyProperty): unknown => (property.kind === 'bound' ? property.measure : property.predicate)

/** Compares predicates of a model, whose rules play no part. */
export const comparePredicates = (
  model: Model,
  predicates: Predicates,
  states: readonly Values[],
  { sabotage = (system) => system }: StepOptions = {},
): Outcomes => {
  const still: Model = { ...model, rules: () => ({}) as never }
  return together(predicates, functionOf, (some) => {
    const system = compile({ model: still, params: {}, properties: some, parts: 'crossable' })
    return compareValues(still, system, sabotage(system), some, states)
  })
}

const memory = 2 ** 28

const compareValues = (model: Model, system: System, given: System, predicates: Predicates, states: readonly Values[]): Outcomes => {
  const { run } = createOracle(model, {}).start(() => null)
  const program = programOf(given, 'trace')
  const machine = createMachine(partsOf(program), { bytes: memory, keep: true })
  const sampler = createSampler(given, memory)
  const lanes = createLanes(given)
  const outcomes = new Map<string, Outcome>(Object.keys(predicates).map((name) => [name, { kind: 'agree', compared: 0 }]))
  const vectors: Vector[] = []
  const expected = states.map((values) => {
    setState(run, values)
    vectors.push(toVector(system, { state: run.state, processes: [] }))
    return new Map(Object.entries(predicates).map(([name, property]) => [name, evaluate(property, run, {})]))
  })
  const settled = lanes.settled(vectors)
  for (const [i, values] of states.entries()) {
    const vector = vectors[i]!
    const words = encodeState(given, program.layout, vector)
    const looked = sampler.values(vector)
    writeState(machine, program.memory.ring, words)
    for (const [k, { name, kind }] of system.safety.entries()) {
      const { value, holds } = expected[i]!.get(name)!
      const before = outcomes.get(name)!
      if (before.kind !== 'agree') continue
      // What a search looks for: a violation, or a witness.
      const isFound = kind === 'sometimes' ? holds : !holds
      const said: readonly (readonly [who: string, says: unknown, javascript: unknown])[] = [
        ['the search', machine.exports.test(k, program.memory.ring) === 1, isFound],
        ['the sampler', looked[k], value === null ? null : Number(value)],
        ['the circuit', settled[i]!.get(name), isFound],
      ]
      const other = said.find(([, says, javascript]) => says !== javascript)
      outcomes.set(
        name,
        other === undefined
          ? { kind: 'agree', compared: before.compared + 1 }
          : { kind: 'differs', values, said: `${kind}: JavaScript ${String(other[2])}\n ${other[0]} ${String(other[1])}` },
      )
    }
  }
  return outcomes
}
