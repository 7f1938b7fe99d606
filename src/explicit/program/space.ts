/**
 * What lies where in the memory of a search, behind its buffers: the queue, the table, and what is reserved; and the
 * policies by which they grow.
 */
import { batch, type MemoryMap } from '../emit/memory-map.js'
import { inverse64 } from '../store/mixing.js'
import { stopReasons } from '../store/store.js'
import type { TableInterface } from '../store/table.js'
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
import type { Instance } from '../wasm/interface.js'
import { createLinearMemory, type LinearMemory, page } from '../wasm/linear-memory.js'

export interface SpaceParts {
  readonly memory: MemoryMap
  readonly shape: TableShape
  /** Words per state. */
  readonly words: number
}

export interface SpaceOptions {
  /** In bytes. */
  readonly bytes: number
  /** Nothing leaves the queue: the states lie in it in the order in which they were found. */
  readonly keep: boolean
  /** Log2 of the first table's homes; 12 unless given. */
  readonly log?: number
  /** Bytes from which on a table is frugal; `frugalBytes` unless given. */
  readonly frugal?: number
}

/** How things are now. */
export interface Space {
  readonly parts: SpaceParts
  readonly options: SpaceOptions
  readonly linear: LinearMemory
  size: TableSize
  /** So many states fit into the queue. */
  capacity: number
  tableAt: number
  /** From here on the memory was never written. */
  fresh: number
}

/** A space and the instance whose it is. */
export interface Held extends Instance<TableInterface> {
  readonly space: Space
}

/** A table grows in slices of this many bytes, so that V8 gets to replace the code that does it by optimised code. */
const sliceBytes = 2 ** 16
const firstCapacity = 1024

const aligned = (bytes: number): number => Math.ceil(bytes / page) * page
const stateBytes = ({ words }: SpaceParts): number => words * 8
const frugalFrom = ({ frugal = frugalBytes }: SpaceOptions): number => frugal
const firstOf = ({ shape }: SpaceParts, { log = 12 }: SpaceOptions): TableSize => firstSize(shape, log)

/**
 * What a growing table is moved by, at least: writes to the grown one stay behind what is being read of the old one.
 */
const guard = ({ shape }: SpaceParts): number => sliceBytes + 1024 * slotBytes(shape, 'wide')

/** @throws NoMemory */
export const createSpace = (parts: SpaceParts, options: SpaceOptions): Space => {
  const size = firstOf(parts, options)
  const tableAt = aligned(parts.memory.ring + firstCapacity * stateBytes(parts) * 8)
  const bytes = tableBytes(parts.shape, size)
  const linear = createLinearMemory(tableAt + aligned(bytes + guard(parts)))
  return { parts, options, linear, size, capacity: firstCapacity, tableAt, fresh: tableAt + bytes }
}

/** Tells a new instance where things are: the table and the queue are empty. */
export const settleIn = ({ space, globals }: Held): void => {
  const { parts, options, capacity } = space
  const { ring } = parts.memory
  setSize({ space, globals }, space.size)
  forgetRecent(space)
  globals.capacity = capacity
  globals.head = ring
  globals.tail = ring
  globals.ring_end = ring + capacity * stateBytes(parts)
  globals.keep = options.keep ? 1 : 0
}

/** Bytes in use: table, queue, buffers. */
export const bytesIn = ({ parts, size, capacity }: Space): number => bytesWith(parts, size, capacity)

const bytesWith = (parts: SpaceParts, size: TableSize, capacity: number): number =>
  parts.memory.ring + capacity * stateBytes(parts) + tableBytes(parts.shape, size)

const setSize = ({ space, globals }: Pick<Held, 'space' | 'globals'>, size: TableSize): void => {
  space.size = size
  globals.table_at = space.tableAt
  globals.table_log = size.log
  globals.table_factor = size.factor
  globals.narrow = size.kind === 'narrow' ? 1 : 0
  globals.room = roomOf(space.parts.shape, size, frugalFrom(space.options))
}

/** Nothing was met lately. Place 0 gets a word that belongs to another place, so that zero is not taken for met. */
const forgetRecent = ({ parts, linear }: Space): void => {
  const { recent, recentStates } = parts.memory
  linear.bytes().fill(0, recent, recent + recentStates * stateBytes(parts))
  linear.view().setBigUint64(recent, 1n, true)
}

/**
 * Moves the table to the end of what it grows to, and reads it from there to write the grown one from the start. The
 * guard between the two is wide enough that writes stay behind the slice being read.
 */
const growTo = ({ space, globals, exports }: Held, next: TableSize): boolean => {
  const { parts, options, linear, size, capacity, tableAt } = space
  const oldBytes = tableBytes(parts.shape, size)
  const oldSlots = homes(size) + slack
  const oldSlot = slotBytes(parts.shape, size.kind)
  const end = tableAt + Math.max(tableBytes(parts.shape, next), oldBytes) + guard(parts)
  if (bytesWith(parts, next, capacity) > options.bytes || !linear.reach(end)) return false
  const from = end - oldBytes
  const bytes = linear.bytes()
  bytes.copyWithin(from, tableAt, tableAt + oldBytes)
  bytes.fill(0, tableAt, Math.min(from, space.fresh))
  space.fresh = Math.max(space.fresh, end)
  globals.rehash_free = 0
  globals.furthest = 0
  const slice = Math.floor(sliceBytes / oldSlot)
  const unfactor = inverse64(BigInt(size.factor))
  const toNarrow = next.kind === 'narrow' ? 1 : 0
  for (let slot = 0; slot < oldSlots; slot += slice)
    exports.rehash(toNarrow, from + slot * oldSlot, slot, Math.min(slice, oldSlots - slot), next.log, next.factor, unfactor)
  setSize({ space, globals }, next)
  return true
}

/** The import `grow`: a larger table. */
export const growTable = (held: Held): void => {
  const { space, globals } = held
  const { parts, options } = space
  const isTooFull = (): boolean => globals.states + batch > globals.room
  const isTooFar = (): boolean => globals.furthest >= 2 ** (parts.shape.keyBits - space.size.log + distanceBits)
  while (isTooFull() || isTooFar())
    if (!nextSizes(parts.shape, space.size, frugalFrom(options)).some((next) => growTo(held, next))) {
      globals.room = lastRoom(parts.shape, space.size)
      if (isTooFull() || isTooFar()) {
        globals.stop = stopReasons.memory
        return
      }
    }
}

/** The import `widen`: a longer queue, before which the table may have to give way. */
export const widenQueue = ({ space, globals }: Held): void => {
  const { parts, options, linear, size } = space
  const { ring } = parts.memory
  const doubled = space.capacity * 2
  const end = ring + doubled * stateBytes(parts)
  const to = end > space.tableAt ? aligned(ring + doubled * stateBytes(parts) * 2) : space.tableAt
  const bytes = tableBytes(parts.shape, size)
  const isRoom = (): boolean => to === space.tableAt || linear.reach(to + bytes + guard(parts))
  if (bytesWith(parts, size, doubled) > options.bytes || !isRoom()) {
    globals.stop = stopReasons.memory
    return
  }
  if (to !== space.tableAt) {
    linear.bytes().copyWithin(to, space.tableAt, space.tableAt + bytes)
    space.tableAt = to
    space.fresh = Math.max(space.fresh, to + bytes)
    globals.table_at = to
  }
  const { head, tail, ring_end: oldEnd } = globals
  if (tail <= head && globals.left + globals.queued > 0 && !options.keep) {
    linear.bytes().copyWithin(oldEnd, ring, tail)
    globals.tail = oldEnd + tail - ring
  }
  space.capacity = doubled
  globals.capacity = doubled
  globals.ring_end = end
}

/**
 * Empties the table and makes it large enough for so many states; false where there is no memory for it. The queue
 * stays as it is.
 */
export const clearTable = ({ space, globals }: Held, count: number): boolean => {
  const { parts, options, linear, capacity, tableAt } = space
  let next = firstOf(parts, options)
  while (roomOf(parts.shape, next, frugalFrom(options)) < count + batch) next = { ...next, log: next.log + 1 }
  const end = tableAt + tableBytes(parts.shape, next)
  if (bytesWith(parts, next, capacity) > options.bytes || !linear.reach(end)) return false
  // What lies behind it is cleared when the table grows into it.
  linear.bytes().fill(0, tableAt, Math.min(space.fresh, end))
  space.fresh = Math.max(space.fresh, end)
  setSize({ space, globals }, next)
  forgetRecent(space)
  globals.furthest = 0
  globals.states = 0
  return true
}

/**
 * Addresses of areas of so many bytes, behind the table; they last until the table is cleared. Null where there is no
 * memory.
 */
export const reserve = (space: Space, sizes: readonly number[]): number[] | null => {
  const { parts, options, linear, size, capacity, tableAt } = space
  const starts: number[] = []
  let end = aligned(tableAt + tableBytes(parts.shape, size))
  for (const bytes of sizes) {
    starts.push(end)
    end = aligned(end + bytes)
  }
  if (end - tableAt + parts.memory.ring + capacity * stateBytes(parts) > options.bytes || !linear.reach(end)) return null
  space.fresh = Math.max(space.fresh, end)
  return starts
}
