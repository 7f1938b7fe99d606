/**
 * Prime implicants over knobs of several values. An implicant is a box: of each knob a set of values, all of whose
 * combinations are in the function. A prime one is in no larger one.
 */

import { at } from '../../at.js'

/** Row-major over the knobs; 1 for what is in it. */
export interface Table {
  /** How many values each knob has. */
  readonly sizes: readonly number[]
  readonly values: Uint8Array
}

/** Of each knob, bit v for its value number v. */
export type Box = readonly number[]

export const cellsOf = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1)
export const allOf = (size: number): number => 2 ** size - 1

/** Thrown where there are too many to find. */
export class TooMany extends Error {}

/**
 * All prime implicants, in a fixed order. A prime with the values S of the first knob is a prime of what the cofactors
 * of all of S have in common, and no implicant of another cofactor. Exponential in the number of values of each knob.
 * @throws TooMany after `most` tables of cofactors.
 */
export const primesOf = ({ sizes, values }: Table, most: number): Box[] => {
  const known = new Map<string, readonly Box[]>()
  let tables = 0
  const primes = (depth: number, f: Uint8Array): readonly Box[] => {
    const rest = sizes.slice(depth)
    if (f.every((x) => x === 0)) return []
    if (f.every((x) => x === 1)) return [rest.map(allOf)]
    const key = `${depth}:${f.join('')}`
    const found = known.get(key)
    if (found !== undefined) return found
    if (++tables > most) throw new TooMany()
    const size = at(sizes, depth)
    const inner = sizes.slice(depth + 1)
    const cofactors = slices(f, size)
    const common: Uint8Array[] = []
    const all: Box[] = []
    for (let mask = 1; mask <= allOf(size); mask++) {
      const lowest = 31 - Math.clz32(mask & -mask)
      const others = mask & (mask - 1)
      const one = at(cofactors, lowest)
      const both = others === 0 ? one : one.map((x, i) => x & at(at(common, others), i))
      common[mask] = both
      for (const box of primes(depth + 1, both))
        if (!cofactors.some((g, v) => ((mask >> v) & 1) === 0 && isIn(box, g, inner))) all.push([mask, ...box])
    }
    known.set(key, all)
    return all
  }
  return [...primes(0, values)]
}

/** The parts of a table for each value of its first knob. */
const slices = (f: Uint8Array, size: number): Uint8Array[] => {
  const n = f.length / size
  return Array.from({ length: size }, (_, v) => f.subarray(v * n, (v + 1) * n))
}

/** Whether all combinations of a box are in a table. */
export const isIn = (box: Box, f: Uint8Array, sizes: readonly number[]): boolean => membersOf(box, sizes).every((i) => f[i] === 1)

/** The positions of a box's combinations in a table, ascending. */
export const membersOf = (box: Box, sizes: readonly number[]): number[] =>
  sizes.reduce<number[]>(
    (all, size, k) =>
      all.flatMap((from) =>
        Array.from({ length: size }, (_, v) => v).flatMap((v) => (((at(box, k) >> v) & 1) === 1 ? [from * size + v] : [])),
      ),
    [0],
  )
