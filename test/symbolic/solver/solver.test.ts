import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Solver, SolverName } from '../../../src/symbolic/solver/solver.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'

const names: readonly SolverName[] = ['z3', 'cadical']

type Clauses = readonly (readonly number[])[]

const holds = (clauses: Clauses, assignment: number): boolean =>
  clauses.every((clause) => clause.some((l) => ((assignment >> (Math.abs(l) - 1)) & 1) === (l > 0 ? 1 : 0)))

/** By trying every assignment. */
const satisfiable = (variables: number, clauses: Clauses): boolean => {
  for (let a = 0; a < 2 ** variables; a++) if (holds(clauses, a)) return true
  return false
}

const units = (literals: readonly number[]): Clauses => literals.map((l) => [l])

/** An answer, and the assignment that the solver gives or the core that it names, both checked by hand. */
const checkAnswer = (solver: Solver, variables: number, clauses: Clauses, assumptions: readonly number[]): void => {
  const answer = solver.solve(assumptions)
  const everything = [...clauses, ...units(assumptions)]
  expect(answer).toBe(satisfiable(variables, everything) ? 'sat' : 'unsat')
  if (answer === 'sat') {
    let assignment = 0
    for (let v = 1; v <= variables; v++) {
      expect(solver.value(-v)).toBe(!solver.value(v))
      if (solver.value(v)) assignment |= 1 << (v - 1)
    }
    expect(holds(everything, assignment)).toBe(true)
  } else {
    const core = solver.core()
    expect(new Set(core).size).toBe(core.length)
    for (const literal of core) expect(assumptions).toContain(literal)
    expect(satisfiable(variables, [...clauses, ...units(core)])).toBe(false)
  }
}

const variables = 8
const literal = fc.tuple(fc.integer({ min: 1, max: variables }), fc.boolean()).map(([v, positive]) => (positive ? v : -v))
const clause = fc.array(literal, { minLength: 1, maxLength: 3 })
/** Clauses that are added, and then questions; several times. */
const rounds = fc.array(
  fc.record({
    clauses: fc.array(clause, { maxLength: 15 }),
    questions: fc.array(fc.array(literal, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 4 },
)

describe.each(names)('%s', async (name) => {
  const create = await loadSolver(name)

  const withVariables = (count: number): Solver => {
    const solver = create()
    for (let i = 1; i <= count; i++) expect(solver.variable()).toBe(i)
    return solver
  }

  test('answers as trying every assignment does, while clauses come and assumptions go', () => {
    fc.assert(
      fc.property(rounds, (all) => {
        const solver = withVariables(variables)
        const clauses: (readonly number[])[] = []
        for (const round of all) {
          for (const c of round.clauses) {
            solver.clause(c)
            clauses.push(c)
          }
          for (const q of round.questions) checkAnswer(solver, variables, clauses, q)
        }
        solver.dispose()
      }),
      { numRuns: 150 },
    )
  })

  test('two solvers in turns do not know of each other', () => {
    fc.assert(
      fc.property(rounds, rounds, (left, right) => {
        const sides = [left, right].map((all) => ({ all, solver: withVariables(variables), clauses: [] as (readonly number[])[] }))
        for (let i = 0; i < Math.max(left.length, right.length); i++) {
          for (const side of sides) {
            for (const c of side.all[i]?.clauses ?? []) {
              side.solver.clause(c)
              side.clauses.push(c)
            }
          }
          for (const side of sides) {
            for (const q of side.all[i]?.questions ?? []) checkAnswer(side.solver, variables, side.clauses, q)
          }
        }
        for (const side of sides) side.solver.dispose()
      }),
      { numRuns: 30 },
    )
  })

  test('a model outlives the making of variables, and of a question to another solver', () => {
    const one = withVariables(2)
    const other = withVariables(1)
    one.clause([1, 2])
    one.clause([-1])
    expect(one.solve([])).toBe('sat')
    expect(one.variable()).toBe(3)
    other.clause([-1])
    expect(other.solve([])).toBe('sat')
    expect([one.value(1), one.value(2), one.value(-3)]).toEqual([false, true, !one.value(3)])
    expect(other.value(1)).toBe(false)
  })

  test('the empty clause, assumptions that contradict each other, and one assumption twice', () => {
    const solver = withVariables(2)
    expect(solver.solve([1, -1])).toBe('unsat')
    expect([...solver.core()].sort()).toEqual([-1, 1])
    expect(solver.solve([1, 1, 2])).toBe('sat')
    expect(solver.value(1)).toBe(true)
    solver.clause([-1, -2])
    expect(solver.solve([2, 1, 1])).toBe('unsat')
    expect([...solver.core()].sort()).toEqual([1, 2])
    solver.clause([])
    expect(solver.solve([])).toBe('unsat')
    expect(solver.core()).toEqual([])
    expect(solver.solve([1])).toBe('unsat')
  })

  // Z3's own core was empty here, as if the clause by itself had no model; fast-check found it.
  test('assumptions that contradict each other, of a variable that a clause has fixed', () => {
    const solver = withVariables(3)
    solver.clause([3])
    expect(solver.solve([3, -3])).toBe('unsat')
    expect(solver.core()).toContain(-3)
    expect(solver.solve([])).toBe('sat')
  })

  test('more assumptions than fit into the first buffer, and a long clause', () => {
    const solver = withVariables(1000)
    const every = Array.from({ length: 1000 }, (_, i) => i + 1)
    solver.clause(every.map((v) => -v))
    expect(solver.solve(every.slice(1))).toBe('sat')
    expect(solver.value(1)).toBe(false)
    expect(solver.solve(every)).toBe('unsat')
    expect(solver.core().length).toBe(1000)
    solver.dispose()
  })

  test('pigeons and holes: needs search', () => {
    const holes = 6
    const solver = create()
    const at = Array.from({ length: holes + 1 }, () => Array.from({ length: holes }, () => solver.variable()))
    const isThere = at.map(() => solver.variable())
    at.forEach((row, pigeon) => solver.clause([-(isThere[pigeon] ?? 0), ...row]))
    for (let hole = 0; hole < holes; hole++) {
      for (let a = 0; a <= holes; a++) {
        for (let b = 0; b < a; b++) solver.clause([-(at[a]?.[hole] ?? 0), -(at[b]?.[hole] ?? 0)])
      }
    }
    expect(solver.solve(isThere)).toBe('unsat')
    expect(solver.core().length).toBe(holes + 1)
    for (const absent of isThere) expect(solver.solve(isThere.filter((p) => p !== absent))).toBe('sat')
    solver.dispose()
  })

  // A context of Z3 takes 9 MB, so that 500 would not fit into its 2 GiB.
  test('500 solvers, one after the other, in the memory of one', { timeout: 60_000 }, () => {
    for (let round = 0; round < 500; round++) {
      const solver = withVariables(30)
      for (let v = 1; v < 29; v++) {
        solver.clause([v, -(v + 1), v + 2])
        solver.clause([-v, v + 1, -(v + 2)])
      }
      expect(solver.solve([1, -3])).toBe('sat')
      expect(solver.value(3)).toBe(false)
      expect(solver.solve([1, -1])).toBe('unsat')
      expect(solver.core().length).toBe(2)
      solver.dispose()
    }
  })
})
