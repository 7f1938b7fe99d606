/**
 * What the engine's compiled code says of single states, and ways to states worth a look: those in which a step, a
 * branch, a failure or a value of a condition is first met, and the deepest.
 */
import { at } from '../../at.js'
import type { Move, Schedule } from '../../ir/schedule.js'
import type { SuccessorSource } from '../../ir/successors.js'
import type { System, Vector } from '../../ir/system.js'
import { type Marks, markOf } from '../emit/marks.js'
import { recordBytes } from '../emit/memory-map.js'
import { valueFields } from '../emit/sample-functions.js'
import type { Machine } from '../program/machine.js'
import { type Program, programOf, type Traced } from '../program/program.js'
import { startSearch, writeState } from '../program/start.js'
import { createHunter } from '../search/hunt.js'
import { type Level, levelsOf } from '../search/levels.js'
import { createExpander } from './expander.js'
import { asking, type Question, questionsOf } from './questions.js'

export interface Exploration {
  /** All reachable states were seen. */
  readonly complete: boolean
  readonly states: number
  /**
   * A shortest way to each state in which something was first met, and to the last, deepest one; those of one are parts
   * of others.
   */
  readonly schedules: readonly Schedule[]
  /** By mark, what was met on the way: 1. */
  readonly met: Uint8Array
}

export interface ExploreOptions {
  readonly maxStates: number
  /** States that deep are not expanded. */
  readonly maxDepth: number
  /** Asked now and then: what was met so far is enough, or there is no time left. */
  readonly isEnough: (met: Uint8Array, states: number) => boolean
}

/** What it says of the ways on from a state, it marks as met. */
export interface Sampler extends SuccessorSource<Vector> {
  readonly questions: readonly Question[]
  readonly marks: Marks
  /** So many of the last branches are outcomes of conditions in properties. */
  readonly outcomes: number
  readonly explore: (options: ExploreOptions) => Exploration
  /** The answers to `questions`, which mark the outcomes of their conditions; null where a check in one fails. */
  readonly values: (state: Vector) => (number | null)[]
  /** By mark, 1 for what was met since the last `forget`. */
  readonly met: () => Uint8Array
  readonly forget: () => void
}

/** `memory` is in bytes. @throws StateTooWide, CodeTooLarge */
export const createSampler = (original: System, memory: number): Sampler => {
  const questions = questionsOf(original)
  const { system, outcomes } = asking(original, questions)
  const program = programOf(system, 'sample')
  const { machine, pack, initial, successors } = createExpander(program, memory)
  const marks = markOf(system)
  const { layout, memory: map } = program
  const stateBytes = layout.widths.length * 8

  const addresses = (): Uint32Array => new Uint32Array(machine.memory.buffer, map.marks, marks.count)
  const met = (): Uint8Array => Uint8Array.from(addresses(), (address) => (address === 0 ? 0 : 1))
  const forget = (): void => {
    addresses().fill(0)
    machine.globals.here = 1
  }
  const values = (state: Vector): (number | null)[] => {
    pack(map.current, state)
    machine.exports.look()
    const view = machine.view()
    return questions.map((_, i) => {
      const at = map.records + i * recordBytes
      return view.getInt32(at + valueFields.fails, true) === 1 ? null : view.getInt32(at + valueFields.value, true)
    })
  }
  const explore = ({ maxStates, maxDepth, isEnough }: ExploreOptions): Exploration => {
    forget()
    startSearch(program, machine, { limits: { states: maxStates, depth: maxDepth }, deadlock: 'allowed' })
    const { known: levels, advance } = levelsOf(program, machine)
    let isOver = false
    while (!isOver && machine.globals.stop === 0 && !isEnough(met(), machine.globals.states)) isOver = advance(statesPerCall)
    const states = machine.globals.states
    const complete = isOver && machine.globals.depth < maxDepth
    const found = met()
    const first = at(levels, 0)?.start ?? map.ring
    const last = at(levels, levels.length - 1)
    const targets = new Set([...addresses()].filter((address) => address >= first))
    if (last !== undefined && last.count > 0) targets.add(last.start + (last.count - 1) * stateBytes)
    machine.globals.stop = 0
    const schedules = schedulesTo(program, machine, levels, targets)
    return { complete, states, schedules, met: found }
  }
  return { questions, marks, outcomes: outcomes.length, explore, initial, successors, values, met, forget }
}

const statesPerCall = 1_000

/**
 * One shortest way to each of the states. Takes one more expansion of all states on the levels up to the last of them.
 */
const schedulesTo = (
  program: Program<Traced>,
  machine: Machine<Traced>,
  levels: readonly Level[],
  targets: ReadonlySet<number>,
): Schedule[] => {
  const stateBytes = program.layout.widths.length * 8
  const onward = new Map<number, { readonly from: number; readonly move: Move }>()
  let wanted: number[] = []
  const hunter = createHunter(program, machine)
  /** The states from which the wanted ones are reached, of which each is reached in one way. */
  const before = (hunt: () => void): number[] => {
    const edges = hunter.seek(wanted) ? hunter.edges(hunt) : null
    const states = new Set<number>()
    for (let e = 0; e < (edges?.count ?? 0); e++) {
      const to = edges === null ? undefined : wanted[edges.to(e)]
      if (edges === null || to === undefined || onward.has(to)) continue
      onward.set(to, { from: edges.from(e), move: edges.move(e) })
      states.add(edges.from(e))
    }
    return [...states]
  }
  for (let d = levels.length - 1; d >= 0; d--) {
    const { start, count } = at(levels, d)
    const here = [...targets].filter((address) => address >= start && address < start + count * stateBytes)
    wanted = [...new Set([...wanted, ...here])]
    if (wanted.length === 0) continue
    wanted = before(() => {
      if (d > 0) return void machine.exports.hunt(at(levels, d - 1).start, at(levels, d - 1).count)
      writeState(machine, program.memory.current, program.layout.initial)
      machine.exports.hunt_initial()
    })
  }
  const follow = (target: number): Schedule | null => {
    const moves: Move[] = []
    for (let at = target; ; ) {
      const last = onward.get(at)
      if (last === undefined) return null
      if (last.from === 0) return { init: last.move.choice, moves: moves.reverse(), fails: false }
      moves.push(last.move)
      at = last.from
    }
  }
  return [...targets].flatMap((target) => follow(target) ?? [])
}
