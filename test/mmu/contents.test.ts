import { array, bool, choose, ghost, model } from 'mmucheck'
import { copyFrame, isCurrent, storeTo } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

test('the frame that was stored to last is current, and copies of it', async () => {
  const { states, transitions } = await explore(
    model({
      name: 'm',
      state: () => ({ contents: ghost(array(3, bool)) }),
      init: (s) => storeTo(s.contents, 0),
      rules: () => ({
        cpu: {
          *store(s) {
            storeTo(s.contents, yield* choose(3))
          },
          *copy(s) {
            const from = yield* choose(3)
            const to = yield* choose(3)
            copyFrame(s.contents, from, to)
          },
        },
      }),
    }),
  )
  // All that there are: where no frame has what was stored last, the last one that had it was copied over.
  expect(states).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => `contents=[${[4, 2, 1].map((bit) => (n & bit) !== 0).join(',')}]`))
  expect(transitions).toBe(8 * 12)
})

test('isCurrent says so', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ contents: ghost(array(2, bool)), is: ghost(array(2, bool)) }),
      init: (s) => {
        storeTo(s.contents, 1)
        s.is = [isCurrent(s.contents, 0), isCurrent(s.contents, 1)]
      },
    }),
  )
  expect(states).toEqual(['contents=[false,true] is=[false,true]'])
})
