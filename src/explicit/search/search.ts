/** Exhaustive breadth-first search of a system's states. */
import type { SafetyKind } from '../../ir/kinds.js'
import type { Limit } from '../../ir/limits.js'
import type { Schedule } from '../../ir/schedule.js'
import type { System } from '../../ir/system.js'
import { builtIns } from '../emit/built-ins.js'
import { crossablesOf } from '../emit/crossables.js'
import { recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import { mostMemory, usableMemory } from '../program/ceiling.js'
import { firstGroups, watchIdle } from '../program/idle.js'
import { createMachine, partsOf } from '../program/machine.js'
import { type Program, programOf } from '../program/program.js'
import { startSearch } from '../program/start.js'
import { NoMemory } from '../wasm/platform.js'
import { moduleText } from '../wasm/text.js'
import { searchStates } from './grow.js'
import type { SearchOptions } from './options.js'
import { shortestSchedules } from './schedule.js'

export { defaultMemory } from '../program/ceiling.js'
export { type Reachable, reachable } from './explore.js'
export type { Progress, SearchOptions } from './options.js'

export interface PropertyResult {
  readonly name: string
  readonly kind: SafetyKind
  readonly verdict: 'holds' | 'violated' | 'incomplete'
  /** Steps of the shortest violation, or of the shortest witness of a `sometimes`; null where there is none. */
  readonly length: number | null
  /** A shortest way there. */
  readonly schedule: Schedule | null
  /**
   * Null where the schedule has the fewest switches between agents; else what ended the choice among the shortest ones.
   */
  readonly unchosen: Limit | null
  /** An index into `System.failures`, where a step fails. */
  readonly failure: number | null
  /** The greatest value of a `bound` in the states looked at; null where none was. */
  readonly maximum: number | null
}

export interface SearchResult {
  /** All reachable states were looked at and expanded. */
  readonly complete: boolean
  readonly limit: Limit | null
  readonly states: number
  readonly transitions: number
  /** Of the deepest state. */
  readonly depth: number
  /** Of the search alone. */
  readonly seconds: number
  /** Of generating and compiling the code before it. */
  readonly setupSeconds: number
  /** Of finding schedules after it. */
  readonly scheduleSeconds: number
  readonly bytes: number
  readonly bytesPerState: number
  /** Threads that searched; 1 where there were few states. */
  readonly workers: number
  /**
   * The system's properties in order, then the built-ins `deadlock` (where it is not allowed), `assert` and `range`.
   */
  readonly properties: readonly PropertyResult[]
  /** Of each of the system's `crossable` the numbers of the parts that never mattered in the states looked at. */
  readonly idle: readonly (readonly number[])[]
  /** Per step 1 where it was taken, per branch 1 where it was. */
  readonly fired: Uint8Array
  readonly taken: Uint8Array
}

/** The WebAssembly that a system is compiled to, as text. */
export const dumpWasm = (system: System): string => moduleText(programOf(system, 'search').module)

/** By the number that a property has in the program. */
const kindsOf = (system: System): { readonly name: string; readonly kind: SafetyKind }[] => [
  ...system.safety,
  { name: 'deadlock', kind: 'deadlock' },
  { name: 'assert', kind: 'assert' },
  { name: 'range', kind: 'range' },
]

const nothingKnown = { verdict: 'incomplete', length: null, schedule: null, unchosen: null, failure: null, maximum: null } as const

/** A search that could not even begin. */
const notBegun = (system: System, deadlock: System['deadlock']): SearchResult => ({
  complete: false,
  limit: { kind: 'unavailable' },
  states: 0,
  transitions: 0,
  depth: 0,
  seconds: 0,
  setupSeconds: 0,
  scheduleSeconds: 0,
  bytes: 0,
  bytesPerState: 0,
  workers: 1,
  properties: kindsOf(system).flatMap(({ name, kind }) =>
    kind === 'deadlock' && deadlock === 'allowed' ? [] : [{ name, kind, ...nothingKnown }],
  ),
  idle: system.crossable.map(({ parts }) => [...parts.keys()]),
  fired: new Uint8Array(system.steps.length),
  taken: new Uint8Array(system.branches.length),
})

const resultsOf = (program: Program, view: DataView, complete: boolean, deadlock: System['deadlock']): PropertyResult[] => {
  const { system, memory } = program
  return kindsOf(system)
    .map(({ name, kind }, i): PropertyResult => {
      const at = memory.records + i * recordBytes
      const settled = view.getInt32(at + recordFields.settled, true) === 1
      const failure = view.getInt32(at + recordFields.failure, true)
      const maximum = view.getInt32(at + recordFields.maximum, true)
      const [found, notFound] = kind === 'sometimes' ? (['holds', 'violated'] as const) : (['violated', 'holds'] as const)
      return {
        name,
        kind,
        verdict: settled ? found : complete ? notFound : 'incomplete',
        length: settled ? view.getInt32(at + recordFields.length, true) : null,
        schedule: null,
        unchosen: null,
        failure: settled && failure >= 0 && (kind === 'assert' || kind === 'range') ? failure : null,
        maximum: view.getInt32(at + recordFields.measured, true) === 1 ? maximum : null,
      }
    })
    .filter((r) => r.kind !== 'deadlock' || deadlock === 'violation')
}

const isWanted = ({ verdict, length }: PropertyResult, which: 'violations' | 'all' | 'none'): boolean =>
  length !== null && (which === 'all' || (which === 'violations' && verdict === 'violated'))

const withSchedules = async (
  system: System,
  results: readonly PropertyResult[],
  bytes: number,
  used: number,
  options: SearchOptions,
): Promise<PropertyResult[]> => {
  const { schedules: which = 'violations', deadlock = system.deadlock, signal } = options
  const numbers = builtIns(system)
  const numberOf = (r: PropertyResult, i: number): number =>
    r.kind === 'deadlock' || r.kind === 'assert' || r.kind === 'range' ? numbers[r.kind] : i
  const wanted = results.flatMap((r, i) => (isWanted(r, which) ? [{ at: i, property: numberOf(r, i), length: r.length ?? 0 }] : []))
  const found = await shortestSchedules(system, wanted, { bytes, seconds: timeToChoose(options, used), deadlock, signal })
  return results.map((r, i) => {
    const scheduled = found[wanted.findIndex((w) => w.at === i)] ?? null
    return scheduled === null ? r : { ...r, ...scheduled }
  })
}

/**
 * What a search has left of its time; a second at least, or a race that was found just in time would be shown as it
 * comes.
 */
export const timeToChoose = ({ limits: { seconds } = {} }: SearchOptions, used: number): number | undefined =>
  seconds === undefined ? undefined : Math.max(1, seconds - used)

/**
 * Searches all reachable states, breadth first, until none is left or a limit is hit. States are kept exactly. Runs in
 * slices of about 50 ms, between which the event loop turns.
 * @throws StateTooWide where a state takes more than 4096 bits.
 */
export const search = async (system: System, options: SearchOptions = {}): Promise<SearchResult> => {
  const bytes = options.limits?.bytes ?? usableMemory()
  const found = await explore(system, options, bytes).catch((error: unknown) => {
    if (error instanceof NoMemory) return null
    throw error
  })
  if (found === null) return notBegun(system, options.deadlock ?? system.deadlock)
  if (found.limit?.kind === 'interrupted') return { ...found, scheduleSeconds: 0 }
  const scheduling = performance.now()
  const properties = await withSchedules(system, found.properties, Math.min(bytes, mostMemory), found.seconds, options)
  return { ...found, properties, scheduleSeconds: (performance.now() - scheduling) / 1000 }
}

/** The search without its schedules. Its memory is free when it has returned. */
const explore = async (system: System, options: SearchOptions, bytes: number): Promise<Omit<SearchResult, 'scheduleSeconds'>> => {
  const begun = performance.now()
  const deadlock = options.deadlock ?? system.deadlock
  const program = programOf(system, 'search')
  const idle = watchIdle(firstGroups(crossablesOf(system)))
  const machine = createMachine(partsOf(program), { bytes: Math.min(bytes, mostMemory), keep: false, narrow: idle.narrow })
  idle.begin(machine, program.memory.groups)
  startSearch(program, machine, options)
  const setupSeconds = (performance.now() - begun) / 1000
  const { limit, noted, ...found } = await searchStates({ system, program, machine, idle }, options, bytes)
  const complete = limit === null
  const { memory } = program
  const copy = (at: number, n: number): Uint8Array => noted.slice(at, at + n)
  return {
    complete,
    limit,
    states: found.states,
    transitions: found.transitions,
    depth: found.depth,
    seconds: found.seconds,
    setupSeconds,
    bytes: found.bytes,
    bytesPerState: found.bytes / Math.max(1, found.states),
    workers: found.workers,
    properties: resultsOf(program, new DataView(noted.buffer), complete, deadlock),
    idle: found.idle,
    fired: copy(memory.fired, system.steps.length),
    taken: copy(memory.taken, system.branches.length),
  }
}
