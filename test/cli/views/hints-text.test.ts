import { expect, test } from 'vitest'
import { hints } from '../../../src/cli/views/hints-text.ts'

const branch = (line: number) => ({ agents: null, text: 'else', file: 'm.ts', line, from: null })
const of = (n: number) => ({
  properties: [],
  neverFired: [],
  neverTaken: Array.from({ length: n }, (_, i) => branch(i + 1)),
  unchanging: [],
  unreadGhosts: [],
  complete: true,
  params: {},
})

// 27 branches pushed the verdicts off the screen.
test('of each list five are shown, and the rest where it is asked for', () => {
  const shown = ['never taken:', ...[1, 2, 3, 4, 5].map((line) => `  else (m.ts:${line})`)]
  expect(hints(of(5), 'short', 100)).toEqual(shown)
  expect(hints(of(27), 'short', 100)).toEqual([...shown, '  … and 22 more (--full)'])
  expect(hints(of(27), 'full', 100)).toHaveLength(28)
})

test('where a limit was hit all of it may come still', () => {
  expect(hints({ ...of(1), complete: false }, 'short', 100)[0]).toBe('never taken so far:')
})

test('ghosts that nobody reads', () => {
  expect(hints({ ...of(0), unreadGhosts: ['written'] }, 'short', 100)).toEqual([
    'ghosts that neither a property nor an assertion reads:',
    '  written',
  ])
  // An assertion may read it where another param is set.
  expect(hints({ ...of(0), unreadGhosts: ['written'], params: { cpus: 2 } }, 'short', 100)[0]).toBe(
    'ghosts that neither a property nor an assertion reads with these params:',
  )
})
