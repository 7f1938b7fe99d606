/** Loops with yields in them over lists whose length depends on the way to the loop. */
import { bool, choice, choose, flag, model, range } from 'mmucheck'
import { expect, test } from 'vitest'
import { explore } from '../../semantics/harness.ts'
import { claimed, compareAt, settingsIn, split } from '../settings.ts'

const small = range(0, 9)

// The number of rounds was that of the first way on which the compiler came to the loop.
test('a list that is longer on another way to the loop', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ long: bool, sum: small }),
      init: function* (s) {
        s.long = yield* choose([false, true])
      },
      processes: () => ({
        a: function* (s) {
          yield 'begin'
          let xs = [1]
          if (s.long) {
            yield 'make it long'
            xs = [1, 2, 3]
          }
          for (const x of xs) {
            yield 'add'
            s.sum += x
          }
        },
      }),
    }),
  )
  expect(states.filter((state) => state.endsWith('a@-'))).toEqual(['long=false sum=1 | a@-', 'long=true sum=6 | a@-'])
})

test('a list that is longer for another value of a free param', async () => {
  const claims = claimed(
    model({
      name: 'm',
      params: { long: flag(false), which: choice(['x', 'y'], 'x') },
      state: () => ({ sum: small }),
      processes: (p) => ({
        a: function* (s) {
          if (p.long) yield 'long'
          else yield 'short'
          for (const x of p.long ? [1, 2, 3] : [1]) {
            yield 'add'
            s.sum += p.which === 'x' ? x : 1
          }
        },
      }),
    }),
  )
  const all = split(claims)
  expect(all.map(({ shaping }) => shaping)).toEqual([[]])
  for (const one of all) if (one.kind === 'system') for (const setting of settingsIn(one.system)) await compareAt(claims, one, setting)
})
