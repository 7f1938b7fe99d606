import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { editDistance, findTarget, modelGroups, nearest } from '../../src/load/find.ts'

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

// A model in any folder got the properties of one that had its name, from a folder beside.
test('properties of another folder are those of models in models/', () => {
  const root = mkdtempSync(join(tmpdir(), 'mmucheck-find-'))
  try {
    for (const folder of ['models', 'properties', 'mine']) mkdirSync(join(root, folder))
    for (const file of ['models/lock.ts', 'properties/lock.ts', 'mine/lock.ts']) writeFileSync(join(root, file), '')
    const found = (target: string) => findTarget(target, root).properties?.slice(root.length + 1) ?? null
    expect([found('lock'), found('models/lock.ts'), found('mine/lock.ts')]).toEqual(['properties/lock.ts', 'properties/lock.ts', null])
    writeFileSync(join(root, 'mine/lock.properties.ts'), '')
    expect(found('mine/lock.ts')).toBe('mine/lock.properties.ts')
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('models in folders of models/ are found by name, with properties beside them in properties/', () => {
  const root = mkdtempSync(join(tmpdir(), 'mmucheck-find-'))
  try {
    for (const folder of ['models/races/tlb', 'properties/races/tlb']) mkdirSync(join(root, folder), { recursive: true })
    for (const file of [
      'models/lock.ts',
      'models/races/b.ts',
      'models/races/a-b.ts',
      'models/races/a.ts',
      'models/races/tlb/lazy.ts',
      'models/races/a.d.ts',
    ])
      writeFileSync(join(root, file), '')
    writeFileSync(join(root, 'properties/races/tlb/lazy.ts'), '')
    const { file, properties } = findTarget('lazy', root)
    expect([file, properties].map((path) => path?.slice(root.length + 1))).toEqual([
      'models/races/tlb/lazy.ts',
      'properties/races/tlb/lazy.ts',
    ])
    expect([...modelGroups(root)]).toEqual([
      ['', ['lock']],
      ['races', ['a', 'a-b', 'b']],
      ['races/tlb', ['lazy']],
    ])
    expect(() => findTarget('lazi', root)).toThrow("there is no model 'lazi'")
    writeFileSync(join(root, 'models/lazy.ts'), '')
    expect(() => findTarget('lazy', root)).toThrow("are both 'lazy'")
  } finally {
    rmSync(root, { recursive: true })
  }
})
