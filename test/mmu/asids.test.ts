import { array, bool, choose, model } from 'mmucheck'
import { asids, newContext } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (state: string): string => state.replaceAll('true', '1').replaceAll('false', '0')

test('each gets an ASID; when they are used up a generation begins, in which only who runs keeps the one it has', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ asids: asids(3, 2), rolledOver: array(4, bool) }),
      processes: () => ({
        cpu: function* (s) {
          for (const mm of [0, 1]) {
            yield `switch to ${mm}`
            s.rolledOver[mm] = newContext(s.asids, mm, [])
          }
          yield 'switch to 2'
          s.rolledOver[2] = newContext(s.asids, 2, [1])
          yield 'switch to one that has an ASID'
          s.rolledOver[3] = newContext(s.asids, yield* choose([1, 2]), [2])
        },
      }),
    }),
  )
  expect(states.map(short)).toEqual([
    'asids={id:[{current:0 asid:0},{current:0 asid:0},{current:0 asid:0}] map:[0,0]} rolledOver=[0,0,0,0] | cpu@switch to 0',
    'asids={id:[{current:0 asid:0},{current:1 asid:1},{current:1 asid:0}] map:[1,1]} rolledOver=[0,0,1,0] | cpu@-',
    'asids={id:[{current:0 asid:0},{current:1 asid:1},{current:1 asid:0}] map:[1,1]} rolledOver=[0,0,1,0] | cpu@switch to one that has an ASID',
    'asids={id:[{current:1 asid:0},{current:0 asid:0},{current:0 asid:0}] map:[1,0]} rolledOver=[0,0,0,0] | cpu@switch to 1',
    'asids={id:[{current:1 asid:0},{current:1 asid:1},{current:0 asid:0}] map:[1,1]} rolledOver=[0,0,0,0] | cpu@switch to 2',
  ])
})

test('with as many running as there are ASIDs there is none to give', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ asids: asids(2, 1) }),
      processes: () => ({
        cpu: function* (s) {
          yield 'switch to 0'
          newContext(s.asids, 0, [])
          yield 'another CPU switches to 1'
          newContext(s.asids, 1, [0])
        },
      }),
    }),
  )
  expect(verdicts.assert).toBe('violated 2')
})
