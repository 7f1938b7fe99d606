import {
  always,
  array,
  assert,
  bool,
  bound,
  choose,
  each,
  ghost,
  index,
  model,
  optional,
  queue,
  range,
  record,
  set,
  size,
  sometimes,
  until,
  when,
} from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from './harness.ts'
import { clamp } from './helpers.ts'

const counter = model({
  name: 'counter',
  params: { n: size(4, { max: 9 }) },
  state: (p) => ({ x: range(0, p.n), seen: ghost(range(0, p.n)) }),
  rules: (p) => ({
    up: (s) => {
      when(s.x < p.n)
      s.x++
      s.seen = Math.max(s.seen, s.x)
    },
    reset: (s) => {
      when(s.x > 0)
      s.x = 0
    },
  }),
})
/** Of rules alone. */
const builtIn = { assert: 'holds', range: 'holds' }

describe('always, sometimes, bound', () => {
  test('their verdicts and shortest lengths', async () => {
    const { verdicts } = await explore(counter, {
      small: always((s) => s.x <= 4),
      below3: always((s) => s.x < 3),
      notZero: always((s) => s.x !== 0),
      reaches2: sometimes((s) => s.x === 2),
      startsAt0: sometimes((s) => s.x === 0),
      reaches5: sometimes((s) => s.x > 4),
      atMost4: bound((s) => s.x, 4),
      atMost1: bound((s) => s.x + 0, 1),
      negative: bound((s) => -s.x, -1),
    })
    expect(verdicts).toEqual({
      small: 'holds',
      below3: 'violated 3',
      notZero: 'violated 0',
      reaches2: 'holds 2',
      startsAt0: 'holds 0',
      reaches5: 'violated',
      atMost4: 'holds',
      atMost1: 'violated 2',
      negative: 'violated 0',
      ...builtIn,
    })
  })

  test('read ghosts, params and helpers of other files', async () => {
    const { verdicts } = await explore(
      counter,
      {
        ghosts: always((s) => s.x <= s.seen),
        params: always((s, p) => s.x <= p.n - 1),
        helpers: always((s) => clamp(s.x) === s.x),
        rewound: sometimes((s) => s.x < s.seen),
      },
      { n: 6 },
    )
    expect(verdicts).toEqual({ ghosts: 'holds', params: 'violated 6', helpers: 'violated 4', rewound: 'holds 2', ...builtIn })
  })

  test('of several initial states', async () => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(5) }),
        init: function* (s) {
          s.x = yield* choose([0, 2])
        },
        rules: () => ({
          up: (s) => {
            when(s.x < 4)
            s.x++
          },
        }),
      }),
      { not3: always((s) => s.x !== 3), not1: always((s) => s.x !== 1), four: sometimes((s) => s.x === 4) },
    )
    expect(verdicts).toEqual({ not3: 'violated 1', not1: 'violated 1', four: 'holds 2', ...builtIn })
  })

  test('a predicate with statements in it', async () => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(3, bool) }),
        rules: () => ({
          flip: function* (s) {
            const i = yield* choose(3)
            when(!s.a[i])
            s.a[i] = true
          },
        }),
      }),
      {
        notAll: always((s) => {
          let count = 0
          for (const x of s.a) if (x) count++
          return count < 3
        }),
        firstIsSet: sometimes((s) => s.a.indexOf(true) === 0 && !s.a[1] && !s.a[2]),
      },
    )
    expect(verdicts).toEqual({ notAll: 'violated 3', firstIsSet: 'holds 1', ...builtIn })
  })

  test('a predicate that fails itself, by a null or an index, does not hold', async () => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ o: optional(record({ x: index(2) })), a: array(2, index(4)), at: index(4) }),
        rules: () => ({
          fill: (s) => {
            s.o = { x: 1 }
          },
          move: (s) => {
            when(s.at < 3)
            s.at++
          },
        }),
      }),
      {
        dereferences: always((s) => (s.o as { x: number }).x === 1),
        witnesses: sometimes((s) => (s.o as { x: number }).x === 1),
        indexes: always((s) => s.a[s.at] === 0),
      },
    )
    expect(verdicts).toEqual({ dereferences: 'violated 0', witnesses: 'holds 1', indexes: 'violated 2', ...builtIn })
  })
})

describe('deadlock', () => {
  const abba = (deadlock: 'violation' | 'allowed') =>
    model({
      name: 'abba',
      state: () => ({ owner: array(2, optional(index(2))) }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          yield until('lock first', () => s.owner[cpu] === null)
          s.owner[cpu] = cpu
          yield until('lock second', () => s.owner[1 - cpu] === null)
          s.owner[1 - cpu] = cpu
          yield 'unlock'
          s.owner = [null, null]
        }),
      }),
      deadlock,
    })

  test('two locks in opposite order', async () => {
    const { verdicts } = await explore(abba('violation'))
    expect(verdicts.deadlock).toBe('violated 2')
  })

  test('allowed where the model says so', async () => {
    const { verdicts } = await explore(abba('allowed'))
    expect(verdicts).toEqual({ assert: 'holds', range: 'holds' })
  })

  test('is none where all processes have returned', async () => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: bool }),
        processes: () => ({
          p: function* (s) {
            yield 'go'
            s.x = true
          },
        }),
      }),
    )
    expect(verdicts.deadlock).toBe('holds')
  })

  test('is none where a step can only fail', async () => {
    const { verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(2) }),
        processes: () => ({
          p: function* (s) {
            yield 'go'
            s.x = 1
            yield 'fail'
            s.x++
          },
        }),
      }),
    )
    expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'violated 2' })
  })

  const once = (asked: { readonly deadlock?: 'violation' | 'allowed' }) =>
    model({
      name: 'm',
      state: () => ({ x: index(3) }),
      rules: () => ({
        up: (s) => {
          when(s.x < 2)
          s.x += 1
        },
      }),
      ...asked,
    })

  test('of rules alone is not looked for unless it is asked for', async () => {
    expect((await explore(once({}))).verdicts).toEqual({ assert: 'holds', range: 'holds' })
    expect((await explore(once({ deadlock: 'allowed' }))).verdicts).toEqual({ assert: 'holds', range: 'holds' })
  })

  test('of rules alone is a state in which none is enabled', async () => {
    expect((await explore(once({ deadlock: 'violation' }))).verdicts.deadlock).toBe('violated 2')
  })

  test('of rules alone is none where one can only fail, or something can always happen', async () => {
    const failing = model({
      name: 'm',
      state: () => ({ x: index(3) }),
      rules: () => ({
        up: (s) => {
          s.x += 1
        },
      }),
      deadlock: 'violation',
    })
    expect((await explore(failing)).verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'violated 3' })
    const cyclic = model({
      name: 'm',
      state: () => ({ x: index(3) }),
      rules: () => ({
        up: (s) => {
          s.x = (s.x + 1) % 3
        },
      }),
      deadlock: 'violation',
    })
    expect((await explore(cyclic)).verdicts.deadlock).toBe('holds')
  })
})

describe('assert and range', () => {
  /** A process that counts to 3, then does what may fail. */
  const lengthOf = async (fails: 'assert' | 'range', m: Parameters<typeof explore>[0]): Promise<void> => {
    const { verdicts } = await explore(m)
    const { deadlock = 'holds', ...others } = verdicts
    expect([deadlock, others]).toEqual(['holds', { ...builtIn, [fails]: 'violated 2' }])
  }

  test('assert; it may read ghosts', () =>
    lengthOf(
      'assert',
      model({
        name: 'm',
        state: () => ({ g: ghost(bool) }),
        processes: () => ({
          p: function* (s) {
            yield 'set'
            s.g = true
            yield 'check'
            assert(!s.g)
          },
        }),
      }) as never,
    ))

  test('a value outside its range', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ x: range(0, 1) }),
        rules: () => ({
          up: (s) => {
            s.x += 1
          },
        }),
      }) as never,
    ))

  test('a value below its range', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ a: array(2, range(-1, 1)) }),
        rules: () => ({
          down: function* (s) {
            const i = yield* choose(2)
            s.a[i] -= 1
          },
        }),
      }) as never,
    ))

  test('an index outside an array', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ a: array(2, bool), at: index(3) }),
        rules: () => ({
          move: (s) => {
            when(s.at < 2)
            s.at = 2
          },
          use: (s) => {
            s.a[s.at] = true
          },
        }),
      }) as never,
    ))

  test('an element that is read outside an array', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ a: array(2, bool), at: index(3), x: bool }),
        rules: () => ({
          move: (s) => {
            s.at = 2
          },
          use: (s) => {
            s.x = s.a[s.at]
          },
        }),
      }) as never,
    ))

  test('a field of null', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ o: optional(record({ x: index(3) })), step: bool }),
        init: (s) => {
          s.o = { x: 0 }
        },
        rules: () => ({
          forget: (s) => {
            s.o = null
          },
          use: (s) => {
            ;(s.o as { x: number }).x = 1
          },
        }),
      }) as never,
    ))

  test('pushing to a full queue', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ q: queue(1, bool) }),
        rules: () => ({
          push: (s) => {
            s.q.push(true)
          },
        }),
      }) as never,
    ))

  test('shifting an empty queue', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ q: queue(1, bool) }),
        init: (s) => {
          s.q.push(true)
        },
        rules: () => ({
          shift: (s) => {
            s.q.shift()
          },
        }),
      }) as never,
    ))

  test('adding to a set what is no member of its domain', () =>
    lengthOf(
      'range',
      model({
        name: 'm',
        state: () => ({ t: set(2), x: index(3) }),
        rules: () => ({
          up: (s) => {
            when(s.x < 2)
            s.x = 2
          },
          add: (s) => {
            s.t.add(s.x)
          },
        }),
      }) as never,
    ))

  test('a state that fails is explored on along its other steps', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(2), y: index(3) }),
        rules: () => ({
          x: (s) => {
            s.x++
          },
          y: (s) => {
            when(s.y < 2)
            s.y++
          },
        }),
      }),
      { both: sometimes((s) => s.x === 1 && s.y === 2) },
    )
    expect(states).toEqual(['x=0 y=0', 'x=0 y=1', 'x=0 y=2', 'x=1 y=0', 'x=1 y=1', 'x=1 y=2'])
    expect(verdicts).toEqual({ both: 'holds 3', assert: 'holds', range: 'violated 2' })
  })
})
