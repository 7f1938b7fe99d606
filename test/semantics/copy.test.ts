/** `copy(x)`: values of all domains, which nothing that is stored later changes, in the oracle and in the engine. */
import { array, bool, choose, copy, model, oneOf, optional, queue, range, record, same, set, union } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { loadText } from '../differential/text.ts'
import { explore } from './harness.ts'

const ends = (states: readonly string[]): string[] => states.filter((state) => state.endsWith('p@-'))

describe('copy', () => {
  test.each([
    ['a number', range(0, 2), 1, 2],
    ['a string', oneOf('a', 'b'), 'a', 'b'],
    ['a record in a record', record({ r: record({ n: range(0, 2) }) }), { r: { n: 1 } }, { r: { n: 2 } }],
    ['an array of records', array(2, record({ n: range(0, 2) })), [{ n: 1 }, { n: 0 }], [{ n: 2 }, { n: 1 }]],
    ['a queue', queue(2, range(0, 2)), [1], [2, 2]],
    ['an optional record', optional(record({ n: range(0, 2) })), { n: 1 }, null],
    ['what is null', optional(record({ n: range(0, 2) })), null, { n: 1 }],
    ['a union', union('tag', { idle: {}, fault: { n: range(0, 2) } }), { tag: 'fault', n: 1 }, { tag: 'idle' }],
  ] as const)('of %s is not what is stored later', async (_, domain, first, second) => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: domain as never, old: domain as never, isOld: bool }),
        init: (s) => {
          s.x = first as never
        },
        processes: () => ({
          p: function* (s) {
            yield 'exchange'
            const old = copy(s.x)
            s.x = second as never
            s.isOld = same(old, first as never) && !same(old, s.x)
            yield 'keep it'
            s.old = old
            s.isOld = s.isOld && same(s.old, first as never)
          },
        }),
      }),
    )
    expect(ends(states)).toHaveLength(1)
    expect(ends(states)[0]).toContain('isOld=true')
    expect(verdicts).toMatchObject({ range: 'holds', assert: 'holds' })
  })

  test('of a set', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: set(3), old: set(3) }),
        init: function* (s) {
          s.x.add(yield* choose(2))
        },
        processes: () => ({
          p: function* (s) {
            yield 'exchange'
            const old = copy(s.x)
            s.x.add(2)
            s.old = old
          },
        }),
      }),
    )
    expect(ends(states)).toEqual(['x={0,2} old={0} | p@-', 'x={1,2} old={1} | p@-'])
  })

  test('of a local, which may be changed after it', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: record({ n: range(0, 2) }), b: record({ n: range(0, 2) }) }),
        processes: () => ({
          p: function* (s) {
            yield 'change one'
            const mine = { n: 1 }
            const old = copy(mine)
            mine.n = 2
            s.a = old
            s.b = mine
          },
        }),
      }),
    )
    expect(ends(states)).toEqual(['a={n:1} b={n:2} | p@-'])
  })

  test('of what is not there any more is a range violation', async () => {
    const text = `
      import { copy, model, optional, properties, range, record } from 'mmucheck'
      export default properties(model({
        name: 'm',
        state: () => ({ x: optional(record({ n: range(0, 2) })) }),
        init: (s) => { s.x = { n: 1 } },
        rules: () => ({
          r: (s) => {
            const there = s.x!
            s.x = null
            const kept = copy(there)
            s.x = kept
          },
        }),
      }), {})`
    const report = await check({ kind: 'properties', ...loadText(text) } as never, { engine: 'explicit', oracle: 'all' })
    expect(report.properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name)).toEqual(['range'])
  })
})

// It was MC101, "a part of the state is assigned": a helper could not be given the name of what it stores to.
test('a variable is stored to by its name', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ a: range(0, 2), b: range(0, 2) }),
      processes: () => ({
        p: function* (s) {
          for (const name of ['a', 'b'] as const) {
            yield `store to ${name}`
            s[name] = name === 'a' ? 1 : 2
          }
        },
      }),
    }),
  )
  expect(ends(states)).toEqual(['a=1 b=2 | p@-'])
})
