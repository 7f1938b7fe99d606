import {
  array,
  assert,
  bool,
  choice,
  choose,
  each,
  flag,
  index,
  model,
  optional,
  queue,
  range,
  record,
  type Steps,
  set,
  size,
  until,
  when,
} from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from './harness.ts'
import { addTwice, waitAndAdd } from './helpers.ts'

/**
 * Which locals a loop or a call needs is for the compiler to say; that they are right shows in what the next states
 * hold.
 */
const withoutLocals = (state: string): string => state.replaceAll(/ \([^)]*\)/g, '')

describe('init', () => {
  test('chooses several initial states; equal ones are one', async () => {
    const { states, depth, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3) }),
        init: function* (s) {
          const a = yield* choose(2)
          const b = yield* choose(2)
          s.x = a + b
        },
      }),
    )
    expect(states).toEqual(['x=0', 'x=1', 'x=2'])
    expect([depth, transitions]).toEqual([0, 0])
  })

  test('gets the params', async () => {
    const m = model({
      name: 'm',
      params: { n: size(2, { max: 9 }), on: flag(false) },
      state: () => ({ x: index(10), on: bool }),
      init: (s, p) => {
        s.x = p.n
        s.on = p.on
      },
    })
    expect((await explore(m)).states).toEqual(['x=2 on=false'])
    expect((await explore(m, {}, { n: 9, on: true })).states).toEqual(['x=9 on=true'])
  })

  test('a way through it that is blocked is no initial state', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3) }),
        init: function* (s) {
          s.x = yield* choose(3)
          when(s.x !== 1)
        },
      }),
    )
    expect(states).toEqual(['x=0', 'x=2'])
  })
})

describe('processes', () => {
  test('a single process runs from yield to yield', async () => {
    const { states, transitions, depth, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(4) }),
        processes: () => ({
          p: function* (s) {
            yield 'one'
            s.x = 1
            s.x += 1
            yield 'two'
            s.x += 1
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0 | p@one', 'x=2 | p@two', 'x=3 | p@-'])
    expect([transitions, depth]).toEqual([2, 2])
    expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
  })

  test('instances of each know their number, and interleave', async () => {
    const { states, transitions, depth } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, bool) }),
        processes: (_p) => ({
          cpu: each(2, function* (s, cpu) {
            yield 'go'
            s.a[cpu] = true
          }),
        }),
      }),
    )
    expect(states).toEqual([
      'a=[false,false] | cpu[0]@go | cpu[1]@go',
      'a=[false,true] | cpu[0]@go | cpu[1]@-',
      'a=[true,false] | cpu[0]@- | cpu[1]@go',
      'a=[true,true] | cpu[0]@- | cpu[1]@-',
    ])
    expect([transitions, depth]).toEqual([4, 2])
  })

  test('declarations before the first yield', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        params: { n: size(2) },
        state: () => ({ x: index(9) }),
        processes: (p) => ({
          p: function* (s) {
            const twice = p.n * 2
            let rest = 1
            yield 'go'
            rest += twice
            s.x = rest
          },
        }),
      }),
    )
    expect(states.map(withoutLocals)).toEqual(['x=0 | p@go', 'x=5 | p@-'])
  })

  test('a lost update: locals that live across a yield belong to the state, dead ones do not', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3) }),
        processes: (_p) => ({
          cpu: each(2, function* (s) {
            yield 'read'
            const old = s.x
            yield 'write'
            s.x = old + 1
          }),
        }),
      }),
    )
    expect(states).toEqual([
      'x=0 | cpu[0]@read | cpu[1]@read',
      'x=0 | cpu[0]@read | cpu[1]@write (old=0)',
      'x=0 | cpu[0]@write (old=0) | cpu[1]@read',
      'x=0 | cpu[0]@write (old=0) | cpu[1]@write (old=0)',
      'x=1 | cpu[0]@- | cpu[1]@-',
      'x=1 | cpu[0]@- | cpu[1]@read',
      'x=1 | cpu[0]@- | cpu[1]@write (old=0)',
      'x=1 | cpu[0]@- | cpu[1]@write (old=1)',
      'x=1 | cpu[0]@read | cpu[1]@-',
      'x=1 | cpu[0]@write (old=0) | cpu[1]@-',
      'x=1 | cpu[0]@write (old=1) | cpu[1]@-',
      'x=2 | cpu[0]@- | cpu[1]@-',
    ])
  })

  test('a snapshot of a record lives across a yield', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ pte: array(2, record({ W: bool, f: index(3) })) }),
        processes: () => ({
          p: function* (s) {
            yield 'read'
            const old = { ...s.pte[0] }
            s.pte[0] = { W: true, f: 2 }
            yield 'write'
            s.pte[1] = { ...old, f: old.f + 1 }
          },
        }),
      }),
    )
    expect(states).toEqual([
      'pte=[{W:false f:0},{W:false f:0}] | p@read',
      'pte=[{W:true f:2},{W:false f:0}] | p@write (old={W:false f:0})',
      'pte=[{W:true f:2},{W:false f:1}] | p@-',
    ])
  })

  test('two locals change places across a yield', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ out: range(0, 99) }),
        processes: () => ({
          p: function* (s) {
            yield 'pick'
            let a: number = yield* choose([1, 2])
            let b: number = yield* choose([3, 4])
            yield 'swap'
            const c = a
            a = b
            b = c
            yield 'store'
            s.out = a * 10 + b
          },
        }),
      }),
    )
    expect(states).toEqual([
      'out=0 | p@pick',
      'out=0 | p@store (a=3 b=1)',
      'out=0 | p@store (a=3 b=2)',
      'out=0 | p@store (a=4 b=1)',
      'out=0 | p@store (a=4 b=2)',
      'out=0 | p@swap (a=1 b=3)',
      'out=0 | p@swap (a=1 b=4)',
      'out=0 | p@swap (a=2 b=3)',
      'out=0 | p@swap (a=2 b=4)',
      'out=31 | p@-',
      'out=32 | p@-',
      'out=41 | p@-',
      'out=42 | p@-',
    ])
  })

  // Ranges of locals were joined over all yields: a local that grew once between two of them fed itself, and was
  // refused (MC204).
  test('a local grows from one yield to the next', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ out: range(0, 99) }),
        processes: () => ({
          p: function* (s) {
            for (let i = 0; i < 2; i++) {
              let k = i * 2
              yield 'one'
              k++
              yield 'two'
              s.out += k
            }
          },
        }),
      }),
    )
    expect(states).toEqual([
      'out=0 | p@one (k=0 i=0)',
      'out=0 | p@two (k=1 i=0)',
      'out=1 | p@one (k=2 i=1)',
      'out=1 | p@two (k=3 i=1)',
      'out=4 | p@-',
    ])
  })

  test('a step that branches to different yields', async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(4) }),
        processes: () => ({
          p: function* (s) {
            yield 'pick'
            const way = yield* choose(3)
            if (way === 0) {
              yield 'left'
              s.x = 1
            } else if (way === 1) {
              yield 'right'
              s.x = 2
            } else return
            yield 'end'
            s.x = 3
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0 | p@-', 'x=0 | p@left', 'x=0 | p@pick', 'x=0 | p@right', 'x=1 | p@end', 'x=2 | p@end', 'x=3 | p@-'])
    expect(transitions).toBe(3 + 2 + 2)
  })

  test('while with a yield in it; break and continue', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: range(0, 5) }),
        processes: () => ({
          p: function* (s) {
            while (true) {
              yield 'count'
              if (s.x === 1) {
                s.x = 3
                continue
              }
              s.x++
              if (s.x > 3) break
            }
            yield 'end'
            s.x = 0
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0 | p@-', 'x=0 | p@count', 'x=1 | p@count', 'x=3 | p@count', 'x=4 | p@end'])
  })

  test('do while with a yield in it', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: range(0, 5) }),
        processes: () => ({
          p: function* (s) {
            do {
              yield 'count'
              s.x++
            } while (s.x < 2)
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0 | p@count', 'x=1 | p@count', 'x=2 | p@-'])
  })

  test('a bounded for with a yield in it: its counter lives', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, bool) }),
        processes: () => ({
          p: function* (s) {
            for (let i = 0; i < 2; i++) {
              yield 'set'
              s.a[i] = true
            }
          },
        }),
      }),
    )
    expect(states.map(withoutLocals)).toEqual(['a=[false,false] | p@set', 'a=[true,false] | p@set', 'a=[true,true] | p@-'])
  })

  test('for..of over a constant list with a yield in it', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ log: queue(3, index(4)) }),
        processes: () => ({
          p: function* (s) {
            for (const x of [3, 1]) {
              yield 'first'
              s.log.push(x)
              if (x === 3) continue
              yield 'second'
              s.log.push(0)
            }
          },
        }),
      }),
    )
    expect(states.map(withoutLocals)).toEqual(['log=[3,1,0] | p@-', 'log=[3,1] | p@second', 'log=[3] | p@first', 'log=[] | p@first'])
  })

  test('for..of over the CPUs with a yield in it: a range of indices', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        params: { cpus: size(3) },
        state: (p) => ({ ipi: array(p.cpus, bool) }),
        processes: (p) => ({
          p: function* (s) {
            for (let other = 0; other < p.cpus; other++) {
              if (other === 1) continue
              yield `IPI to ${other}`
              s.ipi[other] = true
            }
          },
        }),
      }),
    )
    expect(states.map((state) => state.replace(/ \| .*/, ''))).toEqual([
      'ipi=[false,false,false]',
      'ipi=[true,false,false]',
      'ipi=[true,false,true]',
    ])
  })
})

describe('until', () => {
  test('a step can run only while its condition holds', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ owner: optional(index(2)), done: index(3) }),
        processes: (_p) => ({
          cpu: each(2, function* (s, cpu) {
            yield until('lock', () => s.owner === null)
            s.owner = cpu
            yield 'unlock'
            s.owner = null
            s.done++
          }),
        }),
      }),
    )
    expect(states).toEqual([
      'owner=0 done=0 | cpu[0]@unlock | cpu[1]@lock',
      'owner=0 done=1 | cpu[0]@unlock | cpu[1]@-',
      'owner=1 done=0 | cpu[0]@lock | cpu[1]@unlock',
      'owner=1 done=1 | cpu[0]@- | cpu[1]@unlock',
      'owner=null done=0 | cpu[0]@lock | cpu[1]@lock',
      'owner=null done=1 | cpu[0]@- | cpu[1]@lock',
      'owner=null done=1 | cpu[0]@lock | cpu[1]@-',
      'owner=null done=2 | cpu[0]@- | cpu[1]@-',
    ])
    expect(verdicts.deadlock).toBe('holds')
  })

  test('the condition may use locals, which live on then', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3) }),
        processes: () => ({
          waiter: function* (s) {
            yield 'pick'
            const least = yield* choose([1, 2])
            yield until('wait', () => s.x >= least)
            s.x = 0
          },
          up: function* (s) {
            yield 'up'
            s.x = 1
          },
        }),
        deadlock: 'allowed',
      }),
    )
    expect(states).toEqual([
      'x=0 | waiter@- | up@-',
      'x=0 | waiter@pick | up@up',
      'x=0 | waiter@wait (least=1) | up@up',
      'x=0 | waiter@wait (least=2) | up@up',
      'x=1 | waiter@pick | up@-',
      'x=1 | waiter@wait (least=1) | up@-',
      'x=1 | waiter@wait (least=2) | up@-',
    ])
  })
})

describe('choose', () => {
  test('a count, twice in one step', async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ a: index(2), b: index(3) }),
        processes: () => ({
          p: function* (s) {
            yield 'go'
            s.a = yield* choose(2)
            s.b = yield* choose(s.a + 1)
          },
        }),
      }),
    )
    expect(states).toEqual(['a=0 b=0 | p@-', 'a=0 b=0 | p@go', 'a=1 b=0 | p@-', 'a=1 b=1 | p@-'])
    expect(transitions).toBe(3)
  })

  test('a list of strings, of integers, of records, and of booleans', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(9), b: bool }),
        init: function* (s) {
          const way = yield* choose(['list', 'records', 'no'])
          if (way === 'list') s.x = yield* choose([5, 3])
          if (way === 'records') {
            const { x, b } = yield* choose([
              { x: 1, b: true },
              { x: 2, b: false },
            ])
            s.x = x
            s.b = b
          }
          if (way === 'no') s.b = yield* choose([true])
        },
      }),
    )
    expect(states).toEqual(['x=0 b=true', 'x=1 b=true', 'x=2 b=false', 'x=3 b=false', 'x=5 b=false'])
  })

  test("a set's members", async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ t: set(3), last: range(-1, 2) }),
        init: (s) => {
          s.t.add(0)
          s.t.add(2)
          s.last = -1
        },
        rules: () => ({
          take: function* (s) {
            const member = yield* choose(s.t)
            s.last = member
            s.t.delete(member)
          },
        }),
      }),
    )
    expect(states).toEqual(['t={0,2} last=-1', 't={0} last=2', 't={2} last=0', 't={} last=0', 't={} last=2'])
    expect(transitions).toBe(4)
  })

  test("a queue's elements", async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ q: queue(3, index(5)), x: index(5) }),
        init: (s) => {
          s.q.push(4)
          s.q.push(2)
        },
        processes: () => ({
          p: function* (s) {
            yield 'go'
            s.x = yield* choose(s.q)
          },
        }),
      }),
    )
    expect(states).toEqual(['q=[4,2] x=0 | p@go', 'q=[4,2] x=2 | p@-', 'q=[4,2] x=4 | p@-'])
    expect(transitions).toBe(2)
  })

  test('inside expressions and conditions', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, index(9)) }),
        init: function* (s) {
          if ((yield* choose(2)) === 1) s.a[yield* choose(2)] = 3 + (yield* choose(2))
        },
      }),
    )
    expect(states).toEqual(['a=[0,0]', 'a=[0,3]', 'a=[0,4]', 'a=[3,0]', 'a=[4,0]'])
  })

  test('in a loop', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(3, bool) }),
        processes: () => ({
          p: function* (s) {
            yield 'go'
            for (let i = 0; i < 3; i++) {
              if (yield* choose([true, false])) break
              s.a[i] = true
            }
          },
        }),
      }),
    )
    expect(states).toEqual([
      'a=[false,false,false] | p@-',
      'a=[false,false,false] | p@go',
      'a=[true,false,false] | p@-',
      'a=[true,true,false] | p@-',
      'a=[true,true,true] | p@-',
    ])
  })

  test('a filtered list', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(9) }),
        init: function* (s) {
          const low = yield* choose(2)
          s.x = yield* choose([1, 4, 7].filter((y) => y > low * 3))
        },
      }),
    )
    expect(states).toEqual(['x=1', 'x=4', 'x=7'])
  })

  test('with nothing to choose from the step is blocked', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ t: set(2), x: index(3) }),
        processes: () => ({
          p: function* (s) {
            yield 'take'
            s.x = yield* choose(s.t)
          },
          q: function* (s) {
            yield 'give'
            s.x = 2
          },
        }),
      }),
    )
    expect(states).toEqual(['t={} x=0 | p@take | q@give', 't={} x=2 | p@take | q@-'])
    expect(verdicts.deadlock).toBe('violated 1')
  })

  test('only some ways through a step are blocked', async () => {
    const { states, transitions, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ t: array(2, set(2)), x: index(5) }),
        init: (s) => {
          s.t[1].add(1)
        },
        processes: () => ({
          p: function* (s) {
            yield 'go'
            const i = yield* choose(2)
            s.x = 2
            const j = yield* choose(s.t[i])
            s.x += j
          },
        }),
      }),
    )
    expect(states).toEqual(['t=[{},{1}] x=0 | p@go', 't=[{},{1}] x=3 | p@-'])
    expect(transitions).toBe(1)
    expect(verdicts.deadlock).toBe('holds')
  })
})

describe('helpers', () => {
  test('labels inside a helper are steps; its result comes back; a reference stays good across yields', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ c: array(2, record({ n: index(9) })), result: index(9) }),
        processes: () => ({
          p: function* (s) {
            yield 'init'
            const at = yield* choose(2)
            const n = yield* addTwice(s.c[at], 2)
            s.result = n + 1
          },
        }),
      }),
    )
    expect(states.map(withoutLocals)).toEqual([
      'c=[{n:0},{n:0}] result=0 | p@add',
      'c=[{n:0},{n:0}] result=0 | p@add',
      'c=[{n:0},{n:0}] result=0 | p@init',
      'c=[{n:0},{n:2}] result=0 | p@add again',
      'c=[{n:0},{n:4}] result=5 | p@-',
      'c=[{n:2},{n:0}] result=0 | p@add again',
      'c=[{n:4},{n:0}] result=5 | p@-',
    ])
  })

  test('helpers of helpers, called at two places', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ c: record({ n: index(9) }), sum: index(20) }),
        processes: () => ({
          p: function* (s) {
            const first = yield* waitAndAdd(s.c, 0)
            const second = yield* waitAndAdd(s.c, 2)
            s.sum = first + second
          },
        }),
      }),
    )
    expect(states.map(withoutLocals)).toEqual([
      'c={n:0} sum=0 | p@add',
      'c={n:0} sum=0 | p@wait',
      'c={n:1} sum=0 | p@add again',
      'c={n:2} sum=0 | p@add',
      'c={n:2} sum=0 | p@wait',
      'c={n:3} sum=0 | p@add again',
      'c={n:4} sum=6 | p@-',
    ])
    expect(verdicts.deadlock).toBe('holds')
  })

  test('a helper that chooses, and returns early without a step', async () => {
    function* maybe(limit: number): Steps<number> {
      if (limit === 0) return 7
      const x = yield* choose(limit)
      return x
    }
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(9) }),
        processes: () => ({
          p: function* (s) {
            yield 'go'
            const limit = yield* choose([0, 2])
            s.x = yield* maybe(limit)
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0 | p@-', 'x=0 | p@go', 'x=1 | p@-', 'x=7 | p@-'])
  })
})

describe('rules', () => {
  test('a rule that does nothing leads back to the same state, and is a transition', async () => {
    const { states, transitions, depth } = await explore(
      model({ name: 'm', state: () => ({ x: bool }), rules: () => ({ idle: () => {} }) }),
    )
    expect(states).toEqual(['x=false'])
    expect([transitions, depth]).toEqual([1, 0])
  })

  test('when blocks a rule, also after it has written', async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3) }),
        rules: () => ({
          up: (s) => {
            s.x = Math.min(s.x + 1, 2)
            when(s.x !== 2)
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0', 'x=1'])
    expect(transitions).toBe(1)
  })

  test('rules with choices, instances, and labels', async () => {
    const { states, transitions } = await explore(
      model({
        name: 'm',
        params: { n: size(2) },
        state: (p) => ({ a: array(p.n, index(3)), sum: index(5) }),
        rules: (p) => ({
          hw: each(p.n, {
            set: function* (s, i) {
              when(s.a[i] === 0 && s.sum === 0)
              s.a[i] = yield* choose([1, 2])
            },
            clear: (s, i) => {
              when(s.a[i] > 0)
              s.a[i] = 0
            },
          }),
          sum: {
            add: (s) => {
              when(s.sum === 0 && s.a[0] === 2 && s.a[1] === 2)
              s.sum = s.a[0] + s.a[1]
            },
          },
        }),
      }),
    )
    expect(states).toEqual([
      'a=[0,0] sum=0',
      'a=[0,0] sum=4',
      'a=[0,1] sum=0',
      'a=[0,2] sum=0',
      'a=[0,2] sum=4',
      'a=[1,0] sum=0',
      'a=[1,1] sum=0',
      'a=[1,2] sum=0',
      'a=[2,0] sum=0',
      'a=[2,0] sum=4',
      'a=[2,1] sum=0',
      'a=[2,2] sum=0',
      'a=[2,2] sum=4',
    ])
    // Set: 2 values for each 0 where sum is 0: 12 zeros' worth; clear: one per positive element; add: once.
    expect(transitions).toBe(2 * 6 + 12 + 4 + 1)
  })

  test('processes and rules run side by side', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ W: bool, used: bool }),
        init: (s) => {
          s.W = true
        },
        processes: () => ({
          protect: function* (s) {
            yield 'wrprotect'
            s.W = false
          },
        }),
        rules: () => ({
          walker: (s) => {
            when(s.W)
            s.used = true
          },
        }),
      }),
    )
    expect(states).toEqual([
      'W=false used=false | protect@-',
      'W=false used=true | protect@-',
      'W=true used=false | protect@wrprotect',
      'W=true used=true | protect@wrprotect',
    ])
  })
})

describe('variants and assert', () => {
  test('a knob that is off removes its code', async () => {
    const m = model({
      name: 'm',
      params: { twice: flag(false) },
      state: () => ({ x: index(3) }),
      processes: (p) => ({
        p: function* (s) {
          yield 'once'
          s.x++
          if (p.twice) {
            yield 'again'
            s.x++
          }
        },
      }),
      variants: { twice: { twice: true } },
    })
    expect((await explore(m)).states).toEqual(['x=0 | p@once', 'x=1 | p@-'])
    expect((await explore(m, {}, m.variants?.twice)).states).toEqual(['x=0 | p@once', 'x=1 | p@again', 'x=2 | p@-'])
  })

  // `p.flag ? yield* f() : false` was refused with MC109, although the params say whether it is evaluated.
  test('a yield* behind a test of params is evaluated always or never', async () => {
    const m = model({
      name: 'm',
      params: { on: flag(true), how: choice(['look', 'guess'], 'look') },
      state: () => ({ x: index(3), saw: bool }),
      processes: (p) => {
        function* look(s: { x: number }, label: string): Steps<boolean> {
          yield label
          return s.x > 0
        }
        return {
          p: function* (s) {
            yield 'start'
            s.saw = p.on ? yield* look(s, 'look first') : false
            const on = p.on && p.how === 'look' && (yield* look(s, 'look again'))
            if (!p.on || (yield* look(s, 'look last'))) s.x = p.how === 'guess' ? yield* choose(3) : on ? 1 : 2
          },
          q: function* (s) {
            yield 'go'
            s.x = 1
          },
        }
      },
    })
    const at = ({ states }: { readonly states: readonly string[] }): string[] => [
      ...new Set(states.map((state) => / p@(\S+( \w+)?)/.exec(state)?.[1] ?? '')),
    ]
    expect(at(await explore(m)).sort()).toEqual(['-', 'look again', 'look first', 'look last', 'start'])
    expect(at(await explore(m, {}, { on: false })).sort()).toEqual(['-', 'start'])
    expect(at(await explore(m, {}, { how: 'guess' })).sort()).toEqual(['-', 'look first', 'look last', 'start'])
  })

  // It was MC108, "a yield inside an expression": the yields of the argument were taken for those of the call.
  test('a helper takes the steps of a generator that it is given, between its own', async () => {
    function* between(inside: () => Steps<number>): Steps<number> {
      yield 'first'
      const got = yield* inside()
      yield 'last'
      return got
    }
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3), y: index(3) }),
        processes: () => ({
          p: function* (s) {
            s.y = yield* between(function* () {
              yield 'second'
              s.x = 1
              yield 'third'
              return s.x + 1
            })
          },
        }),
      }),
    )
    expect(states.map(withoutLocals)).toEqual([
      'x=0 y=0 | p@first',
      'x=0 y=0 | p@second',
      'x=1 y=0 | p@last',
      'x=1 y=0 | p@third',
      'x=1 y=2 | p@-',
    ])
  })

  test('a step whose assert fails has no successor, and other ways through it have', async () => {
    const { states, transitions, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3) }),
        processes: () => ({
          p: function* (s) {
            yield 'go'
            const x = yield* choose(3)
            assert(x !== 1, 'one is wrong')
            s.x = x
          },
        }),
      }),
    )
    expect(states).toEqual(['x=0 | p@-', 'x=0 | p@go', 'x=2 | p@-'])
    expect(transitions).toBe(2)
    expect(verdicts.assert).toBe('violated 1')
  })
})
