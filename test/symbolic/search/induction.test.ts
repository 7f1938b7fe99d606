import { describe, expect, test } from 'vitest'
import { prove } from '../../../src/symbolic/ic3/ic3.ts'
import { proveByInduction } from '../../../src/symbolic/search/induction.ts'
import { loadSolver } from '../../../src/symbolic/solver/solvers.ts'
import { counter, createDice, explore, randomCircuit } from '../toy-circuits.ts'

const cadical = await loadSolver('cadical')

describe('k-induction', () => {
  test('a counter that stops at 9 does not get to 12: two codes lie between that no step leads to, so three steps are seen to be impossible', () => {
    const circuit = counter(4, 9, 12)
    const { proved } = proveByInduction(circuit, circuit.targets, cadical, { maxK: 10, paths: 'any' })
    // 11 may be waited in: only simple paths come to an end, at 10.
    expect([...proved.values()]).toEqual([])
    const simple = proveByInduction(circuit, circuit.targets, cadical, { maxK: 10, paths: 'simple' })
    expect([...simple.proved.values()]).toEqual([3])
  })

  test('a counter gets where it gets, after as many steps', () => {
    const circuit = counter(4, 9, 9)
    expect([...proveByInduction(circuit, circuit.targets, cadical, { maxK: 10, paths: 'any' }).reached.values()]).toEqual([9])
    expect(proveByInduction(circuit, circuit.targets, cadical, { maxK: 8, paths: 'any' }).open).toEqual(circuit.targets)
  })

  test('on random circuits it agrees with brute force and with IC3, and simple paths prove more', { timeout: 60_000 }, () => {
    let proofs = 0
    let onlySimple = 0
    for (let seed = 1000; seed < 1060; seed++) {
      const circuit = randomCircuit(createDice(seed))
      const { lengths } = explore(circuit)
      const never = circuit.targets.filter((_, i) => lengths[i] === null)
      const [any, simple] = (['any', 'simple'] as const).map((paths) =>
        proveByInduction(circuit, circuit.targets, cadical, { maxK: 6, paths }),
      )
      for (const { proved, reached, open } of [any, simple]) {
        for (const target of proved.keys()) expect(never, `seed ${seed}`).toContain(target)
        for (const [i, target] of circuit.targets.entries()) {
          const length = lengths[i]
          if (length !== null && length <= 6) expect(reached.get(target), `seed ${seed}`).toBe(length)
          else expect(proved.has(target) || open.includes(target), `seed ${seed}`).toBe(true)
        }
      }
      expect(simple.proved.size).toBeGreaterThanOrEqual(any.proved.size)
      expect(new Set(prove(circuit, circuit.targets, cadical).proved)).toEqual(new Set(never))
      proofs += any.proved.size
      onlySimple += simple.proved.size - any.proved.size
    }
    expect(proofs).toBeGreaterThan(30)
    expect(onlySimple).toBeGreaterThan(0)
  })
})
