/**
 * docs/RACES.md lists the races of models/races/ as they are found: the states of the variant, and the steps of the
 * shortest violation of some property. Every model has a page, and a line for each variant that was a kernel's.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { modelGroups } from '../../src/load/find.ts'

const root = resolve(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/RACES.md'), 'utf8')
const rows = [...text.matchAll(/^\| .* \| \[.*\]\(races\/([\w-]+)\.md\) \| .* \| `([\w-]+)` \| ([\d,]+) \| (\d+) \| \d+\.\d \|$/gm)].map(
  ([, name = '', variant = '', states = '', steps]) => ({
    name,
    variant,
    states: Number(states.replaceAll(',', '')),
    steps: Number(steps),
  }),
)
const names = modelGroups(root).get('races') ?? []

test('every race has lines in the table, a page, and the variants as-it-was and fixed', async () => {
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(names))
  expect(rows).toHaveLength(text.split('\n').filter((line) => line.includes('](races/')).length)
  for (const name of names) {
    expect(readFileSync(join(root, 'docs/races', `${name}.md`), 'utf8')).toMatch(/^# .+\n\n/)
    const { default: model } = (await import(`../../models/races/${name}.ts`)) as { default: { variants: object } }
    expect(Object.keys(model.variants)).toEqual(expect.arrayContaining(['as-it-was', 'fixed']))
  }
})

describe.each(rows)('$name, $variant', ({ name, variant, states, steps }) => {
  test('is found as the table says', async () => {
    const report = await check(join(root, 'models/races', `${name}.ts`), { variant, engine: 'explicit', oracle: 'none' })
    expect(report.states).toBe(states)
    const found = report.properties.filter(({ verdict }) => verdict === 'violated').map(({ length }) => length)
    expect(found).toContain(steps)
  })
})
