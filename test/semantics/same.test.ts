/**
 * `same(a, b)`: values of all domains, parts of the state and values apart from it, in the oracle and in both engines.
 */
import { array, bool, choose, each, index, model, oneOf, optional, range, record, same, set, sometimes } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compareText } from '../differential/compare.ts'
import { explore } from './harness.ts'

/** Of all pairs of values of a domain that `init` can choose, those that are the same. */
const pairs = async (state: string, values: readonly string[], compared = 'same(s.a, s.b)'): Promise<string> => {
  const store = (name: string): string =>
    `switch (yield* choose(${values.length})) {\n${values.map((value, i) => `case ${i}: { s.${name} = ${value}; break }`).join('\n')}\n}`
  const source = `import { always, array, bool, choose, index, model, oneOf, optional, properties, queue, range, record, same, set, sometimes, union } from 'mmucheck'
const one = new Set([1])
const m = model({
  name: 'm',
  state: () => ({ a: ${state}, b: ${state}, i: index(${values.length}), j: index(${values.length}), is: bool }),
  init: function* (s) {
    ${store('a').replace('yield* choose', 's.i = yield* choose')}
    ${store('b').replace('yield* choose', 's.j = yield* choose')}
    s.is = ${compared}
  },
  rules: () => ({ again: (s) => { s.is = !same(s.b, s.a) } }),
})
export default properties(m, {
  exact: always((s) => !same(s.a, s.b) || s.i === s.j),
  reflexive: always((s) => s.i !== s.j || same(s.a, s.b)),
  one: sometimes((s) => s.is),
})
`
  const result = await compareText(source)
  if (result.kind !== 'agree') throw new Error(`${JSON.stringify(result)}\n${source}`)
  return result.result.properties.map(({ name, verdict }) => `${name} ${verdict}`).join(', ')
}

const holds = 'exact holds, reflexive holds, one holds, assert holds, range holds'

describe('values of every domain', () => {
  test.each([
    ['scalars', "oneOf('x', 'y')", ["'x'", "'y'"]],
    ['optionals', 'optional(range(0, 1))', ['null', '0', '1']],
    [
      'records',
      'record({ P: bool, in: record({ n: range(0, 1) }) })',
      ['{ P: false, in: { n: 0 } }', '{ P: false, in: { n: 1 } }', '{ P: true, in: { n: 1 } }'],
    ],
    ['optional records', 'optional(record({ P: bool }))', ['null', '{ P: false }', '{ P: true }']],
    ['arrays', 'array(2, optional(range(0, 1)))', ['[null, 0]', '[0, null]', '[0, 1]']],
    ['queues', 'queue(2, range(0, 1))', ['[]', '[0]', '[0, 0]', '[0, 1]']],
    [
      'unions',
      "union('k', { a: {}, b: { n: range(0, 1) }, c: { n: range(0, 1) } })",
      ["{ k: 'a' }", "{ k: 'b', n: 0 }", "{ k: 'b', n: 1 }", "{ k: 'c', n: 1 }"],
    ],
  ])('%s', async (_, state, values) => {
    expect(await pairs(state, values)).toBe(holds)
  })

  test('copies and literals beside parts of the state', async () => {
    expect(
      await pairs(
        'record({ P: bool, n: range(0, 1) })',
        ['{ P: true, n: 0 }', '{ P: true, n: 1 }'],
        'same({ n: s.a.n, P: true }, { ...s.b })',
      ),
    ).toBe(holds)
    expect(await pairs('queue(3, range(0, 2))', ['[0, 1]', '[1]'], 'same([...s.a].filter((x) => x > 0), [...s.b])')).toBe(holds)
  })
})

const evens = new Set([0, 2])

test('sets, by their members', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ a: set(2), b: set(3) }),
      rules: () => ({
        *add(s) {
          s.a.add(yield* choose(2))
        },
        *other(s) {
          s.b.add(yield* choose(3))
        },
      }),
    }),
    {
      empty: sometimes((s) => same(s.a, s.b) && s.a.size === 0),
      full: sometimes((s) => same(s.a, s.b) && s.a.size === 2),
      different: sometimes((s) => !same(s.b, s.a) && s.a.size === s.b.size),
      constant: sometimes((s) => same(s.b, evens as never)),
    },
  )
  expect(verdicts).toEqual({
    empty: 'holds 0',
    full: 'holds 4',
    different: 'holds 2',
    constant: 'holds 2',
    assert: 'holds',
    range: 'holds',
  })
})

const pages = array(2, optional(record({ frame: range(0, 1), dirty: bool })))

test('parts of the state are compared as they are when they are compared, and by helpers that get them', async () => {
  const unchanged = <T>(now: T, old: T): boolean => same(now, old)
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pages, kept: optional(record({ frame: range(0, 1), dirty: bool })), saw: oneOf('nothing', 'same', 'other') }),
      processes: (_p) => ({
        cpu: each(2, function* (s, me) {
          yield 'read'
          const old = s.pages.map((page) => (page === null ? null : { ...page }))
          yield 'write'
          const mine = s.pages[me]
          s.pages[me] = mine === null ? { frame: me, dirty: false } : null
          s.saw = unchanged(s.pages, old) ? 'same' : 'other'
          yield 'keep'
          s.kept = s.pages.find((page) => same(page, { frame: 1, dirty: false })) ?? null
        }),
      }),
    }),
    {
      never: sometimes((s) => s.saw === 'same'),
      kept: sometimes((s) => same(s.kept, s.pages[1]) && s.kept !== null),
      listed: sometimes((s) => same(s.pages, [null, { frame: 1, dirty: false }])),
    },
  )
  expect(verdicts).toMatchObject({ never: 'violated', kept: 'holds 3', listed: 'holds 2' })
})

test('what is not there any more cannot be compared: a range violation, whatever is on the other side', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ o: optional(record({ n: range(0, 1) })), same: bool, i: index(3) }),
      init: function* (s) {
        s.o = (yield* choose(2)) === 0 ? { n: 1 } : null
      },
      rules: () => ({
        go: (s) => {
          const { o } = s
          s.o = null
          s.same = same(o, null)
        },
      }),
    }),
    { same: sometimes((s) => s.same) },
  )
  expect(verdicts).toEqual({ same: 'holds 1', assert: 'holds', range: 'violated 1' })
})

test('a local that is compared gets no second name by it, and may not change meanwhile', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      state: () => ({ r: record({ n: range(0, 2) }), is: bool }),
      rules: () => ({
        go: (s) => {
          const mine = { n: 1 }
          s.is = same(mine, s.r)
          mine.n = 2
          s.r = mine
          s.is = s.is || same({ n: 2 }, mine)
        },
      }),
    }),
  )
  expect(states).toEqual(['r={n:0} is=false', 'r={n:2} is=true'])
})
