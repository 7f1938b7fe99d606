/**
 * Makes a cube that cannot be entered larger: drops atoms as long as no step enters it and no initial state is in it
 * (Bradley and Manna 2007), first all of an element at once, then single ones. A state that gets in the way is taken in
 * where that leaves something ("join"). Excluding it first, as a counterexample to generalisation (Hassan, Bradley,
 * Somenzi 2013), took 1.5 to 5 times as long on the protocols of this repository: random walks already tell most of
 * what must not be excluded.
 */
import { at } from '../../at.js'
import type { AtomTable, Cube } from '../clause/atoms.js'
import { isCube, type Queries } from './queries.js'
import type { Samples } from './samples.js'

export interface Generaliser {
  /**
   * A part of the cube that is not entered from frame `level - 1` and in which no initial state is. The cube must have
   * these two properties itself, and `core` must be a part of it with the first one.
   */
  readonly generalise: (cube: Cube, core: Cube, level: number) => Cube
  /** The highest level up to `most` that the cube can be excluded from, given that it can be from `level`. */
  readonly highest: (cube: Cube, level: number, most: number) => number
}

export const createGeneraliser = (table: AtomTable, queries: Queries, samples: Samples): Generaliser => {
  /** How often atoms were of use, so that those which rarely were are dropped first. */
  const use = new Map<number, number>()
  let weight = 1
  const useOf = (atom: number): number => use.get(atom) ?? 0
  const used = (cube: Cube): void => {
    for (const atom of cube) use.set(atom, useOf(atom) + weight)
    weight *= 1.02
    if (weight < 1e100) return
    for (const [atom, value] of use) use.set(atom, value / 1e100)
    weight /= 1e100
  }

  /** Adds to `core` what of `cube` keeps the initial states out. */
  const withoutStart = (cube: Cube, core: Cube): Cube => {
    if (isCube(queries.start(core))) return core
    const apart = queries.start(cube)
    if (!isCube(apart)) throw new Error('an initial state is to be excluded')
    const kept = new Set([...core, ...apart])
    return cube.filter((atom) => kept.has(atom))
  }

  const highest = (cube: Cube, level: number, most: number): number => {
    let high = level
    while (high < most && isCube(queries.entering(high, cube))) high++
    return high
  }

  /** A part of `cube` that is not entered; null where that would exclude a state that is known to be reachable. */
  const closed = (cube: Cube, level: number): Cube | null => {
    let candidate = cube
    while (!samples.meet(candidate) && isCube(queries.start(candidate))) {
      const answer = queries.entering(level - 1, candidate)
      if (isCube(answer)) return withoutStart(candidate, answer)
      candidate = candidate.filter((atom) => table.holds(atom, answer.state))
    }
    return null
  }

  const generalise = (cube: Cube, core: Cube, level: number): Cube => {
    let current = withoutStart(cube, core)
    const attempt = (isDropped: (atom: number) => boolean): void => {
      const rest = current.filter((atom) => !isDropped(atom))
      if (rest.length < current.length && rest.length > 0) current = closed(rest, level) ?? current
    }
    const elementOf = (atom: number): number => at(table.atoms, atom).element
    const useOfElements = new Map<number, number>()
    for (const atom of current) useOfElements.set(elementOf(atom), Math.max(useOfElements.get(elementOf(atom)) ?? 0, useOf(atom)))
    for (const [element] of [...useOfElements].sort(([a, x], [b, y]) => x - y || a - b)) attempt((atom) => elementOf(atom) === element)
    const several = new Set(current.filter((atom, i) => i > 0 && elementOf(at(current, i - 1)) === elementOf(atom)).map(elementOf))
    for (const atom of current.filter((a) => several.has(elementOf(a))).sort((a, b) => useOf(a) - useOf(b) || a - b)) {
      attempt((other) => other === atom)
    }
    used(current)
    return current
  }

  return { highest, generalise }
}
