/**
 * One small model for each operator and each kind of fairness, with the answer worked out by hand; the slow reference
 * says the same of each.
 */
import {
  alwaysPossible,
  array,
  assert,
  bool,
  choose,
  each,
  eventually,
  index,
  leadsTo,
  type Model,
  maximum,
  minimum,
  model,
  range,
  until,
  when,
} from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { printSystem } from '../../src/ir/printer.ts'
import { settle, verdictOf } from './settle.ts'

/** A process that sets `done`, beside hardware that never rests. */
const busy = (fairness: 'weak' | 'strong' | 'none') =>
  model({
    name: 'busy',
    fairness: { worker: fairness },
    state: () => ({ done: bool, tick: bool }),
    processes: () => ({
      worker: function* (s) {
        yield 'work'
        s.done = true
      },
    }),
    rules: () => ({
      clock: (s) => {
        s.tick = !s.tick
      },
    }),
  })

/** A process that can step only while a gate is open; the gate opens and closes for ever. */
const gated = (fairness: 'weak' | 'strong' | 'none') =>
  model({
    name: 'gated',
    fairness: { worker: fairness, gate: 'weak' },
    state: () => ({ done: bool, open: bool }),
    processes: () => ({
      worker: function* (s) {
        yield until('pass the gate', () => s.open)
        s.done = true
      },
    }),
    rules: () => ({
      gate: (s) => {
        s.open = !s.open
      },
    }),
  })

describe('eventually', () => {
  const done = eventually((s: { done: boolean }) => s.done)

  test.each([
    ['weak', 'holds'],
    ['strong', 'holds'],
    ['none', 'violated 0+2'],
  ] as const)('an agent that is enabled all the time, with fairness %s', async (fairness, verdict) => {
    expect(verdictOf(await settle(busy(fairness), { done }), 'done')).toBe(verdict)
  })

  test.each([
    ['weak', 'violated 0+2'],
    ['strong', 'holds'],
    ['none', 'violated 0+2'],
  ] as const)('an agent that is enabled again and again, with fairness %s', async (fairness, verdict) => {
    expect(verdictOf(await settle(gated(fairness), { done }), 'done')).toBe(verdict)
  })

  test('by default a process is weakly fair', async () => {
    const { fairness: _, ...rest } = busy('none')
    expect(verdictOf(await settle(model(rest), { done }), 'done')).toBe('holds')
  })

  test('holds where the initial state is the goal, even if it is left for ever', async () => {
    expect(verdictOf(await settle(busy('none'), { idle: eventually((s) => !s.done) }), 'idle')).toBe('holds')
  })

  test('where everything has returned the last state stays for ever', async () => {
    const m = model({
      name: 'ends',
      state: () => ({ n: range(0, 3) }),
      processes: () => ({
        p: function* (s) {
          yield 'one'
          s.n = 1
          yield 'two'
          s.n = 2
        },
      }),
    })
    const settled = await settle(m, { two: eventually((s) => s.n === 2), three: eventually((s) => s.n === 3) })
    expect(verdictOf(settled, 'two')).toBe('holds')
    expect(verdictOf(settled, 'three')).toBe('violated 2+0')
    expect(settled.three?.trace?.loop).toMatchObject({ start: 2 })
  })

  test('a deadlock is a state that stays for ever too', async () => {
    const m = model({
      name: 'abba',
      state: () => ({ lock: array(2, bool), done: bool }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          yield until('first', () => !s.lock[cpu])
          s.lock[cpu] = true
          yield until('second', () => !s.lock[1 - cpu])
          s.lock[cpu] = false
          s.done = true
        }),
      }),
    })
    const settled = await settle(m, { done })
    expect(verdictOf(settled, 'done')).toBe('violated 2+0')
    expect(verdictOf(settled, 'stuck')).toBe('holds')
  })

  // Every initial state counts: of two one never comes to the goal.
  test('from each of several initial states', async () => {
    const m = model({
      name: 'starts',
      state: () => ({ n: range(0, 3) }),
      init: function* (s) {
        s.n = yield* choose([0, 2])
      },
      rules: () => ({
        pair: (s) => {
          s.n = s.n % 2 === 0 ? s.n + 1 : s.n - 1
        },
      }),
    })
    expect(verdictOf(await settle(m, { one: eventually((s) => s.n === 1) }), 'one')).toBe('violated 0+2')
  })
})

describe('strong fairness', () => {
  // A strongly fair agent that is enabled in a part of a component only: the rest of it still holds a fair cycle. An
  // algorithm that looks at whole components says that there is none.
  test('a smaller cycle inside a component that is not fair as a whole', async () => {
    const m = (nested: boolean) =>
      model({
        name: 'nested',
        fairness: { way: 'strong', step: 'weak' },
        state: () => ({ at: range(0, 4) }),
        rules: () => ({
          step: {
            forth: (s) => {
              when(s.at < 3)
              s.at = s.at + 1
            },
            back: (s) => {
              when(s.at > 0 && s.at < 4)
              s.at = s.at - 1
            },
          },
          way: (s) => {
            when(nested ? s.at === 3 : s.at === 1)
            s.at = 4
          },
        }),
      })
    const out = eventually((s: { at: number }) => s.at === 4)
    expect(verdictOf(await settle(m(true), { out }), 'out')).toBe('violated 0+2')
    // From 1 on every cycle passes one of 0-1, 1-2: without state 1 only the cycle 2-3 is left, and the way there leads
    // through 1.
    expect(verdictOf(await settle(m(false), { out }), 'out')).toBe('violated 2+2')
  })

  test('two strongly fair agents that need each other', async () => {
    const m = model({
      name: 'pair',
      fairness: { a: 'strong', b: 'strong' },
      state: () => ({ turn: index(2), done: bool }),
      rules: () => ({
        a: (s) => {
          when(s.turn === 0)
          s.turn = 1
        },
        b: {
          back: (s) => {
            when(s.turn === 1)
            s.turn = 0
          },
          finish: (s) => {
            when(s.turn === 1)
            s.done = true
          },
        },
      }),
    })
    // Fairness is of agents, not of their single rules.
    expect(verdictOf(await settle(m, { done: eventually((s) => s.done) }), 'done')).toBe('violated 0+2')
  })
})

describe('leadsTo', () => {
  test('is owed from every state in which the trigger holds, and paid where both hold', async () => {
    const m = model({
      name: 'requests',
      state: () => ({ n: range(0, 5) }),
      rules: () => ({
        count: (s) => {
          when(s.n < 5)
          s.n = s.n + 1
        },
        back: (s) => {
          when(s.n === 5)
          s.n = 3
        },
      }),
      fairness: { count: 'weak', back: 'weak' },
    })
    const settled = await settle(m, {
      paid: leadsTo(
        (s) => s.n === 3,
        (s) => s.n === 5,
      ),
      atOnce: leadsTo(
        (s) => s.n === 2,
        (s) => s.n === 2,
      ),
      never: leadsTo(
        (s) => s.n === 1,
        (s) => s.n === 0,
      ),
      // The trigger holds on the cycle only.
      onTheCycle: leadsTo(
        (s) => s.n === 4,
        (s) => s.n === 1,
      ),
      untriggered: leadsTo(
        (s) => s.n > 5,
        (s) => s.n === 0,
      ),
    })
    expect(['paid', 'atOnce', 'never', 'onTheCycle', 'untriggered'].map((name) => verdictOf(settled, name))).toEqual([
      'holds',
      'holds',
      'violated 3+3',
      // The stem leads to a state in which it is owed, although the cycle begins before.
      'violated 4+3',
      'holds',
    ])
    expect(settled.never?.trace?.outcome.message).toContain('from the state after step 1 on')
  })

  test('a goal before the trigger does not count', async () => {
    const m = model({
      name: 'before',
      state: () => ({ n: range(0, 2) }),
      rules: () => ({
        count: (s) => {
          when(s.n < 2)
          s.n = s.n + 1
        },
      }),
    })
    const late = leadsTo(
      (s: { n: number }) => s.n === 2,
      (s) => s.n === 1,
    )
    expect(verdictOf(await settle(m, { late }), 'late')).toBe('violated 2+0')
  })
})

describe('alwaysPossible and stuck', () => {
  /** A trap door beside a loop; hardware goes on in the trap. */
  const trap = (hardware: boolean) =>
    model({
      name: 'trap',
      deadlock: 'allowed',
      state: () => ({ at: range(0, 3), tick: bool }),
      processes: () => ({
        p: function* (s) {
          while (true) {
            yield until('go on', () => s.at < 2)
            s.at = yield* choose([0, 1, 2])
          }
        },
      }),
      rules: () => ({
        clock: (s) => {
          when(hardware)
          s.tick = !s.tick
        },
      }),
    })

  test('a state from which no path leads back', async () => {
    const settled = await settle(trap(true), { home: alwaysPossible((s) => s.at === 0), any: alwaysPossible((s) => s.at >= 0) })
    expect(verdictOf(settled, 'home')).toBe('violated 1')
    expect(settled.home?.established).toContain('confirmed by running all that follows: 2 states')
    expect(verdictOf(settled, 'any')).toBe('holds')
  })

  test('fairness plays no part: it is enough that a path is there', async () => {
    expect(verdictOf(await settle(busy('none'), { done: alwaysPossible((s) => s.done) }), 'done')).toBe('holds')
  })

  test('what is not possible in the initial state', async () => {
    expect(verdictOf(await settle(busy('weak'), { far: alwaysPossible((s) => s.done && !s.done) }), 'far')).toBe('violated 0')
  })

  test('a process that can never step again is stuck while hardware goes on; without it that is a deadlock', async () => {
    const settled = await settle(trap(true), {})
    expect(verdictOf(settled, 'stuck')).toBe('violated 1')
    expect(settled.stuck?.trace?.outcome.message).toBe('p can never take a step again')
    expect(verdictOf(await settle(trap(false), {}), 'stuck')).toBe('holds')
  })

  test('waiting for a move of another process is not stuck, nor is having returned', async () => {
    expect(verdictOf(await settle(gated('none'), {}), 'stuck')).toBe('holds')
  })

  // The engine and the reference must agree that a failing way is a step that a process can take, though it leads
  // nowhere.
  test('a process whose only step fails is not stuck', async () => {
    const m = model({
      name: 'fails',
      fairness: { p: 'weak' },
      state: () => ({ tick: bool }),
      processes: () => ({
        p: function* () {
          yield 'fail'
          assert(false, 'always')
        },
      }),
      rules: () => ({
        clock: (s) => {
          s.tick = !s.tick
        },
      }),
    })
    const settled = await settle(m, { tock: eventually((s) => s.tick), never: eventually((s) => s.tick && !s.tick) })
    expect(verdictOf(settled, 'stuck')).toBe('holds')
    // `p` is enabled on the cycle of the clock, is weakly fair, and takes no transition: no behaviour is fair.
    expect(verdictOf(settled, 'never')).toBe('holds')
  })

  test('where only failing ways are left the behaviour stays, and is fair', async () => {
    const m = model({
      name: 'cliff',
      fairness: { fall: 'strong' },
      state: () => ({ n: range(0, 2) }),
      rules: () => ({
        fall: (s) => {
          s.n = s.n + 1
        },
      }),
    })
    const settled = await settle(m, { end: eventually((s) => s.n === 2), past: eventually((s) => s.n > 2) })
    expect(verdictOf(settled, 'end')).toBe('holds')
    expect(verdictOf(settled, 'past')).toBe('violated 2+0')
  })
})

describe('maximum and minimum', () => {
  const m = model({
    name: 'costs',
    state: () => ({ cost: range(-5, 9), at: range(0, 2) }),
    processes: () => ({
      p: function* (s) {
        for (const _ of [0, 1]) {
          yield 'pay'
          s.cost += yield* choose([1, 3])
        }
        yield 'get back'
        s.cost -= 4
      },
    }),
  })

  test('over all states, and over final ones', async () => {
    const cost = (s: { cost: number }): number => s.cost
    const settled = await settle(m, {
      most: maximum(cost),
      least: minimum(cost),
      finalMost: maximum(cost, { over: 'final states' }),
      finalLeast: minimum(cost, { over: 'final states' }),
    })
    expect(Object.entries(settled).map(([name, r]) => `${name}: ${r.verdict} ${r.extreme ?? ''} ${r.length ?? ''}`.trim())).toEqual([
      'most: holds 6 2',
      'least: holds -2 3',
      'finalMost: holds 2 3',
      'finalLeast: holds -2 3',
      'stuck: holds',
    ])
    expect(settled.most?.trace?.outcome.message).toBe('most is 6')
  })

  test('no final state, no value', async () => {
    const settled = await settle(gated('none'), { none: maximum((s) => Number(s.open), { over: 'final states' }) })
    expect(settled.none).toMatchObject({ verdict: 'holds', extreme: 1 })
    const forever = model({
      ...gated('none'),
      name: 'forever',
      processes: () => ({
        worker: function* (s) {
          while (true) {
            yield 'go'
            s.open = false
          }
        },
      }),
    })
    expect((await settle(forever, { none: maximum((s) => Number(s.open), { over: 'final states' }) })).none).toMatchObject({
      verdict: 'holds',
      extreme: null,
      length: null,
    })
  })
})

test('the transition system is printed with its properties of behaviours and its fairness', async () => {
  const m = gated('strong')
  const text = printSystem(
    compile({
      model: m as unknown as Model,
      params: {},
      properties: {
        served: leadsTo(
          (s: { open: boolean }) => s.open,
          (s: { open: boolean }) => !s.open,
        ),
        most: maximum(() => 3),
      } as never,
    }),
  )
  expect(text).toContain('leadsTo served (')
  expect(text).toContain('\n  open\n  ~>\n')
  expect(text).toContain('fairness worker: strong\nfairness gate: weak\n')
  expect(text).toContain('maximum most over all states (')
})
