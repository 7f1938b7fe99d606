/** CaDiCaL (Biere, Faller, Fazekas, Fleury, Froleyks, Pollitt 2024) as a `Solver`. */
import { Cadical, createModule } from 'cadical-wasm'
import { createGuard } from './out-of-memory.js'
import type { SolverFactory } from './solver.js'

/**
 * Loads CaDiCaL, which takes some 10 ms. All solvers of one load share one memory of at most 2 GiB, which never
 * shrinks. They throw `OutOfMemory` once it is used up.
 */
export const loadCadical = async (): Promise<SolverFactory> => {
  const { call, complaint, isBroken } = createGuard('cadical')
  const module = await createModule({ printErr: complaint })
  return () => {
    // `lucky` tries trivial assignments before each search: more work than most of the questions of a proof, which take
    // half as long without it.
    const cadical = call(() => new Cadical(module, { quiet: true, lucky: false }))
    let variables = 0
    return {
      name: 'cadical',
      variable: () => ++variables,
      clause: (literals) => call(() => cadical.addClause(literals)),
      solve: (assumptions) => {
        const status = call(() => cadical.solve({ assumptions }))
        switch (status) {
          case 'satisfiable':
            return 'sat'
          case 'unsatisfiable':
            return 'unsat'
          case 'unknown':
            return 'unknown'
        }
      },
      value: (literal) => call(() => cadical.value(Math.abs(literal))) === literal > 0,
      core: () => [...new Set(call(() => cadical.failedAssumptions()))],
      dispose: () => {
        if (!isBroken()) cadical.dispose()
      },
    }
  }
}
