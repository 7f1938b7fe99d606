/**
 * Reachable states, found by random walks. A clause that excludes one of them cannot be part of an invariant, and
 * seeing that here is a hundred times faster than asking a solver.
 */
import { type AtomTable, type Codes, type Cube, codesOf } from '../clause/atoms.js'
import { packed, type State, type Walks } from './walks.js'

export interface Samples {
  /** Whether one of the states is in the cube. Linear in the number of states and the length of the cube. */
  readonly meet: (cube: Cube) => boolean
  readonly states: readonly Codes[]
}

/** What sampling costs at most: states kept, and gates evaluated (of 32 walks at once). */
export interface SampleLimits {
  readonly states: number
  readonly gates: number
}

/** Ends when as many rounds as there were, and so many, bring nothing new. */
const patience = 2000

const statesOnWalks = ({ walk, gates }: Walks, limits: SampleLimits): readonly State[] => {
  const found = new Map<string, State>()
  let lastNew = 0
  walk('initial states', Math.floor(limits.gates / Math.max(1, gates)), (state, round) => {
    const key = packed(state)
    if (!found.has(key)) {
      found.set(key, state)
      lastNew = round
    }
    return found.size >= limits.states || round > 2 * lastNew + patience ? 'enough' : 'go on'
  })
  return [...found.values()]
}

/** Samples of a circuit, by the atoms that hold in them. The same walks give the same ones. */
export const createSamples = (walks: Walks, table: AtomTable, limits: SampleLimits): Samples => {
  const states = statesOnWalks(walks, limits).map((bits) => codesOf(table.elements, (i) => bits[i]!))
  const length = Math.ceil(states.length / 32)
  /** Per atom a bit for each state that it holds in. */
  const columns: Int32Array[] = []
  const columnOf = (atom: number): Int32Array => {
    const there = columns[atom]
    if (there !== undefined) return there
    const column = new Int32Array(length)
    for (const [i, codes] of states.entries()) if (table.holds(atom, codes)) column[i >> 5]! |= 1 << (i & 31)
    columns[atom] = column
    return column
  }
  const meet = (cube: Cube): boolean => {
    const own = cube.map(columnOf)
    for (let i = 0; i < length; i++) {
      let word = i === length - 1 && states.length % 32 !== 0 ? (1 << (states.length % 32)) - 1 : -1
      for (let j = 0; j < own.length && word !== 0; j++) word &= own[j]![i]!
      if (word !== 0) return true
    }
    return false
  }
  return { meet, states }
}
