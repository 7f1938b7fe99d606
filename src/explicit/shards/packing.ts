/**
 * Wide states are packed for a large search: a word of a state takes few of the values that its bits could have, so
 * that its number among those that were met says it in fewer bits. Words are numbered by a dictionary that all workers
 * share (dictionary.ts); a packed state is the numbers of its words, side by side.
 */
import { at } from '../../at.js'

/** How one word of a state is packed: into `bits` from bit `shift` of a packed word on. */
export interface PackedWord {
  /** The word's number, or the word itself where that takes no more bits. */
  readonly as: 'number' | 'itself'
  readonly bits: number
  readonly word: number
  readonly shift: number
}

export interface Packing {
  /** Of the words of a state, in their order. */
  readonly words: readonly PackedWord[]
  /** Bits of each packed word. */
  readonly widths: readonly number[]
}

/**
 * So many times more words can be met than are known when a packing is chosen, as log2, at least: the most of these
 * with which states take as few words as with the least.
 */
const usualSlacks = [7, 6, 5]

const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(2, count)))

/**
 * Packs words of `widths` bits, of which so many values were met; numbers have at most `mostBits` bits. Null where
 * nothing is gained by it. `slacks` are what may be chosen from.
 */
export const packingFor = (
  widths: readonly number[],
  met: readonly number[],
  mostBits: readonly number[],
  slacks: readonly number[] = usualSlacks,
): Packing | null => {
  const wantedWith = (slack: number): number[] => widths.map((width, i) => Math.min(width, bitsFor(at(met, i)) + slack))
  // A word of which too many values were met is no number, however little room others are given.
  const isNumber = wantedWith(Math.max(...slacks)).map((bits, i) => bits < at(widths, i) && bits <= at(mostBits, i))
  const packings = slacks.map((slack) => packed(widths, wantedWith(slack), isNumber, mostBits)).filter((packing) => packing !== null)
  const fewest = Math.min(...packings.map((packing) => packing.widths.length))
  return packings.find((packing) => packing.widths.length === fewest) ?? null
}

/** Some words become numbers of so many bits, or more where there is room. */
const packed = (
  widths: readonly number[],
  wanted: readonly number[],
  isNumber: readonly boolean[],
  mostBits: readonly number[],
): Packing | null => {
  const needed = widths.map((width, i) => (at(isNumber, i) ? at(wanted, i) : width))
  const places = placed(needed)
  const count = Math.max(...places.map(({ word }) => word)) + 1
  if (count >= widths.length) return null
  // What is left of each packed word goes to its numbers.
  const bits = [...needed]
  for (let word = 0; word < count; word++) {
    const inside = [...places.keys()].filter((i) => at(places, i).word === word)
    let left = 64 - inside.reduce((sum, i) => sum + at(bits, i), 0)
    const canGrow = (i: number): boolean => at(isNumber, i) && at(bits, i) < Math.min(at(mostBits, i), at(widths, i))
    while (left > 0 && inside.some(canGrow))
      for (const i of inside)
        if (left > 0 && canGrow(i)) {
          bits[i] = at(bits, i) + 1
          left--
        }
  }
  const ends = new Array<number>(count).fill(0)
  const words = places.map(({ word }, i): PackedWord => {
    const shift = at(ends, word)
    ends[word] = shift + at(bits, i)
    return { as: at(isNumber, i) && at(bits, i) < at(widths, i) ? 'number' : 'itself', bits: at(bits, i), word, shift }
  })
  return { words, widths: ends }
}

/** In which word each of some fields goes, the widest first; none lies across two. */
const placed = (fields: readonly number[]): { readonly word: number }[] => {
  const free: number[] = []
  const places = fields.map(() => ({ word: 0 }))
  for (const i of [...fields.keys()].toSorted((a, b) => at(fields, b) - at(fields, a))) {
    const bits = at(fields, i)
    let word = free.findIndex((left) => left >= bits)
    if (word < 0) word = free.push(64) - 1
    free[word] = at(free, word) - bits
    places[i] = { word }
  }
  return places
}

/** Every word as it is. */
export const unpacked = (widths: readonly number[]): Packing => ({
  words: widths.map((bits, word) => ({ as: 'itself', bits, word, shift: 0 })),
  widths,
})
