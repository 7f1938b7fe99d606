/** Exhaustive breadth-first search of a system's states. */
import { at } from '../../at.js'
import type { Limit } from '../../ir/limits.js'
import { byAnyMember, type Sort } from '../../ir/symmetry/sort.js'
import type { System } from '../../ir/system.js'
import { builtIns } from '../emit/built-ins.js'
import { crossablesOf } from '../emit/crossables.js'
import { mostMemory, usableMemory } from '../program/ceiling.js'
import { firstGroups, watchIdle } from '../program/idle.js'
import { createMachine, partsOf } from '../program/machine.js'
import { programOf } from '../program/program.js'
import { startSearch } from '../program/start.js'
import { NoMemory } from '../wasm/platform.js'
import { moduleText } from '../wasm/text.js'
import { earlySchedules } from './early.js'
import { type Grown, searchStates } from './grow.js'
import { askedBy, type SearchOptions } from './options.js'
import { kindsOf, type PropertyResult, resultsOf } from './results.js'
import type { Turn } from './run.js'
import { type Scheduled, shortestSchedules, type Target } from './schedule.js'

export { type Reachable, reachable } from './explore.js'
export type { Progress, SearchOptions } from './options.js'
export type { PropertyResult } from './results.js'

export interface SearchResult {
  /** All reachable states were looked at and expanded. */
  readonly complete: boolean
  readonly limit: Limit | null
  readonly states: number
  readonly transitions: number
  /** Of the deepest state. */
  readonly depth: number
  /** Of the search alone; with those of one that was given up. */
  readonly seconds: number
  /** What a search had seen when it was given up, to begin anew modulo symmetry; null where none was. */
  readonly givenUp: { readonly states: number; readonly seconds: number } | null
  /** Of generating and compiling the code before it. */
  readonly setupSeconds: number
  /** Of finding schedules after it. */
  readonly scheduleSeconds: number
  readonly bytes: number
  readonly bytesPerState: number
  /** Threads that searched; 1 where there were few states. */
  readonly workers: number
  /** No process gets stuck. False where that is not known, or nobody asked. */
  readonly neverStuck: boolean
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

const nothingKnown = { verdict: 'incomplete', length: null, schedule: null, unchosen: null, failure: null, maximum: null } as const

/** A search that could not even begin. */
const notBegun = (system: System, deadlock: System['deadlock']): SearchResult => ({
  complete: false,
  limit: { kind: 'unavailable' },
  states: 0,
  transitions: 0,
  depth: 0,
  givenUp: null,
  seconds: 0,
  setupSeconds: 0,
  scheduleSeconds: 0,
  bytes: 0,
  bytesPerState: 0,
  workers: 1,
  neverStuck: false,
  properties: kindsOf(system).flatMap(({ name, kind }) =>
    kind === 'deadlock' && deadlock === 'allowed' ? [] : [{ name, kind, ...nothingKnown }],
  ),
  idle: system.crossable.map(({ parts }) => [...parts.keys()]),
  sorts: [],
  fired: new Uint8Array(system.steps.length),
  taken: new Uint8Array(system.branches.length),
})

const isWanted = ({ verdict, length }: PropertyResult, which: 'violations' | 'all' | 'none'): boolean =>
  length !== null && (which === 'all' || (which === 'violations' && verdict === 'violated'))

/** By the numbers that properties have in the program; a length that is null makes no target. */
const targetsOf = (system: System, results: readonly PropertyResult[]): (Target | null)[] => {
  const numbers = builtIns(system)
  return results.map(({ kind, length }, i) => {
    const property = kind === 'deadlock' || kind === 'assert' || kind === 'range' ? numbers[kind] : i
    return length === null ? null : { property, length }
  })
}

/** With the schedules that are wanted: those that are known, and others that `find` makes. */
const withSchedules = async (
  system: System,
  results: readonly PropertyResult[],
  which: NonNullable<SearchOptions['schedules']>,
  known: ReadonlyMap<number, Scheduled>,
  find: (targets: readonly Target[]) => Promise<readonly (Scheduled | null)[]>,
): Promise<PropertyResult[]> => {
  const targets = targetsOf(system, results).map((target, i) => (isWanted(at(results, i), which) ? target : null))
  const open = targets.filter((target) => target !== null && !known.has(target.property))
  const found = await find(open.filter((target) => target !== null))
  return results.map((result, i) => {
    const target = at(targets, i)
    const scheduled = target === null ? null : (known.get(target.property) ?? found[open.indexOf(target)] ?? null)
    return scheduled === null ? result : { ...result, ...scheduled }
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
  const { early, searched, ...result } = found
  const scheduling = performance.now()
  const { schedules = 'violations', deadlock = system.deadlock, signal } = options
  const asked = {
    bytes: Math.min(bytes, mostMemory),
    seconds: timeToChoose(options, result.seconds),
    deadlock,
    signal,
    sorts: result.sorts,
  }
  const isOver = result.limit?.kind === 'interrupted'
  const properties = await withSchedules(searched, result.properties, schedules, early, async (targets) =>
    isOver ? [] : shortestSchedules(searched, targets, asked),
  )
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
  /** Schedules that were made while the search went on. */
  readonly early: ReadonlyMap<number, Scheduled>
}

/**
 * The search without the schedules that are made behind it; where it is found out on the way what is interchangeable,
 * the search modulo that, with what was found before.
 */
const explore = async (system: System, options: SearchOptions, bytes: number): Promise<Explored> => {
  const { modulo, ...first } = await exploreOnce(system, options, bytes)
  if (modulo === null) return first
  const names = kindsOf(system).map(({ name }) => name)
  const shown = new Set([...first.early.keys()].map((property) => at(names, property)))
  const { onViolation } = options
  const { modulo: _, ...again } = await exploreOnce(
    modulo.system,
    {
      ...withTimeLeft(options, first.seconds),
      sorts: modulo.sorts,
      ...(onViolation === undefined ? {} : { onViolation: (found) => shown.has(found.name) || onViolation(found) }),
    },
    bytes,
  )
  // What is said of the limit is what was asked for, not what was left of it.
  const { seconds } = options.limits ?? {}
  return {
    ...again,
    limit: again.limit?.kind === 'time' && seconds !== undefined ? { ...again.limit, seconds } : again.limit,
    properties: again.properties.map((after, i) => knownOf(at(first.properties, i), after)),
    early: new Map([...again.early, ...first.early]),
    seconds: again.seconds + first.seconds,
    givenUp: { states: first.states, seconds: first.seconds },
    setupSeconds: again.setupSeconds + first.setupSeconds,
  }
}

/** What is known of a property from a search that was given up, whose lengths are shortest too, and the one after. */
const knownOf = (before: PropertyResult, after: PropertyResult): PropertyResult => {
  if (after.verdict !== 'incomplete') return after
  if (before.verdict !== 'incomplete') return before
  const values = [before.maximum, after.maximum].filter((value) => value !== null)
  return { ...after, maximum: values.length === 0 ? null : Math.max(...values) }
}

/** Its memory is free when it has returned. */
const exploreOnce = async (system: System, options: SearchOptions, bytes: number): Promise<Explored & Pick<Grown, 'modulo'>> => {
  const begun = performance.now()
  const deadlock = options.deadlock ?? system.deadlock
  const { sorts = [] } = options
  const program = programOf(system, 'search', askedBy(options))
  const idle = watchIdle(firstGroups(crossablesOf(system)))
  const machine = createMachine(partsOf(program), { bytes: Math.min(bytes, mostMemory), keep: false, narrow: idle.narrow })
  idle.begin(machine, program.memory.groups)
  startSearch(program, machine, options)
  const setupSeconds = (performance.now() - begun) / 1000
  let used = 0
  const early = earlySchedules(
    () => (performance.now() - begun) / 1000,
    async (target) => {
      // The search grows meanwhile.
      const asked = { bytes: Math.min((bytes - used) / 2, mostMemory), deadlock, signal: options.signal, sorts }
      return (await shortestSchedules(system, [target], asked))[0] ?? null
    },
  )
  const onTurn = ({ noted, ...progress }: Turn): void => {
    used = progress.bytes
    const results = resultsOf(program, noted(), false, deadlock)
    const targets = targetsOf(system, results)
    const violated = results.flatMap((result, i) => {
      const target = at(targets, i)
      return target !== null && result.verdict === 'violated' ? [{ target, result }] : []
    })
    if (options.onViolation !== undefined) early.look(violated, options.onViolation)
    const phase = sorts.length === 0 ? 'states' : 'modulo symmetry'
    options.onProgress?.({ ...progress, phase, mostBytes: bytes, violated: violated.length })
  }
  const { limit, noted, modulo, ...found } = await searchStates({ system, program, machine, idle }, options, bytes, onTurn)
  const complete = limit === null && modulo === null
  const { memory } = program
  const copy = (at: number, n: number): Uint8Array => noted.slice(at, at + n)
  return {
    modulo,
    complete,
    limit,
    givenUp: null,
    states: found.states,
    transitions: found.transitions,
    depth: found.depth,
    seconds: found.seconds,
    setupSeconds,
    bytes: found.bytes,
    bytesPerState: found.bytes / Math.max(1, found.states),
    workers: found.workers,
    neverStuck: options.stuck === true && complete && !found.unproved,
    properties: resultsOf(program, new DataView(noted.buffer), complete, deadlock),
    idle: found.idle,
    searched: system,
    sorts,
    fired: byAnyMember(sorts, copy(memory.fired, system.steps.length)),
    taken: copy(memory.taken, system.branches.length),
    early: await early.end(),
  }
}
