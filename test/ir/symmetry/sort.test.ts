/** Members that change places, in a vector. */
import { expect, test } from 'vitest'
import { byAnyMember, exchangeable, exchanged, ordersOf, otherMember, type Sort } from '../../../src/ir/symmetry/sort.ts'

/** Three members: elements 0 to 2 are theirs, 3 holds one of them where 4 is 1. */
const sort: Sort = {
  first: 0,
  name: 'cpu',
  size: 3,
  agents: ['cpu'],
  holders: [{ element: 3, when: [{ element: 4, among: [1] }] }],
  exchanges: [
    { swaps: [[0, 1]], steps: [1, 0, 2] },
    { swaps: [[1, 2]], steps: [0, 2, 1] },
  ],
  choices: [],
}

test('elements change places, and so do the numbers that are held', () => {
  expect(exchanged(sort, 0, [7, 8, 9, 0, 1])).toEqual([8, 7, 9, 1, 1])
  expect(exchanged(sort, 1, [7, 8, 9, 0, 1])).toEqual([7, 9, 8, 0, 1])
  expect(exchanged(sort, 1, [7, 8, 9, 2, 1])).toEqual([7, 9, 8, 1, 1])
})

test('what is absent means no member', () => {
  expect(exchanged(sort, 0, [7, 8, 9, 0, 0])).toEqual([8, 7, 9, 0, 0])
})

test('twice is never', () => {
  for (const state of [
    [1, 2, 3, 0, 1],
    [1, 2, 3, 1, 0],
    [1, 1, 3, 2, 1],
  ])
    for (const k of [0, 1]) expect(exchanged(sort, k, exchanged(sort, k, state))).toEqual(state)
})

test('the other member', () => {
  expect([0, 1, 2, 3].map((member) => otherMember(1, member))).toEqual([0, 2, 1, 3])
})

test('what one member does, all can', () => {
  expect([...byAnyMember([sort], Uint8Array.from([0, 0, 1]))]).toEqual([1, 1, 1])
  expect([...byAnyMember([sort], Uint8Array.from([0, 0, 0]))]).toEqual([0, 0, 0])
  expect([...byAnyMember([], Uint8Array.from([0, 0, 1]))]).toEqual([0, 0, 1])
})

test('orders', () => {
  expect(ordersOf([])).toBe(1)
  expect(ordersOf([sort, { size: 2 }])).toBe(12)
})

test('many members are exchanged in groups', () => {
  const exchanges = Array.from({ length: 8 }, (_, k) => ({ swaps: [[k, k + 1]] as const, steps: [] }))
  expect(exchangeable({ ...sort, size: 9, exchanges })).toMatchObject([
    { first: 0, size: 6, exchanges: exchanges.slice(0, 5) },
    { first: 6, size: 3, exchanges: exchanges.slice(6, 8) },
  ])
  expect(exchangeable({ ...sort, size: 7, exchanges })).toHaveLength(1)
  expect(exchangeable(sort)).toEqual([sort])
  const second = { ...sort, first: 1, exchanges: sort.exchanges.slice(1) }
  expect(exchanged(second, 0, [7, 8, 9, 2, 1])).toEqual(exchanged(sort, 1, [7, 8, 9, 2, 1]))
})
