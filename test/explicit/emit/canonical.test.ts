/** The orders that are tried; what comes of them is compared with orbits in test/explicit/search/symmetry.test.ts. */
import { expect, test } from 'vitest'
import { allOrders, ordersOf } from '../../../src/explicit/emit/canonical.ts'

/** The orders that come by, the first one included. */
const arrangements = (swaps: readonly number[], size: number): string[] => {
  const members = Array.from({ length: size }, (_, i) => i)
  const seen = [members.join('')]
  for (const k of swaps) {
    ;[members[k], members[k + 1]] = [members[k + 1] ?? -1, members[k] ?? -1]
    seen.push(members.join(''))
  }
  return seen
}

test.each([1, 2, 3, 4, 5, 6])('all orders of %i things, each once', (count) => {
  const seen = arrangements(allOrders(0, count), count)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toHaveLength(Array.from({ length: count }, (_, i) => i + 1).reduce((a, b) => a * b, 1))
})

test('groups of equal keys stay where they are', () => {
  // 0 and 1 are equal, and 3 and 4.
  const seen = arrangements(ordersOf(0b1001, 5), 5)
  expect(new Set(seen)).toEqual(new Set(['01234', '10234', '01243', '10243']))
  expect(seen).toHaveLength(4)
  expect(ordersOf(0, 4)).toEqual([])
  expect(arrangements(ordersOf(0b111, 4), 4)).toHaveLength(24)
})

test('a group behind a group is tried with each of its orders', () => {
  const seen = arrangements(ordersOf(0b11011, 6), 6)
  expect(new Set(seen).size).toBe(36)
})
