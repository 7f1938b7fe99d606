import { describe, expect, test } from 'vitest'
import { evaluate, isComplemented, type Literal, nodeOf } from '../../../src/symbolic/circuit/aig.ts'
import type { Circuit } from '../../../src/symbolic/circuit/circuit.ts'
import type { Clause } from '../../../src/symbolic/clause/clause.ts'
import { prove, type Reached } from '../../../src/symbolic/ic3/ic3.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'
import { counter, createDice, explore, randomCircuit } from '../toy-circuits.ts'

const solvers = { z3: await loadSolver('z3'), cadical: await loadSolver('cadical') }

/** Follows a schedule by evaluation: whether it is one, and its last step or state reaches the target. */
const reaches = (circuit: Circuit, { target, start, steps }: Reached): boolean => {
  const valuesUnder = (inputs: ReadonlyMap<number, boolean>) => {
    const values = evaluate(circuit.graph, inputs)
    return (literal: Literal) => values[nodeOf(literal)] !== isComplemented(literal)
  }
  const first = valuesUnder(start)
  if (!first(circuit.isStart)) return false
  let state = circuit.initial.map(first)
  const at = (step: ReadonlyMap<number, boolean>) =>
    valuesUnder(new Map([...circuit.state.map((bit, i): [number, boolean] => [nodeOf(bit), state[i]]), ...step]))
  for (const [i, step] of steps.entries()) {
    const value = at(step)
    if (i === steps.length - 1 && target.kind === 'assert') return value(target.reached)
    if (!value(circuit.enabled)) return false
    state = circuit.next.map(value)
  }
  return target.kind !== 'assert' && at(new Map())(target.reached)
}

/** Whether a state, as a string of bits, is in the invariant. */
const isInside = (circuit: Circuit, invariant: readonly Clause[], state: string): boolean => {
  const codes = new Map<string, number>()
  for (const [i, { variable, element, bit }] of circuit.names.entries()) {
    const key = `${variable}.${element}`
    codes.set(key, (codes.get(key) ?? 0) + (state[i] === '1' ? 2 ** bit : 0))
  }
  return invariant.every((clause) => clause.some((atom) => atom.codes.includes(codes.get(`${atom.variable}.${atom.element}`) ?? -1)))
}

describe.each(['z3', 'cadical'] as const)('IC3 over %s', (name) => {
  test('a counter that stops is proved not to get further, and to get as far', () => {
    const safe = prove(counter(4, 9, 12), counter(4, 9, 12).targets, solvers[name])
    expect(safe.proved.map((t) => t.name)).toEqual(['bad'])
    const circuit = counter(4, 9, 9)
    const { reached } = prove(circuit, circuit.targets, solvers[name])
    expect(reached.map(({ steps }) => steps.length)).toEqual([9])
    expect(reaches(circuit, reached[0])).toBe(true)
  })

  // Random walks and pairs settle most of what is so small, so they are left out, too.
  test.each([
    ['with', undefined],
    ['without', { samples: { states: 0, gates: 0 }, pairs: 'none' }],
  ] as const)('on random circuits it agrees with brute force, %s preparation', { timeout: 60_000 }, (_, preparation) => {
    let proofs = 0
    let refutations = 0
    for (let seed = 0; seed < (name === 'z3' ? 60 : 150); seed++) {
      const circuit = randomCircuit(createDice(seed))
      const { lengths, states } = explore(circuit)
      const proof = prove(circuit, circuit.targets, solvers[name], preparation === undefined ? {} : { preparation })
      expect(proof.open).toEqual([])
      expect(proof.proved, `seed ${seed}`).toEqual(circuit.targets.filter((_, i) => lengths[i] === null))
      expect(proof.reached.length).toBe(circuit.targets.length - proof.proved.length)
      for (const found of proof.reached) {
        expect(reaches(circuit, found), `seed ${seed}`).toBe(true)
        expect(found.steps.length).toBeGreaterThanOrEqual(lengths[circuit.targets.indexOf(found.target)] ?? 0)
        refutations++
      }
      if (proof.proved.length > 0) for (const state of states) expect(isInside(circuit, proof.invariant, state), `seed ${seed}`).toBe(true)
      proofs += proof.proved.length
    }
    expect(proofs).toBeGreaterThan(20)
    expect(refutations).toBeGreaterThan(20)
  })
})

test('where the solver gives up, what is not settled is open, with the depth that it is free of', () => {
  const circuit = counter(4, 9, 9)
  let left = 60
  const tiring = () => {
    const solver = solvers.cadical()
    return { ...solver, solve: (assumptions: readonly number[]) => (left-- > 0 ? solver.solve(assumptions) : 'unknown') } as const
  }
  const { proved, reached, open, depth } = prove(circuit, circuit.targets, tiring, {
    preparation: { samples: { states: 0, gates: 0 }, pairs: 'none' },
  })
  expect([proved, reached, open]).toEqual([[], [], circuit.targets])
  expect(depth).toBeGreaterThanOrEqual(0)
  expect(depth).toBeLessThan(9)
})

test('the frames can be limited', () => {
  const circuit = counter(4, 9, 9)
  expect(prove(circuit, circuit.targets, solvers.cadical, { maxFrames: 3 })).toMatchObject({ open: circuit.targets, depth: 3 })
})

test('an element of more than 32 codes gets bounds: a counter to 200 is proved not to get to 250', () => {
  const circuit = counter(8, 200, 250)
  const proof = prove(circuit, circuit.targets, solvers.cadical)
  expect(proof.proved).toEqual(circuit.targets)
  for (let code = 0; code <= 200; code++)
    expect(proof.invariant.every((clause) => clause.every((atom) => atom.codes.includes(code)))).toBe(true)
})
