/** What follows a state, as the engine's compiled code says it. */
import { at } from '../../at.js'
import type { Move } from '../../ir/schedule.js'
import { standingIn } from '../../ir/standing.js'
import type { StepWays, SuccessorSource, Way } from '../../ir/successors.js'
import type { System, Vector } from '../../ir/system.js'
import { createMachine, type Machine, partsOf } from '../program/machine.js'
import type { Interfaces, Program } from '../program/program.js'
import { writeState } from '../program/start.js'
import { type FailingWay, failingWays } from '../search/failing-ways.js'
import { packingOf } from './packing.js'

export interface Expander extends SuccessorSource<Vector> {
  readonly machine: Machine<Interfaces['sample']>
  /** Writes a state to an address. */
  readonly pack: (at: number, state: Vector) => void
}

/** Log2 of the homes of a table that is large enough for most: growing costs more than memory that is not used. */
const firstTable = 15

interface Found {
  readonly move: Move
  readonly way: Way
}

/** `memory` is in bytes. @throws CodeTooLarge, NoMemory */
export const createExpander = (program: Program<Interfaces['sample']>, memory: number): Expander => {
  const { system, layout, memory: map } = program
  const { read, write } = packingOf(system, layout)
  const standing = standingIn(system)
  const stateBytes = layout.widths.length * 8
  const mostFailing = (map.failureLimit - map.failures) / 16
  /** Ways that did not fit into the buffer, of the state that is expanded. */
  let spilled: Found[] = []
  const take = (end: number): void => {
    spilled.push(...waysUpTo(end))
  }
  const machine = createMachine(partsOf(program), { bytes: memory, keep: true, log: firstTable, take })
  const pack = (at: number, state: Vector): void => write(machine.view(), at, state)

  const waysUpTo = (end: number): Found[] => {
    const view = machine.view()
    const found: Found[] = []
    for (let at = map.buffer; at < end; at += map.entry) {
      const move = { step: view.getInt32(at + stateBytes, true), choice: Number(view.getBigInt64(at + stateBytes + 8, true)) }
      found.push({ move, way: { choice: move.choice, to: read(view, at), failure: null } })
    }
    return found
  }
  /** Of each step its ways, and where the room for failing ones ended there may be more. */
  const expand = (run: () => number): { readonly byStep: ReadonlyMap<number, Way[]>; readonly hasAllFailing: boolean } => {
    spilled = []
    machine.globals.sampling = 1
    const last = waysUpTo(run())
    machine.globals.sampling = 0
    const failing = failingWays(program, machine)
    const byStep = groupedByStep(system, [...spilled, ...last], failing)
    return { byStep, hasAllFailing: failing.length < mostFailing }
  }
  return {
    machine,
    pack,
    initial: (): StepWays => {
      writeState(machine, map.current, layout.initial)
      machine.globals.failures = 0
      const { byStep, hasAllFailing } = expand(() => machine.exports.init(map.buffer))
      return { step: -1, label: 'init', ways: byStep.get(-1) ?? [], hasAllFailing }
    },
    successors: (state) => {
      // A place in the queue of a search that is over, or has not begun.
      pack(map.ring, state)
      const { byStep, hasAllFailing } = expand(() => machine.exports.successors(map.ring))
      const agents = standing(state).map((steps, agent) => ({
        agent,
        steps: steps.map(({ id, label }): StepWays => ({ step: id, label, ways: byStep.get(id) ?? [], hasAllFailing })),
      }))
      const known = new Set(agents.flatMap(({ steps }) => steps.map(({ step }) => step)))
      for (const step of byStep.keys()) if (!known.has(step)) throw new Error(`the code takes step ${step}, at which nobody stands`)
      return { state, agents }
    },
  }
}

/** Ways that lead on come in the order of their choices, and failing ones behind all of them. */
const groupedByStep = (system: System, found: readonly Found[], failing: readonly FailingWay[]): ReadonlyMap<number, Way[]> => {
  const byStep = new Map<number, Way[]>()
  const add = (step: number, way: Way): void => {
    const ways = byStep.get(step)
    if (ways === undefined) byStep.set(step, [way])
    else ways.push(way)
  }
  for (const { move, way } of found) add(move.step, way)
  for (const { failure, move } of failing) {
    const { kind, message } = at(system.failures, failure)
    add(move.step, { choice: move.choice, to: null, failure: { kind, message } })
  }
  const before = byChoices(system)
  if (failing.length > 0) for (const ways of byStep.values()) ways.sort(before)
  return byStep
}

/** Orders ways by their first choice, then by the next. */
const byChoices =
  ({ radix }: System) =>
  (a: Way, b: Way): number => {
    for (let [x, y] = [a.choice, b.choice]; x !== y; [x, y] = [Math.floor(x / radix), Math.floor(y / radix)])
      if (x % radix !== y % radix) return (x % radix) - (y % radix)
    return 0
  }
