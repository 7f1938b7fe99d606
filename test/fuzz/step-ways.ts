/** All ways on from one state by the rules of a model, as the oracle and as the generated WebAssembly have them. */

import { decodeState, encodeState } from '../../src/explicit/emit/layout.ts'
import { createMachine, partsOf } from '../../src/explicit/program/machine.ts'
import { programOf } from '../../src/explicit/program/program.ts'
import { wordsAt, writeState } from '../../src/explicit/program/start.ts'
import { failingWays } from '../../src/explicit/search/failing-ways.ts'
import type { System, Vector } from '../../src/ir/system.ts'
import { ways } from '../../src/replay/executions.ts'
import type { Oracle, Run } from '../../src/replay/oracle.ts'
import { put, snapshot, type Value } from '../../src/replay/store.ts'
import { toVector } from '../../src/replay/vector.ts'

/** A state as plain values, by variable. */
export type Values = Readonly<Record<string, Value>>

/** Of a step and a choice code where it leads: a vector as text, or how it fails. */
export type Ways = ReadonlyMap<number, string>

export const setState = ({ state }: Run, values: Values): void => {
  for (const [name, store] of state.stores) put(store, values[name]!)
}

export const valuesOf = ({ state }: Run): Values => Object.fromEntries([...state.stores].map(([name, store]) => [name, snapshot(store)]))

/** What the author's rule number `agent` does in a state. @throws whatever it throws that is no failure. */
export const oracleWays = (system: System, oracle: Oracle, run: Run, values: Values, agent: number): Ways => {
  const found = new Map<number, string>()
  const tried = ways(
    (choose) => {
      setState(run, values)
      return { outcome: run.step(agent, oracle.agents[agent]!.rules[0]!, choose) }
    },
    ({ outcome }) => outcome,
  )
  for (const { outcome, numbers } of tried) {
    const code = numbers.reduceRight((sum, n) => sum * system.radix + n, 0)
    if (outcome.kind === 'failed') found.set(code, outcome.failure.kind)
    else if (outcome.kind === 'moved') found.set(code, toVector(system, { state: run.state, processes: [] }).join())
  }
  return found
}

export interface Expander {
  /** Per step its ways from a state. */
  readonly expand: (vector: Vector) => Ways[]
}

/** Null where a state has so many successors that the engine writes them in portions. */
export const createExpander = (system: System): Expander | null => {
  const program = programOf(system, 'trace')
  if (!program.memory.bounded) return null
  const machine = createMachine(partsOf(program), { bytes: 2 ** 28, keep: true })
  const { memory, layout } = program
  const stateBytes = layout.widths.length * 8
  const expand = (vector: Vector): Ways[] => {
    const found = system.steps.map(() => new Map<number, string>())
    writeState(machine, memory.ring, encodeState(system, layout, vector))
    const end = machine.exports.successors(memory.ring)
    const view = machine.view()
    const failing = failingWays(program, machine)
    for (let at = memory.buffer; at < end; at += memory.entry) {
      const step = view.getInt32(at + stateBytes, true)
      const code = Number(view.getBigInt64(at + stateBytes + 8, true))
      found[step]!.set(code, decodeState(system, layout, wordsAt(machine, at, layout.widths.length)).join())
    }
    for (const { failure, move } of failing) found[move.step]!.set(move.choice, system.failures[failure]!.kind)
    return found
  }
  return { expand }
}
