/**
 * The strongest invariant that speaks of two elements at a time: which two values are never there together. It is found
 * before IC3 starts and relieves it of most of its clauses, as "at this location the lock is held", or "this local is
 * not in use". Abstract reachability in the domain of pairs: random walks say which pairs there are, then a solver is
 * asked for a step from what the pairs allow to a state with a new pair, until there is none.
 */

import { at } from '../../at.js'
import type { Literal } from '../circuit/aig.js'
import type { Circuit } from '../circuit/circuit.js'
import { type AtomTable, type Codes, codesOf } from '../clause/atoms.js'
import { type Clause, never } from '../clause/clause.js'
import { createEncoder } from '../solver/cnf.js'
import type { SolverFactory } from '../solver/solver.js'
import type { Walks } from './walks.js'

/** A value of an element. */
export interface Value {
  readonly element: number
  readonly code: number
  /** The atom that the element does not have it. */
  readonly not: number
}

/** Two values of different elements that are never there together, or one value twice, which is never there. */
export type Pair = readonly [Value, Value]

/** Rounds of random walks from each new state; they bring most of what is new, and cost less than a question. */
const roundsFromState = 64

/**
 * Every pair of values that no reachable state has, as far as induction over pairs shows it; null where the solver gave
 * up. `known` are reachable states. Asks as many questions as there are possible pairs at most, in practice a hundredth
 * of that.
 */
export const impossiblePairs = (
  circuit: Circuit,
  table: AtomTable,
  walks: Walks,
  known: readonly Codes[],
  factory: SolverFactory,
): readonly Pair[] | null => {
  const values = table.atoms.flatMap(({ element, relation, code }, not): Value[] => (relation === 'not' ? [{ element, code, not }] : []))
  const possible = createRelation(table, values)
  for (const codes of known) possible.add(codes)

  const solver = factory()
  try {
    const { literal } = createEncoder(circuit.graph, solver)
    for (const bit of [...circuit.state, ...circuit.initial, ...circuit.next]) literal(bit)
    for (const condition of circuit.wellFormed) solver.clause([literal(condition)])
    const atStart = solver.variable()
    solver.clause([-atStart, literal(circuit.isStart)])
    for (const [i, bit] of circuit.state.entries()) {
      solver.clause([-atStart, -literal(bit), literal(at(circuit.initial, i))])
      solver.clause([-atStart, literal(bit), -literal(at(circuit.initial, i))])
    }
    const present = values.map(({ not }) => -literal(at(table.atoms, not).present))
    const next = values.map(({ not }) => -literal(at(table.atoms, not).next))
    const enabled = literal(circuit.enabled)

    /** Per value, the literal under which the state has none of its impossible pairs, as of `counted` possible ones. */
    const rows = values.map(() => ({ guard: 0, counted: -1 }))
    const allowed = (): readonly number[] =>
      rows.map((row, v) => {
        if (row.counted === possible.count(v)) return row.guard
        if (row.guard !== 0) solver.clause([-row.guard])
        row.guard = solver.variable()
        row.counted = possible.count(v)
        for (const w of possible.missing(v)) solver.clause([-row.guard, -at(present, v), -at(present, w)])
        return row.guard
      })
    /** Adds what states can have together with a value, until that is all; whether it was more than was known. */
    const complete = (
      v: number,
      given: () => readonly number[],
      value: readonly number[],
      bits: readonly Literal[],
    ): 'same' | 'more' | 'unknown' => {
      for (let answer: 'same' | 'more' = 'same'; ; answer = 'more') {
        const missing = possible.missing(v)
        if (missing.length === 0) return answer
        const guard = solver.variable()
        solver.clause([-guard, ...missing.map((w) => at(value, w))])
        const found = solver.solve([...given(), at(value, v), guard])
        if (found === 'unknown') return found
        const state = found === 'sat' ? bits.map((bit) => solver.value(literal(bit))) : null
        solver.clause([-guard])
        if (state === null) return answer
        possible.add(codesOf(table.elements, (i) => at(state, i)))
        walks.walk(state, roundsFromState, (reached) => {
          possible.add(codesOf(table.elements, (i) => at(reached, i)))
          return 'go on'
        })
      }
    }
    for (let v = 0; v < values.length; v++) if (complete(v, () => [atStart], present, circuit.state) === 'unknown') return null
    for (let unchanged = 0, v = 0; unchanged < values.length; v = (v + 1) % values.length) {
      const answer = complete(v, () => [enabled, ...allowed()], next, circuit.next)
      if (answer === 'unknown') return null
      unchanged = answer === 'same' ? unchanged + 1 : 0
    }
  } finally {
    solver.dispose()
  }
  return values.flatMap((value, v) => possible.missing(v).map((w): Pair => [value, at(values, w)]))
}

/** Which values were seen together, as a matrix of bits. */
const createRelation = ({ elements }: AtomTable, values: readonly Value[]) => {
  const words = Math.ceil(values.length / 32)
  const rows = values.map(() => new Int32Array(words))
  const positions = elements.map((): number[] => [])
  for (const [i, { element, code }] of values.entries()) at(positions, element)[code] = i
  const mask = new Int32Array(words)
  const ones = (word: number): number => {
    let count = 0
    for (let rest = word; rest !== 0; rest &= rest - 1) count++
    return count
  }
  const has = (v: number, w: number): boolean => ((rows[v]![w >> 5]! >>> (w & 31)) & 1) === 1
  return {
    has,
    /** Notes all pairs of a state. */
    add: (codes: Codes): void => {
      mask.fill(0)
      const present: number[] = []
      for (const [element, code] of codes.entries()) {
        const v = positions[element]![code]
        if (v === undefined) continue
        present.push(v)
        mask[v >> 5]! |= 1 << (v & 31)
      }
      for (const v of present) {
        const row = rows[v]!
        for (let i = 0; i < words; i++) row[i]! |= mask[i]!
      }
    },
    /** With how many it was. */
    count: (v: number): number => rows[v]!.reduce((sum, word) => sum + ones(word), 0),
    /** Later values, of other elements, that a value was not seen with; itself where it was not seen. */
    missing: (v: number): readonly number[] => {
      const found: number[] = []
      for (let w = v; w < values.length; w++) if ((w === v || values[w]!.element !== values[v]!.element) && !has(v, w)) found.push(w)
      return found
    },
  }
}

/**
 * Impossible pairs as clauses: for each value that never is one clause per element; for two elements, the values of the
 * first with the same values of the second against them in one clause.
 */
export const clausesOfPairs = (table: AtomTable, pairs: readonly Pair[]): readonly Clause[] => {
  const single = table.elements.map(() => new Set<number>())
  for (const [v, w] of pairs) if (v === w) at(single, v.element).add(v.code)
  const isSingle = ({ element, code }: Value): boolean => at(single, element).has(code)
  /** By the two elements, by the code of the first, the codes of the second. */
  const against = new Map<string, Map<number, number[]>>()
  for (const [v, w] of pairs) {
    if (isSingle(v) || isSingle(w)) continue
    const key = `${v.element} ${w.element}`
    const rows = against.get(key) ?? new Map<number, number[]>()
    against.set(key, rows)
    rows.set(v.code, [...(rows.get(v.code) ?? []), w.code])
  }
  const ofTwo = [...against].flatMap(([key, rows]) => {
    const [first, second] = key.split(' ').map(Number) as [number, number]
    const alike = new Map<string, Set<number>>()
    for (const [code, row] of rows) alike.set(row.join(), (alike.get(row.join()) ?? new Set()).add(code))
    return [...alike].map(([row, codes]) =>
      never(table, [
        [first, codes],
        [second, new Set(row.split(',').map(Number))],
      ]),
    )
  })
  return [...single.flatMap((codes, e) => (codes.size === 0 ? [] : [never(table, [[e, codes]])])), ...ofTwo]
}
