/**
 * k-induction (Sheeran, Singh, Stålmarck 2000): a target that is not reached within the first k steps, and not after k
 * steps that avoid it from whatever state, never is. With simple paths only (no state twice) some k suffices for every
 * target that is never reached, though it may be out of reach.
 *
 * What it proves has no clauses that could be stored, read and edited, only a k; a certificate that said no more than
 * "ask again" would grow with k when it is checked. So it certifies nothing: IC3, which starts from what holds of pairs
 * of values, proves the same targets with an invariant. This settles first what is cheap, so that it is known whatever
 * becomes of the long proof, and is the second opinion that tests compare IC3 with.
 */

import { at } from '../../at.js'
import { any, complement, type Literal, xor } from '../circuit/aig.js'
import { type Circuit, isOfSteps, type Target } from '../circuit/circuit.js'
import { type Unrolling, unroll } from '../circuit/unrolling.js'
import { createEncoder } from '../solver/cnf.js'
import { failuresOfInit } from '../solver/failing-init.js'
import type { Solver, SolverFactory } from '../solver/solver.js'

export interface Induction {
  /** The smallest k that proves the target, given those that were proved with smaller ones or before it. */
  readonly proved: ReadonlyMap<Target, number>
  /** The length of a shortest schedule to the target. */
  readonly reached: ReadonlyMap<Target, number>
  readonly open: readonly Target[]
}

export interface InductionOptions {
  /** Steps at most. */
  readonly maxK: number
  /** Which paths the step of the induction considers; `simple` is stronger, and costs constraints quadratic in k. */
  readonly paths: 'any' | 'simple'
}

/** Tries k = 0, 1, ...; a target stays open where k gets too large, or the solver gives up. */
export const proveByInduction = (
  circuit: Circuit,
  targets: readonly Target[],
  factory: SolverFactory,
  { maxK, paths }: InductionOptions,
): Induction => {
  const proved = new Map<Target, number>()
  const reached = new Map<Target, number>()
  let open = targets
  const base = createPart(circuit, factory, 'initial states')
  const step = createPart(circuit, factory, 'any state')
  try {
    const failing = failuresOfInit(circuit, targets, factory)
    if (failing === null) return { proved, reached, open }
    for (const { target } of failing) reached.set(target, 0)
    open = open.filter((target) => !reached.has(target))
    for (let k = 0; k <= maxK && open.length > 0; k++) {
      if (k > 0) for (const part of [base, step]) part.require(part.unrolling.at(k - 1, circuit.enabled))
      for (const condition of circuit.wellFormed) step.require(step.unrolling.at(k, condition))
      if (paths === 'simple') for (let t = 0; t < k; t++) step.require(differ(step.unrolling, t, k))
      for (const target of open) {
        switch (base.ask([base.unrolling.at(k, target.reached)])) {
          case 'sat':
            reached.set(target, k + (isOfSteps(target) ? 1 : 0))
            continue
          case 'unknown':
            return { proved, reached, open }
          case 'unsat':
        }
        const before = Array.from({ length: k }, (_, t) => complement(step.unrolling.at(t, target.reached)))
        if (step.ask([...before, step.unrolling.at(k, target.reached)]) !== 'unsat') continue
        proved.set(target, k)
      }
      open = open.filter((target) => !proved.has(target) && !reached.has(target))
      // Of a target that is never reached the other proofs may make use, at every time; one of later times follows from
      // `enabled` there.
      for (const target of proved.keys()) for (let t = 0; t <= k; t++) step.require(complement(step.unrolling.at(t, target.reached)))
    }
    return { proved, reached, open }
  } finally {
    base.dispose()
    step.dispose()
  }
}

interface Part {
  readonly unrolling: Unrolling
  readonly require: (condition: Literal) => void
  readonly ask: (conditions: readonly Literal[]) => ReturnType<Solver['solve']>
  readonly dispose: () => void
}

const createPart = (circuit: Circuit, factory: SolverFactory, from: 'initial states' | 'any state'): Part => {
  const unrolling = unroll(circuit, from)
  const solver = factory()
  const { literal } = createEncoder(unrolling.graph, solver)
  const require = (condition: Literal): void => solver.clause([literal(condition)])
  require(unrolling.isStart)
  return { unrolling, require, ask: (conditions) => solver.solve(conditions.map(literal)), dispose: solver.dispose }
}

/** That two states are not the same. */
const differ = ({ graph, state }: Unrolling, a: number, b: number): Literal =>
  any(
    graph,
    state(a).map((bit, i) => xor(graph, bit, at(state(b), i))),
  )
