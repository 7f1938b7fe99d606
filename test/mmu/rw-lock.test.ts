import { each, model } from 'mmucheck'
import { readLock, readUnlock, rwLock, writeLock, writeUnlock } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const globals = (states: readonly string[]): string[] => [...new Set(states.map((state) => state.replace(/ \| .*/, '')))]

test('many readers, or one writer', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ l: rwLock(3) }),
      processes: (_p) => ({
        reader: each(2, function* (s, cpu) {
          yield* readLock(s.l, cpu)
          yield* readUnlock(s.l, cpu)
        }),
        writer: function* (s) {
          yield* writeLock(s.l, 2)
          yield* writeUnlock(s.l, 2)
        },
      }),
    }),
  )
  expect(globals(states)).toEqual([
    'l={writer:2 readers:{}}',
    'l={writer:null readers:{0,1}}',
    'l={writer:null readers:{0}}',
    'l={writer:null readers:{1}}',
    'l={writer:null readers:{}}',
  ])
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
})

test.each([
  ['a reader that does not read', [readUnlock]],
  ['a writer that does not write', [writeUnlock]],
  ['a writer where one reads', [readLock, writeUnlock]],
  ['a reader twice', [readLock, readLock]],
] as const)('%s fails an assertion', async (_, calls) => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ l: rwLock(2) }),
      processes: () => ({
        p: function* (s) {
          for (const call of calls) yield* call(s.l, 0)
        },
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: `violated ${calls.length}`, range: 'holds' })
})
