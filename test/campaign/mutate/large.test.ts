/** As protocols.test.ts, of the settings that take more than some ten seconds of a processor. */
import { expect, test } from 'vitest'
import { explained, judge, large } from './explained.ts'

test('all that is called large is explained', () => {
  expect(explained).toEqual(expect.arrayContaining([...large]))
})

test.each(large)('every step of %s is needed, or explained; variant %s', { timeout: 1_200_000 }, async (...setting) => {
  const [judged, ...others] = await judge([setting])
  expect(others).toEqual([])
  expect(judged).toMatchObject({ setting, unsettled: [], unexplained: [] })
  expect(judged?.killed).toBeGreaterThan(10)
})
