/** docs/MMU.md names every building block, and each of its examples is a model of which all holds. */
import { readFileSync } from 'node:fs'
import * as mmu from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { check, failuresOf } from '../../src/check.ts'
import { loadText } from '../differential/text.ts'

const page = readFileSync(new URL('../../docs/MMU.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text)

describe.each(Object.keys(mmu))('%s', (name) => {
  test('has its row', () => expect(page).toMatch(new RegExp(`^\\|.*\`${name}(\\(.*\\))?\` \\|`, 'm')))
  test('is in an example', () => expect(examples.filter((text) => new RegExp(`\\b${name}\\b(?!')`).test(text))).not.toEqual([]))
})

test.each(examples.map((text) => [/name: '(\w+)'/.exec(text)?.[1], text] as const))('%s holds', async (_name, text) => {
  const report = await check({ kind: 'properties', ...loadText(text) } as never, { engine: 'explicit', oracle: 'all' })
  expect(failuresOf(report)).toBe('')
  expect([report.complete, report.neverFired, report.properties.filter(({ vacuous }) => vacuous)]).toEqual([true, [], []])
})
