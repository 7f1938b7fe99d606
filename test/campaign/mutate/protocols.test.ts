/**
 * Every step of every protocol is needed by some property, or the file of properties says why not: `mmucheck mutate`,
 * built, on a variant of each protocol that explains its survivors. Those that are large are in large.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { explained, isLarge, mutantsOf, protocols } from './explained.ts'

test('every protocol has a setting whose survivors are explained, and a small one', () => {
  expect(protocols.length).toBeGreaterThan(10)
  const isSmall = ({ model }: { readonly model: string }, variant: string | null): boolean => !isLarge(model, variant)
  expect(protocols.filter((one) => !one.variants.some((variant) => isSmall(one, variant))).map(({ model }) => model)).toEqual([])
})

describe.each(explained('small'))('$model', ({ model, variants }) => {
  test.each(variants.map((variant) => [variant]))('variant %s', { timeout: 600_000 }, async (variant) => {
    const mutants = await mutantsOf(model, variant)
    expect(mutants.filter(({ outcome }) => outcome === 'killed').length).toBeGreaterThan(10)
  })
})
