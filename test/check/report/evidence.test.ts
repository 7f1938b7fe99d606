import { expect, test } from 'vitest'
import { evidenceWords } from '../../../src/check/report/evidence.ts'

const all = { complete: true, states: 1234, depth: 9 }
const some = { complete: false, states: 1000, depth: 5 }
const none = { length: null, extreme: null }
const base = { ...none, loop: null, allowed: null }

test.each([
  [{ kind: 'always', verdict: 'holds', ...none }, all, null, 'explored exhaustively: 1,234 states'],
  [{ kind: 'always', verdict: 'violated', length: 9, extreme: null }, all, null, 'false after 9 steps, the fewest there are'],
  [{ kind: 'always', verdict: 'violated', length: 0, extreme: null }, all, null, 'false in an initial state'],
  [
    { kind: 'sometimes', verdict: 'holds', length: 1, extreme: null },
    some,
    { kind: 'first' },
    'reached after 1 step, the fewest there are',
  ],
  [{ kind: 'sometimes', verdict: 'violated', ...none }, all, null, 'not reached: explored exhaustively, 1,234 states'],
  [{ kind: 'bound', verdict: 'holds', extreme: 3, allowed: 3 }, all, null, 'explored exhaustively: 1,234 states; greatest value 3: tight'],
  [
    { kind: 'bound', verdict: 'holds', extreme: 3, allowed: 5 },
    all,
    null,
    'explored exhaustively: 1,234 states; greatest value 3 of 5: not tight',
  ],
  [{ kind: 'leadsTo', verdict: 'holds' }, all, null, 'explored exhaustively: 1,234 states, and their fair cycles'],
  [{ kind: 'leadsTo', verdict: 'violated', length: 7, loop: 4 }, all, null, 'never comes: a fair cycle of 3 steps after 4 steps'],
  [{ kind: 'eventually', verdict: 'violated', length: 1, loop: 0 }, all, null, 'never comes: a fair cycle of 1 step from an initial state'],
  [{ kind: 'eventually', verdict: 'violated', length: 1, loop: 1 }, all, null, 'never comes: everything stops after 1 step'],
  [{ kind: 'alwaysPossible', verdict: 'violated', length: 2 }, all, null, 'out of reach after 2 steps, the fewest there are'],
  [{ kind: 'stuck', verdict: 'violated', length: 0 }, all, null, 'a process can never take a step again in an initial state'],
  [
    { kind: 'maximum', verdict: 'holds', length: 3, extreme: 7 },
    all,
    null,
    '7, reached after 3 steps, the fewest there are; explored exhaustively: 1,234 states',
  ],
  [
    { kind: 'minimum', verdict: 'holds' },
    all,
    null,
    'no value: no state in which every process has returned; explored exhaustively: 1,234 states',
  ],
  [
    { kind: 'minimum', verdict: 'incomplete', extreme: 7 },
    some,
    { kind: 'interrupted' },
    'not settled: the search was interrupted; 1,000 states explored, to depth 5; least value 7',
  ],
  [{ kind: 'assert', verdict: 'violated', length: 2, extreme: null }, all, null, 'fails after 2 steps, the fewest there are'],
  [{ kind: 'deadlock', verdict: 'violated', length: 2, extreme: null }, all, null, 'deadlock after 2 steps, the fewest there are'],
  [
    { kind: 'bound', verdict: 'incomplete', length: null, extreme: 2 },
    some,
    { kind: 'depth', depth: 5 },
    'not settled: the limit of depth 5 was reached (--max-depth); 1,000 states explored, to depth 5; greatest value 2',
  ],
] as const)('%o', (property, explored, limit, text) => {
  expect(evidenceWords({ ...base, ...property }, [{ by: 'search', modulo: 1, ...explored, limit }])).toBe(text)
})
