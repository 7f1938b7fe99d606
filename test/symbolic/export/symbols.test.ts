/** Bits in files for other tools have the names that certificates have; there were two notions of them. */
import { array, bool, each, model, oneOf, optional, range, record } from 'mmucheck'
import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/model/compile.ts'
import { elementNames } from '../../../src/symbolic/circuit/element-name.ts'
import { translate } from '../../../src/symbolic/circuit/translate.ts'
import { legendOf, symbolsOf } from '../../../src/symbolic/export/symbols.ts'

const m = model({
  name: 'm',
  state: () => ({ pte: array(2, record({ P: bool })), owner: optional(range(0, 1)), mode: oneOf('a', 'b', 'c'), n: range(-1, 5) }),
  processes: (_p) => ({
    cpu: each(1, function* (s) {
      yield 'read | write'
      s.mode = 'b'
      yield 'end'
      s.n = 5
      s.owner = 1
      s.pte[1].P = true
    }),
  }),
})
const system = compile({ model: m as never, params: {}, properties: {} })
const { circuit } = translate(system)

test('an element is called alike, with the number of its bit where it has several', () => {
  const names = new Set(elementNames(system).map(({ name }) => name.replaceAll('|', '_')))
  const { state } = symbolsOf(circuit, system)
  expect(state).toEqual(expect.arrayContaining(['pte.P[0]', 'pte.P[1]', 'owner?', 'owner', 'mode:0', 'mode:1', 'n:2', 'cpu[0] at:0']))
  expect(state.filter((name) => !names.has(name.replace(/:\d+$/, '')))).toEqual([])
})

test('what codes stand for is said where it is not plain', () => {
  expect(
    legendOf(
      circuit,
      system,
      circuit.names.map((_, i) => i),
    ),
  ).toEqual([
    "mode: 0 = 'a', 1 = 'b', 2 = 'c'",
    'n: value + 1, bit :0 the lowest',
    "cpu[0] at: 0 = 'read | write', 1 = 'end', 2 = 'returned'",
  ])
})

// 2^32 values were listed for each element of a variable as wide as a number can be.
test('an integer of any width has a name', () => {
  const wide = { ...system, variables: system.variables.map((v) => (v.name === 'n' ? { ...v, lo: -(2 ** 31), hi: 2 ** 31 - 1 } : v)) }
  expect(elementNames(wide).map(({ name }) => name)).toContain('n')
})
