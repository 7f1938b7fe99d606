/** Exhaustive breadth-first search of a system's states. */
import type { SafetyKind } from '../../ir/kinds.js'
import type { Limit, Limits } from '../../ir/limits.js'
import type { Schedule } from '../../ir/schedule.js'
import { byAnyMember, type Modulo, type Sort } from '../../ir/symmetry/sort.js'
import type { System } from '../../ir/system.js'
import { builtIns } from '../emit/built-ins.js'
import { crossablesOf } from '../emit/crossables.js'
import { recordBytes } from '../emit/memory-map.js'
import { recordFields } from '../emit/properties.js'
import { defaultMemory, mostMemory } from '../program/ceiling.js'
import { createMachine, type Machine, partsOf } from '../program/machine.js'
import { type Program, programOf } from '../program/program.js'
import { startSearch } from '../program/start.js'
import { stopReasons } from '../store/store.js'
import { NoMemory } from '../wasm/platform.js'
import { moduleText } from '../wasm/text.js'
import { watchIdle } from './idle.js'
import { atOnce, isStopped, running, startPace } from './pace.js'
import { shortestSchedules } from './schedule.js'

export { defaultMemory } from '../program/ceiling.js'
export { type Reachable, reachable } from './explore.js'

export interface SearchOptions {
  /** Bytes are for table, queue and buffers; by default 80 % of the machine's memory. */
  readonly limits?: Limits
  readonly stop?: 'all settled' | 'first violation'
  /** Instead of what the system says. */
  readonly deadlock?: 'violation' | 'allowed'
  /**
   * For which properties a shortest schedule is wanted: for violated ones (the default), for reached `sometimes` too,
   * or for none.
   */
  readonly schedules?: 'violations' | 'all' | 'none'
  /** Their members are interchangeable, as was proved: one state is kept for all that differ only in their order. */
  readonly sorts?: readonly Sort[]
  /** Where a search finds more states than this, it asks for such sorts, and where there are any it begins anew. */
  readonly later?: { readonly states: number; readonly modulo: () => Promise<Modulo> }
  /** Called about every 50 ms. */
  readonly onProgress?: (progress: Progress) => void
  /** Ends the search as `interrupted`; then no schedules are made. */
  readonly signal?: AbortSignal
}

export interface Progress {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** States that wait to be expanded. */
  readonly queue: number
  readonly bytes: number
  readonly seconds: number
}

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
  /**
   * The system's properties in order, then the built-ins `deadlock` (where it is not allowed), `assert` and `range`.
   */
  readonly properties: readonly PropertyResult[]
  /** Of each of the system's `crossable` the numbers of the parts that never mattered in the states looked at. */
  readonly idle: readonly (readonly number[])[]
  /** The sorts modulo whose orders states were counted; none where each state was. */
  readonly sorts: readonly Sort[]
  /** Per step 1 where it was taken, by any of those who are interchangeable; per branch 1 where it was. */
  readonly fired: Uint8Array
  readonly taken: Uint8Array
}

/** The WebAssembly that a system is compiled to, as text. */
export const dumpWasm = (system: System): string => moduleText(programOf(system, 'search').module)

const progressOf = (machine: Machine, seconds: number): Progress => ({
  states: machine.globals.states,
  transitions: machine.globals.transitions,
  depth: machine.globals.depth,
  queue: machine.globals.left + machine.globals.queued,
  bytes: machine.bytes(),
  seconds,
})

export interface Run {
  readonly limit: Limit | null
  readonly seconds: number
  /** Where the search is given up, because it was found out which members are interchangeable. */
  readonly modulo: Modulo | null
}

/** Runs a search that was set up, until nothing is left or a limit is hit. */
export const runToTheEnd = async (machine: Machine, options: SearchOptions, bytes: number): Promise<Run> => {
  const { limits: { depth, seconds } = {}, signal, onProgress, later } = options
  const pace = startPace({ bytes, seconds, signal })
  const show = (): void => onProgress?.(progressOf(machine, pace.seconds()))
  let end = await pace.run(running(machine, later?.states), show)
  if (end === 'larger') {
    const modulo = (await later?.modulo()) ?? null
    if (modulo !== null && modulo.sorts.length > 0) return { limit: null, seconds: pace.seconds(), modulo }
    end = await pace.run(running(machine), show)
  }
  const limit = (): Limit | null => {
    if (isStopped(end)) return end.stopped
    switch (machine.globals.stop) {
      case stopReasons.states:
        return { kind: 'states', states: machine.globals.state_limit }
      case stopReasons.memory:
        return { kind: 'memory', bytes }
      case stopReasons.settled:
        return { kind: 'first' }
      default:
        return isCut(machine, depth) ? { kind: 'depth', depth } : null
    }
  }
  return { limit: limit(), seconds: pace.seconds(), modulo: null }
}

/** Whether what is left was not expanded for its depth. */
const isCut = ({ globals }: Machine, depth: number | undefined): depth is number =>
  depth !== undefined && globals.depth >= depth && globals.states > 0

/** Looks at the states that wait in the queue, without expanding them: they are reachable. */
export const lookAtTheRest = (machine: Machine): void => {
  machine.globals.stop = 0
  machine.globals.max_depth = 0
  atOnce(running(machine))
}

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
  properties: kindsOf(system).flatMap(({ name, kind }) =>
    kind === 'deadlock' && deadlock === 'allowed' ? [] : [{ name, kind, ...nothingKnown }],
  ),
  idle: system.crossable.map(({ parts }) => [...parts.keys()]),
  sorts: [],
  fired: new Uint8Array(system.steps.length),
  taken: new Uint8Array(system.branches.length),
})

const resultsOf = (program: Program, machine: Machine, complete: boolean, deadlock: System['deadlock']): PropertyResult[] => {
  const { system, memory } = program
  const view = machine.view()
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
  sorts: readonly Sort[],
  options: SearchOptions,
): Promise<PropertyResult[]> => {
  const { schedules: which = 'violations', deadlock = system.deadlock, signal } = options
  const numbers = builtIns(system)
  const numberOf = (r: PropertyResult, i: number): number =>
    r.kind === 'deadlock' || r.kind === 'assert' || r.kind === 'range' ? numbers[r.kind] : i
  const wanted = results.flatMap((r, i) => (isWanted(r, which) ? [{ at: i, property: numberOf(r, i), length: r.length ?? 0 }] : []))
  const found = await shortestSchedules(system, wanted, { bytes, seconds: timeToChoose(options, used), deadlock, signal, sorts })
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
  const bytes = Math.min(options.limits?.bytes ?? defaultMemory(), mostMemory)
  const found = await explore(system, options, bytes).catch((error: unknown) => {
    if (error instanceof NoMemory) return null
    throw error
  })
  if (found === null) return notBegun(system, options.deadlock ?? system.deadlock)
  const { searched, ...result } = found
  if (found.limit?.kind === 'interrupted') return { ...result, scheduleSeconds: 0 }
  const scheduling = performance.now()
  const properties = await withSchedules(searched, found.properties, bytes, found.seconds, found.sorts, options)
  return { ...result, properties, scheduleSeconds: (performance.now() - scheduling) / 1000 }
}

/** What is left of the limits after so many seconds; no sorts are asked for any more. */
const withTimeLeft = ({ later: _, ...options }: SearchOptions, used: number): SearchOptions => {
  const { limits: { seconds, ...limits } = {} } = options
  return seconds === undefined ? options : { ...options, limits: { ...limits, seconds: Math.max(0, seconds - used) } }
}

/** What was searched is the system, or what it was searched modulo. */
interface Explored extends Omit<SearchResult, 'scheduleSeconds'> {
  readonly searched: System
}

/** The search without its schedules. Its memory is free when it has returned. */
const explore = async (system: System, options: SearchOptions, bytes: number): Promise<Explored> => {
  const begun = performance.now()
  const deadlock = options.deadlock ?? system.deadlock
  const { sorts = [] } = options
  const program = programOf(system, 'search', sorts)
  const idle = watchIdle(crossablesOf(system))
  const machine = createMachine(partsOf(program), { bytes, keep: false, narrow: idle.narrow })
  idle.begin(machine, program.memory.groups)
  startSearch(program, machine, options)
  const setupSeconds = (performance.now() - begun) / 1000
  const { limit, seconds, modulo } = await runToTheEnd(machine, options, bytes)
  if (modulo !== null) {
    const again = await explore(modulo.system, { ...withTimeLeft(options, seconds), sorts: modulo.sorts }, bytes)
    return { ...again, seconds: again.seconds + seconds, setupSeconds: again.setupSeconds + setupSeconds }
  }
  if (limit?.kind === 'states' || limit?.kind === 'memory') lookAtTheRest(machine)
  const complete = limit === null
  const { memory } = program
  const copy = (at: number, n: number): Uint8Array => new Uint8Array(machine.memory.buffer.slice(at, at + n))
  const states = machine.globals.states
  return {
    complete,
    limit,
    states,
    transitions: machine.globals.transitions,
    depth: machine.globals.depth,
    seconds,
    setupSeconds,
    bytes: machine.bytes(),
    bytesPerState: machine.bytes() / Math.max(1, states),
    properties: resultsOf(program, machine, complete, deadlock),
    idle: idle.parts(),
    searched: system,
    sorts,
    fired: byAnyMember(sorts, copy(memory.fired, system.steps.length)),
    taken: copy(memory.taken, system.branches.length),
  }
}
