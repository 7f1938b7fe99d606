/**
 * Bounded model checking (Biere, Cimatti, Clarke, Zhu 1999): is a target reached after 0 steps, 1, 2, ...? What is found first is a shortest one. Where no
 * way is longer than the bound, everything is settled.
 */
import type { Schedule } from '../ir/schedule.js'
import type { Circuit, Decoder, Target } from './circuit.js'
import { createEncoder } from './cnf.js'
import { evaluate, FALSE, isComplemented, type Literal, nodeOf, or, TRUE } from './graph.js'
import type { Solver, SolverFactory } from './solver.js'
import { unroll } from './unrolling.js'

/** A target that can be reached, and a shortest schedule to it: as long as the state is deep, one more for a step that fails. */
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
  /** Whether to go on; asked at each depth. */
  readonly wanted?: () => boolean
}

/** Whether the target is about a step that fails. */
const isOfSteps = ({ kind }: Target): boolean => kind === 'assert' || kind === 'range'

/**
 * Searches the targets breadth-first with one incremental solver. The cost of a depth grows with the depth; without `maxDepth` it ends only where all targets
 * are reached or no way is longer.
 */
export const searchBounded = (
  circuit: Circuit,
  decoder: Decoder,
  targets: readonly Target[],
  factory: SolverFactory,
  { maxDepth = Number.POSITIVE_INFINITY, onDepth = () => {}, wanted = () => true }: BoundedOptions = {},
): BoundedResult => {
  const solver = factory()
  try {
    const unrolling = unroll(circuit, 'initial states')
    const { graph } = unrolling
    const encoder = createEncoder(graph, solver)
    const reached: Reached[] = []
    const open = new Set(targets)
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
      const inputs = new Map<number, boolean>()
      for (const literal of namesOf(length)) inputs.set(nodeOf(literal), modelSays(literal))
      const values = evaluate(graph, inputs)
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

    /** Asks for the open targets of a length, each a literal; every one that is reached is closed. False: the solver gave up. */
    const settle = (length: number, asked: readonly (readonly [Target, Literal])[]): boolean => {
      let left = asked.filter(([target, literal]) => open.has(target) && literal !== FALSE)
      while (left.length > 0) {
        // A model can be read only as long as no clause is added, so all that is read gets its literal before.
        for (const literal of [...left.map(([, literal]) => literal), ...namesOf(length)]) encoder.literal(literal)
        const some = left.reduce((sum: Literal, [, literal]) => or(graph, sum, literal), FALSE)
        const answer = solver.solve([encoder.literal(some)])
        if (answer === 'unknown') return false
        if (answer === 'unsat') return true
        const found = left.filter(([, literal]) => modelSays(literal))
        const first = found[0]
        if (first === undefined) throw new Error('a model of a disjunction has none of it')
        for (const [target] of found) {
          open.delete(target)
          reached.push({ name: target.name, length, schedule: scheduleOf(length, isOfSteps(target)) })
        }
        left = left.filter(([target]) => open.has(target))
      }
      return true
    }

    const end = (depth: number, ended: BoundedResult['ended']): BoundedResult => ({ reached, depth, ended })

    const failingInit = targets.filter(isOfSteps).map((target) => [target, target.reachedInit] as const)
    if (!settleInit(circuit, decoder, failingInit, factory, open, reached)) return end(-1, 'unknown')
    require(unrolling.isStart)
    for (let depth = 0; ; depth++) {
      const before = reached.length
      const ofSteps = depth === 0 ? [] : targets.filter(isOfSteps).map((t) => [t, unrolling.at(depth - 1, t.reached)] as const)
      if (!settle(depth, ofSteps)) return end(depth - 1, 'unknown')
      if (depth > 0) require(unrolling.at(depth - 1, circuit.enabled))
      const goesOn = solver.solve([])
      if (goesOn === 'unknown') return end(depth - 1, 'unknown')
      if (goesOn === 'unsat') return end(depth, 'exhausted')
      const ofStates = targets.filter((t) => !isOfSteps(t)).map((t) => [t, unrolling.at(depth, t.reached)] as const)
      if (!settle(depth, ofStates)) return end(depth - 1, 'unknown')
      onDepth(depth, reached.slice(before))
      if (open.size === 0) return end(depth, 'all reached')
      if (depth >= maxDepth || !wanted()) return end(depth, 'depth')
    }
  } finally {
    solver.dispose()
  }
}

/** The targets that `init` itself reaches, by failing: they are of length 0. */
const settleInit = (
  circuit: Circuit,
  decoder: Decoder,
  asked: readonly (readonly [Target, Literal])[],
  factory: SolverFactory,
  open: Set<Target>,
  reached: Reached[],
): boolean => {
  const possible = asked.filter(([, literal]) => literal !== FALSE)
  if (possible.length === 0) return true
  const solver: Solver = factory()
  try {
    const encoder = createEncoder(circuit.graph, solver)
    for (const [target, literal] of possible) {
      const inputs = circuit.start.map((bit) => encoder.literal(bit))
      const answer = solver.solve([encoder.literal(literal)])
      if (answer === 'unknown') return false
      if (answer === 'unsat') continue
      open.delete(target)
      reached.push({
        name: target.name,
        length: 0,
        schedule: { init: decoder.start((i) => solver.value(inputs[i] ?? 0)), moves: [], fails: true },
      })
    }
    return true
  } finally {
    solver.dispose()
  }
}
