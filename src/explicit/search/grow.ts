/** A search of all states: by one machine here, and where that has become large by workers. */
import type { Limit } from '../../ir/limits.js'
import type { Modulo } from '../../ir/symmetry/sort.js'
import { mostMemory, usableWorkers } from '../program/ceiling.js'
import { doubtsAreLeft } from '../program/doubts.js'
import { type Pace, startPace } from '../program/pace.js'
import { greatest } from '../program/start.js'
import type { Crew } from '../shards/crew.js'
import type { Begun, Large } from '../shards/large-search.js'
import { NoMemory } from '../wasm/platform.js'
import { askedBy, type SearchOptions } from './options.js'
import { isCut, lookAtTheRest, runUpTo, type Turn } from './run.js'

/** `workers` found it: 1 where it did not become large. */
export type Grown = Omit<Large, 'queue'> & {
  readonly seconds: number
  readonly workers: number
  /** Where the search is given up, because it was found out which members are interchangeable. */
  readonly modulo: Modulo | null
}

/** From so many states on workers search: a few tenths of a second. They take a part of that to get ready. */
const largeFrom = 2 ** 20

/** With so many bytes of memory. */
export const searchStates = async (begun: Begun, options: SearchOptions, bytes: number, onTurn: (turn: Turn) => void): Promise<Grown> => {
  const { machine } = begun
  const { limits: { seconds, depth } = {}, workers = usableWorkers(), large: { from } = { from: largeFrom }, signal } = options
  const pace = startPace({ bytes, seconds, signal })
  const isDivisible = typeof SharedArrayBuffer !== 'undefined'
  const run = (states: number): ReturnType<typeof runUpTo> =>
    runUpTo(machine, isDivisible ? states : Number.POSITIVE_INFINITY, pace, { depth, bytes: Math.min(bytes, mostMemory) }, onTurn)
  if (options.later !== undefined && (await run(options.later.states)).isLarge) {
    const modulo = await options.later.modulo(seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, seconds - pace.seconds()))
    if (modulo.sorts.length > 0) return { ...alone(begun, null, pace), modulo }
  }
  let end = await run(from / 2)
  if (end.isLarge) {
    // Few searches come so far: the others need not load it.
    const { startCrew } = await import('../shards/crew.js')
    const crew = startCrew(workers)
    try {
      end = await run(from)
      const found = end.isLarge ? await byWorkers(begun, crew, pace, { ...options, workers }, bytes, onTurn) : null
      if (found !== null) return { ...found, seconds: pace.seconds(), workers, modulo: null }
    } finally {
      crew.close()
    }
    if (end.isLarge) end = await run(Number.POSITIVE_INFINITY)
  }
  const { limit } = end
  await lookAtTheRest(machine, limit, pace)
  return alone(begun, limit, pace)
}

/** What one machine has found. */
const alone = ({ machine, program, idle }: Begun, limit: Limit | null, pace: Pace): Grown => ({
  limit,
  states: machine.globals.states,
  transitions: machine.globals.transitions,
  depth: machine.globals.depth,
  bytes: machine.bytes(),
  noted: new Uint8Array(machine.memory.buffer.slice(0, program.memory.ring)),
  unproved: doubtsAreLeft(machine, program.memory),
  idle: idle.parts(),
  seconds: pace.seconds(),
  workers: 1,
  modulo: null,
})

/** Null where there is no memory for workers: the machine goes on alone. */
const byWorkers = async (
  begun: Begun,
  crew: Crew,
  pace: Pace,
  options: SearchOptions & { readonly workers: number },
  bytes: number,
  onTurn: (turn: Turn) => void,
): Promise<Large | null> => {
  const { limits: { depth = greatest, states = Number.POSITIVE_INFINITY } = {}, workers, large } = options
  const asked = {
    workers,
    bytes,
    states,
    depth,
    stop: options.stop ?? 'all settled',
    deadlock: options.deadlock ?? begun.system.deadlock,
    asked: askedBy(options),
    onTurn: (turn: Omit<Turn, 'seconds'>) => onTurn({ ...turn, seconds: pace.seconds() }),
    ...(large?.tiny === undefined ? {} : { tiny: large.tiny }),
  }
  const { searchLarge } = await import('../shards/large-search.js')
  const found = await searchLarge(begun, crew, pace, asked).catch((error: unknown) => {
    if (error instanceof NoMemory) return null
    throw error
  })
  if (found === null) return null
  const { limit } = found
  const isDeep = limit === null && isCut(found, options.limits?.depth)
  return isDeep ? { ...found, limit: { kind: 'depth', depth } } : found
}
