import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatSeconds } from '../../../src/check/report/format.ts'

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [7_807_509, '7,807,509'],
  [123_456.7, '123,457'],
])('count %d', (n, text) => expect(formatCount(n)).toBe(text))

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [512 * 1024 ** 2, '512 MiB'],
])('bytes %d', (n, text) => expect(formatBytes(n)).toBe(text))

test.each([
  [0.0044, '0.004 s'],
  [0.437, '0.44 s'],
  [12.34, '12.3 s'],
  [200, '3 min 20 s'],
])('seconds %d', (n, text) => expect(formatSeconds(n)).toBe(text))
