/** Whether `init` itself fails, which leads to no state. */
import { FALSE, type Literal, nodeOf } from '../circuit/aig.js'
import type { Circuit, Target } from '../circuit/circuit.js'
import { createEncoder } from './cnf.js'
import type { SolverFactory } from './solver.js'

export interface FailingInit {
  readonly target: Target
  /** The choices of `init` with which it fails: values of `Circuit.start`, by their nodes. */
  readonly start: ReadonlyMap<number, boolean>
}

/**
 * The targets that `init` reaches by failing: they are of length 0. A solver of its own is asked: where `init` always
 * fails no state is possible, so one that knows of states has no model at all. Null where it gave up.
 */
export const failuresOfInit = (circuit: Circuit, targets: readonly Target[], factory: SolverFactory): readonly FailingInit[] | null => {
  const possible = targets.filter(({ reachedInit }) => reachedInit !== FALSE)
  if (possible.length === 0) return []
  const solver = factory()
  try {
    const encoder = createEncoder(circuit.graph, solver)
    // A model can be read only as long as no clause is added, so all that is read gets its literal before.
    const inputs = circuit.start.map((input): readonly [Literal, number] => [input, encoder.literal(input)])
    const failing: FailingInit[] = []
    for (const target of possible) {
      const answer = solver.solve([encoder.literal(target.reachedInit)])
      if (answer === 'unknown') return null
      if (answer === 'sat')
        failing.push({ target, start: new Map(inputs.map(([input, literal]) => [nodeOf(input), solver.value(literal)])) })
    }
    return failing
  } finally {
    solver.dispose()
  }
}
