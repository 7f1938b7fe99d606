/**
 * Shortest schedules: among the shortest ways to a state that settles a property, one with the fewest switches between agents.
 *
 * The search keeps no parents. So a second search, which keeps the states of all levels, goes to the depth already known;
 * then the levels are walked backwards, and of each one those states are found that lead to a wanted state of the next. That
 * is the graph of all shortest ways, over which dynamic programming picks the one with the fewest switches.
 */
import type { Move, Schedule } from '../ir/schedule.js'
import type { System } from '../ir/system.js'
import { createMachine, type Machine, partsOf } from './machine.js'
import { type Program, programOf } from './program.js'
import { startSearch, writeState } from './start.js'
import { builtIns } from './step.js'
import { edgeBytes } from './trace-functions.js'

/** A property by its place in `SearchResult.properties`' numbering: the system's, then deadlock, assert, range. */
export interface Target {
  readonly property: number
  /** The length that the search found. */
  readonly length: number
}

export interface ScheduleOptions {
  /** In bytes. */
  readonly memory: number
  readonly deadlock: 'violation' | 'allowed'
  readonly signal?: AbortSignal | undefined
}

/** Of one level at most so many states are followed back: those with the fewest switches. Only then may another way have fewer still. */
const mostPerLevel = 50_000

const statesPerCall = 10_000

export interface Onward {
  readonly agent: number
  /** Switches from here to the end. */
  readonly cost: number
  readonly move: Move
  /** Null where the move fails. */
  readonly next: Wanted | null
}

export interface Wanted {
  readonly address: number
  /** The best way on for each agent that moves first on one; empty at the end. */
  readonly onward: readonly Onward[]
}

const costAfter = (state: Wanted, agent: number | null): number =>
  state.onward.reduce(
    (least, o) => Math.min(least, o.cost + (agent === null || o.agent === agent ? 0 : 1)),
    state.onward.length === 0 ? 0 : Infinity,
  )

const isBetter = (a: Onward, b: Onward): boolean =>
  a.cost !== b.cost ? a.cost < b.cost : a.move.step !== b.move.step ? a.move.step < b.move.step : a.move.choice < b.move.choice

const withOnward = (onward: readonly Onward[], o: Onward): readonly Onward[] => {
  const known = onward.findIndex((k) => k.agent === o.agent)
  if (known < 0) return [...onward, o]
  return isBetter(o, onward[known]) ? onward.with(known, o) : onward
}

const eventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** First address and number of the states of a level. */
export interface Level {
  readonly start: number
  readonly count: number
}

/** Null where memory ran out or the signal said to stop. */
const searchLevels = async (program: Program, machine: Machine, depth: number, options: ScheduleOptions): Promise<Level[] | null> => {
  const stateBytes = program.layout.widths.length * 8
  startSearch(program, machine, { maxDepth: depth, deadlock: options.deadlock })
  const levels: Level[] = [{ start: program.memory.ring, count: machine.read('left') }]
  let turn = performance.now()
  while (levels.length <= depth) {
    const before = machine.read('depth')
    const ended = machine.call('run', Math.min(statesPerCall, machine.read('left'))) === 1
    if (machine.read('stop') !== 0) return null
    if (ended) throw new Error(`the second search ends before the depth of ${depth} that the first one reached`)
    if (machine.read('depth') > before) {
      const last = levels[levels.length - 1]
      levels.push({ start: last.start + last.count * stateBytes, count: machine.read('left') })
    }
    if (performance.now() - turn > 50) {
      await eventLoopTurn()
      if (options.signal?.aborted === true) return null
      turn = performance.now()
    }
  }
  return levels
}

export interface FailingWay {
  /** An index into `System.failures`. */
  readonly failure: number
  readonly move: Move
}

/** The number of the built-in property that a failure violates. */
const violatedBy = ({ system }: Program, { failure }: FailingWay): number => builtIns(system)[system.failures[failure].kind]

/** The failing ways of the state that was expanded last. */
export const failingWays = (program: Program, machine: Machine): FailingWay[] => {
  const view = machine.view()
  return Array.from({ length: machine.read('failures') }, (_, i) => {
    const at = program.memory.failures + i * 16
    return {
      failure: view.getInt32(at, true),
      move: { step: view.getInt32(at + 4, true), choice: Number(view.getBigInt64(at + 8, true)) },
    }
  })
}

/** The states of a level that settle the property, each with its failing moves where a failing step settles it. */
const wantedAt = (program: Program, machine: Machine, level: Level, property: number): Wanted[] => {
  const { system, memory } = program
  const stateBytes = program.layout.widths.length * 8
  const { deadlock } = builtIns(system)
  const wanted: Wanted[] = []
  for (let i = 0; i < level.count; i++) {
    const address = level.start + i * stateBytes
    if (property < deadlock) {
      if (machine.call('test', property, address) === 1) wanted.push({ address, onward: [] })
      continue
    }
    const isStuck = machine.call('successors', address) === memory.buffer && machine.read('emitted') === 0
    if (property === deadlock) {
      if (isStuck && machine.read('failed') === 0 && machine.call('at_rest') === 0) wanted.push({ address, onward: [] })
      continue
    }
    const onward = failingWays(program, machine)
      .filter((f) => violatedBy(program, f) === property)
      .reduce<readonly Onward[]>(
        (all, { move }) => withOnward(all, { agent: system.steps[move.step].agent, cost: 0, move, next: null }),
        [],
      )
    if (onward.length > 0) wanted.push({ address, onward })
  }
  return wanted
}

export interface Edge {
  readonly from: number
  readonly to: Wanted
  readonly move: Move
}

/** Edges that `hunt` finds from somewhere to the wanted states. Null where memory runs out. */
export const edgesTo = (program: Program, machine: Machine, wanted: readonly Wanted[], hunt: () => void): Edge[] | null => {
  const stateBytes = program.layout.widths.length * 8
  if (!machine.clearTable(wanted.length)) return null
  for (let room = 65_536; ; room *= 4) {
    const areas = machine.reserve(wanted.length * stateBytes, room * edgeBytes)
    if (areas === null) return null
    const [scratch, edges] = areas
    if (machine.read('states') === 0) insertAll(program, machine, wanted, scratch)
    machine.write('edge', edges)
    machine.write('edge_limit', edges + room * edgeBytes)
    machine.write('hunting', 1)
    hunt()
    machine.write('hunting', 0)
    const count = (machine.read('edge') - edges) / edgeBytes
    if (count > room) continue
    const bySlot = new Map(wanted.map((w) => [machine.call('find', w.address) >>> 0, w]))
    const view = machine.view()
    return Array.from({ length: count }, (_, i) => {
      const at = edges + i * edgeBytes
      const to = bySlot.get(view.getUint32(at + 4, true))
      if (to === undefined) throw new Error('an edge leads to a state that nobody looks for')
      return {
        from: view.getUint32(at, true),
        to,
        move: { step: view.getInt32(at + 8, true), choice: Number(view.getBigInt64(at + 16, true)) },
      }
    })
  }
}

/** Puts states into the empty table. What the table queues goes to `scratch`. */
const insertAll = (program: Program, machine: Machine, wanted: readonly Wanted[], scratch: number): void => {
  const { memory } = program
  const words = program.layout.widths.length
  const tail = machine.read('tail')
  machine.write('tail', scratch)
  const perFlush = Math.floor((memory.bufferLimit - memory.buffer) / memory.entry)
  for (let i = 0; i < wanted.length; i += perFlush) {
    const view = machine.view()
    const some = wanted.slice(i, i + perFlush)
    for (const [k, { address }] of some.entries())
      for (let w = 0; w < words; w++)
        view.setBigUint64(memory.buffer + k * memory.entry + w * 8, view.getBigUint64(address + w * 8, true), true)
    machine.call('flush', memory.buffer + some.length * memory.entry)
  }
  machine.write('tail', tail)
}

const cheapest = (wanted: readonly Wanted[]): readonly Wanted[] =>
  wanted.length <= mostPerLevel ? wanted : wanted.toSorted((a, b) => costAfter(a, null) - costAfter(b, null)).slice(0, mostPerLevel)

/** One step back: the states of a level that lead to wanted ones, and how. */
const previous = (program: Program, machine: Machine, level: Level, wanted: readonly Wanted[]): readonly Wanted[] | null => {
  const edges = edgesTo(program, machine, wanted, () => {
    const stateBytes = program.layout.widths.length * 8
    for (let i = 0; i < level.count; i += statesPerCall)
      machine.call('hunt', level.start + i * stateBytes, Math.min(statesPerCall, level.count - i))
  })
  if (edges === null) return null
  const onward = new Map<number, readonly Onward[]>()
  for (const { from, to, move } of edges) {
    const { agent } = program.system.steps[move.step]
    onward.set(from, withOnward(onward.get(from) ?? [], { agent, cost: costAfter(to, agent), move, next: to }))
  }
  return [...onward].map(([address, ways]) => ({ address, onward: ways }))
}

const follow = (first: Wanted): { moves: Move[]; fails: boolean } => {
  const moves: Move[] = []
  let agent: number | null = null
  for (let at: Wanted | null = first; at !== null; ) {
    const here: Wanted = at
    if (here.onward.length === 0) return { moves, fails: false }
    const total = (o: Onward): number => o.cost + (agent === null || o.agent === agent ? 0 : 1)
    const best: Onward = here.onward.reduce((a, b) =>
      total(b) < total(a) || (total(b) === total(a) && (b.agent < a.agent || (b.agent === a.agent && isBetter(b, a)))) ? b : a,
    )
    moves.push(best.move)
    agent = best.agent
    at = best.next
  }
  return { moves, fails: true }
}

const failingInit = (program: Program, machine: Machine, property: number): Schedule | null => {
  writeState(machine, program.memory.current, program.layout.initial)
  machine.write('hunting', 1)
  machine.call('hunt_initial')
  machine.write('hunting', 0)
  const way = failingWays(program, machine).find((f) => violatedBy(program, f) === property)
  return way === undefined ? null : { init: way.move.choice, moves: [], fails: true }
}

const scheduleTo = async (
  program: Program,
  machine: Machine,
  levels: readonly Level[],
  target: Target,
  options: ScheduleOptions,
): Promise<Schedule | null> => {
  const isFailure = target.property > builtIns(program.system).deadlock
  if (isFailure && target.length === 0) return failingInit(program, machine, target.property)
  const depth = isFailure ? target.length - 1 : target.length
  let wanted: readonly Wanted[] = wantedAt(program, machine, levels[depth], target.property)
  for (let d = depth - 1; d >= 0; d--) {
    const before = previous(program, machine, levels[d], cheapest(wanted))
    if (before === null) return null
    wanted = before
    await eventLoopTurn()
    if (options.signal?.aborted === true) return null
  }
  const starts = edgesTo(program, machine, cheapest(wanted), () => {
    writeState(machine, program.memory.current, program.layout.initial)
    machine.call('hunt_initial')
  })
  if (starts === null || starts.length === 0) return null
  const start = starts.reduce((a, b) => {
    const [x, y] = [costAfter(a.to, null), costAfter(b.to, null)]
    return y < x || (y === x && b.move.choice < a.move.choice) ? b : a
  })
  return { init: start.move.choice, ...follow(start.to) }
}

/**
 * A shortest schedule for each target, with the fewest switches between agents; on ties the lowest agent, step and choice. Null
 * where memory runs out or the signal ends the work. Takes the time of a search to the greatest depth wanted, and its
 * memory for whole states.
 */
export const shortestSchedules = async (
  system: System,
  targets: readonly Target[],
  options: ScheduleOptions,
): Promise<(Schedule | null)[]> => {
  if (targets.length === 0) return []
  const program = programOf(system, 'trace')
  const machine = createMachine(partsOf(program), { limit: options.memory, keep: true })
  const { deadlock } = builtIns(system)
  const depth = Math.max(0, ...targets.map((t) => (t.property > deadlock ? t.length - 1 : t.length)))
  const levels = await searchLevels(program, machine, depth, options)
  if (levels === null) return targets.map(() => null)
  const schedules: (Schedule | null)[] = []
  for (const target of targets) schedules.push(await scheduleTo(program, machine, levels, target, options))
  return schedules
}
