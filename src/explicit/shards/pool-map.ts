/**
 * What lies where in the memory of a worker, behind what every program has: buckets, and a pool of blocks. Blocks hold
 * entries; those of a bucket are chained, those of a level of the search are listed by their worker.
 */
import { areasFrom, type MemoryMap } from '../emit/memory-map.js'
import { page } from '../wasm/linear-memory.js'

/** Log2 of the most buckets: each one's part of the largest tables fits into a cache. */
export const mostBucketsLog = 12
export const blockLog = 12
export const blockBytes = 2 ** blockLog

export interface PoolMap {
  /** Bytes of an entry. */
  readonly entry: number
  /** Bytes of the entries that are written to a block together: they wait side by side, on few pages. */
  readonly group: number
  /** Bytes of a block that are used: whole groups. */
  readonly used: number
  /** 4 bytes for each bucket: how much waits, where in a block the next group goes (0 for nowhere), its first block. */
  readonly waits: number
  readonly ends: number
  readonly heads: number
  /** `group` bytes for each bucket. */
  readonly waiting: number
  /** 4 bytes for each block: the address of the next one of its chain. */
  readonly next: number
  /** Where states are packed: those to be packed (up to `rawEnd`), entries, and states to be looked at. */
  readonly raw: number
  readonly rawEnd: number
  readonly packed: number
  readonly unpacked: number
  /** A block that takes what there is no memory for. */
  readonly spare: number
  readonly blocks: number
}

/** Where the pool must end: the last page is out of reach, so that addresses behind it are numbers of 32 bits. */
export const poolEnd = 65_535 * page

/** For entries of so many bytes, behind a memory map for states of `entry` bytes, of which some are packed at once. */
export const poolMap = ({ ring, entry: raw }: Pick<MemoryMap, 'ring' | 'entry'>, entry: number, atOnce: number): PoolMap => {
  const perGroup = Math.max(1, Math.floor(64 / entry))
  const group = perGroup * entry
  const area = areasFrom(ring)
  const buckets = 2 ** mostBucketsLog
  const waits = area(buckets * 4)
  const ends = area(buckets * 4)
  const heads = area(buckets * 4)
  const waiting = area(buckets * group)
  const next = area((poolEnd / blockBytes) * 4)
  const [rawAt, packed, unpacked] = [area(atOnce * raw), area(atOnce * entry), area(atOnce * raw)]
  const spare = Math.ceil(area(0) / page) * page
  return {
    entry,
    group,
    used: Math.floor(blockBytes / group) * group,
    waits,
    ends,
    heads,
    waiting,
    next,
    raw: rawAt,
    rawEnd: rawAt + atOnce * raw,
    packed,
    unpacked,
    spare,
    blocks: spare + blockBytes,
  }
}

/** The address of what says which block follows. */
export const nextAt = ({ next }: PoolMap, block: number): number => next + (block / blockBytes) * 4
