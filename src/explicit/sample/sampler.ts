/**
 * What the engine's compiled code says of single states, and ways to states worth a look: those in which a step, a branch, a failure or a value of a condition is first met,
 * and the deepest.
 */
import type { Move, Schedule } from '../../ir/schedule.js'
import type { System, Vector } from '../../ir/system.js'
import { type Marks, markOf } from '../emit/marks.js'
import { recordBytes } from '../emit/memory-map.js'
import { valueFields } from '../emit/sample-functions.js'
import { createMachine, type Machine, partsOf } from '../program/machine.js'
import { type Interfaces, type Program, programOf, type Traced } from '../program/program.js'
import { startSearch, wordsAt, writeState } from '../program/start.js'
import { createHunter } from '../search/hunt.js'
import { type Level, levelsOf } from '../search/levels.js'
import { failingWays } from '../search/schedule.js'
import { decoderOf } from './decode.js'
import { asking, type Question, questionsOf } from './questions.js'

/** A state: packed, and as a vector. */
export interface Place {
  readonly words: readonly bigint[]
  readonly vector: Vector
}

/** One way through a step, or through `init` (step -1), that is not blocked. */
export interface Way {
  readonly move: Move
  /** Where it leads; null where it fails. */
  readonly to: Place | null
  /** An index into `System.failures`; null where it leads on. */
  readonly failure: number | null
}

export interface Ways {
  readonly all: readonly Way[]
  /** There is room for so many failing ways of one state: where there are as many, there may be more. */
  readonly hasAllFailing: boolean
}

export interface Exploration {
  /** All reachable states were seen. */
  readonly complete: boolean
  readonly states: number
  /** A shortest way to each state in which something was first met, and to the last, deepest one; those of one are parts of others. */
  readonly schedules: readonly Schedule[]
  /** By mark, what was met on the way: 1. */
  readonly met: Uint8Array
}

export interface ExploreOptions {
  readonly maxStates: number
  /** Asked now and then: what was met so far is enough, or there is no time left. */
  readonly isEnough: (met: Uint8Array, states: number) => boolean
}

export interface Sampler {
  readonly questions: readonly Question[]
  readonly marks: Marks
  /** So many of the last branches are outcomes of conditions in properties. */
  readonly outcomes: number
  readonly explore: (options: ExploreOptions) => Exploration
  readonly initial: () => Ways
  /** The ways on from a state; what they meet is marked. */
  readonly ways: (state: Place) => Ways
  /** The answers to `questions`, which mark the outcomes of their conditions; null where a check in one fails. */
  readonly values: (state: Place) => (number | null)[]
  /** By mark, 1 for what was met since the last `forget`. */
  readonly met: () => Uint8Array
  readonly forget: () => void
}

/** `memory` is in bytes. @throws StateTooWide, CodeTooLarge */
export const createSampler = (original: System, memory: number): Sampler => {
  const questions = questionsOf(original)
  const { system, outcomes } = asking(original, questions)
  const program = programOf(system, 'sample')
  /** Ways that did not fit into the buffer, of the state that is expanded. */
  let taken: Way[] = []
  const take = (end: number): void => {
    taken.push(...waysUpTo(end))
  }
  const machine: Machine<Interfaces['sample']> = createMachine(partsOf(program), { limit: memory, keep: true, log: firstTable, take })
  const marks = markOf(system)
  const { layout, memory: map } = program
  const words = layout.widths.length
  const mostFailing = (map.failureLimit - map.failures) / 16
  const decode = decoderOf(system, layout)
  /** A state of one's own: the place behind it is never read. */
  const scratch = map.ring

  const addresses = (): Uint32Array => new Uint32Array(machine.memory.buffer, map.marks, marks.count)
  const met = (): Uint8Array => Uint8Array.from(addresses(), (address) => (address === 0 ? 0 : 1))
  const forget = (): void => {
    addresses().fill(0)
    machine.globals.here = 1
  }
  const waysUpTo = (end: number): Way[] => {
    const view = machine.view()
    const ways: Way[] = []
    for (let at = map.buffer; at < end; at += map.entry) {
      const move = { step: view.getInt32(at + words * 8, true), choice: Number(view.getBigInt64(at + words * 8 + 8, true)) }
      ways.push({ move, to: { words: wordsAt(machine, at, words), vector: decode(view, at) }, failure: null })
    }
    return ways
  }
  const all = (expand: () => number): Ways => {
    taken = []
    machine.globals.sampling = 1
    const last = waysUpTo(expand())
    machine.globals.sampling = 0
    const failing = failingWays(program, machine).map(({ failure, move }): Way => ({ move, to: null, failure }))
    return { all: [...taken, ...last, ...failing], hasAllFailing: failing.length < mostFailing }
  }
  const initial = (): Ways => {
    writeState(machine, map.current, layout.initial)
    machine.globals.failures = 0
    return all(() => machine.exports.init(map.buffer))
  }
  const ways = ({ words: state }: Place): Ways => {
    writeState(machine, scratch, state)
    return all(() => machine.exports.successors(scratch))
  }
  const values = ({ words: state }: Place): (number | null)[] => {
    writeState(machine, map.current, state)
    machine.exports.look()
    const view = machine.view()
    return questions.map((_, i) => {
      const at = map.records + i * recordBytes
      return view.getInt32(at + valueFields.fails, true) === 1 ? null : view.getInt32(at + valueFields.value, true)
    })
  }
  const explore = ({ maxStates, isEnough }: ExploreOptions): Exploration => {
    forget()
    startSearch(program, machine, { maxStates, deadlock: 'allowed' })
    const { known: levels, advance } = levelsOf(program, machine)
    let complete = false
    while (!complete && machine.globals.stop === 0 && !isEnough(met(), machine.globals.states)) complete = advance(statesPerCall)
    const states = machine.globals.states
    const found = met()
    const first = levels[0]?.start ?? map.ring
    const last = levels[levels.length - 1]
    const targets = new Set([...addresses()].filter((address) => address >= first))
    if (last !== undefined && last.count > 0) targets.add(last.start + (last.count - 1) * words * 8)
    machine.globals.stop = 0
    const schedules = schedulesTo(program, machine, levels, targets)
    return { complete, states, schedules, met: found }
  }
  return { questions, marks, outcomes: outcomes.length, explore, initial, ways, values, met, forget }
}

const statesPerCall = 1_000
/** Log2 of the homes of a table that is large enough for most: growing costs more than memory that is not used. */
const firstTable = 15

/** One shortest way to each of the states. Takes one more expansion of all states on the levels up to the last of them. */
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
    const { start, count } = levels[d]
    const here = [...targets].filter((address) => address >= start && address < start + count * stateBytes)
    wanted = [...new Set([...wanted, ...here])]
    if (wanted.length === 0) continue
    wanted = before(() => {
      if (d > 0) return void machine.exports.hunt(levels[d - 1].start, levels[d - 1].count)
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
