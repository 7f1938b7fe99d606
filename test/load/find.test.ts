import { expect, test } from 'vitest'
import { editDistance, nearest } from '../../src/load/find.ts'

test('editDistance counts insertions, deletions and replacements', () => {
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('kitten', 'sitting')).toBe(3)
  expect(editDistance('lazy-mmu', 'lazy-mmu')).toBe(0)
  expect(editDistance('tlb', 'ltb')).toBe(2)
})

test('nearest gives what is near, nearest first', () => {
  const names = ['lazy-mmu', 'mach-shootdown', 'mach-shootdown-rules', 'tlb-shootdown']
  expect(nearest('lazymmu', names)).toEqual(['lazy-mmu'])
  expect(nearest('mach-shutdown', names)).toEqual(['mach-shootdown'])
  expect(nearest('shootdown', names)).toEqual(['mach-shootdown', 'mach-shootdown-rules', 'tlb-shootdown'])
  expect(nearest('virtio', names)).toEqual([])
})
