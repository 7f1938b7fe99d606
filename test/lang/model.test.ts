import { model, range } from 'mmucheck'
import { expect, test } from 'vitest'

// Types are gone when a model runs: a misspelt part was left out in silence, and the model held.
test('a part of a model that is misspelt is refused', () => {
  const definition = { name: 'typo', state: () => ({ x: range(0, 1) }), procesess: () => ({}) }
  expect(() => model(definition)).toThrow("has a part 'procesess'")
})
