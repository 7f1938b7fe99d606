import { expect, test } from 'vitest'
import { readingsOf } from '../../src/trace/readings.ts'
import type { Plain } from '../../src/trace/trace.ts'
import { lostUpdate } from './sample.ts'

const readings = (globals: Record<string, Plain>, locations: readonly string[]) => {
  const trace = lostUpdate()
  const reads = locations.map((location) => [location, 0] as const)
  return readingsOf({ ...trace, initial: { globals, processes: [] }, steps: [], outcome: { ...trace.outcome, reads } })
}

// They stood in the order in which they were read last: `ctx[0]`, `[2]`, `[4]`, `[0]`.
test('what was read stands in the order of the state, elements by number and fields as they are declared', () => {
  const globals = { pte: [{ P: 0, A: 0 }], ctx: Array.from({ length: 11 }, () => 0), q: [0, 0], held: new Set([1, 2]) }
  const read = ['s.held.has(2)', 's.ctx[10]', 's.ctx[2]', 's.q[1]', 's.pte[0].A', 's.q.length', 's.held.has(1)', 's.pte[0].P', 's.held']
  expect(readings(globals, read).shown.map(([location]) => location)).toEqual([
    ...['s.pte[0].P', 's.pte[0].A', 's.ctx[2]', 's.ctx[10]', 's.q.length', 's.q[1]', 's.held', 's.held.has(1)', 's.held.has(2)'],
  ])
})

test('of many the last ones are shown: a predicate stops reading where it is decided', () => {
  const all = Array.from({ length: 30 }, (_, i) => `s.tlb[${29 - i}]`)
  const { shown, more } = readings({ tlb: all.map(() => 0) }, all)
  expect(more).toBe(6)
  expect(shown.map(([location]) => location)).toEqual(Array.from({ length: 24 }, (_, i) => `s.tlb[${i}]`))
})
