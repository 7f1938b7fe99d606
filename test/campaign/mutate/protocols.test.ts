/**
 * Every step of every protocol is needed by some property, or the file of properties says why not: what
 * `mmucheck mutate` does, on the variants that explain their survivors. Those that take long are in large.test.ts.
 */
import { expect, test } from 'vitest'
import { judge, protocols, small } from './explained.ts'

test('every protocol has a setting whose survivors are explained, and but for one a small one', () => {
  expect(protocols.length).toBeGreaterThan(10)
  const hasSmall = new Set(small.map(([model]) => model))
  expect(protocols.filter((model) => !hasSmall.has(model))).toEqual(['mach-shootdown-rules'])
})

test('every step of a protocol is needed, or explained', { timeout: 1_200_000 }, async () => {
  const judged = await judge(small)
  expect(judged.map(({ setting }) => setting)).toEqual(small)
  expect(judged.filter(({ killed }) => killed <= 10)).toEqual([])
  expect(judged.filter(({ unsettled, unexplained }) => unsettled.length + unexplained.length > 0)).toEqual([])
})
