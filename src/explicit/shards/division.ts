/**
 * How the states of a large search are divided. Each travels as an entry: its words, or those that it is packed into,
 * the first one mixed and the others as they are. The mixed word's top bits say which shard owns the state, and the
 * next ones which part of the shard's table: a bucket is what belongs to one part.
 */

import { type TableShape, tableShape } from '../store/table-size.js'
import type { Packing } from './packing.js'

export interface Division {
  /** Log2 of the number of shards. */
  readonly shardLog: number
  /** Bytes of an entry. */
  readonly entry: number
  /** Bits of the words of a state. */
  readonly widths: readonly number[]
  /** How states are packed; null where an entry has their own words. */
  readonly packing: Packing | null
  /** Of what an entry is, as it is mixed. */
  readonly mixing: TableShape
  /** Of a shard's table, which holds what the shard's number does not say. */
  readonly shape: TableShape
}

/** A shard's table has at least so many homes for each bit that is not known of its states. */
const leastKeyBits = 8

/** The most shards that states of these widths can be divided into, as log2. */
export const mostShards = (widths: readonly number[]): number => Math.max(0, tableShape(widths).keyBits - leastKeyBits)

/** Of states whose words have so many bits. */
export const divisionOf = (widths: readonly number[], packing: Packing | null, shardLog: number): Division => {
  const inside = packing?.widths ?? widths
  const mixing = tableShape(inside)
  const keyBits = mixing.keyBits - shardLog
  return {
    shardLog,
    entry: inside.length * 8,
    widths,
    packing,
    mixing,
    // Four bits are left for factors and distances where the whole mixed word takes part in the home slot.
    shape: { keyBits, topBits: keyBits <= 60 ? keyBits : 32, rest: inside.slice(1).map((w) => Math.max(1, Math.ceil(w / 8))) },
  }
}
