/** As protocols.test.ts, of the settings that take more than some ten seconds of a processor. */
import { describe, expect, test } from 'vitest'
import { explained, large, mutantsOf } from './explained.ts'

test('all that is called large is explained', () => {
  const found = explained('large').flatMap(({ model, variants }) => variants.map((variant) => [model, variant]))
  expect(found).toEqual(large)
})

describe.each(explained('large'))('$model', ({ model, variants }) => {
  test.each(variants.map((variant) => [variant]))('variant %s', { timeout: 600_000 }, async (variant) => {
    const mutants = await mutantsOf(model, variant)
    expect(mutants.filter(({ outcome }) => outcome === 'killed').length).toBeGreaterThan(10)
  })
})
