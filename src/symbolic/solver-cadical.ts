/** CaDiCaL (Biere, Faller, Fazekas, Fleury, Froleyks, Pollitt 2024) as a `Solver`. */
import { Cadical, loadCadical as loadModule } from 'cadical-wasm'
import { orOutOfMemory } from './out-of-memory.js'
import type { SolverFactory } from './solver.js'

/** Loads CaDiCaL, which takes some 10 ms. All its solvers share one memory of at most 2 GiB, which never shrinks. */
export const loadCadical = async (): Promise<SolverFactory> => {
  const module = await loadModule()
  return () => {
    const cadical = orOutOfMemory('cadical', () => new Cadical(module, { quiet: true }))
    let variables = 0
    return {
      name: 'cadical',
      variable: () => ++variables,
      clause: (literals) => orOutOfMemory('cadical', () => cadical.addClause(literals)),
      solve: (assumptions) => {
        const status = orOutOfMemory('cadical', () => cadical.solve({ assumptions }))
        switch (status) {
          case 'satisfiable':
            return 'sat'
          case 'unsatisfiable':
            return 'unsat'
          case 'unknown':
            return 'unknown'
        }
      },
      value: (literal) => cadical.value(Math.abs(literal)) === literal > 0,
      core: () => [...new Set(cadical.failedAssumptions())],
      dispose: () => cadical.dispose(),
    }
  }
}
