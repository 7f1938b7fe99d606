/** An instance of a program: its memory, and the policies by which its table and its queue grow. */

import { batch, type MemoryMap } from '../emit/memory-map.js'
import { stopReasons, type TableInterface } from '../store/table.js'
import {
  distanceBits,
  firstSize,
  frugalBytes,
  homes,
  lastRoom,
  nextSizes,
  roomOf,
  slack,
  slotBytes,
  type TableShape,
  type TableSize,
  tableBytes,
} from '../store/table-size.js'
import { type Instance, instanceOf, type Module } from '../wasm/interface.js'
import { newMemory } from '../wasm/platform.js'
import type { Interfaces, Program } from './program.js'

const page = 65_536
const wholeMemory = 65_536 * page - page

/** A table grows in slices of this many bytes, so that V8 gets to replace the code that does it by optimised code. */
const sliceBytes = 2 ** 16

/** `I` is what JavaScript sees of the program, a search unless it says otherwise. */
export interface Machine<I extends TableInterface = Interfaces['search']> extends Instance<I> {
  /** The instance's memory. Valid until the next call, which may make it grow. */
  readonly view: () => DataView<ArrayBuffer>
  readonly size: () => TableSize
  /** Bytes in use: table, queue, buffers. */
  readonly bytes: () => number
  /** Empties the table and makes it large enough for so many states; false where there is no memory for it. The queue stays as it is. */
  readonly clearTable: (count: number) => boolean
  /** Addresses of areas of so many bytes, behind the table; they last until the table is cleared. Null where there is no memory. */
  readonly reserve: (...bytes: readonly number[]) => number[] | null
}

export interface MachineParts<I extends TableInterface> {
  readonly module: Module<I>
  readonly memory: MemoryMap
  readonly shape: TableShape
  /** Words per state. */
  readonly words: number
}

export interface MachineOptions {
  /** In bytes. */
  readonly limit: number
  /** Nothing leaves the queue: the states lie in it in the order in which they were found. */
  readonly keep: boolean
  /** Log2 of the first table's homes; 12 unless given. */
  readonly log?: number
  /** Bytes from which on a table is frugal; `frugalBytes` unless given. */
  readonly frugal?: number
  /** Of a program for samples: takes the successors in the buffer, up to an address. */
  readonly take?: (end: number) => void
}

/** The inverse of an odd number modulo 2^64, by Newton's iteration. */
const inverse64 = (odd: bigint): bigint => {
  let x = odd
  for (let i = 0; i < 6; i++) x = BigInt.asUintN(64, x * (2n - odd * x))
  return x
}

/** What a machine needs of a program. */
export const partsOf = <I extends TableInterface>(program: Program<I>): MachineParts<I> => ({
  module: program.module,
  memory: program.memory,
  shape: program.shape,
  words: program.layout.widths.length,
})

/** Compiles and instantiates a module; its table and queue are empty. @throws NoMemory */
export const createMachine = <I extends TableInterface>(parts: MachineParts<I>, options: MachineOptions): Machine<I> => {
  const { shape, memory: map, words } = parts
  const { log = 12, frugal = frugalBytes, take = () => {} } = options
  const stateBytes = words * 8
  const aligned = (bytes: number): number => Math.ceil(bytes / page) * page
  let size = firstSize(shape, log)
  let capacity = 1024
  let tableAt = aligned(map.ring + capacity * stateBytes * 8)
  const guard = sliceBytes + 1024 * slotBytes(shape, 'wide')
  /** From here on the memory was never written. */
  let fresh = tableAt + tableBytes(shape, size)

  const memory = newMemory((tableAt + aligned(tableBytes(shape, size) + guard)) / page)
  const bytesOf = (table: TableSize, queue: number): number => map.ring + queue * stateBytes + tableBytes(shape, table)
  /** Makes the memory reach up to `end`; false where it cannot. */
  const reach = (end: number): boolean => {
    if (end > wholeMemory) return false
    const missing = Math.ceil((end - memory.buffer.byteLength) / page)
    if (missing <= 0) return true
    try {
      memory.grow(missing)
      return true
    } catch {
      return false
    }
  }
  const bytesAt = (): Uint8Array => new Uint8Array(memory.buffer)

  /**
   * Moves the table to the end of what it grows to, and reads it from there to write the grown one from the start. The guard between the two is
   * wide enough that writes stay behind the slice being read.
   */
  const growTo = (next: TableSize): boolean => {
    const oldBytes = tableBytes(shape, size)
    const oldSlots = homes(size) + slack
    const oldSlot = slotBytes(shape, size.kind)
    const end = tableAt + Math.max(tableBytes(shape, next), oldBytes) + guard
    if (bytesOf(next, capacity) > options.limit || !reach(end)) return false
    const from = end - oldBytes
    const bytes = bytesAt()
    bytes.copyWithin(from, tableAt, tableAt + oldBytes)
    bytes.fill(0, tableAt, Math.min(from, fresh))
    fresh = Math.max(fresh, end)
    globals.rehash_free = 0
    globals.furthest = 0
    const slice = Math.floor(sliceBytes / oldSlot)
    const unfactor = inverse64(BigInt(size.factor))
    for (let slot = 0; slot < oldSlots; slot += slice)
      exports.rehash(
        next.kind === 'narrow' ? 1 : 0,
        from + slot * oldSlot,
        slot,
        Math.min(slice, oldSlots - slot),
        next.log,
        next.factor,
        unfactor,
      )
    setSize(next)
    return true
  }
  const outOfMemory = (): void => {
    globals.stop = stopReasons.memory
  }
  const grow = (): void => {
    const isTooFull = (): boolean => globals.states + batch > globals.room
    const isTooFar = (): boolean => globals.furthest >= 2 ** (shape.keyBits - size.log + distanceBits)
    while (isTooFull() || isTooFar())
      if (!nextSizes(shape, size, frugal).some(growTo)) {
        globals.room = lastRoom(shape, size)
        if (isTooFull() || isTooFar()) return outOfMemory()
      }
  }
  const widen = (): void => {
    const doubled = capacity * 2
    const end = map.ring + doubled * stateBytes
    if (bytesOf(size, doubled) > options.limit) return outOfMemory()
    if (end > tableAt) {
      const to = aligned(map.ring + doubled * stateBytes * 2)
      const bytes = tableBytes(shape, size)
      if (!reach(to + bytes + guard)) return outOfMemory()
      bytesAt().copyWithin(to, tableAt, tableAt + bytes)
      tableAt = to
      fresh = Math.max(fresh, to + bytes)
      globals.table_at = to
    }
    const [head, tail, oldEnd] = [globals.head, globals.tail, globals.ring_end]
    if (tail <= head && globals.left + globals.queued > 0 && !options.keep) {
      bytesAt().copyWithin(oldEnd, map.ring, tail)
      globals.tail = oldEnd + tail - map.ring
    }
    capacity = doubled
    globals.capacity = capacity
    globals.ring_end = end
  }

  const instance = instanceOf(parts.module, memory, { grow, widen, take })
  // Whatever else there is, the table is in it.
  const { globals, exports } = instance as unknown as Instance<TableInterface>
  const setSize = (next: TableSize): void => {
    size = next
    globals.table_at = tableAt
    globals.table_log = size.log
    globals.table_factor = size.factor
    globals.narrow = size.kind === 'narrow' ? 1 : 0
    globals.room = roomOf(shape, size, frugal)
  }
  /** Nothing was met lately. Place 0 gets a word that belongs to another place, so that zero is not taken for met. */
  const forgetRecent = (): void => {
    bytesAt().fill(0, map.recent, map.recent + map.recentStates * stateBytes)
    new DataView(memory.buffer).setBigUint64(map.recent, 1n, true)
  }
  setSize(size)
  forgetRecent()
  globals.capacity = capacity
  globals.head = map.ring
  globals.tail = map.ring
  globals.ring_end = map.ring + capacity * stateBytes
  globals.keep = options.keep ? 1 : 0

  return {
    ...instance,
    view: () => new DataView(memory.buffer),
    size: () => size,
    bytes: () => bytesOf(size, capacity),
    clearTable: (count) => {
      let next = firstSize(shape, log)
      while (roomOf(shape, next, frugal) < count + batch) next = { ...next, log: next.log + 1 }
      const end = tableAt + tableBytes(shape, next)
      if (bytesOf(next, capacity) > options.limit || !reach(end)) return false
      // What lies behind it is cleared when the table grows into it.
      bytesAt().fill(0, tableAt, Math.min(fresh, end))
      fresh = Math.max(fresh, end)
      setSize(next)
      forgetRecent()
      globals.furthest = 0
      globals.states = 0
      return true
    },
    reserve: (...sizes) => {
      const starts: number[] = []
      let at = aligned(tableAt + tableBytes(shape, size))
      for (const bytes of sizes) {
        starts.push(at)
        at = aligned(at + bytes)
      }
      if (at - tableAt + map.ring + capacity * stateBytes > options.limit || !reach(at)) return null
      fresh = Math.max(fresh, at)
      return starts
    },
  }
}
