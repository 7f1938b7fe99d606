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
import type { Unchosen } from '../../ir/limits.js'
import type { Move, Schedule } from '../../ir/schedule.js'
import type { System } from '../../ir/system.js'
import { builtIns } from '../emit/built-ins.js'
import { isStopped, type Pace, type Sliced, startPace } from '../program/pace.js'
import { writeState } from '../program/start.js'
import { failingWays, violatedBy } from './failing-ways.js'
import { type End, lift, narrowest, widest } from './lift.js'
import {
  endsAt,
  failuresAt,
  numberOf,
  type Searched,
  type SecondSearchOptions,
  searchAgain,
  type TraceMachine,
  type TraceProgram,
} from './second-search.js'
import { createSwitches, type Switches, switchesBytes, unwanted } from './switches.js'
import { anyWayTo, type Chosen, chooseBack, outOfMemory } from './walk-back.js'
import { bestOf, type Way } from './way.js'

/** A property by its place in `SearchResult.properties`' numbering: the system's, then deadlock, assert, range. */
export interface Target {
  readonly property: number
  /** The length that the search found. */
  readonly length: number
}

export interface ScheduleOptions extends SecondSearchOptions {
  /**
   * For choosing schedules with the fewest switches. Any shortest ones are found whatever time that takes, which is
   * about that of the search.
   */
  readonly seconds?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Scheduled {
  /** A shortest one. */
  readonly schedule: Schedule
  /** Null where it is one with the fewest switches; else what ended the choice. */
  readonly unchosen: Unchosen | null
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

const scheduleTo = async (searched: Searched, target: Target, paces: Paces, options: ScheduleOptions): Promise<Scheduled | null> => {
  const { choosing, finding } = paces
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
      ? { level: depth, wanted: ends.slice(0, 1), ...outOfMemory(options.bytes) }
      : await chooseBack(searched, depth, ends, switches, choosing, options.bytes)
  if (chosen.stopped?.kind === 'interrupted') return null
  const costOf = (address: number): number => switches?.after(numberOf(program, address), null) ?? 0
  if ((options.sorts ?? []).length > 0)
    return lifted(searched, chosen, switches, depth, { property: target.property, fails: isFailure }, paces)
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

/** Of each level the states that a shortest way may lead through. Null where memory runs out. */
function* statesPassed(searched: Searched, chosen: Chosen, switches: Switches | null, depth: number): Sliced<(readonly number[])[] | null> {
  const { program, levels } = searched
  const stateBytes = program.layout.widths.length * 8
  const isWhole = chosen.stopped === null
  const way = isWhole ? null : yield* anyWayTo(searched, chosen.level, at(chosen.wanted, 0))
  if (!isWhole && way === null) return null
  const passed: (readonly number[])[] = (way?.passed ?? []).map((state) => [state])
  passed.push(isWhole ? chosen.wanted : chosen.wanted.slice(0, 1))
  for (const { start, count } of levels.slice(passed.length, depth + 1)) {
    const states = Array.from({ length: count }, (_, i) => start + i * stateBytes)
    passed.push(states.filter((state) => switches?.least[numberOf(program, state)] !== unwanted))
    yield
  }
  return passed
}

/** Where a state stands for others, the way leads through these: it is looked for from an initial state on. */
const lifted = async (
  searched: Searched,
  chosen: Chosen,
  switches: Switches | null,
  depth: number,
  end: End,
  { choosing, finding }: Paces,
): Promise<Scheduled | null> => {
  const passed = await finding.run(statesPassed(searched, chosen, switches, depth))
  if (passed === null || isStopped(passed)) return null
  const best = await choosing.run(lift(searched, passed, end, widest))
  const stopped = isStopped(best) ? best.stopped : best === 'too many' ? ({ kind: 'ways', most: widest.all } as const) : null
  if (stopped?.kind === 'interrupted') return null
  const found = stopped === null ? best : await finding.run(lift(searched, passed, end, narrowest))
  return found === null || found === 'too many' || isStopped(found) ? null : { schedule: found, unchosen: chosen.stopped ?? stopped }
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
  const { deadlock } = builtIns(system)
  const depth = Math.max(0, ...targets.map((t) => (t.property > deadlock ? t.length - 1 : t.length)))
  const finding = startPace({ bytes: options.bytes, signal: options.signal })
  const searched = await finding.run(searchAgain(system, depth, options))
  if (searched === null || isStopped(searched)) return targets.map(() => null)
  const paces = { choosing: startPace(options), finding }
  const schedules: (Scheduled | null)[] = []
  for (const target of targets) schedules.push(await scheduleTo(searched, target, paces, options))
  return schedules
}
