import { describe, expect, test } from 'vitest'
import { equalPlain, formatPlain, printable } from '../../src/trace/plain.ts'

describe('formatPlain', () => {
  test.each([
    [null, 'null'],
    [-3, '-3'],
    [true, 'true'],
    ['direct', 'direct'],
    ['', "''"],
    ['two words', "'two words'"],
    ['null', "'null'"],
    [[1, [2]], '[1, [2]]'],
    [new Set([2, 0]), '{0, 2}'],
    [new Set<number>(), '{}'],
    [{ at: 0, value: { D: true } }, '{at: 0, value: {D}}'],
    [{ P: true, W: false, frame: 1 }, '{P, !W, frame: 1}'],
  ])('%o is shown as %s', (value, text) => {
    expect(formatPlain(value)).toBe(text)
  })
})

describe('equalPlain', () => {
  test('compares sets as sets and records in any order of fields', () => {
    expect(equalPlain(new Set([1, 2]), new Set([2, 1]))).toBe(true)
    expect(equalPlain({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
  })
  test.each([
    [new Set([1]), new Set([2])],
    [[1], [1, 2]],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, [1]],
    [new Set([0]), [0]],
    [0, false],
    [null, 0],
    [null, {}],
  ])('tells %o from %o', (a, b) => {
    expect(equalPlain(a, b)).toBe(false)
    expect(equalPlain(b, a)).toBe(false)
  })
})

test('printable keeps a label on one line and lets no escape sequence through', () => {
  expect(printable('read\n  the entry\u001b[31m')).toBe('read the entry?[31m')
})
