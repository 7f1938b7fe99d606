import { array, bool, choose, model, optional, range } from 'mmucheck'
import { allocPage, freezePage, getPage, getPageUnlessZero, putPage } from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const ends = (states: readonly string[]): string[] =>
  states.filter((state) => state.endsWith('p@-')).map((state) => state.replace(' | p@-', ''))

/** What a function does to one frame, of which there are from 0 to 2 references. */
const done = async (act: (count: number[]) => boolean) => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ count: array(1, range(0, 3)), gave: bool }),
      init: function* (s) {
        s.count[0] = yield* choose(3)
      },
      processes: () => ({
        p: function* (s) {
          yield 'act'
          s.gave = act(s.count)
        },
      }),
    }),
  )
  return { ends: ends(states), assert: verdicts.assert }
}

describe('a reference', () => {
  test('is taken and put where there is one', async () => {
    const get = (count: number[]): boolean => {
      getPage(count, 0)
      return true
    }
    expect(await done(get)).toEqual({ ends: ['count=[2] gave=true', 'count=[3] gave=true'], assert: 'violated 1' })
    expect(await done((count) => putPage(count, 0))).toEqual({
      ends: ['count=[0] gave=true', 'count=[1] gave=false'],
      assert: 'violated 1',
    })
  })

  test('is taken on trust, unless the frame is free', async () => {
    expect(await done((count) => getPageUnlessZero(count, 0))).toEqual({
      ends: ['count=[0] gave=false', 'count=[2] gave=true', 'count=[3] gave=true'],
      assert: 'holds',
    })
  })

  test('is frozen where there are as many as expected', async () => {
    expect(await done((count) => freezePage(count, 0, 1))).toEqual({
      ends: ['count=[0] gave=false', 'count=[0] gave=true', 'count=[2] gave=false'],
      assert: 'holds',
    })
  })
})

test('a frame is allocated while there is a free one', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ count: array(2, range(0, 1)), first: optional(range(0, 1)), second: optional(range(0, 1)) }),
      init: (s) => {
        s.count[0] = 1
      },
      processes: () => ({
        p: function* (s) {
          yield 'alloc_page()'
          s.first = allocPage(s.count)
          s.second = allocPage(s.count)
        },
      }),
    }),
  )
  expect(ends(states)).toEqual(['count=[1,1] first=1 second=null'])
})
