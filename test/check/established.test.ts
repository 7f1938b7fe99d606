import { expect, test } from 'vitest'
import { established } from '../../src/check/established.ts'

const all = { complete: true, states: 1234, depth: 9 }
const some = { complete: false, states: 1000, depth: 5 }
const none = { length: null, maximum: null }

test.each([
  [{ kind: 'always', verdict: 'holds', ...none }, all, null, 'explored exhaustively: 1,234 states'],
  [{ kind: 'always', verdict: 'violated', length: 9, maximum: null }, all, null, 'false after 9 steps, the fewest there are'],
  [{ kind: 'always', verdict: 'violated', length: 0, maximum: null }, all, null, 'false in an initial state'],
  [
    { kind: 'sometimes', verdict: 'holds', length: 1, maximum: null },
    some,
    { kind: 'first' },
    'reached after 1 step, the fewest there are',
  ],
  [{ kind: 'sometimes', verdict: 'violated', ...none }, all, null, 'not reached: explored exhaustively, 1,234 states'],
  [{ kind: 'bound', verdict: 'holds', length: null, maximum: 3 }, all, null, 'explored exhaustively: 1,234 states; greatest value 3'],
  [{ kind: 'assert', verdict: 'violated', length: 2, maximum: null }, all, null, 'fails after 2 steps, the fewest there are'],
  [{ kind: 'deadlock', verdict: 'violated', length: 2, maximum: null }, all, null, 'deadlock after 2 steps, the fewest there are'],
  [
    { kind: 'bound', verdict: 'incomplete', length: null, maximum: 2 },
    some,
    { kind: 'depth', depth: 5 },
    'not settled: the limit of depth 5 was reached (--max-depth); 1,000 states explored, to depth 5; greatest value 2',
  ],
] as const)('%o', (property, explored, limit, text) => {
  expect(established(property, explored, limit)).toBe(text)
})
