/** A search that has become large, by workers: what they are given, and what they find together. */
import { at } from '../../at.js'
import type { Limit } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import { mostSuccessors } from '../emit/memory-map.js'
import { type Asked, isUnproved } from '../program/doubts.js'
import type { Machine } from '../program/machine.js'
import type { Program } from '../program/program.js'
import type { Idle } from '../search/idle.js'
import type { Pace } from '../search/pace.js'
import { compiled } from '../wasm/interface.js'
import { page } from '../wasm/linear-memory.js'
import { newSharedMemory } from '../wasm/platform.js'
import { controlOf, newControl } from './control.js'
import type { Crew } from './crew.js'
import { divisionOf, mostShards } from './division.js'
import { expanderProgram } from './expander-program.js'
import { handOver } from './hand-over.js'
import { notedTogether } from './noted.js'
import { poolEnd } from './pool-map.js'
import { type Setup, shardsOf } from './work.js'

export interface LargeOptions {
  readonly workers: number
  readonly bytes: number
  readonly states: number
  readonly depth: number
  readonly seconds: number | undefined
  readonly stop: 'all settled' | 'first violation'
  readonly deadlock: 'violation' | 'allowed'
  readonly asked: Asked
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: LargeProgress) => void
  /** Of tests, so that every path is walked on small models. */
  readonly tiny?: { readonly exchange: number; readonly partBytes: number; readonly shardLog: number }
}

export interface LargeProgress {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly queue: number
  readonly bytes: number
}

export interface Large extends LargeProgress {
  readonly limit: Limit | null
  readonly noted: Uint8Array
  /** Some walk has not shown that no process is stuck in a state; see doubts.ts. */
  readonly unproved: boolean
  readonly idle: readonly (readonly number[])[]
}

/** A shard's table can have 4 GiB; it should not need more than this. */
const shardBytes = 3 * 2 ** 30
/** Bytes of tables that are worked on at a time: what fits into a core's cache. */
const partBytes = 2 ** 20

/** At least so many shards that all workers have about as many, and that the memory fits. */
const shardLogOf = (widths: readonly number[], workers: number, bytes: number): number => {
  const isEven = Number.isInteger(Math.log2(workers))
  const wanted = Math.max(isEven ? workers : 4 * workers, bytes / shardBytes)
  return Math.min(Math.ceil(Math.log2(Math.max(1, wanted))), mostShards(widths))
}

/**
 * Goes on with a search of which states of one level wait. Null where there is no memory to hand it over.
 * @throws NoMemory
 */
export const searchLarge = async (
  system: System,
  program: Program,
  { machine, idle }: { readonly machine: Machine; readonly idle: Idle },
  crew: Crew,
  pace: Pace,
  options: LargeOptions,
): Promise<Large | null> => {
  const { workers, bytes, tiny } = options
  const { widths } = program.layout
  const shardLog = tiny?.shardLog ?? shardLogOf(widths, workers, bytes)
  const division = divisionOf(widths, shardLog)
  const handed = handOver(program, machine, shardLog)
  if (handed === null) return null
  const base = machine.globals.transitions
  const wasUnproved = isUnproved(machine, program.memory)
  const expander = expanderProgram(system, division, options.asked)
  const control = newControl(workers, bytes)
  const code = compiled(expander.module)
  const memories = Array.from({ length: workers }, () => newSharedMemory(poolEnd / page))
  const noted = new Uint8Array(machine.memory.buffer.slice(0, program.memory.ring))
  const setups = memories.map(
    (_, worker): Setup => ({
      worker,
      control,
      division,
      memory: expander.memory,
      pool: expander.pool,
      expander: code,
      memories,
      noted,
      groups: idle.groups(),
      depth: machine.globals.depth,
      frontier: handed.frontier.filter((_piece, i) => i % workers === worker),
      known: shardsOf(worker, control, division).map((shard) => at(handed.known, shard)),
      mostStates: options.states,
      mostDepth: options.depth,
      stop: options.stop,
      deadlock: options.deadlock,
      exchange: tiny?.exchange ?? Math.min(2 ** 29, bytes / 8 / workers),
      successors: mostSuccessors(system),
      partBytes: tiny?.partBytes ?? partBytes,
    }),
  )
  const shared = controlOf(control)
  const now = (): LargeProgress => ({
    states: shared.sum('states'),
    transitions: base + shared.sum('transitions'),
    depth: shared.depth.get(),
    queue: shared.sum('queue'),
    bytes: shared.bytes(),
  })
  const ended = await crew.run(setups, pace, {
    onTurn: () => options.onProgress(now()),
    seconds: options.seconds,
    signal: options.signal,
  })
  if (ended.kind === 'died') {
    // What was noted lies in memory that outlives the threads.
    const all = memories.map(({ buffer }) => new Uint8Array(buffer).slice(0, program.memory.ring))
    return {
      ...now(),
      limit: { kind: 'died', why: ended.why },
      noted: notedTogether(system, expander.memory, all),
      idle: idle.parts(),
      unproved: true,
    }
  }
  const { outcomes, stopped } = ended
  const sum = (of: 'states' | 'transitions'): number => outcomes.reduce((n, outcome) => n + outcome[of], 0)
  return {
    limit: stopped ?? limitOf(at(outcomes, 0).ending, options),
    states: sum('states'),
    transitions: base + sum('transitions'),
    depth: Math.max(...outcomes.map(({ depth }) => depth)),
    queue: 0,
    bytes: shared.bytes(),
    noted: notedTogether(
      system,
      expander.memory,
      outcomes.map((outcome) => outcome.noted),
    ),
    unproved: wasUnproved || outcomes.some(({ unproved }) => unproved),
    idle: at(outcomes, 0).idle.map((parts, i) => parts.filter((part) => outcomes.every((o) => at(o.idle, i).includes(part)))),
  }
}

const limitOf = (ending: string, { states, bytes }: LargeOptions): Limit | null => {
  switch (ending) {
    case 'states':
      return { kind: 'states', states }
    case 'memory':
      return { kind: 'memory', bytes }
    case 'first':
      return { kind: 'first' }
    default:
      return null
  }
}
