/**
 * Pins: where `init` always fails there is no initial state, so everything else is impossible; IC3 took the failure for
 * impossible too and proved that no assertion fails. Random models found it, because Z3 refused the invariant.
 */
import { assert, bool, model } from 'mmucheck'
import { expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import type { Model } from '../../src/lang/model.ts'
import { translate } from '../../src/symbolic/circuit/translate.ts'
import { prove } from '../../src/symbolic/ic3/ic3.ts'
import { loadSolver } from '../../src/symbolic/solver/solvers.ts'

const failing = model({
  name: 'failing',
  state: () => ({ a: bool }),
  init: (s) => {
    assert(s.a, 'a is set')
  },
  processes: (_p) => ({
    p: function* (s) {
      yield 'start'
      s.a = true
    },
  }),
})

test.each(['cadical', 'z3'] as const)('%s', async (solver) => {
  const { circuit } = translate(compile({ model: failing as unknown as Model, params: {}, properties: {} }))
  const { proved, reached } = prove(circuit, circuit.targets, await loadSolver(solver))
  expect(reached.map(({ target, steps }) => [target.name, steps.length])).toEqual([['assert', 0]])
  expect(proved.map(({ name }) => name)).toEqual(['deadlock', 'range'])
})
