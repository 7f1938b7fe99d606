/**
 * Shortest schedules: among the shortest ways to a state that settles a property, one with the fewest switches between
 * agents.
 *
 * The search keeps no parents. So a second search, which keeps the states of all levels, goes to the depth already
 * known; then the levels are walked backwards, and of each one those states are found that lead to a wanted state of
 * the next. That is the graph of all shortest ways, over which dynamic programming picks the one with the fewest
 * switches. Where there is no time or memory for that, a single way is followed back from where it has come to.
 */
import { at } from '../../at.js'
import type { Limit } from '../../ir/limits.js'
import type { Move, Schedule } from '../../ir/schedule.js'
import type { System } from '../../ir/system.js'
import { builtIns } from '../emit/step.js'
import { createMachine, type Machine, partsOf } from '../program/machine.js'
import { type Interfaces, type Program, programOf, type Traced } from '../program/program.js'
import { startSearch, writeState } from '../program/start.js'
import { NoMemory } from '../wasm/platform.js'
import { createHunter, type Edges, type Hunter } from './hunt.js'
import { type Level, levelsOf } from './levels.js'
import { isStopped, type Pace, type Sliced, type Stopped, startPace, statesPerSlice } from './pace.js'
import { createSwitches, type Switches, switchesBytes, unwanted } from './switches.js'

/** A property by its place in `SearchResult.properties`' numbering: the system's, then deadlock, assert, range. */
export interface Target {
  readonly property: number
  /** The length that the search found. */
  readonly length: number
}

export interface ScheduleOptions {
  /** In bytes. */
  readonly bytes: number
  /**
   * For choosing schedules with the fewest switches. Any shortest ones are found whatever time that takes, which is
   * about that of the search.
   */
  readonly seconds?: number | undefined
  readonly deadlock: 'violation' | 'allowed'
  readonly signal?: AbortSignal | undefined
}

export interface Scheduled {
  /** A shortest one. */
  readonly schedule: Schedule
  /** Null where it is one with the fewest switches; else what ended the choice. */
  readonly unchosen: Limit | null
}

type TraceProgram = Program<Interfaces['trace']>
type TraceMachine = Machine<Interfaces['trace']>

/** The edges that so many states have to wanted ones are kept at a time. */
const statesPerHunt = 1_000

/** The second search, to the depth of the deepest target. */
interface Searched {
  readonly program: TraceProgram
  readonly machine: TraceMachine
  readonly hunter: Hunter
  readonly levels: readonly Level[]
}

/** The levels up to a depth; null where memory ran out. */
function* searchLevels(
  program: TraceProgram,
  machine: TraceMachine,
  depth: number,
  options: ScheduleOptions,
): Sliced<readonly Level[] | null> {
  startSearch(program, machine, { limits: { depth }, deadlock: options.deadlock })
  const { known, advance } = levelsOf(program, machine)
  while (known.length <= depth) {
    const isOver = advance(statesPerSlice)
    if (machine.globals.stop !== 0) return null
    if (isOver) throw new Error(`the second search ends before the depth of ${depth} that the first one reached`)
    yield
  }
  return known
}

export interface FailingWay {
  /** An index into `System.failures`. */
  readonly failure: number
  readonly move: Move
}

/** The number of the built-in property that a failure violates. */
const violatedBy = ({ system }: TraceProgram, { failure }: FailingWay): number => builtIns(system)[at(system.failures, failure).kind]

/** The failing ways of the state that was expanded last. */
export const failingWays = (program: Program<Traced>, machine: Machine<Traced>): FailingWay[] => {
  const view = machine.view()
  return Array.from({ length: machine.globals.failures }, (_, i) => {
    const at = program.memory.failures + i * 16
    return {
      failure: view.getInt32(at, true),
      move: { step: view.getInt32(at + 4, true), choice: Number(view.getBigInt64(at + 8, true)) },
    }
  })
}

/** The moves from a state that fail as the property says. */
const failuresAt = (searched: Searched, address: number, property: number): Move[] => {
  searched.machine.exports.successors(address)
  const { program, machine } = searched
  return failingWays(program, machine).flatMap((way) => (violatedBy(program, way) === property ? [way.move] : []))
}

/**
 * The addresses of the states of a level that settle the property: of those in which a step fails, where that is the
 * property.
 */
const endsAt = (searched: Searched, level: Level, property: number): number[] => {
  const { program, machine } = searched
  const stateBytes = program.layout.widths.length * 8
  const { deadlock } = builtIns(program.system)
  const settles = (address: number): boolean => {
    if (property < deadlock) return machine.exports.test(property, address) === 1
    if (property > deadlock) return failuresAt(searched, address, property).length > 0
    const isOver = machine.exports.successors(address) === program.memory.buffer && machine.globals.emitted === 0
    return isOver && machine.globals.failed === 0 && machine.exports.at_rest() === 0
  }
  const ends: number[] = []
  for (let i = 0; i < level.count; i++) {
    const address = level.start + i * stateBytes
    if (settles(address)) ends.push(address)
  }
  return ends
}

/**
 * The moves of the states on a level that lead to the states looked for, a part of the level at a time. Null where
 * memory runs out.
 */
function* edgesFrom({ program, machine, hunter }: Searched, level: Level): Generator<Edges | null> {
  const stateBytes = program.layout.widths.length * 8
  for (let i = 0; i < level.count; i += statesPerHunt)
    yield hunter.edges(() => {
      machine.exports.hunt(level.start + i * stateBytes, Math.min(statesPerHunt, level.count - i))
    })
}

/**
 * Where the walk back has come to: on this level these are the states that a shortest way leads through, and `switches`
 * has the ways on from them.
 */
interface Chosen {
  readonly level: number
  readonly wanted: readonly number[]
  readonly stopped: Limit | null
}

const outOfMemory = ({ bytes }: ScheduleOptions): Stopped => ({ stopped: { kind: 'memory', bytes } })

/** One level back: the states that lead to wanted ones. */
function* previous(
  searched: Searched,
  level: Level,
  wanted: readonly number[],
  switches: Switches,
  options: ScheduleOptions,
): Sliced<number[] | Stopped> {
  const { program, hunter } = searched
  if (!hunter.seek(wanted)) return outOfMemory(options)
  const agents = program.system.steps.map(({ agent }) => agent)
  const numbers = wanted.map((address) => numberOf(program, address))
  const found: number[] = []
  for (const edges of edgesFrom(searched, level)) {
    if (edges === null) return outOfMemory(options)
    for (let e = 0; e < edges.count; e++) {
      const from = edges.from(e)
      const state = numberOf(program, from)
      const agent = agents[edges.step(e)]!
      if (switches.least[state] === unwanted) found.push(from)
      switches.offer(state, agent, switches.after(numbers[edges.to(e)]!, agent))
    }
    yield
  }
  return found
}

/** The number of a state in the order in which it was found. */
const numberOf = ({ memory, layout }: Program, address: number): number => (address - memory.ring) / (layout.widths.length * 8)

const chooseBack = async (
  searched: Searched,
  depth: number,
  ends: readonly number[],
  switches: Switches,
  pace: Pace,
  options: ScheduleOptions,
): Promise<Chosen> => {
  let wanted = ends
  for (let level = depth; level > 0; level--) {
    const before = await pace.run(previous(searched, at(searched.levels, level - 1), wanted, switches, options))
    if (isStopped(before)) return { level, wanted, stopped: before.stopped }
    wanted = before
  }
  return { level: 0, wanted, stopped: null }
}

/** Any way from an initial state to a state of a level. Null where memory runs out. */
function* anyWayTo(searched: Searched, level: number, state: number): Sliced<{ readonly start: number; readonly moves: Move[] } | null> {
  const { hunter, levels } = searched
  const moves: Move[] = []
  let address = state
  for (let d = level - 1; d >= 0; d--) {
    if (!hunter.seek([address])) return null
    for (const edges of edgesFrom(searched, at(levels, d))) {
      if (edges === null) return null
      yield
      if (edges.count === 0) continue
      moves.push(edges.move(0))
      address = edges.from(0)
      break
    }
  }
  return { start: address, moves: moves.reverse() }
}

interface Way {
  readonly agent: number
  readonly cost: number
  readonly move: Move
  /** Null where the move fails. */
  readonly next: number | null
}

/** The way with the fewest switches, behind a step of `agent`; on ties the lowest agent, step and choice. */
const bestOf = (ways: readonly Way[], agent: number | null): Way => {
  const total = (way: Way): number => way.cost + (agent === null || way.agent === agent ? 0 : 1)
  return ways.reduce((a, b) => {
    const difference = total(b) - total(a) || b.agent - a.agent || b.move.step - a.move.step || b.move.choice - a.move.choice
    return difference < 0 ? b : a
  })
}

/** The rest of a way, from a state that `chooseBack` came by on a level. Null where memory runs out. */
function* follow(
  searched: Searched,
  chosen: Chosen,
  from: number,
  before: Move | undefined,
  target: Target,
  switches: Switches | null,
): Sliced<Move[] | null> {
  const { program, machine, hunter, levels } = searched
  const agentOf = ({ step }: Move): number => at(program.system.steps, step).agent
  const isFailure = target.property > builtIns(program.system).deadlock
  const depth = isFailure ? target.length - 1 : target.length
  const moves: Move[] = []
  const last = (): number | null => {
    const move = moves.at(-1) ?? before
    return move === undefined ? null : agentOf(move)
  }
  let address = from
  const stateBytes = program.layout.widths.length * 8
  for (let d = chosen.level; switches !== null && d < depth; d++) {
    const { start, count } = at(levels, d + 1)
    const wanted: number[] = []
    for (let i = 0; i < count; i++) if (switches.least[numberOf(program, start) + i] !== unwanted) wanted.push(start + i * stateBytes)
    yield
    if (!hunter.seek(wanted)) return null
    const edges = hunter.edges(() => {
      machine.exports.hunt(address, 1)
    })
    if (edges === null) return null
    const ways = Array.from({ length: edges.count }, (_, e): Way => {
      const move = edges.move(e)
      const next = at(wanted, edges.to(e))
      return { agent: agentOf(move), cost: switches.after(numberOf(program, next), agentOf(move)), move, next }
    })
    const best = bestOf(ways, last())
    moves.push(best.move)
    address = best.next ?? address
  }
  if (isFailure) {
    const ways = failuresAt(searched, address, target.property).map((move): Way => ({ agent: agentOf(move), cost: 0, move, next: null }))
    moves.push(bestOf(ways, last()).move)
  }
  return moves
}

const failingInit = (program: TraceProgram, machine: TraceMachine, property: number): Schedule | null => {
  writeState(machine, program.memory.current, program.layout.initial)
  machine.globals.hunting = 1
  machine.exports.hunt_initial()
  machine.globals.hunting = 0
  const way = failingWays(program, machine).find((f) => violatedBy(program, f) === property)
  return way === undefined ? null : { init: way.move.choice, moves: [], fails: true }
}

/**
 * The initial state among the wanted ones that needs the fewest switches, and the choice that leads there: on ties the
 * lowest.
 */
const startOf = (
  searched: Searched,
  wanted: readonly number[],
  costOf: (address: number) => number,
): { readonly address: number; readonly init: number } | null => {
  const { program, machine, hunter } = searched
  if (!hunter.seek(wanted)) return null
  const edges = hunter.edges(() => {
    writeState(machine, program.memory.current, program.layout.initial)
    machine.exports.hunt_initial()
  })
  if (edges === null || edges.count === 0) return null
  const starts = Array.from({ length: edges.count }, (_, e) => {
    const address = at(wanted, edges.to(e))
    return { address, init: edges.move(e).choice, cost: costOf(address) }
  })
  return starts.reduce((a, b) => (b.cost < a.cost || (b.cost === a.cost && b.init < a.init) ? b : a))
}

interface Paces {
  /** Of the choice among shortest schedules, which takes what time there is. */
  readonly choosing: Pace
  /** Of finding any at all, which takes what time it needs. */
  readonly finding: Pace
}

const scheduleTo = async (
  searched: Searched,
  target: Target,
  { choosing, finding }: Paces,
  options: ScheduleOptions,
): Promise<Scheduled | null> => {
  const { program, machine, levels } = searched
  const { system } = program
  const isFailure = target.property > builtIns(system).deadlock
  if (isFailure && target.length === 0) {
    const schedule = failingInit(program, machine, target.property)
    return schedule === null ? null : { schedule, unchosen: null }
  }
  const depth = isFailure ? target.length - 1 : target.length
  const ends = endsAt(searched, at(levels, depth), target.property)
  const switches = switchesFor(searched, depth, options)
  if (switches !== null)
    for (const address of ends) {
      const state = numberOf(program, address)
      if (isFailure)
        for (const { step } of failuresAt(searched, address, target.property)) switches.offer(state, at(system.steps, step).agent, 0)
      else switches.end(state)
    }
  const chosen: Chosen =
    switches === null
      ? { level: depth, wanted: ends.slice(0, 1), ...outOfMemory(options) }
      : await chooseBack(searched, depth, ends, switches, choosing, options)
  if (chosen.stopped?.kind === 'interrupted') return null
  const costOf = (address: number): number => switches?.after(numberOf(program, address), null) ?? 0
  const cheapest = chosen.wanted.reduce((a, b) => (costOf(b) < costOf(a) ? b : a))
  const way = chosen.stopped === null ? { start: null, moves: [] } : await finding.run(anyWayTo(searched, chosen.level, cheapest))
  if (way === null || isStopped(way)) return null
  const start = startOf(searched, way.start === null ? chosen.wanted : [way.start], costOf)
  if (start === null) return null
  const from = way.start === null ? start.address : cheapest
  const rest = await finding.run(follow(searched, chosen, from, way.moves.at(-1), target, switches))
  if (rest === null || isStopped(rest)) return null
  return { schedule: { init: start.init, moves: [...way.moves, ...rest], fails: isFailure }, unchosen: chosen.stopped }
}

/** For all states up to a depth. Null where that takes too much memory. */
const switchesFor = ({ program, machine, levels }: Searched, depth: number, { bytes }: ScheduleOptions): Switches | null => {
  const { start, count } = at(levels, depth)
  const states = numberOf(program, start) + count
  const agents = program.system.agents.length
  if (machine.bytes() + switchesBytes(states, agents) > bytes) return null
  try {
    return createSwitches(states, agents)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

const machineFor = (program: TraceProgram, { bytes }: ScheduleOptions): TraceMachine | null => {
  try {
    return createMachine(partsOf(program), { bytes, keep: true })
  } catch (error) {
    if (error instanceof NoMemory) return null
    throw error
  }
}

/**
 * A shortest schedule for each target, with the fewest switches between agents; on ties the lowest agent, step and
 * choice. Null where memory runs out or the signal ends the work. Takes the time of a search to the greatest depth
 * wanted, and its memory for whole states.
 */
export const shortestSchedules = async (
  system: System,
  targets: readonly Target[],
  options: ScheduleOptions,
): Promise<(Scheduled | null)[]> => {
  if (targets.length === 0) return []
  const program = programOf(system, 'trace')
  const machine = machineFor(program, options)
  if (machine === null) return targets.map(() => null)
  const { deadlock } = builtIns(system)
  const depth = Math.max(0, ...targets.map((t) => (t.property > deadlock ? t.length - 1 : t.length)))
  const finding = startPace({ bytes: options.bytes, signal: options.signal })
  const levels = await finding.run(searchLevels(program, machine, depth, options))
  if (levels === null || isStopped(levels)) return targets.map(() => null)
  const searched: Searched = { program, machine, hunter: createHunter(program, machine), levels }
  const paces = { choosing: startPace(options), finding }
  const schedules: (Scheduled | null)[] = []
  for (const target of targets) schedules.push(await scheduleTo(searched, target, paces, options))
  return schedules
}
