import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as aig from '../../../src/symbolic/circuit/aig.ts'
import { type Graph, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import { createEncoder } from '../../../src/symbolic/solver/cnf.ts'
import type { Solver } from '../../../src/symbolic/solver/solver.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'

const create = await loadSolver('cadical')

/** A solver that also counts. */
const counting = (): { readonly solver: Solver; readonly counts: { variables: number; clauses: number } } => {
  const solver = create()
  const counts = { variables: 0, clauses: 0 }
  return {
    counts,
    solver: {
      ...solver,
      variable: () => {
        counts.variables++
        return solver.variable()
      },
      clause: (literals) => {
        counts.clauses++
        solver.clause(literals)
      },
    },
  }
}

/** How to build the next function: of earlier ones, by position modulo how many there are, and complemented or not. */
const gate = fc.record({
  kind: fc.constantFrom('and', 'or', 'xor', 'mux'),
  operands: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
  complements: fc.nat({ max: 7 }),
})
type Gate = {
  readonly kind: 'and' | 'or' | 'xor' | 'mux'
  readonly operands: readonly [number, number, number]
  readonly complements: number
}

const inputCount = 5

const grow = (graph: Graph, functions: Literal[], { kind, operands, complements }: Gate): void => {
  const [a = 0, b = 0, c = 0] = operands.map((o, i) => (functions[o % functions.length] ?? 0) ^ ((complements >> i) & 1))
  switch (kind) {
    case 'and':
      functions.push(aig.and(graph, a, b))
      break
    case 'or':
      functions.push(aig.or(graph, a, b))
      break
    case 'xor':
      functions.push(aig.xor(graph, a, b))
      break
    case 'mux':
      functions.push(aig.mux(graph, a, b, c))
      break
  }
}

const inputsOf = (graph: Graph): Literal[] => Array.from({ length: inputCount }, () => aig.input(graph))

const assignment = (inputs: readonly Literal[], bits: number): ReadonlyMap<number, boolean> =>
  new Map(inputs.map((input, i) => [nodeOf(input), ((bits >> i) & 1) === 1]))

describe('an encoder', () => {
  test('gives every function its values, while the graph grows', () => {
    fc.assert(
      fc.property(fc.array(gate, { minLength: 1, maxLength: 12 }), fc.array(gate, { maxLength: 12 }), (first, second) => {
        const graph = aig.createGraph()
        const inputs = inputsOf(graph)
        const functions: Literal[] = [aig.TRUE, ...inputs]
        const solver = create()
        const encoder = createEncoder(graph, solver)
        for (const gates of [first, second]) {
          for (const one of gates) grow(graph, functions, one)
          const literals = functions.map(encoder.literal)
          for (let bits = 0; bits < 2 ** inputCount; bits++) {
            const values = aig.evaluate(graph, assignment(inputs, bits))
            const expected = functions.map((f) => (values[nodeOf(f)] ?? false) !== aig.isComplemented(f))
            const fixed = inputs.map((input, i) => (((bits >> i) & 1) === 1 ? 1 : -1) * encoder.literal(input))
            expect(solver.solve(fixed)).toBe('sat')
            expect(literals.map(solver.value)).toEqual(expected)
            // Not only possible but forced.
            const opposite = literals[literals.length - 1] ?? 0
            expect(solver.solve([...fixed, expected.at(-1) ? -opposite : opposite])).toBe('unsat')
          }
        }
        solver.dispose()
      }),
      { numRuns: 60 },
    )
  })

  test('encodes each node once, and only what is asked for', () => {
    const graph = aig.createGraph()
    const [a = 0, b = 0, c = 0] = inputsOf(graph)
    const { solver, counts } = counting()
    const encoder = createEncoder(graph, solver)
    const ab = aig.and(graph, a, b)
    const abc = aig.and(graph, ab, c)
    aig.and(graph, abc, aig.input(graph))
    const literal = encoder.literal(abc)
    expect(counts).toEqual({ variables: 5, clauses: 6 })
    expect(encoder.literal(aig.complement(abc))).toBe(-literal)
    encoder.literal(ab)
    expect(counts).toEqual({ variables: 5, clauses: 6 })
  })

  test('has one gate, without the conjunctions inside, for a choice and for an exclusive or', () => {
    const graph = aig.createGraph()
    const [a = 0, b = 0, c = 0] = inputsOf(graph)
    const choosing = counting()
    createEncoder(graph, choosing.solver).literal(aig.mux(graph, c, a, b))
    expect(choosing.counts).toEqual({ variables: 4, clauses: 6 })
    const comparing = counting()
    createEncoder(graph, comparing.solver).literal(aig.xor(graph, a, b))
    expect(comparing.counts).toEqual({ variables: 3, clauses: 4 })
  })

  test('knows the constants', () => {
    const solver = create()
    const encoder = createEncoder(aig.createGraph(), solver)
    expect(solver.solve([encoder.literal(aig.TRUE)])).toBe('sat')
    expect(solver.solve([encoder.literal(aig.FALSE)])).toBe('unsat')
    expect(encoder.literal(aig.FALSE)).toBe(-encoder.literal(aig.TRUE))
  })

  test('two copies of a function: the second one over what the first one computes', () => {
    // A counter of three bits: after one step from 5 it is 6, after two 7, and it was 4 before.
    const graph = aig.createGraph()
    const state = [aig.input(graph), aig.input(graph), aig.input(graph)]
    let carry: Literal = aig.TRUE
    const next = state.map((bit) => {
      const sum = aig.xor(graph, bit, carry)
      carry = aig.and(graph, bit, carry)
      return sum
    })
    const solver = create()
    const first = createEncoder(graph, solver)
    const second = createEncoder(graph, solver)
    state.forEach((bit, i) => second.bind(aig.complement(bit), -first.literal(next[i] ?? 0)))
    const read = (literals: readonly number[]): number => literals.reduce((n, l, i) => n + (solver.value(l) ? 2 ** i : 0), 0)
    const before = state.map(first.literal)
    const between = next.map(first.literal)
    const after = next.map(second.literal)
    const five = (literals: readonly number[]): number[] => literals.map((l, i) => (i === 1 ? -l : l))
    expect(solver.solve(five(before))).toBe('sat')
    expect([read(between), read(after)]).toEqual([6, 7])
    expect(solver.solve(five(between))).toBe('sat')
    expect([read(before), read(after)]).toEqual([4, 6])
  })

  test('refuses to bind what is no input, and an input twice', () => {
    const graph = aig.createGraph()
    const [a = 0, b = 0, c = 0] = inputsOf(graph)
    const solver = create()
    const encoder = createEncoder(graph, solver)
    expect(() => encoder.bind(aig.and(graph, a, b), 1)).toThrow('no input')
    expect(() => encoder.bind(aig.TRUE, 1)).toThrow('no input')
    encoder.bind(a, solver.variable())
    expect(() => encoder.bind(a, solver.variable())).toThrow('already')
    encoder.literal(c)
    expect(() => encoder.bind(c, solver.variable())).toThrow('already')
  })

  test('a function 200,000 gates deep needs no stack', () => {
    const graph = aig.createGraph()
    let f = aig.input(graph)
    const first = f
    const others: Literal[] = []
    for (let i = 0; i < 100_000; i++) {
      const other = aig.input(graph)
      others.push(other)
      f = aig.and(graph, aig.or(graph, f, other), i % 2 === 0 ? aig.TRUE : aig.complement(aig.and(graph, f, aig.complement(other))))
    }
    expect(aig.size(graph)).toBeGreaterThan(300_000)
    const solver = create()
    const encoder = createEncoder(graph, solver)
    expect(solver.solve([encoder.literal(f), -encoder.literal(first), ...others.map((o) => -encoder.literal(o))])).toBe('unsat')
    solver.dispose()
  })
})
