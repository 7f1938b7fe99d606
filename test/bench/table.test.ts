import { expect, it } from 'vitest'
import { formatCount, formatTable, least, median } from '../../bench/table.ts'

it('aligns the first column to the left and numbers to the right', () => {
  expect(
    formatTable(
      ['tool', 's'],
      [
        ['Spin', '4.71'],
        ['mmucheck', '12.00'],
      ],
    ),
  ).toBe('tool          s\n--------  -----\nSpin       4.71\nmmucheck  12.00')
})

it('writes counts with commas', () => expect(formatCount(7_807_509)).toBe('7,807,509'))

it('takes the middle one, the lower of two middle ones, and the least', () => {
  const own = (n: number) => n
  expect([median([3, 1, 2], own), median([4, 1, 3, 2], own), median([5], own)]).toEqual([2, 2, 5])
  expect(least([3, 1, 2], own)).toBe(1)
  expect(() => median([], own)).toThrow('nothing')
})
