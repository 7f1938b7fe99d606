import { always, bool, each, model, range } from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

test('one holder at a time: no update under the lock is lost', async () => {
  const { verdicts, states } = await explore(
    model({
      name: 'm',
      state: () => ({ l: lock(2), x: range(0, 2), inside: range(0, 2) }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          yield* acquire(s.l, cpu, 'lock')
          s.inside++
          yield 'read'
          const old = s.x
          yield 'write'
          s.x = old + 1
          s.inside--
          yield* release(s.l, cpu, 'unlock')
        }),
      }),
    }),
    { exclusive: always((s) => s.inside <= 1) },
  )
  expect(verdicts).toEqual({ exclusive: 'holds', deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(states.filter((state) => state.endsWith('cpu[0]@- | cpu[1]@-'))).toEqual(['l={owner:null} x=2 inside=0 | cpu[0]@- | cpu[1]@-'])
})

test('who gives back a lock of somebody else fails an assertion', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ l: lock(2), x: bool }),
      processes: () => ({
        p: function* (s) {
          yield* acquire(s.l, 0)
          yield* release(s.l, 1)
        },
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'violated 2', range: 'holds' })
})
