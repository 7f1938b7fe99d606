/**
 * Bounded model checking (Biere, Cimatti, Clarke, Zhu 1999): is a target reached after 0 steps, 1, 2, ...? What is
 * found first is a shortest one. Where no way is longer than the bound, everything is settled.
 */
import { at } from '../../at.js'
import type { Schedule } from '../../ir/schedule.js'
import { evaluate, FALSE, isComplemented, type Literal, nodeOf, or, TRUE } from '../circuit/aig.js'
import { type Circuit, type Decoder, isOfSteps, type Target } from '../circuit/circuit.js'
import { unroll } from '../circuit/unrolling.js'
import { createEncoder } from '../solver/cnf.js'
import { failuresOfInit } from '../solver/failing-init.js'
import type { SolverFactory } from '../solver/solver.js'

/**
 * A target that can be reached, and a shortest schedule to it: as long as the state is deep, one more for a step that
 * fails.
 */
export interface Reached {
  readonly name: string
  readonly length: number
  readonly schedule: Schedule
}

export interface BoundedResult {
  readonly reached: readonly Reached[]
  /** No other target is reached within this many steps; -1 where not even that is known of the initial states. */
  readonly depth: number
  /** `exhausted`: no way is longer, so what was not reached never is. */
  readonly ended: 'all reached' | 'exhausted' | 'depth' | 'unknown'
}

export interface BoundedOptions {
  /** Steps at most. */
  readonly maxDepth?: number
  /** Told whenever a depth is settled, and what was reached at it. */
  readonly onDepth?: (depth: number, reached: readonly Reached[]) => void
}

/** What one more depth brought. */
export interface Depth {
  readonly depth: number
  /** The targets that are reached at this depth and at none before it. */
  readonly reached: readonly Reached[]
  /** Why there is no use in going on; null where there is. */
  readonly ended: 'all reached' | 'exhausted' | 'unknown' | null
}

/** A bounded search that goes one depth at a time. */
export interface Bounded {
  /** Settles the next depth, 0 first. The cost of a depth grows with the depth. Not to be called again after an end. */
  readonly next: () => Depth
  /** Asks no more for a target: it was settled otherwise. */
  readonly close: (target: Target) => void
  readonly dispose: () => void
}

export const startBounded = (circuit: Circuit, decoder: Decoder, targets: readonly Target[], factory: SolverFactory): Bounded => {
  const solver = factory()
  const unrolling = unroll(circuit, 'initial states')
  const { graph } = unrolling
  const encoder = createEncoder(graph, solver)
  const open = new Set(targets)
  let depth = 0

  const require = (literal: Literal): void => {
    if (literal !== TRUE) solver.clause([encoder.literal(literal)])
  }
  const modelSays = (literal: Literal): boolean => solver.value(encoder.literal(literal))
  /** The inputs that name a schedule of a length. */
  const namesOf = (length: number): readonly Literal[] => [
    ...unrolling.start,
    ...Array.from({ length }, (_, time) => unrolling.step(time)).flat(),
  ]
  const scheduleOf = (length: number, fails: boolean): Schedule => {
    const values = evaluate(graph, new Map(namesOf(length).map((literal) => [nodeOf(literal), modelSays(literal)])))
    const isTrue = (literal: Literal | undefined): boolean =>
      literal !== undefined && (values[nodeOf(literal)] ?? false) !== isComplemented(literal)
    const moves = Array.from({ length }, (_, time) => {
      const [state, step] = [unrolling.state(time), unrolling.step(time)]
      return decoder.move(
        decoder.vector((i) => isTrue(state[i])),
        (i) => isTrue(step[i]),
      )
    })
    return { init: decoder.start((i) => isTrue(unrolling.start[i])), moves, fails }
  }

  /**
   * Which open targets are reached with this length, each under its literal; these are closed. Null: the solver gave
   * up.
   */
  const settle = (asked: readonly (readonly [Target, Literal])[]): readonly Reached[] | null => {
    const reached: Reached[] = []
    for (;;) {
      const left = asked.filter(([target, literal]) => open.has(target) && literal !== FALSE)
      if (left.length === 0) return reached
      // A model can be read only as long as no clause is added, so all that is read gets its literal before.
      for (const literal of [...left.map(([, literal]) => literal), ...namesOf(depth)]) encoder.literal(literal)
      const some = left.reduce((sum: Literal, [, literal]) => or(graph, sum, literal), FALSE)
      const answer = solver.solve([encoder.literal(some)])
      if (answer === 'unknown') return null
      if (answer === 'unsat') return reached
      const found = left.filter(([, literal]) => modelSays(literal))
      if (found.length === 0) throw new Error('a model of a disjunction has none of it')
      for (const [target] of found) {
        open.delete(target)
        reached.push({ name: target.name, length: depth, schedule: scheduleOf(depth, isOfSteps(target)) })
      }
    }
  }

  const atDepth = (): Omit<Depth, 'depth'> => {
    const asked = [...open]
    const before = depth === 0 ? null : depth - 1
    const failing =
      before === null
        ? settleInit(circuit, decoder, asked.filter(isOfSteps), factory)
        : settle(asked.filter(isOfSteps).map((t) => [t, unrolling.at(before, t.reached)]))
    if (failing === null) return { reached: [], ended: 'unknown' }
    for (const target of asked) if (failing.some(({ name }) => name === target.name)) open.delete(target)
    require(before === null ? unrolling.isStart : unrolling.at(before, circuit.enabled))
    const goesOn = solver.solve([])
    if (goesOn !== 'sat') return { reached: failing, ended: goesOn === 'unsat' ? 'exhausted' : 'unknown' }
    const reached = settle(asked.filter((t) => !isOfSteps(t)).map((t) => [t, unrolling.at(depth, t.reached)]))
    return { reached: [...failing, ...(reached ?? [])], ended: reached === null ? 'unknown' : open.size === 0 ? 'all reached' : null }
  }

  return {
    next: () => {
      const found = { depth, ...atDepth() }
      depth++
      return found
    },
    close: (target) => void open.delete(target),
    dispose: () => solver.dispose(),
  }
}

/**
 * Searches the targets breadth-first with one incremental solver. Without `maxDepth` it ends only where all targets are
 * reached or no way is longer.
 */
export const searchBounded = (
  circuit: Circuit,
  decoder: Decoder,
  targets: readonly Target[],
  factory: SolverFactory,
  { maxDepth = Number.POSITIVE_INFINITY, onDepth = () => {} }: BoundedOptions = {},
): BoundedResult => {
  const bounded = startBounded(circuit, decoder, targets, factory)
  try {
    const all: Reached[] = []
    for (;;) {
      const { depth, reached, ended } = bounded.next()
      all.push(...reached)
      if (ended === 'unknown') return { reached: all, depth: depth - 1, ended }
      onDepth(depth, reached)
      if (ended !== null || depth >= maxDepth) return { reached: all, depth, ended: ended ?? 'depth' }
    }
  } finally {
    bounded.dispose()
  }
}

/** The targets that `init` itself reaches. Null: the solver gave up. */
const settleInit = (circuit: Circuit, decoder: Decoder, targets: readonly Target[], factory: SolverFactory): readonly Reached[] | null => {
  const failing = failuresOfInit(circuit, targets, factory)
  if (failing === null) return null
  return failing.map(({ target, start }) => {
    const init = decoder.start((i) => start.get(nodeOf(at(circuit.start, i))) === true)
    return { name: target.name, length: 0, schedule: { init, moves: [], fails: true } }
  })
}
