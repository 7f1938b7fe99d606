/**
 * Makes invariants small. First only what the targets rest on is kept, and what that rests on (inductive validity
 * cores: Ghassabani, Gacek, Whalen 2016); then single clauses are dropped, then statements in clauses, as long as the
 * rest is still an inductive invariant that excludes the targets.
 */

import type { Literal } from '../circuit/aig.js'
import type { Circuit, Target } from '../circuit/circuit.js'
import type { Clause } from '../clause/clause.js'
import { createEncoder } from '../solver/cnf.js'
import type { SolverFactory } from '../solver/solver.js'
import { clauseLiteral } from './certificate.js'

export interface MinimiseOptions {
  /** Questions to the solver at most, after a first one for each clause. */
  readonly questions?: number
}

/**
 * A part of an inductive invariant that still is one and excludes the targets, made of clauses of it, or of parts of
 * these. The same arguments give the same answer. Where the solver gives up, or the questions do, the answer is right
 * but need not be minimal.
 */
export const minimise = (
  circuit: Circuit,
  targets: readonly Target[],
  invariant: readonly Clause[],
  factory: SolverFactory,
  { questions = 4000 }: MinimiseOptions = {},
): readonly Clause[] => {
  const solver = factory()
  let left = questions
  try {
    const { literal } = createEncoder(circuit.graph, solver)
    for (const input of [...circuit.state, ...circuit.step, ...circuit.start]) literal(input)
    for (const condition of circuit.wellFormed) solver.clause([literal(condition)])
    const literalOver = (bits: readonly Literal[]): ((clause: Clause) => number) => {
      const known = new Map<Clause, number>()
      return (clause) => {
        const there = known.get(clause) ?? literal(clauseLiteral(circuit, bits, clause))
        known.set(clause, there)
        return there
      }
    }
    const present = literalOver(circuit.state)
    const next = literalOver(circuit.next)
    const initial = literalOver(circuit.initial)
    const enabled = literal(circuit.enabled)
    const isStart = literal(circuit.isStart)
    /**
     * Under these assumptions something goes wrong: the clause does not hold after a step, or the target is reached.
     */
    type Item = Clause | Target
    const wrong = (item: Item): readonly number[] => ('reached' in item ? [literal(item.reached)] : [enabled, -next(item)])
    /** What of the clauses the item rests on; null where they do not suffice. */
    const restsOn = (item: Item, clauses: readonly Clause[]): ReadonlySet<Clause> | null => {
      left--
      if (solver.solve([...wrong(item), ...clauses.map(present)]) !== 'unsat') return null
      const core = new Set(solver.core())
      return new Set(clauses.filter((clause) => core.has(present(clause))))
    }
    const holdsInitially = (clause: Clause): boolean => {
      left--
      return solver.solve([isStart, -initial(clause)]) === 'unsat'
    }

    /** Of each target and clause that is kept, what it rests on. */
    const rests = new Map<Item, ReadonlySet<Clause>>()
    const pending: Item[] = [...targets]
    const kept = new Set<Clause>()
    for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
      // What is kept already comes first: a solver that looks at assumptions in order finds its reasons there.
      const on = restsOn(item, [...kept, ...invariant.filter((clause) => !kept.has(clause))]) ?? new Set(invariant)
      rests.set(item, on)
      for (const clause of on) {
        if (kept.has(clause)) continue
        kept.add(clause)
        pending.push(clause)
      }
    }
    left = questions

    let clauses: readonly Clause[] = invariant.filter((clause) => kept.has(clause))
    /** What all that rested on a clause rests on without it; null where something needs it. */
    const without = (dropped: Clause, rest: readonly Clause[]): ReadonlyMap<Item, ReadonlySet<Clause>> | null => {
      const changed = new Map<Item, ReadonlySet<Clause>>()
      for (const [item, on] of rests) {
        if (item === dropped || !on.has(dropped)) continue
        const found = left > 0 ? restsOn(item, rest) : null
        if (found === null) return null
        changed.set(item, found)
      }
      return changed
    }
    const dropClauses = (): void => {
      for (const clause of [...clauses].reverse()) {
        const rest = clauses.filter((other) => other !== clause)
        const changed = without(clause, rest)
        if (changed === null) continue
        clauses = rest
        rests.delete(clause)
        for (const [item, on] of changed) rests.set(item, on)
      }
    }
    dropClauses()
    for (const clause of clauses) {
      let current = clause
      for (const atom of clause) {
        if (current.length === 1 || left <= 0) break
        const shorter = current.filter((other) => other !== atom)
        if (!holdsInitially(shorter)) continue
        // It implies what it replaces, so all that rested on that still holds.
        const changed = clauses.map((other) => (other === current ? shorter : other))
        const on = restsOn(shorter, changed)
        if (on === null) continue
        for (const [item, others] of rests)
          if (others.has(current)) rests.set(item, new Set([...others].map((c) => (c === current ? shorter : c))))
        rests.delete(current)
        rests.set(shorter, on)
        clauses = changed
        current = shorter
      }
    }
    // A clause that got stronger may make another one superfluous.
    dropClauses()
    return clauses
  } finally {
    solver.dispose()
  }
}
