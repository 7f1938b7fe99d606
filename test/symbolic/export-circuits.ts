/** What the tests of the exports add to the toy circuits: names, and an init that fails. */

import { and, complement } from '../../src/symbolic/circuit/aig.ts'
import type { Circuit } from '../../src/symbolic/circuit/circuit.ts'
import type { Named } from '../../src/symbolic/circuit/element-name.ts'

/** The elements of toy circuits have up to three bits. */
export const named: Named = {
  variables: [{ id: 0, name: 'x', lo: 0, hi: 7, dims: [16], role: { kind: 'global' } }],
  agents: [],
  processes: [],
}

/** Where an input of `init` is set and names no initial state, `init` fails an assertion. */
export const withFailingInit = (circuit: Circuit): Circuit => {
  const { graph, start, isStart, targets } = circuit
  const [first] = start
  if (first === undefined) return circuit
  const reachedInit = and(graph, first, complement(isStart))
  return { ...circuit, targets: targets.map((target) => (target.kind === 'assert' ? { ...target, reachedInit } : target)) }
}
