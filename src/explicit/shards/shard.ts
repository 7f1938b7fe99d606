/** A shard: the table of the states that belong to it, in a memory of its own. */

import { batch } from '../emit/memory-map.js'
import { inverse64 } from '../store/mixing.js'
import { bytesOfSlot, distanceBits, type FirstBytes, slack } from '../store/table-size.js'
import { type Compiled, compiled, instantiated } from '../wasm/interface.js'
import type { WasmMemory } from '../wasm/platform.js'
import type { Division } from './division.js'
import { poolEnd } from './pool-map.js'
import { homesOf, lastShardRoom, nextShardSizes, type ShardSize, shardRoom, shardTableBytes, sizeFor } from './shard-size.js'
import { type GrowthInterface, growthModule, type ShardMap, type ShardTableInterface, shardMap, shardTableModule } from './table-program.js'

export interface Shard {
  readonly map: ShardMap
  /** Its memory, where the inbox is. */
  readonly bytes: Uint8Array
  /**
   * Inserts the entries in the inbox up to an address, and gives the address behind those that were new, which lie at
   * the front of the inbox then. Null where there is no memory.
   */
  readonly insert: (end: number) => number | null
  /** What it lacked when there was none: what all may take, or room in its own memory. */
  readonly lacks: () => 'memory' | 'room'
  readonly states: () => number
  /** Bytes of its table. */
  readonly tableBytes: () => number
}

/** Whether so many more bytes may be taken; they are taken then. */
export type Take = (bytes: number) => boolean

/** A table grows in slices of this many bytes, so that V8 gets to replace the code that does it by optimised code. */
const sliceBytes = 2 ** 16

/** The bytes of entries that a shard takes at a time, at most. */
const inboxBytes = 2 ** 16

/** Read as a number with a sign, it has none. */
const furthestOf = ({ globals: { furthest } }: { readonly globals: { readonly furthest: number } }): number =>
  furthest < 0 ? furthest + 2 ** 64 : furthest

/** The code of tables of one shape: compiled once for all of a worker's shards, so that it is optimised once. */
export interface ShardCode {
  readonly map: ShardMap
  readonly table: (first: FirstBytes) => Compiled<ShardTableInterface>
  readonly growth: (from: FirstBytes, to: FirstBytes) => Compiled<GrowthInterface>
}

export const shardCode = ({ shape, entry }: Division): ShardCode => {
  const map = shardMap(entry, inboxBytes)
  return {
    map,
    table: memoized((first) => compiled(shardTableModule(shape, first, entry, map))),
    growth: memoized((from, to) => compiled(growthModule(shape, from, to))),
  }
}

const memoized = <A extends readonly number[], R>(make: (...args: A) => R): ((...args: A) => R) => {
  const known = new Map<string, R>()
  return (...args) => {
    const made = known.get(args.join()) ?? make(...args)
    known.set(args.join(), made)
    return made
  }
}

/**
 * In a memory that nobody has used, with room for so many states at first, where so much may be taken. @throws NoMemory
 */
export const createShard = ({ shape }: Division, code: ShardCode, memory: WasmMemory, states: number, take: Take): Shard => {
  const { map } = code
  const bytes = new Uint8Array(memory.buffer)
  const programOf = memoized((first: FirstBytes) => instantiated(code.table(first), memory, {}))
  const moverOf = memoized((from: FirstBytes, to: FirstBytes) => instantiated(code.growth(from, to), memory, {}))

  /** From here on the memory was never written. */
  let fresh = map.table
  let lack: 'memory' | 'room' = 'memory'
  /** Makes the memory reach up to an address. */
  const reach = (end: number): boolean => {
    lack = end > poolEnd ? 'room' : 'memory'
    if (end > poolEnd || (end > fresh && !take(end - fresh))) return false
    fresh = Math.max(fresh, end)
    return true
  }

  const smallest = sizeFor(shape, 1)
  if (smallest === null) throw new Error('no table size is possible')
  const wanted = sizeFor(shape, states + batch) ?? smallest
  // A table that is too small grows as far as it can, and says that it cannot where a state is put in.
  let size = reach(map.table + shardTableBytes(shape, wanted)) ? wanted : smallest
  let program = programOf(size.first)

  const settle = (next: ShardSize, kept: { readonly states: number; readonly furthest: number }): void => {
    size = next
    program = programOf(next.first)
    const { globals } = program
    globals.table_at = map.table
    globals.table_log = next.log
    globals.table_factor = next.factor
    globals.states = kept.states
    globals.room = shardRoom(shape, next)
    globals.furthest = kept.furthest
  }

  const growTo = (old: ShardSize, next: ShardSize): boolean => {
    const oldBytes = shardTableBytes(shape, old)
    const oldSlot = bytesOfSlot(shape, old.first)
    const guard = sliceBytes + 1024 * bytesOfSlot(shape, 8)
    const end = map.table + Math.max(shardTableBytes(shape, next), oldBytes) + guard
    const known = fresh
    if (!reach(end)) return false
    const from = end - oldBytes
    bytes.copyWithin(from, map.table, map.table + oldBytes)
    bytes.fill(0, map.table, Math.min(from, known))
    const mover = moverOf(old.first, next.first)
    mover.globals.table_at = map.table
    mover.globals.table_log = old.log
    mover.globals.table_factor = old.factor
    mover.globals.rehash_free = 0
    mover.globals.furthest = 0
    const unfactor = inverse64(BigInt(old.factor))
    const oldSlots = homesOf(old) + slack
    const slice = Math.floor(sliceBytes / oldSlot)
    for (let slot = 0; slot < oldSlots; slot += slice)
      mover.exports.rehash(from + slot * oldSlot, slot, Math.min(slice, oldSlots - slot), next.log, next.factor, unfactor)
    bytes.fill(0, end - 8, end)
    settle(next, { states: program.globals.states, furthest: furthestOf(mover) })
    return true
  }

  const isTooFull = (): boolean => program.globals.states + batch > program.globals.room
  const isTooFar = (): boolean => furthestOf(program) >= 2 ** (shape.keyBits - size.log + distanceBits)
  const grow = (): boolean => {
    while (isTooFull() || isTooFar()) {
      const old = size
      if (nextShardSizes(shape, old).some((next) => growTo(old, next))) continue
      program.globals.room = lastShardRoom(shape, old)
      return !isTooFull() && !isTooFar()
    }
    return true
  }

  settle(size, { states: 0, furthest: 0 })
  return {
    map,
    bytes,
    insert: (end) => {
      let from = map.inbox
      let out = map.inbox
      for (;;) {
        out = program.exports.insert(from, end, out) >>> 0
        from = program.globals.reached
        if (from >= end) return out
        if (!grow()) return null
      }
    },
    states: () => program.globals.states,
    tableBytes: () => shardTableBytes(shape, size),
    lacks: () => lack,
  }
}
