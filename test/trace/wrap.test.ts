import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pack, wrap } from '../../src/trace/wrap.ts'

const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 20 }).map((list) => list.join(' '))

test('wrap keeps every character and no line is too long', () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 5, max: 40 }), fc.integer({ min: 0, max: 4 }), (text, width, hang) => {
      const lines = wrap(text, width, hang)
      expect(lines.every((line) => line.length <= width && line === line.trimEnd())).toBe(true)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
    }),
  )
})

test('wrap breaks at spaces and indents what follows', () => {
  expect(wrap('wait for every acknowledgement', 16, 2)).toEqual(['wait for every', '  acknowledgemen', '  t'])
  expect(wrap('', 10)).toEqual([''])
})

// Calls were cut wherever the line ended: `get_page_type(page[` and `0], PGT_l1)`.
test('wrap breaks a call before its arguments, and between them', () => {
  expect(wrap('get_page_type(page[0], PGT_l1): validate', 20, 2)).toEqual(['get_page_type(', '  page[0], PGT_l1):', '  validate'])
  expect(wrap('get_superpage_and_type(conflicting): x = spage', 29, 2)).toEqual(['get_superpage_and_type(', '  conflicting): x = spage'])
  expect(wrap('f(acknowledgement)', 10, 2)).toEqual(['f(acknowle', '  dgement)'])
})

// An empty pair of brackets was torn: `dec_tlb_flush_pending(` and `)`.
test('wrap breaks a name that is too long behind a `_`, and leaves () whole', () => {
  expect(wrap('change_protection_range(): store', 24, 2)).toEqual(['change_protection_', '  range(): store'])
  expect(wrap('change_protection_range(pte): store', 24, 2)).toEqual(['change_protection_range(', '  pte): store'])
})

test('pack fills lines with whole items', () => {
  expect(pack(['a: 0 -> 1', 'b: 0 -> 1', 'c: 0 -> 1'], 21)).toEqual(['a: 0 -> 1, b: 0 -> 1,', 'c: 0 -> 1'])
  expect(pack([], 20)).toEqual([])
  expect(pack(['queue: push something long', 'b'], 14)).toEqual(['queue: push', '  something', '  long, b'])
})

// The comma behind an item that just fitted was one character too many.
test('pack: no line is too long, with its comma', () => {
  expect(pack(['tlb: none -> one', 'b'], 16)).toEqual(['tlb: none', '  -> one, b'])
  fc.assert(
    fc.property(fc.array(words, { maxLength: 6 }), fc.integer({ min: 10, max: 40 }), (items, width) => {
      expect(pack(items, width).every((line) => line.length <= width)).toBe(true)
    }),
  )
})

test('pack keeps a field and its value on one line', () => {
  expect(pack(['q: push {at: 0, value: {P: true, W: false}}'], 24)).toEqual(['q: push {at: 0, value:', '  {P: true, W: false}}'])
})
