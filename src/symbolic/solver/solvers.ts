import type { SolverFactory, SolverName } from './solver.js'

/** Loads a solver; the other one's WebAssembly stays on the disk. */
export const loadSolver = async (name: SolverName): Promise<SolverFactory> => {
  switch (name) {
    case 'z3':
      return (await import('./z3.js')).loadZ3()
    case 'cadical':
      return (await import('./cadical.js')).loadCadical()
  }
}
