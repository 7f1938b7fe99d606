import { describe, expect, test } from 'vitest'
import { parseBytes, parseCount, parseDuration, parseMemory, parseSetting, UsageError } from '../../../src/cli/terminal/units.ts'

describe('counts', () => {
  test.each([
    ['0', 0],
    ['1000000', 1_000_000],
    ['1_000_000', 1_000_000],
    ['1e6', 1_000_000],
  ])('%s', (text, n) => expect(parseCount(text, 0)).toBe(n))
  test.each(['', '-1', '1.5', 'x', '0x10', '1e400', ' ', 'Infinity', '9007199254740993'])('not %o', (text) =>
    expect(() => parseCount(text, 0)).toThrow(UsageError),
  )
  test('not below the least', () => expect(() => parseCount('0', 1)).toThrow("'0' is not a whole number of at least 1"))
})

describe('memory', () => {
  test.each([
    ['512M', 512 * 1024 ** 2],
    ['2G', 2 * 1024 ** 3],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['2048k', 2 * 1024 ** 2],
    ['1048576', 1024 ** 2],
    ['3 mb', 3 * 1024 ** 2],
  ])('%s', (text, bytes) => expect(parseBytes(text)).toBe(bytes))
  test.each(['', 'G', '0', '-1G', '1X', '1k', 'NaN', '99999999T'])('not %o', (text) => expect(() => parseBytes(text)).toThrow(UsageError))
})

describe('lengths of time', () => {
  test.each([
    ['30s', 30],
    ['30', 30],
    ['2m', 120],
    ['1.5h', 5400],
    ['500ms', 0.5],
  ])('%s', (text, seconds) => expect(parseDuration(text)).toBe(seconds))
  test.each(['', '0', '-1s', '1d', 's', '0ms'])('not %o', (text) => expect(() => parseDuration(text)).toThrow(UsageError))
})

test('a setting is split at its first equals sign', () => {
  expect(parseSetting('mode=a=b')).toEqual(['mode', 'a=b'])
  expect(parseSetting(' cpus = 3 ')).toEqual(['cpus', '3'])
  expect(() => parseSetting('cpus')).toThrow(UsageError)
  expect(() => parseSetting('=3')).toThrow(UsageError)
})

test('memory is at most what the machine has', () => {
  expect(parseMemory('1G')).toBe(2 ** 30)
  expect(() => parseMemory('1000T')).toThrow("'1000T' is more than this machine has, which is ")
})
