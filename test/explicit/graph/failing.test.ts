import { expect, it } from 'vitest'
import { failingOf } from '../../../src/explicit/graph/failing.ts'

it('finds the agents of each state, at the ends and between them, and none of others', () => {
  const pairs = [
    [2, 0],
    [2, 3],
    [5, 1],
    [9, 0],
    [9, 1],
    [9, 7],
  ]
  const failing = failingOf(new Uint32Array(pairs.flat()))
  expect(failing.isEmpty).toBe(false)
  for (let state = 0; state < 12; state++) {
    const agents = pairs.flatMap(([s, agent]) => (s === state ? [agent] : []))
    expect(failing.agentsIn(state)).toEqual(agents)
    expect(failing.has(state)).toBe(agents.length > 0)
  }
  const all: number[][] = []
  failing.forEach((state, agent) => all.push([state, agent]))
  expect(all).toEqual(pairs)
})

it('has nothing where nothing fails', () => {
  const failing = failingOf(new Uint32Array(0))
  expect([failing.isEmpty, failing.has(0), failing.agentsIn(0)]).toEqual([true, false, []])
})
