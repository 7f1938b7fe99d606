import { array, model, range } from 'mmucheck'
import { deferredQueue, drain, drainIfFull } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const globals = (states: readonly string[]): string[] => [...new Set(states.map((state) => state.replace(/ \| .*/, '')))]

test('drain writes the queued updates one step at a time, oldest first', async () => {
  const { states, depth } = await explore(
    model({
      name: 'm',
      state: () => ({ memory: array(2, range(0, 3)), deferred: deferredQueue(3, 2, range(0, 3)) }),
      processes: () => ({
        cpu: function* (s) {
          yield 'queue'
          s.deferred.push({ at: 1, value: 2 })
          s.deferred.push({ at: 0, value: 1 })
          s.deferred.push({ at: 1, value: 3 })
          yield* drain(s.deferred, s.memory)
          yield* drain(s.deferred, s.memory)
        },
      }),
    }),
  )
  expect(globals(states)).toEqual(
    [
      'memory=[0,0] deferred=[]',
      'memory=[0,0] deferred=[{at:1 value:2},{at:0 value:1},{at:1 value:3}]',
      'memory=[0,2] deferred=[{at:0 value:1},{at:1 value:3}]',
      'memory=[1,2] deferred=[{at:1 value:3}]',
      'memory=[1,3] deferred=[]',
    ].sort(),
  )
  expect(depth).toBe(4)
})

test('drainIfFull drains a full queue only', async () => {
  const { states, depth } = await explore(
    model({
      name: 'm',
      state: () => ({ memory: array(2, range(0, 3)), deferred: deferredQueue(2, 2, range(0, 3)) }),
      processes: () => ({
        cpu: function* (s) {
          yield 'start'
          for (const value of [1, 2, 3]) {
            yield* drainIfFull(s.deferred, 2, s.memory)
            yield 'queue'
            s.deferred.push({ at: 0, value })
          }
        },
      }),
    }),
  )
  expect(globals(states)).toEqual(
    [
      'memory=[0,0] deferred=[]',
      'memory=[0,0] deferred=[{at:0 value:1}]',
      'memory=[0,0] deferred=[{at:0 value:1},{at:0 value:2}]',
      'memory=[1,0] deferred=[{at:0 value:2}]',
      'memory=[2,0] deferred=[]',
      'memory=[2,0] deferred=[{at:0 value:3}]',
    ].sort(),
  )
  expect(depth).toBe(6)
})
