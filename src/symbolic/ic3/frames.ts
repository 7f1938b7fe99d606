/**
 * The frames of IC3 (Bradley 2011): frame i is a superset of the states at depth i or less, given by the cubes that it
 * excludes. Each cube is kept once, at the highest level that it is excluded up to (Eén, Mishchenko, Brayton 2011), so
 * the frames are monotone.
 */
import type { Cube } from '../clause/atoms.js'

export interface Frames {
  /** Notes that the cube is excluded from frames 1..level, and forgets cubes that follow from it. */
  readonly add: (cube: Cube, level: number) => void
  /** Whether some excluded cube of this level or above contains the given one. */
  readonly excludes: (cube: Cube, level: number) => boolean
  /** The cubes kept at exactly this level. */
  readonly at: (level: number) => readonly Cube[]
  /** All cubes with their levels. */
  readonly all: () => Iterable<readonly [Cube, number]>
  /** The cubes of this level and above. */
  readonly from: (level: number) => readonly Cube[]
}

interface Entry {
  readonly cube: Cube
  /** Which atoms modulo 32 there are: a cube can only be part of another if its signature is. */
  readonly signature: number
}

const signatureOf = (cube: Cube): number => cube.reduce((bits, atom) => bits | (1 << (atom & 31)), 0)

/** Whether all atoms of a are in b; both ascend. A state in b is then in a. */
const isPart = (a: Cube, b: Cube): boolean => {
  if (a.length > b.length) return false
  for (let i = 0, j = 0; i < a.length; i++, j++) {
    while (j < b.length && b[j]! < a[i]!) j++
    if (b[j] !== a[i]) return false
  }
  return true
}

const isPartOf = (a: Entry, b: Entry): boolean => (a.signature & ~b.signature) === 0 && isPart(a.cube, b.cube)

export const createFrames = (): Frames => {
  const levels: Entry[][] = []
  const levelOf = (level: number): Entry[] => {
    while (levels.length <= level) levels.push([])
    return levels[level]!
  }
  return {
    add: (cube, level) => {
      const entry = { cube, signature: signatureOf(cube) }
      for (let i = 1; i <= level; i++) levels[i] = levelOf(i).filter((other) => !isPartOf(entry, other))
      levelOf(level).push(entry)
    },
    excludes: (cube, level) => {
      const entry = { cube, signature: signatureOf(cube) }
      for (let i = level; i < levels.length; i++) if (levels[i]!.some((other) => isPartOf(other, entry))) return true
      return false
    },
    at: (level) => levelOf(level).map(({ cube }) => cube),
    *all() {
      for (const [level, entries] of levels.entries()) for (const { cube } of entries) yield [cube, level]
    },
    from: (level) => levels.slice(level).flatMap((entries) => entries.map(({ cube }) => cube)),
  }
}
