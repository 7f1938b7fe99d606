import { always, model, range, sometimes } from 'mmucheck'
import { readSeqcountBegin, readSeqcountRetry, seqcount, writeSeqcountBegin, writeSeqcountEnd } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const pair = (isChecked: boolean) =>
  model({
    name: 'm',
    state: () => ({ c: seqcount(1), a: range(0, 1), b: range(0, 1), x: range(0, 1), y: range(0, 1) }),
    processes: () => ({
      writer: function* (s) {
        yield* writeSeqcountBegin(s.c)
        yield 'a = 1'
        s.a = 1
        yield 'b = 1'
        s.b = 1
        yield* writeSeqcountEnd(s.c)
      },
      reader: function* (s) {
        while (true) {
          const begin = yield* readSeqcountBegin(s.c)
          yield 'read a'
          const a = s.a
          yield 'read b'
          const b = s.b
          const again = yield* readSeqcountRetry(s.c, begin)
          if (isChecked && again) continue
          s.x = a
          s.y = b
          return
        }
      },
    }),
  })

test('a reader that is not told to read again has read what belongs together', async () => {
  const properties = { together: always((s: { x: number; y: number }) => s.x === s.y), isNew: sometimes((s: { x: number }) => s.x === 1) }
  expect((await explore(pair(true), properties)).verdicts).toMatchObject({ together: 'holds', isNew: 'holds 8', assert: 'holds' })
  expect((await explore(pair(false), properties)).verdicts).toMatchObject({ together: expect.stringContaining('violated') })
})

test('the sequence is odd while somebody writes, and then no read begins', async () => {
  const { states } = await explore(pair(true))
  const writing = states.filter((state) => state.startsWith('c={sequence:1}'))
  expect(writing.length).toBeGreaterThan(0)
  expect(states.map((state) => state.slice(0, 14)).sort()[0]).toBe('c={sequence:0}')
  expect(writing.filter((state) => state.includes('begin=1'))).toEqual([])
})

test.each([
  ['a write within another', [writeSeqcountBegin, writeSeqcountBegin]],
  ['an end without a beginning', [writeSeqcountEnd]],
] as const)('%s fails an assertion', async (_, calls) => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ c: seqcount(1) }),
      processes: () => ({
        p: function* (s) {
          for (const call of calls) yield* call(s.c)
        },
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: `violated ${calls.length}`, range: 'holds' })
})
