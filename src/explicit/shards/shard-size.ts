/** Sizes of a shard's table, and which comes next. */
import { bytesOfSlot, distanceBits, type FirstBytes, lastLoad, slack, type TableShape, tightLoad } from '../store/table-size.js'

/** A table has `factor << log` homes; the factor is 1, 3, 5 or 7. Its size says how many bytes a slot takes. */
export interface ShardSize {
  readonly log: number
  readonly factor: number
  readonly first: FirstBytes
}

export const homesOf = ({ log, factor }: ShardSize): number => factor * 2 ** log

export const shardTableBytes = (shape: TableShape, size: ShardSize): number =>
  // What is read behind the last slot belongs to the table.
  (homesOf(size) + slack) * bytesOfSlot(shape, size.first) + 8

/** Bits of a distance: one more than it takes at the latest before the table grows. */
const firstPartBits = (shape: TableShape, log: number): number => shape.keyBits - log + distanceBits + 1

/** The size of so many homes; null where it is not possible. */
const sizeOf = (shape: TableShape, log: number, factor: number): ShardSize | null => {
  const bytes = Math.max(4, Math.ceil(firstPartBits(shape, log) / 8))
  const isPossible = log >= 0 && log <= Math.min(30, shape.topBits) && bytes <= 8 && (shape.topBits > 24 || factor === 1)
  return isPossible ? { log, factor, first: bytes as FirstBytes } : null
}

const allSizes = (shape: TableShape): ShardSize[] =>
  Array.from({ length: 31 }, (_, log) => [1, 3, 5, 7].map((factor) => sizeOf(shape, log, factor)))
    .flat()
    .filter((size) => size !== null)

/** How many states a table of this size may hold: all that there are, where a slot is nothing but its place. */
export const shardRoom = (shape: TableShape, size: ShardSize, load = tightLoad): number =>
  shape.rest.length === 0 && size.log === shape.keyBits ? 2 ** 31 - 1 : Math.floor(homesOf(size) * load)

export const lastShardRoom = (shape: TableShape, size: ShardSize): number => shardRoom(shape, size, lastLoad)

/** The smallest size that has room for so many states. */
export const sizeFor = (shape: TableShape, states: number): ShardSize | null =>
  allSizes(shape)
    .filter((size) => shardRoom(shape, size) >= states)
    .toSorted((a, b) => shardTableBytes(shape, a) - shardTableBytes(shape, b))[0] ?? null

/** A table grows to this many times its homes at least, where there is memory for it. */
const growth = 1.5
const leastGrowth = 1.05

/**
 * Sizes to grow to, the one to try first first: among those of about twice the homes the one whose slots are the
 * smallest; and where memory runs out the largest that there is memory for.
 */
export const nextShardSizes = (shape: TableShape, size: ShardSize): ShardSize[] => {
  const ratio = (larger: ShardSize): number => homesOf(larger) / homesOf(size)
  const larger = allSizes(shape).filter((s) => s.first <= size.first && ratio(s) >= leastGrowth)
  const wanted = larger.filter((s) => ratio(s) >= growth && ratio(s) <= 2 * growth)
  const rest = larger.filter((s) => ratio(s) < growth)
  const byBytes = (a: ShardSize, b: ShardSize): number => shardTableBytes(shape, a) - shardTableBytes(shape, b)
  const bySlot = (a: ShardSize, b: ShardSize): number => a.first - b.first || byBytes(a, b)
  return [...wanted.toSorted(bySlot).slice(0, 1), ...rest.toSorted(byBytes).toReversed()]
}
