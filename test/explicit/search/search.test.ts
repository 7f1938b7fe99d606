/** Small systems whose numbers are known, limits, and the yardstick's counts. */
import { describe, expect, it } from 'vitest'
import { reachable, type SearchResult, search } from '../../../src/explicit/search/search.ts'
import type { System } from '../../../src/ir/system.ts'
import { interpreter } from '../interpreter.ts'
import {
  add,
  and,
  blocked,
  branch,
  builder,
  check,
  choose,
  cover,
  eq,
  fail,
  finish,
  frame,
  goto,
  ifThen,
  load,
  lt,
  mul,
  ne,
  not,
  rem,
  store,
  temp,
  value,
  when,
} from '../ir.ts'
import { mach } from '../mach.ts'

const numbers = (r: SearchResult) => ({ states: r.states, transitions: r.transitions, depth: r.depth })
const verdicts = (r: SearchResult) => Object.fromEntries(r.properties.map((p) => [p.name, [p.verdict, p.length]]))

/** Two processes; each takes the lock, or not, sets `inside`, and returns. */
const mutex = (locked: boolean): System => {
  const b = builder('mutex')
  const lock = b.global('lock', 0, 1)
  const inside = b.global('inside', 0, 2)
  for (const name of ['a', 'b'])
    b.process(name, () => [
      locked ? when(not(load(lock)), goto(1, [], [store(lock, [], 1)])) : goto(1),
      goto(2, [], [store(inside, [], add(load(inside), 1))]),
      goto(3, [], [store(inside, [], add(load(inside), value(-1))), store(lock, [], 0)]),
      null,
    ])
  b.property('exclusive', 'always', lt(load(inside), 2))
  b.property('used', 'sometimes', eq(load(inside), 1))
  b.property('crowd', 'bound', load(inside), [], 1)
  return b.build()
}

/** A counter to `n - 1`. */
const counter = (n: number, over: Partial<System> = {}): System => {
  const b = builder('counter')
  const x = b.global('x', 0, n - 1)
  b.rule('count', 'up', when(lt(load(x), n - 1), finish(store(x, [], add(load(x), 1)))))
  b.property('below', 'always', lt(load(x), n))
  b.property('high', 'sometimes', eq(load(x), n - 1))
  b.property('most', 'bound', load(x), [], n)
  return b.build(over)
}

describe('search', () => {
  it('settles every property of a mutex, with and without its lock', async () => {
    const good = await search(mutex(true), { schedules: 'all' })
    expect(numbers(good)).toEqual({ states: 12, transitions: 12, depth: 6 })
    expect(good.complete).toBe(true)
    expect(verdicts(good)).toEqual({
      exclusive: ['holds', null],
      used: ['holds', 2],
      crowd: ['holds', null],
      deadlock: ['holds', null],
      assert: ['holds', null],
      range: ['holds', null],
    })
    const bad = await search(mutex(false))
    expect(numbers(bad)).toEqual({ states: 16, transitions: 24, depth: 6 })
    expect(verdicts(bad)).toMatchObject({ exclusive: ['violated', 4], used: ['holds', 2], crowd: ['violated', 4] })
    expect(bad.properties[2].maximum).toBe(2)
    expect(bad.properties[0].schedule).toEqual({
      init: 0,
      moves: [0, 1, 3, 4].map((step) => ({ step, choice: 0 })),
      fails: false,
    })
    expect(bad.properties[1].schedule).toBe(null)
    expect([...good.fired]).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('finds deadlocks, unless they are allowed', async () => {
    const b = builder('deadlock')
    const locks = b.global('locks', 0, 1, [2])
    for (const [name, first, second] of [
      ['a', 0, 1],
      ['b', 1, 0],
    ] as const)
      b.process(name, () => [
        when(not(load(locks, first)), goto(1, [], [store(locks, [first], 1)])),
        when(not(load(locks, second)), goto(2, [], [store(locks, [second], 1)])),
        goto(3, [], [store(locks, [0], 0), store(locks, [1], 0)]),
        null,
      ])
    const system = b.build()
    const strict = await search(system)
    expect(strict.properties.find((p) => p.name === 'deadlock')).toMatchObject({
      verdict: 'violated',
      length: 2,
      schedule: { moves: [{ step: 0 }, { step: 3 }], fails: false },
    })
    const lenient = await search(system, { deadlock: 'allowed' })
    expect(lenient.properties.map((p) => p.name)).toEqual(['assert', 'range'])
    expect(numbers(lenient)).toEqual(numbers(strict))
  })

  it('takes a failing step for no transition and no deadlock', async () => {
    const b = builder('failing')
    const x = b.global('x', 0, 3)
    const [bad, worse] = [b.failure('assert', 'bad'), b.failure('range', 'worse')]
    b.process('p', () => [branch(eq(load(x), 3), fail(bad), goto(0, [], [store(x, [], add(load(x), 1))])), null])
    b.rule('r', 'check', when(eq(load(x), 2), finish(check(0, worse), store(x, [], 0))))
    const result = await search(b.build())
    expect(numbers(result)).toEqual({ states: 4, transitions: 3, depth: 3 })
    expect(verdicts(result)).toEqual({ deadlock: ['holds', null], assert: ['violated', 4], range: ['violated', 3] })
    expect(result.properties.find((p) => p.name === 'assert')).toMatchObject({
      failure: bad,
      schedule: { fails: true, moves: { length: 4 } },
    })
  })

  it('reports an init that fails as a violation of length 0', async () => {
    const b = builder('init')
    const x = b.global('x', 0, 7)
    const bad = b.failure('assert', 'bad')
    const system = { ...b.build(), init: choose(0, 5, { ...finish(check(ne(temp(0), 3), bad), store(x, [], temp(0))) }) }
    const result = await search(system)
    expect(numbers(result)).toEqual({ states: 4, transitions: 0, depth: 0 })
    expect(result.properties.find((p) => p.name === 'assert')).toMatchObject({ length: 0, schedule: { init: 3, moves: [], fails: true } })
  })

  it('says which limit ended it, and never more than was established', async () => {
    const all = await search(counter(1000))
    expect([all.complete, all.limit, all.states]).toEqual([true, null, 1000])
    for (const max of [1, 2, 500, 999]) {
      const r = await search(counter(1000), { limits: { states: max } })
      expect([r.complete, r.limit, r.states]).toEqual([false, { kind: 'states', states: max }, max])
      expect(r.properties.map((p) => p.verdict)).toEqual(new Array(6).fill('incomplete'))
      // States that were found are looked at, even if not expanded.
      expect(r.properties[2].maximum).toBe(max - 1)
    }
    const enough = await search(counter(1000), { limits: { states: 1000 } })
    expect([enough.complete, enough.limit]).toEqual([true, null])
    const shallow = await search(counter(1000), { limits: { depth: 10 } })
    expect([shallow.complete, shallow.limit, shallow.states, shallow.depth]).toEqual([false, { kind: 'depth', depth: 10 }, 11, 10])
    const deep = await search(counter(1000), { limits: { depth: 1000 } })
    expect([deep.complete, deep.limit, deep.states]).toEqual([true, null, 1000])
    const hurried = await search(counter(2 ** 30), { limits: { seconds: 0.05 } })
    expect([hurried.complete, hurried.limit]).toEqual([false, { kind: 'time', seconds: 0.05 }])
    expect(hurried.properties[0].verdict).toBe('incomplete')
    const small = await search(counter(2 ** 30), { limits: { bytes: 2 ** 21 } })
    expect([small.complete, small.limit]).toEqual([false, { kind: 'memory', bytes: 2 ** 21 }])
    expect(small.bytes).toBeLessThanOrEqual(2 ** 21)
    expect(small.states).toBeGreaterThan(100_000)
  })

  it('can be interrupted, and tells how far it is', async () => {
    const controller = new AbortController()
    let told = 0
    const result = await search(counter(2 ** 30), {
      signal: controller.signal,
      onProgress: (p) => {
        expect(p.states).toBeGreaterThan(told)
        told = p.states
        if (p.seconds > 0.1) controller.abort()
      },
    })
    expect(result.limit).toEqual({ kind: 'interrupted' })
    expect(told).toBeGreaterThan(0)
  })

  it('stops at the first violation where asked to', async () => {
    const b = builder('first')
    const x = b.global('x', 0, 2 ** 20 - 1)
    b.rule('count', 'up', finish(store(x, [], rem(add(load(x), 1), 2 ** 20))))
    b.property('low', 'always', lt(load(x), 5))
    b.property('lower', 'always', lt(load(x), 3))
    b.property('seen', 'sometimes', eq(load(x), 1))
    const result = await search(b.build(), { stop: 'first violation' })
    expect(result.limit).toEqual({ kind: 'first' })
    expect(verdicts(result)).toMatchObject({ low: ['incomplete', null], lower: ['violated', 3], seen: ['holds', 1] })
    expect(result.states).toBeLessThan(100)
  })

  it('marks steps and branches that were taken', async () => {
    const b = builder('coverage')
    const x = b.global('x', 0, 3)
    const [taken, never] = [b.branch(), b.branch()]
    b.rule('r', 'up', finish(ifThen(lt(load(x), 9), [cover(taken)], [cover(never)]), store(x, [], rem(add(load(x), 1), 4))))
    b.rule('r', 'never', when(eq(load(x), value(-1)), finish()))
    const result = await search(b.build())
    expect([[...result.fired], [...result.taken]]).toEqual([
      [1, 0],
      [1, 0],
    ])
  })

  it('keeps what a goto permutes, also where locals share bits', () => {
    const b = builder('permute')
    b.process('p', (local) => {
      const x = local('x', 0, 7)
      const y = local('y', 0, 7)
      const z = local('z', 0, 7)
      return [
        choose(0, 8, goto(1, [frame(x, temp(0)), frame(y, rem(add(temp(0), 1), 8))])),
        goto(2, [frame(x, load(y)), frame(y, load(x))]),
        goto(3, [frame(z, load(y))]),
        null,
      ]
    })
    const system = b.build()
    const slow = interpreter(system).explore(10, 1000)
    expect(new Set(reachable(system).vectors.map((v) => v.join()))).toEqual(new Set(slow?.states.keys()))
    expect(slow?.states.size).toBe(1 + 8 + 8 + 8)
  })

  // More successors of one state than the buffer holds: they are flushed in the midst of the expansion.
  it('expands states with very many successors', async () => {
    const b = builder('many')
    const x = b.global('x', 0, 63)
    const y = b.global('y', 0, 63)
    const z = b.global('z', 0, 63)
    const set = finish(store(x, [], temp(0)), store(y, [], temp(1)), store(z, [], temp(2)))
    b.rule('r', 'set', when(eq(add(add(load(x), load(y)), load(z)), 0), choose(0, 30, choose(1, 30, choose(2, 30, set)))))
    b.property('far', 'always', ne(add(load(x), add(mul(load(y), 64), mul(load(z), 4096))), 29 + 29 * 64 + 17 * 4096))
    const result = await search({ ...b.build(), radix: 32 })
    expect(numbers(result)).toEqual({ states: 27_000, transitions: 27_000, depth: 1 })
    expect(result.properties[0].schedule).toEqual({ init: 0, moves: [{ step: 0, choice: 29 + 32 * (29 + 32 * 17) }], fails: false })
  })

  it('does without anything that can happen', async () => {
    const b = builder('nothing')
    b.rule('r', 'never', blocked)
    const result = await search(b.build())
    expect(numbers(result)).toEqual({ states: 1, transitions: 0, depth: 0 })
    expect(verdicts(result)).toEqual({ deadlock: ['violated', 0], assert: ['holds', null], range: ['holds', null] })
  })

  it('prefers schedules with few switches between agents', async () => {
    const b = builder('switches')
    const x = b.global('x', 0, 3, [3])
    for (const p of [0, 1, 2]) b.rule(`r${p}`, 'up', when(lt(load(x, p), 3), finish(store(x, [p], add(load(x, p), 1)))))
    b.property('not all', 'always', not(and(eq(load(x, 0), 3), and(eq(load(x, 1), 3), eq(load(x, 2), 3)))))
    const result = await search(b.build())
    expect(result.properties[0].schedule?.moves.map((m) => m.step)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2])
  })
})

describe("Mach's TLB shootdown as rules", () => {
  it.each([
    [2, 1, 2, 8_799, 17_146, 96],
    [2, 2, 2, 266_969, 583_012, 109],
  ])('has the known size with %i CPUs, %i pmaps, %i values', async (cpus, pmaps, values, states, transitions, depth) => {
    const result = await search(mach(cpus, pmaps, values))
    expect(numbers(result)).toEqual({ states, transitions, depth })
    expect(result.complete).toBe(true)
    expect(verdicts(result)).toMatchObject({ noError: ['holds', null], respond: ['holds', 27] })
    expect(result.bytesPerState).toBeLessThanOrEqual(20)
  })

  it('is broken where the initiator does not wait', async () => {
    const system = mach(2, 1, 2, 'dropI9')
    const { explore, successors, initialStates, judge } = interpreter(system)
    const result = await search(system)
    const [noError] = result.properties
    expect(noError.length).toBe(explore(20, 100_000)?.verdicts[0].length)
    let state = initialStates()[0].to
    for (const move of noError.schedule?.moves ?? [])
      state = successors(state ?? []).find((w) => w.step === move.step && w.choice === move.choice)?.to ?? null
    expect(judge(state ?? [], 0).found).toBe(true)
  })
})
