/**
 * Makes a cube that cannot be entered larger: drops atoms as long as no step enters it and no initial state is in it (Bradley and Manna 2007), first all of an element
 * at once, then single ones. Where a step gets in the way whose state is itself unreachable at the frame before, that state is excluded
 * first (counterexamples to generalisation: Hassan, Bradley, Somenzi 2013).
 */
import type { AtomTable, Cube } from './atoms.js'
import { isCube, type Queries, type Taken } from './queries.js'
import type { Samples } from './samples.js'

export interface Generaliser {
  /**
   * A part of the cube that is not entered from frame `level - 1` and in which no initial state is. The cube must have these two properties itself, and
   * `core` must be a part of it with the first one.
   */
  readonly generalise: (cube: Cube, core: Cube, level: number) => Cube
  /** The highest level up to `most` that the cube can be excluded from, given that it can be from `level`. */
  readonly highest: (cube: Cube, level: number, most: number) => number
}

export interface GeneraliseOptions {
  /** How many states in the way of one atom are excluded, and how deep this nests. */
  readonly mostInTheWay: number
  readonly deepest: number
}

export const createGeneraliser = (
  table: AtomTable,
  queries: Queries,
  samples: Samples,
  add: (cube: Cube, level: number) => void,
  { mostInTheWay, deepest }: GeneraliseOptions,
): Generaliser => {
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
    const answer = queries.start(core)
    if (isCube(answer)) return core
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

  /** Tries to exclude, at the level before, the state that gets in the way. */
  const excludesState = ({ state, step }: Taken, cube: Cube, level: number, depth: number): boolean => {
    if (level <= 1) return false
    const inTheWay = queries.liftStep({ state, step }, cube)
    if (samples.meet(inTheWay) || !isCube(queries.start(inTheWay))) return false
    const core = queries.entering(level - 2, inTheWay)
    if (!isCube(core)) return false
    const smaller = withoutStart(inTheWay, core)
    const high = highest(smaller, level - 1, level)
    const general = reduce(smaller, high, depth + 1)
    add(general, high)
    return true
  }

  /** A part of `cube` that is not entered, without what states in the way are not in; null where an initial state gets in. */
  const down = (cube: Cube, level: number, depth: number): Cube | null => {
    let candidate = cube
    let excluded = 0
    while (isCube(queries.start(candidate))) {
      const answer = queries.entering(level - 1, candidate)
      if (isCube(answer)) return withoutStart(candidate, answer)
      if (depth >= deepest) return null
      if (excluded < mostInTheWay && excludesState(answer, candidate, level, depth)) {
        excluded++
        continue
      }
      excluded = 0
      const { state } = answer
      const joined = candidate.filter((atom) => table.holds(atom, state))
      if (samples.meet(joined)) return null
      candidate = joined
    }
    return null
  }

  const reduce = (core: Cube, level: number, depth: number): Cube => {
    let current = core
    const attempt = (dropped: (atom: number) => boolean): void => {
      const rest = current.filter((atom) => !dropped(atom))
      if (rest.length === current.length || rest.length === 0 || samples.meet(rest)) return
      current = down(rest, level, depth) ?? current
    }
    const elementOf = (atom: number): number => table.atoms[atom].element
    const elements = new Map<number, number>()
    for (const atom of current) elements.set(elementOf(atom), Math.max(elements.get(elementOf(atom)) ?? 0, useOf(atom)))
    for (const [element] of [...elements].sort(([a, x], [b, y]) => x - y || a - b)) attempt((atom) => elementOf(atom) === element)
    const several = new Set(current.filter((atom, i) => i > 0 && elementOf(current[i - 1]) === elementOf(atom)).map(elementOf))
    for (const atom of [...current].filter((a) => several.has(elementOf(a))).sort((a, b) => useOf(a) - useOf(b) || a - b)) {
      attempt((other) => other === atom)
    }
    used(current)
    return current
  }

  return { highest, generalise: (cube, core, level) => reduce(withoutStart(cube, core), level, 0) }
}
