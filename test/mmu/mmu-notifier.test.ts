import { array, bool, model, range } from 'mmucheck'
import { invalidateBegin, invalidateEnd, mmuNotifier, mustRetry } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

test('a fault starts again where an invalidation is in progress, or has ended since', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ n: mmuNotifier(1), sampled: range(0, 1), retry: array(2, bool) }),
      processes: () => ({
        munmap: function* (s) {
          yield 'range_start'
          invalidateBegin(s.n)
          yield 'range_end'
          invalidateEnd(s.n)
        },
        fault: function* (s) {
          yield 'install'
          s.retry = [mustRetry(s.n, 0), mustRetry(s.n, 1)]
        },
      }),
    }),
  )
  expect(states.filter((state) => state.endsWith('fault@-')).map((state) => state.replace(' sampled=0', ''))).toEqual([
    'n={inProgress:0 seq:0} retry=[false,true] | munmap@range_start | fault@-',
    'n={inProgress:0 seq:1} retry=[false,true] | munmap@- | fault@-',
    'n={inProgress:0 seq:1} retry=[true,false] | munmap@- | fault@-',
    'n={inProgress:0 seq:1} retry=[true,true] | munmap@- | fault@-',
    'n={inProgress:1 seq:0} retry=[false,true] | munmap@range_end | fault@-',
    'n={inProgress:1 seq:0} retry=[true,true] | munmap@range_end | fault@-',
  ])
})
