import { ghost, model } from 'mmucheck'
import { free, lifetime, reuse, touch } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (state: string): string => state.replaceAll('true', '1').replaceAll('false', '0')

test('says what was used after it was freed, and what was freed twice', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ page: ghost(lifetime) }),
      rules: () => ({ r: { free: (s) => free(s.page), touch: (s) => touch(s.page) } }),
    }),
  )
  expect(states.map(short)).toEqual([
    'page={isFree:0 usedAfterFree:0 freedTwice:0}',
    'page={isFree:1 usedAfterFree:0 freedTwice:0}',
    'page={isFree:1 usedAfterFree:0 freedTwice:1}',
    'page={isFree:1 usedAfterFree:1 freedTwice:0}',
    'page={isFree:1 usedAfterFree:1 freedTwice:1}',
  ])
})

test('what is allocated again may be used and freed again', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ page: ghost(lifetime) }),
      processes: () => ({
        p: function* (s) {
          yield 'use, free, allocate'
          touch(s.page)
          free(s.page)
          reuse(s.page)
          yield 'use, free'
          touch(s.page)
          free(s.page)
        },
      }),
    }),
  )
  expect(states.map(short)).toEqual([
    'page={isFree:0 usedAfterFree:0 freedTwice:0} | p@use, free',
    'page={isFree:0 usedAfterFree:0 freedTwice:0} | p@use, free, allocate',
    'page={isFree:1 usedAfterFree:0 freedTwice:0} | p@-',
  ])
})
