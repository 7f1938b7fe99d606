import { always, array, assert, bound, choose, each, model, range, set, sometimes, when } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import type { Agent, System, Variable } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import { slowSearch } from '../../src/replay/search.ts'
import { counter, system } from './fixture.ts'

/** The system of a model that has rules only: variables and agents are all that the oracle needs. */
const rulesOnly = (variables: readonly Pick<Variable, 'name' | 'lo' | 'hi' | 'dims'>[], agents: readonly Agent[]): System => ({
  ...system,
  variables: variables.map((v, id) => ({ ...v, id, role: { kind: 'global' } })),
  agents,
  processes: [],
  steps: [],
})
const rule = (group: string, instance: number | null = null): Agent => ({
  id: 0,
  name: group,
  kind: 'rule',
  group,
  instance,
  fairness: 'none',
  cpu: null,
})
const search = (s: System, m: unknown, properties: object = {}, options: object = {}) =>
  slowSearch(s, m as Model, {}, properties as never, options)
const verdicts = (result: ReturnType<typeof slowSearch>): string[] =>
  result.properties.map(({ name, verdict, length, maximum }) => `${name} ${verdict} ${length}${maximum === null ? '' : ` max ${maximum}`}`)

describe('states, transitions, depth and verdicts, counted by hand', () => {
  test('a counter that goes up by one or two', () => {
    const m = model({
      name: 'm',
      state: () => ({ x: range(0, 3) }),
      rules: () => ({
        up: function* (s) {
          const by = yield* choose([1, 2])
          when(s.x + by <= 3)
          s.x = s.x + by
        },
      }),
    })
    const result = search(rulesOnly([{ name: 'x', lo: 0, hi: 3, dims: [] }], [rule('up')]), m, {
      small: always((s: { x: number }) => s.x < 3),
      two: sometimes((s: { x: number }) => s.x === 2),
      never: sometimes((s: { x: number }) => s.x > 3),
      most: bound((s: { x: number }) => s.x, 2),
    })
    expect(result.vectors).toEqual([[0], [1], [2], [3]])
    // 0 to 1 and 2, 1 to 2 and 3, 2 to 3. 3 is at depth 2; nobody asks for deadlocks of rules.
    expect([result.transitions, result.depth, result.complete]).toEqual([5, 2, true])
    expect(verdicts(result)).toEqual([
      'small violated 2',
      'two holds 1',
      'never violated null',
      'most violated 2 max 3',
      'assert holds null',
      'range holds null',
    ])
  })

  test('steps that fail are no transitions; the length counts them', () => {
    const m = model({
      name: 'm',
      state: () => ({ x: range(0, 2) }),
      rules: () => ({
        up: (s) => {
          s.x++
        },
        check: (s) => {
          assert(s.x !== 1, 'x is 1')
        },
      }),
    })
    const result = search(rulesOnly([{ name: 'x', lo: 0, hi: 2, dims: [] }], [rule('up'), rule('check')]), m)
    expect([result.vectors.length, result.transitions, result.depth]).toEqual([3, 4, 2])
    expect(verdicts(result)).toEqual(['assert violated 2', 'range violated 3'])
  })

  test('several initial states, and sets to choose from', () => {
    const m = model({
      name: 'm',
      state: () => ({ t: set(3), last: range(0, 2) }),
      init: function* (s) {
        s.t.add(yield* choose([0, 2]))
        s.t.add(1)
      },
      rules: () => ({
        take: function* (s) {
          const i = yield* choose(s.t)
          s.t.delete(i)
          s.last = i
        },
      }),
    })
    const result = search(
      rulesOnly(
        [
          { name: 't', lo: 0, hi: 1, dims: [3] },
          { name: 'last', lo: 0, hi: 2, dims: [] },
        ],
        [rule('take')],
      ),
      m,
    )
    expect(result.vectors.map((v) => v.join(''))).toEqual(['1100', '0110', '0100', '1001', '0011', '0102', '0001', '0000', '0002'])
    expect([result.transitions, result.depth]).toEqual([4 + 4, 2])
  })

  test('processes, with locals that live across steps', () => {
    const result = slowSearch(system, counter as unknown as Model, { most: 3 }, {}, { checkMergedEvery: 1 })
    // Without the mood: 2 states at the start; of the cpu that goes first 2 after `take`, 4 before it writes pte[1], 3
    // after, then 6, 6 and 6 (pte[0] is 0 or 1, pte[1] 0 to 2); of the other 6, 12, 8, 16 and 12; and 12 at the end,
    // alike for both orders. Each with both moods.
    expect(result.vectors.length).toBe(2 * (2 + 2 * (2 + 4 + 3 + 6 + 6 + 6) + 2 * (6 + 12 + 8 + 16 + 12) + 12))
    expect(result.complete).toBe(true)
    expect(verdicts(result)).toEqual(['deadlock holds null', 'assert holds null', 'range holds null'])
    expect(result.depth).toBe(12 + 1)
    expect(new Set(result.vectors.map((v) => v.join())).size).toBe(result.vectors.length)
  })

  test('a deadlock is a state where a process waits for ever', () => {
    const stuck = {
      ...counter,
      rules: () => ({ timer: { calm: () => when(false), busy: () => when(false) } }),
      init: (s: { lock: { owner: number | null } }) => {
        s.lock = { owner: 1 }
      },
    }
    const result = slowSearch(system, stuck as unknown as Model, { most: 3 }, {})
    expect(result.vectors.length).toBe(1)
    expect(verdicts(result)[0]).toBe('deadlock violated 0')
    expect(verdicts(slowSearch(system, { ...stuck, deadlock: 'allowed' } as unknown as Model, { most: 3 }, {}))[0]).toBe(
      'assert holds null',
    )
  })
})

describe('limits', () => {
  const m = model({
    name: 'm',
    state: () => ({ x: array(2, range(0, 4)) }),
    rules: (_p) => ({
      up: each(2, (s, i) => {
        s.x[i] = (s.x[i] + 1) % 5
      }),
    }),
  })
  const s = rulesOnly([{ name: 'x', lo: 0, hi: 4, dims: [2] }], [rule('up', 0), rule('up', 1)])
  test('none', () => expect(search(s, m)).toMatchObject({ transitions: 50, depth: 8, complete: true }))
  test('depth', () => {
    const result = search(s, m, { small: always(() => true) }, { limits: { depth: 2 } })
    expect([result.vectors.length, result.depth, result.complete]).toEqual([6, 2, false])
    expect(verdicts(result)).toEqual(['small incomplete null', 'assert incomplete null', 'range incomplete null'])
  })
  test('states', () => expect(search(s, m, {}, { limits: { states: 4 } })).toMatchObject({ vectors: { length: 4 }, complete: false }))
})

test('a system that forgets a live local is found out', () => {
  // With `how` and `old` left out of the state, executions that go on differently look alike.
  const forgetful = {
    ...system,
    processes: system.processes.map((p) => ({
      ...p,
      locations: p.locations.map((l) => ({ ...l, live: l.live.filter(({ name }) => name === 'cpu') })),
    })),
  }
  expect(() => slowSearch(forgetful, counter as unknown as Model, { most: 3 }, {}, { checkMergedEvery: 1 })).toThrow('go on differently')
})
