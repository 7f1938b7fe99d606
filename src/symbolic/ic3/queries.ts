/**
 * What IC3 asks of a solver. All frames live in one incremental solver over one copy of the step: a clause of frame i
 * is guarded by a literal of the frame, and a question about frame k assumes those of frames k and above. Guards of
 * questions that were answered pile up, so the solver is made anew from time to time. Lifting and initial states have
 * solvers of their own, which no frame's clause slows down.
 */

import { at } from '../../at.js'
import { any, complement, type Literal, nodeOf } from '../circuit/aig.js'
import type { Circuit, Target } from '../circuit/circuit.js'
import { type AtomTable, type Codes, type Cube, codesOf } from '../clause/atoms.js'
import { createEncoder } from '../solver/cnf.js'
import type { Solver, SolverFactory } from '../solver/solver.js'
import type { Pair } from './pairs.js'

/** The solver gave up, so nothing more can be said. */
interface GaveUp extends Error {
  readonly code: 'SOLVER_GAVE_UP'
}

const gaveUp = (): GaveUp => Object.assign(new Error('the solver gave up'), { code: 'SOLVER_GAVE_UP' as const })

export const isGaveUp = (error: unknown): error is GaveUp => error instanceof Error && 'code' in error && error.code === 'SOLVER_GAVE_UP'

/** Values of inputs of the graph by their nodes: what a step, or the start, chooses. */
export type Choice = ReadonlyMap<number, boolean>

/** A state and a step that is taken there. */
export interface Taken {
  readonly state: Codes
  readonly step: Choice
}

export interface Queries {
  /**
   * A state of frame `level` and inputs of a step with which one of the targets is reached; null where there is none.
   */
  readonly bad: (level: number, targets: readonly Target[]) => Taken | null
  /**
   * A step from frame `level`, from outside the cube, into it; or else a part of the cube that cannot be entered
   * either. Frame 0 is the initial states.
   */
  readonly entering: (level: number, cube: Cube) => Taken | Cube
  /** A part of the state's cube from all of which this choice steps into the cube. */
  readonly liftStep: (taken: Taken, cube: Cube) => Cube
  /** A part of the state's cube in all of which this choice reaches the target. */
  readonly liftBad: (taken: Taken, target: Target) => Cube
  /** The choice of an initial state in the cube; or else a part of the cube that no initial state is in. */
  readonly start: (cube: Cube) => Choice | Cube
  /** No state of frames 1..level is in the cube any more. */
  readonly exclude: (cube: Cube, level: number) => void
  readonly dispose: () => void
  readonly asked: () => number
}

export const isCube = (answer: object): answer is Cube => Array.isArray(answer)

/** Clauses with a guard that are no longer needed, until the solver is made anew. */
const mostRetired = 3000

/** One solver with the functions of the circuit that it was asked about. */
interface Side {
  readonly solver: Solver
  readonly literal: (function_: Literal) => number
}

const createSide = (circuit: Circuit, factory: SolverFactory): Side => {
  const solver = factory()
  const { literal } = createEncoder(circuit.graph, solver)
  // Inputs that no function asked about depends on must have a variable too when a model is read.
  for (const input of [...circuit.state, ...circuit.step, ...circuit.start]) literal(input)
  return { solver, literal }
}

const ask = (side: Side, assumptions: readonly number[]): boolean => {
  const answer = side.solver.solve(assumptions)
  if (answer === 'unknown') throw gaveUp()
  return answer === 'sat'
}

const readInputs = (side: Side, inputs: readonly Literal[]): Choice =>
  new Map(inputs.map((input) => [nodeOf(input), side.solver.value(side.literal(input))]))

/** `clauses` are the frames' so far, and are read when the solver is made anew. */
export const createQueries = (
  circuit: Circuit,
  table: AtomTable,
  factory: SolverFactory,
  pairs: readonly Pair[],
  clauses: () => Iterable<readonly [Cube, number]>,
): Queries => {
  const { graph } = circuit
  const { atoms, elements } = table
  let count = 0
  let retired = 0
  let guards: number[] = []
  let steps = createSteps()
  const lifting = createSide(circuit, factory)
  const starting = createSide(circuit, factory)
  requirePossible(lifting)
  starting.solver.clause([starting.literal(circuit.isStart)])
  for (const [i, bit] of circuit.state.entries()) {
    const [state, initial] = [starting.literal(bit), starting.literal(at(circuit.initial, i))]
    starting.solver.clause([-state, initial])
    starting.solver.clause([state, -initial])
  }

  function requirePossible(side: Side): void {
    for (const condition of circuit.wellFormed) side.solver.clause([side.literal(condition)])
    for (const [v, w] of pairs) side.solver.clause([side.literal(at(atoms, v.not).present), side.literal(at(atoms, w.not).present)])
  }

  function createSteps(): Side {
    const side = createSide(circuit, factory)
    requirePossible(side)
    const atStart = side.solver.variable()
    for (const [i, bit] of circuit.state.entries()) {
      const [state, initial] = [side.literal(bit), side.literal(at(circuit.initial, i))]
      side.solver.clause([-atStart, -state, initial])
      side.solver.clause([-atStart, state, -initial])
    }
    side.solver.clause([-atStart, side.literal(circuit.isStart)])
    guards = [atStart]
    return side
  }

  const guardOf = (level: number): number => {
    while (guards.length <= level) guards.push(steps.solver.variable())
    return at(guards, level)
  }

  const frame = (level: number): readonly number[] => (level === 0 ? [at(guards, 0)] : guards.slice(level))

  const exclude = (cube: Cube, level: number): void => {
    const guard = guardOf(level)
    steps.solver.clause([-guard, ...cube.map((atom) => -steps.literal(at(atoms, atom).present))])
  }

  const renewed = (): void => {
    if (retired < mostRetired) return
    retired = 0
    const levels = guards.length
    steps.solver.dispose()
    steps = createSteps()
    guardOf(levels - 1)
    for (const [cube, level] of clauses()) exclude(cube, level)
  }

  /** Runs a question with one more clause, which goes away afterwards. */
  const withClause = <T>(side: Side, clause: readonly number[], question: (guard: number) => T): T => {
    const guard = side.solver.variable()
    side.solver.clause([-guard, ...clause])
    const answer = question(guard)
    side.solver.clause([-guard])
    return answer
  }

  const readState = (): Codes => {
    return codesOf(elements, (i) => steps.solver.value(steps.literal(at(circuit.state, i))))
  }

  const coreOf = (side: Side, cube: Cube, literals: readonly number[]): Cube => {
    const core = new Set(side.solver.core())
    return cube.filter((_, i) => core.has(at(literals, i)))
  }

  const bad = (level: number, targets: readonly Target[]): Taken | null => {
    count++
    guardOf(level)
    const reached = any(
      graph,
      targets.map((target) => target.reached),
    )
    if (!ask(steps, [...frame(level), steps.literal(reached)])) return null
    return { state: readState(), step: readInputs(steps, circuit.step) }
  }

  const entering = (level: number, cube: Cube): Taken | Cube => {
    renewed()
    count++
    retired++
    guardOf(level)
    const after = cube.map((atom) => steps.literal(at(atoms, atom).next))
    const outside = cube.map((atom) => -steps.literal(at(atoms, atom).present))
    const enabled = steps.literal(circuit.enabled)
    return withClause(steps, outside, (guard) => {
      if (!ask(steps, [guard, enabled, ...frame(level), ...after])) return coreOf(steps, cube, after)
      return { state: readState(), step: readInputs(steps, circuit.step) }
    })
  }

  /** What of a state's cube is in conflict with a clause, under a choice. */
  const lift = (taken: Taken, clause: readonly Literal[]): Cube => {
    count++
    const cube = table.ofState(taken.state)
    const present = cube.map((atom) => lifting.literal(at(atoms, atom).present))
    const choice = [...taken.step].map(([node, value]) => (value ? 1 : -1) * lifting.literal(2 * node))
    return withClause(lifting, clause.map(lifting.literal), (guard) => {
      if (ask(lifting, [guard, ...choice, ...present])) throw new Error('a state and a choice do not decide the step')
      return coreOf(lifting, cube, present)
    })
  }

  const liftStep = (taken: Taken, cube: Cube): Cube =>
    lift(taken, [complement(circuit.enabled), ...cube.map((atom) => complement(at(atoms, atom).next))])

  const liftBad = (taken: Taken, target: Target): Cube => lift(taken, [complement(target.reached)])

  const start = (cube: Cube): Choice | Cube => {
    count++
    const present = cube.map((atom) => starting.literal(at(atoms, atom).present))
    return ask(starting, present) ? readInputs(starting, circuit.start) : coreOf(starting, cube, present)
  }

  return {
    bad,
    entering,
    liftStep,
    liftBad,
    start,
    exclude,
    asked: () => count,
    dispose: () => {
      for (const side of [steps, lifting, starting]) side.solver.dispose()
    },
  }
}
