/** An element or field that is not there is a fault that shows at once. */
import { expect, test } from 'vitest'
import { at, fieldOf } from '../src/at.ts'

test('elements from both ends, undefined ones too', () => {
  expect([at([1, 2, 3], 0), at([1, 2, 3], -1), at(new Uint8Array([7, 8]), 1), at([undefined], 0)]).toEqual([1, 3, 8, undefined])
})

test.each([
  [[], 0],
  [[1], 1],
  [[1], -2],
  [[1], 0.5],
  [[1], Number.NaN],
] as const)('none in %j at %d', (list: readonly number[], i) => {
  expect(() => at(list, i)).toThrow(RangeError)
})

test('fields: own ones only', () => {
  expect([fieldOf({ a: 1 }, 'a'), fieldOf({ a: undefined }, 'a')]).toEqual([1, undefined])
  expect(() => fieldOf({ a: 1 }, 'b')).toThrow(RangeError)
  expect(() => fieldOf({ a: 1 }, 'toString')).toThrow(RangeError)
})
