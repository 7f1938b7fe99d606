import { resolve } from 'node:path'
import { model } from 'mmucheck'
import { expect, test } from 'vitest'
import { homeOf } from '../../src/load/home.ts'

const named = (name: string): Parameters<typeof homeOf>[0] => model({ name, state: () => ({}) }) as never
const home = (name: string, file: string, properties: string | null): string =>
  homeOf(named(name), resolve(file), properties === null ? null : resolve(properties))

test('a model in models/ that has the name of its file, with the properties that go with it or none, lives under its name', () => {
  expect(home('lazy-mmu', 'models/lazy-mmu.ts', 'properties/lazy-mmu.ts')).toBe('lazy-mmu')
  expect(home('lazy-mmu', 'models/lazy-mmu.ts', null)).toBe('lazy-mmu')
})

test('one in a folder of models/ lives in such a folder', () => {
  expect(home('switch-mm', 'models/races/switch-mm.ts', null)).toBe('races/switch-mm')
})

test('whatever could be taken for it lives under the path of its file', () => {
  expect(home('other', 'models/lazy-mmu.ts', 'properties/lazy-mmu.ts')).toBe('models/lazy-mmu.ts')
  expect(home('lazy-mmu', 'models/lazy-mmu.ts', 'properties/pte-modify.ts')).toBe('properties/pte-modify.ts')
  expect(home('lazy-mmu', 'copies/lazy-mmu.ts', null)).toBe('copies/lazy-mmu.ts')
  expect(home('lazy-mmu', 'lazy-mmu.ts', null)).toBe('lazy-mmu.ts')
})
