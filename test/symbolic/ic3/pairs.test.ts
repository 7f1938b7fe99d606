import { describe, expect, test } from 'vitest'
import type { Circuit } from '../../../src/symbolic/circuit/circuit.ts'
import { createAtoms, elementsOf } from '../../../src/symbolic/clause/atoms.ts'
import { clausesOfPairs, impossiblePairs } from '../../../src/symbolic/ic3/pairs.ts'
import { createSamples } from '../../../src/symbolic/ic3/samples.ts'
import { createWalks } from '../../../src/symbolic/ic3/walks.ts'
import type { Solver } from '../../../src/symbolic/solver/solver.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'
import { counter, createDice, explore, randomCircuit } from '../toy-circuits.ts'

const cadical = await loadSolver('cadical')
const none = { states: 0, gates: 0 }
const usual = { states: 1000, gates: 100_000 }

const codesIn = (circuit: Circuit, state: string): readonly number[] =>
  elementsOf(circuit).map(({ bits }) => bits.reduce((code, position, i) => code + (state[position] === '1' ? 2 ** i : 0), 0))

describe('random walks', () => {
  // Walks once stepped from a state of zeros where the first inputs named no initial state.
  test('find only reachable states, each once, and most of a small circuit', () => {
    let states = 0
    let found = 0
    for (let seed = 2000; seed < 2100; seed++) {
      const circuit = randomCircuit(createDice(seed))
      const table = createAtoms(circuit, elementsOf(circuit))
      const reachable = new Set([...explore(circuit).states].map((state) => codesIn(circuit, state).join()))
      const samples = createSamples(createWalks(circuit), table, usual)
      const own = samples.states.map((codes) => codes.join())
      expect(new Set(own).size).toBe(own.length)
      for (const state of own) expect(reachable, `seed ${seed}`).toContain(state)
      for (const codes of samples.states) expect(samples.meet(table.ofState(codes))).toBe(true)
      for (const code of [0, 1]) {
        const atoms = table.atoms.flatMap((atom, i) => (atom.element === 0 && atom.code !== code ? [i] : []))
        expect(samples.meet(atoms)).toBe(samples.states.some((codes) => codes[0] === code))
      }
      states += reachable.size
      found += own.length
    }
    expect(found).toBeGreaterThan(0.9 * states)
  })
})

describe('impossible pairs', () => {
  test('are those of no reachable state; the walks make no difference', () => {
    let count = 0
    for (let seed = 3000; seed < 3080; seed++) {
      const circuit = randomCircuit(createDice(seed))
      const table = createAtoms(circuit, elementsOf(circuit))
      const walks = createWalks(circuit)
      const pairs = impossiblePairs(circuit, table, walks, [], cadical)
      expect(impossiblePairs(circuit, table, walks, createSamples(walks, table, usual).states, cadical)).toEqual(pairs)
      const states = [...explore(circuit).states].map((state) => codesIn(circuit, state))
      for (const [v, w] of pairs ?? []) {
        expect(
          states.some((codes) => codes[v.element] === v.code && codes[w.element] === w.code),
          `seed ${seed}`,
        ).toBe(false)
      }
      const clauses = clausesOfPairs(table, pairs ?? [])
      for (const codes of states) {
        for (const clause of clauses)
          expect(
            clause.some((atom) => atom.codes.includes(codes[atom.element])),
            `seed ${seed}`,
          ).toBe(true)
      }
      count += pairs?.length ?? 0
    }
    expect(count).toBeGreaterThan(100)
  })

  test('of one element are the values that it never has', () => {
    const circuit = counter(4, 9, 12)
    const table = createAtoms(circuit, elementsOf(circuit))
    const pairs =
      impossiblePairs(circuit, table, createWalks(circuit), createSamples(createWalks(circuit), table, none).states, cadical) ?? []
    expect(pairs.map(([v, w]) => [v.code, w.code])).toEqual([10, 11, 12, 13, 14, 15].map((code) => [code, code]))
    expect(clausesOfPairs(table, pairs)).toEqual([[{ variable: 0, element: 0, codes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }]])
  })

  test('are not known where the solver gives up', () => {
    const circuit = counter(3, 5, 6)
    const table = createAtoms(circuit, elementsOf(circuit))
    const tired = (): Solver => ({ ...cadical(), solve: () => 'unknown' })
    expect(impossiblePairs(circuit, table, createWalks(circuit), [], tired)).toBeNull()
  })
})
