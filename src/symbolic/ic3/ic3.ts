/**
 * IC3 (Bradley 2011; Eén, Mishchenko, Brayton 2011): proves that targets are never reached, by an invariant that it
 * builds from clauses, each of which excludes states from which a target would be reached; or shows that one is, by a
 * schedule. Several targets are proved at once, so one invariant serves them all.
 */

import { at } from '../../at.js'
import { nodeOf, valueIn } from '../circuit/aig.js'
import { type Circuit, isOfSteps, type Target } from '../circuit/circuit.js'
import { type AtomTable, type Codes, type Cube, createAtoms, type Element, elementsOf } from '../clause/atoms.js'
import { type Clause, clauseOf } from '../clause/clause.js'
import { failuresOfInit } from '../solver/failing-init.js'
import type { SolverFactory } from '../solver/solver.js'
import { createFrames, type Frames } from './frames.js'
import { createGeneraliser, type Generaliser } from './generalise.js'
import { createQueue, type Obligation } from './obligations.js'
import { clausesOfPairs, impossiblePairs, type Pair } from './pairs.js'
import { type Choice, createQueries, isCube, isGaveUp, type Queries } from './queries.js'
import { createSamples, type SampleLimits } from './samples.js'
import { createWalks } from './walks.js'

export type { Clause, ClauseAtom } from '../clause/clause.js'

/**
 * A schedule as values of inputs: of `Circuit.start`, and for each step of `Circuit.step`, by their nodes. A failing
 * step is the last one.
 */
export interface Reached {
  readonly target: Target
  readonly start: Choice
  /** As many as the violation is long, which need not be the shortest. */
  readonly steps: readonly Choice[]
}

export interface Proof {
  /** Never reached; the invariant shows it. */
  readonly proved: readonly Target[]
  /** It holds initially, after each step from a state in it, and in each state in it none of `proved` is reached. */
  readonly invariant: readonly Clause[]
  readonly reached: readonly Reached[]
  /** Neither: the solver gave up, or the frames were too many. */
  readonly open: readonly Target[]
  /** No target of `open` is reached at this depth or before it. */
  readonly depth: number
  readonly questions: number
}

export interface Progress {
  readonly frames: number
  readonly clauses: number
  readonly questions: number
}

export interface ProveOptions {
  /** Called at least once per frame. */
  readonly onProgress?: (progress: Progress) => void
  /** Gives up after so many frames. */
  readonly maxFrames?: number
  /** What is found out before the first frame; by default what pays on protocols. */
  readonly preparation?: Preparation
}

export interface Preparation {
  readonly samples: SampleLimits
  readonly pairs: 'all' | 'none'
}

const usual: Preparation = { samples: { states: 16384, gates: 50_000_000 }, pairs: 'all' }

/**
 * Proves or refutes the targets. Takes time without a bound in general; memory grows with the clauses. Gates are added
 * to the circuit's graph. The same circuit, solver and options give the same answer.
 */
export const prove = (circuit: Circuit, targets: readonly Target[], factory: SolverFactory, options: ProveOptions = {}): Proof => {
  const preparation = options.preparation ?? usual
  const table = createAtoms(circuit, elementsOf(circuit))
  const walks = createWalks(circuit)
  const samples = createSamples(walks, table, preparation.samples)
  const pairs = preparation.pairs === 'none' ? [] : (impossiblePairs(circuit, table, walks, samples.states, factory) ?? [])
  const frames = createFrames()
  const queries = createQueries(circuit, table, factory, pairs, frames.all)
  const add = (cube: Cube, level: number): void => {
    frames.add(cube, level)
    queries.exclude(cube, level)
  }
  const generaliser = createGeneraliser(table, queries, samples)
  try {
    return search({ circuit, targets, factory, table, pairs, frames, queries, add, generaliser, options })
  } finally {
    queries.dispose()
  }
}

interface Search {
  readonly circuit: Circuit
  readonly targets: readonly Target[]
  readonly factory: SolverFactory
  readonly table: AtomTable
  readonly pairs: readonly Pair[]
  readonly frames: Frames
  readonly queries: Queries
  readonly add: (cube: Cube, level: number) => void
  readonly generaliser: Generaliser
  readonly options: ProveOptions
}

const search = (parts: Search): Proof => {
  const { circuit, frames, queries, table, options } = parts
  const reached: Reached[] = []
  let open = parts.targets
  let depth = -1
  const note = (found: Reached): void => {
    reached.push(found)
    open = open.filter((target) => target !== found.target)
  }
  const answer = (invariant: readonly Cube[] | null): Proof => ({
    proved: invariant === null ? [] : open,
    invariant: invariant === null ? [] : [...clausesOfPairs(table, parts.pairs), ...invariant.map((cube) => clauseOf(table, cube))],
    reached,
    open: invariant === null ? open : [],
    depth,
    questions: queries.asked(),
  })
  try {
    const failing = failuresOfInit(circuit, open, parts.factory)
    if (failing === null) return answer(null)
    for (const { target, start } of failing) note({ target, start, steps: [] })
    for (let level = 0; level <= (options.maxFrames ?? Number.POSITIVE_INFINITY); level++) {
      for (let taken = ask(level); taken !== null; taken = ask(level)) {
        const target = open.find(({ reached }) => valueIn(circuit.graph, reached, inputsAt(circuit, table.elements, taken)))
        if (target === undefined) throw new Error('the solver found a target that is not reached')
        const cube = queries.liftBad(taken, target)
        const found = block(parts, { cube, choice: taken.step, after: null, target, level }, level)
        if (found !== null) note(found)
      }
      depth = level
      if (open.length === 0) return answer(null)
      const invariant = propagate(parts, level)
      options.onProgress?.({ frames: level, clauses: frames.from(1).length, questions: queries.asked() })
      if (invariant !== null) return answer(invariant)
    }
  } catch (error) {
    if (!isGaveUp(error)) throw error
  }
  return answer(null)

  function ask(level: number) {
    return open.length === 0 ? null : queries.bad(level, open)
  }
}

const inputsAt = (
  circuit: Circuit,
  elements: readonly Element[],
  { state, step }: { readonly state: Codes; readonly step: Choice },
): Map<number, boolean> => {
  const values = new Map(step)
  for (const [e, { bits }] of elements.entries()) {
    for (const [i, position] of bits.entries()) values.set(nodeOf(at(circuit.state, position)), Math.floor(at(state, e) / 2 ** i) % 2 === 1)
  }
  return values
}

/**
 * Excludes the obligation's cube from its frame, and all from which it is entered; or finds the initial state from
 * which it is.
 */
const block = ({ frames, queries, add, generaliser }: Search, first: Obligation, top: number): Reached | null => {
  const queue = createQueue()
  const begin = queries.start(first.cube)
  if (!isCube(begin)) return schedule(begin, first)
  queue.push(first)
  for (let obligation = queue.pop(); obligation !== null; obligation = queue.pop()) {
    const { cube, level } = obligation
    const again = (from: number): void => {
      if (from < top) queue.push({ ...obligation, level: from + 1 })
    }
    if (frames.excludes(cube, level)) {
      again(level)
      continue
    }
    const answer = queries.entering(level - 1, cube)
    if (isCube(answer)) {
      const general = generaliser.generalise(cube, answer, level)
      const high = generaliser.highest(general, level, top)
      add(general, high)
      again(high)
      continue
    }
    const before = queries.liftStep(answer, cube)
    const earlier = { cube: before, choice: answer.step, after: obligation, target: obligation.target, level: level - 1 }
    const start = queries.start(before)
    if (!isCube(start)) return schedule(start, earlier)
    queue.push(obligation)
    queue.push(earlier)
  }
  return null
}

const schedule = (start: Choice, first: Obligation): Reached => {
  const steps: Choice[] = []
  for (let obligation: Obligation | null = first; obligation !== null; obligation = obligation.after) {
    if (obligation.after !== null || isOfSteps(obligation.target)) steps.push(obligation.choice)
  }
  return { target: first.target, start, steps }
}

/**
 * Moves cubes up that are not entered from their frame; returns the cubes of a frame that equals the next one, which is
 * closed under steps.
 */
const propagate = ({ frames, queries, add }: Search, top: number): readonly Cube[] | null => {
  for (let level = 1; level <= top; level++) {
    for (const cube of frames.at(level)) {
      const core = queries.entering(level, cube)
      if (isCube(core)) add(isCube(queries.start(core)) ? core : cube, level + 1)
    }
    if (frames.at(level).length === 0) return frames.from(level + 1)
  }
  return null
}
