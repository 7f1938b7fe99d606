import type { Move } from '../../ir/schedule.js'
import type { Sort } from '../../ir/symmetry/sort.js'
import type { System } from '../../ir/system.js'
import { builtIns } from '../emit/built-ins.js'
import { createMachine, type Machine, partsOf } from '../program/machine.js'
import type { Sliced } from '../program/pace.js'
import { type Interfaces, type Program, programOf } from '../program/program.js'
import { statesPerSlice } from '../program/running.js'
import { startSearch } from '../program/start.js'
import { NoMemory } from '../wasm/platform.js'
import { failingWays, violatedBy } from './failing-ways.js'
import { createHunter, type Edges, type Hunter } from './hunt.js'
import { type Level, levelsOf } from './levels.js'

/** Machines of the purpose `trace`. */
export type TraceProgram = Program<Interfaces['trace']>
export type TraceMachine = Machine<Interfaces['trace']>

export interface SecondSearchOptions {
  /** For all of it. */
  readonly bytes: number
  readonly deadlock: 'violation' | 'allowed'
  /** As in the first search. */
  readonly sorts?: readonly Sort[] | undefined
}

export interface Searched {
  readonly program: TraceProgram
  readonly machine: TraceMachine
  readonly hunter: Hunter
  /** The initial states first, the states at the depth last. */
  readonly levels: readonly Level[]
}

/** Searches to a depth that the first search reached. Null where memory runs out. */
export function* searchAgain(system: System, depth: number, options: SecondSearchOptions): Sliced<Searched | null> {
  const program = programOf(system, 'trace', { stuck: false, sorts: options.sorts ?? [] })
  const machine = machineFor(program, options)
  if (machine === null) return null
  startSearch(program, machine, { limits: { depth }, deadlock: options.deadlock })
  const { known, advance } = levelsOf(program, machine)
  while (known.length <= depth) {
    const isOver = advance(statesPerSlice)
    if (machine.globals.stop !== 0) return null
    if (isOver) throw new Error(`the second search ends before the depth of ${depth} that the first one reached`)
    yield
  }
  return { program, machine, hunter: createHunter(program, machine), levels: known }
}

const machineFor = (program: TraceProgram, { bytes }: SecondSearchOptions): TraceMachine | null => {
  try {
    return createMachine(partsOf(program), { bytes, keep: true })
  } catch (error) {
    if (error instanceof NoMemory) return null
    throw error
  }
}

/** The number of a state in the order in which it was found. */
export const numberOf = ({ memory, layout }: Program, address: number): number => (address - memory.ring) / (layout.widths.length * 8)

/** The moves from a state that fail as the property says. */
export const failuresAt = (searched: Searched, address: number, property: number): Move[] => {
  searched.machine.exports.successors(address)
  const { program, machine } = searched
  return failingWays(program, machine).flatMap((way) => (violatedBy(program, way) === property ? [way.move] : []))
}

/**
 * The addresses of the states of a level that settle the property: of those in which a step fails, where that is the
 * property.
 */
export const endsAt = (searched: Searched, level: Level, property: number): number[] => {
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

/** The edges that so many states have to wanted ones are kept at a time. */
const statesPerHunt = 1_000

/**
 * The moves of the states on a level that lead to the states looked for, a part of the level at a time. Null where
 * memory runs out.
 */
export function* edgesFrom({ program, machine, hunter }: Searched, level: Level): Generator<Edges | null> {
  const stateBytes = program.layout.widths.length * 8
  for (let i = 0; i < level.count; i += statesPerHunt)
    yield hunter.edges(() => {
      machine.exports.hunt(level.start + i * stateBytes, Math.min(statesPerHunt, level.count - i))
    })
}
