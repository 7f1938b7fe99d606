/** Labels that are template literals, wherever a report speaks of them. They stood there as `IPI to ${other}`. */
import { choose, each, model, range, until } from 'mmucheck'
import { expect, test } from 'vitest'
import { check, prepare } from '../../../src/check.ts'

const ipis = model({
  name: 'ipis',
  state: () => ({ on: range(0, 1), n: range(0, 3) }),
  processes: () => ({
    cpu: each(2, function* (s, cpu) {
      yield until(`enter cpu ${cpu}`, () => s.on === 1)
      for (const round of [0, 1]) {
        yield `round ${round} of cpu ${cpu}`
        s.n = 1
      }
      const other = yield* choose(2)
      yield `IPI to ${other}`
      s.n = 2
    }),
    waiter: function* (s) {
      yield 'count'
      s.n = 3
      yield until(`wait behind ${s.n}`, () => s.n === 0)
    },
  }),
})

test('a label that never fired says … for what is computed, and for what instances and rounds have of their own', async () => {
  const { neverFired } = await check(ipis, { oracle: 'none' })
  expect(neverFired.map(({ agents, text }) => `${agents}: ${text}`)).toEqual([
    'cpu: enter cpu …',
    'cpu: round … of cpu …',
    'cpu: IPI to …',
    'waiter: wait behind …',
  ])
})

test('in a trace a process stands at its label as it was yielded', async () => {
  const { properties } = await check(ipis, { oracle: 'none' })
  const last = properties.find(({ name }) => name === 'deadlock')?.trace?.steps.at(-1)?.after
  expect(last?.processes.map(({ at }) => at)).toEqual(['enter cpu 0', 'enter cpu 1', 'wait behind 3'])
})

test('invariants and dumps name locations by what the compiler knows of them', async () => {
  const { system } = await prepare(ipis)
  expect(system.processes[1]?.locations.map(({ label }) => label)).toEqual([
    ...['enter cpu 1', 'round 0 of cpu 1', 'round 1 of cpu 1', 'IPI to …', 'returned'],
  ])
})
