/**
 * What this engine wants of a SAT solver. Literals are DIMACS integers: variable 1, 2, ..., negative where
 * complemented. Calls are synchronous; a solver lives in a worker, whose termination is the deadline.
 */

export type SolverName = 'z3' | 'cadical'

export interface Solver {
  readonly name: SolverName
  /** A fresh variable. */
  readonly variable: () => number
  readonly clause: (literals: readonly number[]) => void
  /** Whether the clauses hold together with the assumptions. `unknown`: the solver gave up, as out of memory. */
  readonly solve: (assumptions: readonly number[]) => 'sat' | 'unsat' | 'unknown'
  /** The value of a literal in the model; only right after `sat`. */
  readonly value: (literal: number) => boolean
  /** The assumptions that `unsat` rests on; only right after `unsat`. */
  readonly core: () => readonly number[]
  /** Gives back its memory; the solver is of no use any more. */
  readonly dispose: () => void
}

/** Makes a new solver with no clauses. */
export type SolverFactory = () => Solver
