/** What the workers of a large search are given: shards, memories, code, and the states that are known. */
import { at } from '../../at.js'
import type { System } from '../../ir/system.js'
import { type MemoryMap, mostSuccessors } from '../emit/memory-map.js'
import type { Idle } from '../program/idle.js'
import { compiled } from '../wasm/interface.js'
import { page } from '../wasm/linear-memory.js'
import { newSharedMemory, type WasmMemory } from '../wasm/platform.js'
import { newControl, type SharedControl } from './control.js'
import { countsOf, emptyDictionary, openDictionary, type SharedDictionary } from './dictionary.js'
import { dictionaryMap, dictionaryModule, packedAtOnce } from './dictionary-program.js'
import { divisionOf, mostShards } from './division.js'
import { expanderProgram } from './expander-program.js'
import { byShard, type HandOver } from './hand-over.js'
import type { LargeOptions } from './large-search.js'
import { type PackedWord, type Packing, unpacked } from './packing.js'
import { blockBytes, mostBucketsLog, poolEnd } from './pool-map.js'
import { type Setup, shardsOf } from './work.js'

/** Where a large search begins. */
export interface From {
  readonly system: System
  readonly handed: HandOver
  /** Bits of the words of a state. */
  readonly widths: readonly number[]
  /** Bytes in front of the queue. */
  readonly ring: number
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** Whether there are doubts that no process gets stuck. */
  readonly unproved: boolean
  readonly noted: Uint8Array
  readonly idle: Idle
  /** Of words, which packed states consist of. */
  readonly numbers: Numbers
  readonly perLook: number
}

export type Numbers = Pick<SharedDictionary, 'memory' | 'map'>

const newMemory = (): WasmMemory => newSharedMemory(poolEnd / page)

/** Entries of a block, at most. */
const perBlock = blockBytes / 8

/** States that a worker packs at most between two looks: what follows a block of states, and what waited before. */
export const perLookOf = (system: System): number => perBlock * mostSuccessors(system) + packedAtOnce

/** No word has a number yet. @throws NoMemory */
export const newNumbers = (widths: readonly number[], workers: number, perLook: number): Numbers => {
  const numbers = { memory: newMemory(), map: dictionaryMap(widths, workers) }
  emptyDictionary(numbers, perLook)
  return numbers
}

const dictionaryOf = (widths: readonly number[], packing: Packing, { memory, map }: Numbers): SharedDictionary => ({
  memory,
  map,
  code: compiled(dictionaryModule(widths, packing, map)),
  numbered: [...packing.words.keys()].filter((i) => at(packing.words, i).as === 'number'),
  raw: widths.length * 8,
  packed: packing.widths.length * 8,
})

/**
 * Numbers all words of the states that are known: how many different ones there are; infinitely many where there are
 * more than can have numbers.
 */
export const numberWords = (from: From, without: ReadonlySet<number> = new Set()): number[] => {
  const { widths, numbers, handed, perLook } = from
  const words = widths.map((bits, i): PackedWord => {
    const number = { as: 'number', bits: at(numbers.map.words, i).mostBits } as const
    return { ...(without.has(i) ? ({ as: 'itself', bits } as const) : number), word: i, shift: 0 }
  })
  const { pack, full, grow } = openDictionary(
    dictionaryOf(widths, { words, widths: words.map(({ bits }) => bits) }, numbers),
    'all',
    perLook,
  )
  for (const states of [...handed.known, ...handed.frontier]) {
    pack(states)
    if (full().length > 0) return numberWords(from, new Set([...without, ...full()]))
    grow()
  }
  return countsOf(numbers).map((count, i) => (without.has(i) ? Number.POSITIVE_INFINITY : count))
}

/** A shard's table can have 4 GiB; it should not need more than this. */
const shardBytes = 3 * 2 ** 30
/** Bytes of tables that are worked on at a time: what fits into a core's cache. */
const partBytes = 2 ** 20
/** Successors of all workers that wait to be inserted take no more than these bytes. */
const exchangeBytes = 2 ** 30

/** At least so many shards that all workers have about as many, and that the memory fits. */
const shardLogOf = (widths: readonly number[], workers: number, bytes: number): number => {
  const isEven = Number.isInteger(Math.log2(workers))
  const wanted = Math.max(isEven ? workers : 4 * workers, bytes / shardBytes)
  return Math.min(Math.ceil(Math.log2(Math.max(1, wanted))), mostShards(widths), mostBucketsLog)
}

export interface SetUp {
  readonly setups: readonly Setup[]
  readonly control: SharedControl
  /** Of the expanders, and the memory of each. */
  readonly memory: MemoryMap
  readonly memories: readonly WasmMemory[]
}

/** For states that are packed so; null where they are not. @throws NoMemory, StateTooWide */
export const setUp = (from: From, packing: Packing | null, options: LargeOptions): SetUp => {
  const { system, handed, widths, numbers } = from
  const { workers, bytes, tiny } = options
  const inside = packing?.widths ?? widths
  const shardLog = tiny?.shardLog ?? shardLogOf(inside, workers, bytes)
  const division = divisionOf(widths, packing, shardLog)
  const expander = expanderProgram(system, division, options.asked)
  const dictionary = dictionaryOf(widths, packing ?? unpacked(widths), numbers)
  const { pack } = openDictionary(dictionary, 'all', from.perLook)
  const entries = (states: readonly Uint8Array[]): Uint8Array[] => states.map((some) => pack(some).slice())
  const known = byShard(entries(handed.known), division.entry, division.mixing.keyBits, shardLog)
  const frontier = entries(handed.frontier)
  const control = newControl(workers, bytes)
  const code = compiled(expander.module)
  const memories = Array.from({ length: workers }, newMemory)
  const tables = Array.from({ length: 2 ** shardLog }, newMemory)
  const setups = memories.map((_, worker): Setup => {
    const shards = shardsOf(worker, control, division)
    return {
      worker,
      control,
      division,
      memory: expander.memory,
      pool: expander.pool,
      expander: code,
      dictionary: packing === null ? null : dictionary,
      memories,
      tables: shards.map((shard) => at(tables, shard)),
      noted: from.noted,
      groups: from.idle.groups(),
      depth: from.depth,
      frontier: frontier.filter((_piece, i) => i % workers === worker),
      known: shards.map((shard) => at(known, shard)),
      mostStates: options.states,
      mostDepth: options.depth,
      stop: options.stop,
      deadlock: options.deadlock,
      exchange: tiny?.exchange ?? Math.min(exchangeBytes, bytes / 8) / workers,
      successors: mostSuccessors(system),
      perLook: from.perLook,
      partBytes: tiny?.partBytes ?? partBytes,
    }
  })
  return { setups, control, memory: expander.memory, memories }
}
