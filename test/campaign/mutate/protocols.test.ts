/**
 * Every step of every protocol is needed by some property, or the file of properties says why not: `mmucheck mutate`,
 * built, on the variants that explain their survivors. Those that take long are in large.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { explained, mutantsOf, protocols } from './explained.ts'

test('every protocol has a setting whose survivors are explained, and but for one a small one', () => {
  expect(protocols.length).toBeGreaterThan(10)
  expect(protocols.filter(({ variants }) => variants.length === 0)).toEqual([])
  const hasSmall = new Set(explained('small').map(({ model }) => model))
  expect(protocols.map(({ model }) => model).filter((model) => !hasSmall.has(model))).toEqual(['mach-shootdown-rules'])
})

describe.each(explained('small'))('$model', ({ model, variants }) => {
  test.each(variants.map((variant) => [variant]))('variant %s', { timeout: 600_000 }, async (variant) => {
    const mutants = await mutantsOf(model, variant)
    expect(mutants.filter(({ outcome }) => outcome === 'killed').length).toBeGreaterThan(10)
  })
})
