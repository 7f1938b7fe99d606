/** Params that are left free: the system says of each setting what the system that is compiled for it says. */
import {
  always,
  array,
  assert,
  bool,
  choice,
  choose,
  each,
  flag,
  model,
  range,
  record,
  type Steps,
  size,
  sometimes,
  until,
  when,
} from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compileFree } from '../../../src/compile/model/compile.ts'
import { formatDiagnostic } from '../../../src/diagnostics.ts'
import { reachable } from '../../../src/explicit/search/search.ts'
import { settingIn, settingOf } from '../../../src/ir/param.ts'
import { type Claimed, type Compared, type Compiled, claimed, compareAt, searchFree, settingsIn, split } from '../settings.ts'

const small = range(0, 9)

const compiled = (claims: Claimed, params = {}, free?: string[]): Compiled[] =>
  split(claims, params, free).map((one) => {
    if (one.kind === 'refused') throw new Error(formatDiagnostic(one.diagnostic))
    return one
  })

/** The one system of a model that no param shapes. */
const onlySystem = (claims: Claimed): Compiled => {
  const all = compiled(claims)
  expect(all).toHaveLength(1)
  expect(all[0]?.shaping).toEqual([])
  return all[0]!
}

/** Compares all settings, and the sum of their states with the states of the search in which all are free. */
const compareAll = async (claims: Claimed, one: Compiled): Promise<Record<string, Compared>> => {
  const compared: Record<string, Compared> = {}
  for (const setting of settingsIn(one.system)) compared[Object.values(setting).join(' ')] = await compareAt(claims, one, setting)
  const { states } = await searchFree(claims, one)
  expect(states).toBe(Object.values(compared).reduce((n, { states: [free] }) => n + free, 0))
  return compared
}

const violated = (compared: Readonly<Record<string, Compared>>): string[] =>
  Object.entries(compared).flatMap(([setting, { verdicts }]) => (verdicts.some((v) => v.includes('violated')) ? [setting] : []))

describe('what compiled code reads', () => {
  test('flags and choices, in steps, helpers, init and properties', async () => {
    const add = (s: { x: number }, p: { by: 'one' | 'two'; twice: boolean }): void => {
      s.x += p.by === 'one' ? 1 : 2
      if (p.twice) s.x += 1
    }
    const claims = claimed(
      model({
        name: 'm',
        params: { by: choice(['one', 'two'], 'one'), twice: flag(false), high: flag(false) },
        state: () => ({ x: small }),
        init: (s, p) => {
          if (p.high) s.x = 4
        },
        processes: (p) => ({
          a: function* (s) {
            yield 'add'
            add(s, p)
          },
        }),
      }),
      { low: always((s, p) => s.x < (p.high ? 7 : 2)) },
    )
    const one = onlySystem(claims)
    expect(one.free).toEqual(['by', 'twice', 'high'])
    expect(violated(await compareAll(claims, one))).toEqual(['one true false', 'two false false', 'two true false', 'two true true'])
    const { found } = await searchFree(claims, one)
    expect(found.low?.length).toBe(1)
  })

  test('by destructuring, spreading, tables and closures', async () => {
    const steps = { fast: 2, slow: 1 } as const
    const claims = claimed(
      model({
        name: 'm',
        params: { pace: choice(['fast', 'slow'], 'fast'), back: flag(true), cpus: size(2) },
        state: () => ({ x: small, y: small }),
        rules: (p) => ({
          go: (s) => {
            const { pace, back, cpus } = p
            const all = { ...p, x: 1 }
            const by = (): number => steps[all.pace] * cpus
            when(s.x + by() < 9)
            if (back && s.x > 4) s.x = 0
            else s.x += by()
            s.y = [p].map((q) => (q.pace === pace && q.back ? 1 : 2))[0] ?? 0
          },
        }),
      }),
      { even: always((s) => s.x % 4 === 0), y: always((s) => s.y !== 2) },
    )
    expect(violated(await compareAll(claims, onlySystem(claims)))).toEqual(['fast false', 'slow false', 'slow true'])
  })

  test('params that go through yields as an argument are no locals', async () => {
    type P = { readonly wait: boolean; readonly order: 'up' | 'down' }
    function* twice(s: { x: number; lock: boolean }, p: P): Steps {
      if (p.wait) yield until('lock', () => !s.lock)
      else yield 'rush'
      s.lock = true
      yield 'write'
      assert(s.lock)
      s.x = p.order === 'up' ? Math.min(9, s.x + 1) : Math.max(0, s.x - 1)
      s.lock = false
    }
    const claims = claimed(
      model({
        name: 'm',
        params: { wait: flag(true), order: choice(['up', 'down'], 'up') },
        state: () => ({ x: small, lock: bool }),
        processes: (p) => ({
          cpu: each(2, function* (s) {
            yield 'start'
            yield* twice(s, p)
          }),
        }),
      }),
      { two: sometimes((s) => s.x === 2) },
    )
    const one = onlySystem(claims)
    expect(one.system.variables.map(({ name, role }) => `${role.kind} ${name}`)).toEqual([
      'global x',
      'global lock',
      'param p.wait',
      'param p.order',
      'location cpu[0].pc',
      'location cpu[1].pc',
    ])
    const compared = await compareAll(claims, one)
    expect(compared['false up']?.verdicts).toContain('assert: violated 6')
    expect(compared['true down']?.verdicts).toEqual([
      'two: violated null',
      'deadlock: holds null',
      'assert: holds null',
      'range: holds null',
    ])
  })

  test('a local that some settings need is kept for all: their states differ in it alone', async () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { checks: flag(true) },
        state: () => ({ x: small }),
        processes: (p) => ({
          a: function* (s) {
            yield 'choose'
            const old = yield* choose(3)
            yield 'write'
            s.x = p.checks ? old : 1
          },
        }),
      }),
    )
    expect(await compareAll(claims, onlySystem(claims))).toMatchObject({ true: { states: [7, 7] }, false: { states: [5, 3] } })
  })

  test('where a process starts, and with which locals', async () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { first: flag(true), by: choice(['one', 'two'], 'one'), idle: flag(false) },
        state: () => ({ x: small }),
        processes: (p) => ({
          a: function* (s) {
            const by = p.by === 'one' ? 1 : 2
            const { first } = p
            if (p.idle) return
            if (first) {
              yield 'first'
              s.x += by
            }
            for (let n = first ? 0 : 1; n < 2; n++) {
              yield 'then'
              s.x += 2 * by
            }
          },
          b: each(2, function* (s) {
            if (p.by === 'two') yield 'b'
            else yield until('wait', () => s.x > 0)
            s.x = 0
          }),
        }),
      }),
      { low: always((s) => s.x < 9), four: always((s) => s.x !== 4) },
    )
    const compared = await compareAll(claims, onlySystem(claims))
    expect(violated(compared)).toEqual([
      'false one false',
      'false one true',
      'false two false',
      'true one false',
      'true one true',
      'true two false',
    ])
    expect(compared['true one true']?.verdicts).toContain('deadlock: violated 0')
  })

  test('a loop with yields over the list that a choice names', async () => {
    const orders = { xy: ['x', 'y'], yx: ['y', 'x'], xx: ['x', 'x'] } as const
    const claims = claimed(
      model({
        name: 'm',
        params: { order: choice(['xy', 'yx', 'xx'], 'xy') },
        state: () => ({ x: small, y: small }),
        processes: (p) => ({
          a: function* (s) {
            for (const action of orders[p.order]) {
              switch (action) {
                case 'x':
                  yield 'x'
                  s.x++
                  break
                case 'y':
                  yield 'y'
                  s.y += 1 + s.x
                  break
              }
            }
          },
        }),
      }),
      { one: always((s) => s.y !== 1), two: always((s) => s.x < 2) },
    )
    expect(violated(await compareAll(claims, onlySystem(claims)))).toEqual(['yx', 'xx'])
  })

  test('choices, counts and lists that depend on them', async () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { wide: flag(false), from: choice(['low', 'high', 'none'], 'low') },
        state: () => ({ x: small, y: small }),
        init: function* (s) {
          s.y = yield* choose(2)
        },
        rules: (p) => ({
          go: function* (s) {
            when(s.x === 0)
            const list = p.from === 'low' ? [1, 2] : p.from === 'high' ? [7, 8, 9] : []
            s.x = yield* choose(list)
            s.y = yield* choose(p.wide ? 5 : 3)
          },
        }),
      }),
      { x: always((s) => s.x < 9), y: always((s) => s.y < 4) },
    )
    const one = onlySystem(claims)
    expect(violated(await compareAll(claims, one))).toEqual(['false high', 'true low', 'true high'])
  })

  test('a state variable called p is another thing', async () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { on: flag(false) },
        state: () => ({ p: record({ on: range(2, 5) }) }),
        rules: (p) => ({
          go: (s) => {
            if (p.on) s.p.on = 3
          },
        }),
      }),
      { two: always((s) => s.p.on === 2) },
    )
    const one = onlySystem(claims)
    expect(one.system.variables.map(({ name }) => name)).toEqual(['p.on', "p'.on"])
    expect(violated(await compareAll(claims, one))).toEqual(['true'])
  })
})

describe('what cannot be free', () => {
  const shapes = (claims: Claimed): string[][] =>
    split(claims).map(({ params, shaping }) => shaping.map(({ param, by }) => `${param}=${params[param]}: ${by}`))

  test('params from which the model is built, one after the other', async () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { large: flag(false), other: flag(false), third: flag(false), free: flag(false) },
        state: (p) => ({ a: array(p.large ? 2 : 1, small) }),
        rules: (p) => ({
          go: (s) => {
            if (p.free) s.a[0] = 5
          },
          ...(p.large && p.other
            ? {
                more: (s: { a: number[] }) => {
                  s.a[1] = p.third ? 6 : 7
                },
              }
            : {}),
        }),
      }),
      { a: always((s) => !s.a.includes(7)) },
    )
    expect(shapes(claims)).toEqual([
      ['large=false: building'],
      ['large=true: building', 'other=false: building'],
      ['large=true: building', 'other=true: building'],
    ])
    const all = compiled(claims)
    expect(all.map(({ free, idle }) => [free, idle])).toEqual([
      [['free'], ['other', 'third']],
      [['free'], ['third']],
      [['third', 'free'], []],
    ])
    for (const one of all) await compareAll(claims, one)
  })

  test('params that leave out what is outside the language', async () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { free: flag(false), shape: choice(['pair', 'single'], 'single') },
        state: () => ({ x: small }),
        rules: (p) => ({
          go: (s) => {
            const found = p.shape === 'single' ? 1 : { a: 1, b: 2 }
            s.x = typeof found === 'number' ? found : found.b
            if (p.free) s.x = 3
          },
        }),
      }),
    )
    const all = split(claims)
    expect(all.map(({ kind, params }) => `${params.shape} ${kind}`)).toEqual(['pair refused', 'single refused'])
    const without = claimed(
      model({
        name: 'm',
        params: { free: flag(false), shape: choice(['pair', 'single'], 'single') },
        state: () => ({ x: small }),
        rules: (p) => ({
          go: (s) => {
            const found = p.shape === 'single' ? 1 : [1, 2]
            s.x = p.shape === 'single' ? (found as number) : ((found as number[])[1] ?? 0)
            if (p.free) s.x = 3
          },
        }),
      }),
      { x: always((s) => s.x !== 2) },
    )
    expect(shapes(without)).toEqual([['shape=pair: diagnostic'], ['shape=single: diagnostic']])
    expect(compiled(without).map(({ free }) => free)).toEqual([['free'], ['free']])
    expect(violated(await compareAll(without, compiled(without)[0]!))).toEqual(['false'])
  })

  test('what is refused for some values is refused for these alone', () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { bad: flag(false), free: flag(false) },
        state: () => ({ x: small }),
        rules: (p) => ({
          go: (s) => {
            if (p.bad) s.x = s.x / 2
            if (p.free) s.x = 1
          },
        }),
      }),
    )
    expect(split(claims).map((one) => [one.kind, one.params.bad, one.kind === 'refused' ? one.diagnostic.code : one.free])).toEqual([
      ['system', false, ['free']],
      ['refused', true, 'MC207'],
    ])
  })

  test('choices of one value, and sizes', () => {
    const claims = claimed(
      model({
        name: 'm',
        params: { only: choice(['x'], 'x'), n: size(2) },
        state: () => ({ x: small }),
        rules: (p) => ({
          go: (s) => {
            s.x = p.only === 'x' ? p.n : 0
          },
        }),
      }),
    )
    expect(compiled(claims, {}, ['only', 'n']).map(({ free, idle }) => [free, idle])).toEqual([[[], ['only', 'n']]])
  })
})

test('settings are read from the code of init and from states', () => {
  const { model: m, properties } = claimed(
    model({
      name: 'm',
      params: { a: flag(false), b: choice(['x', 'y', 'z'], 'x') },
      state: () => ({ x: small }),
      init: function* (s, p) {
        s.x = (yield* choose(5)) + (p.a && p.b === 'z' ? 1 : 0)
      },
    }),
  )
  const free = compileFree({ model: m, params: { a: false, b: 'x' }, properties }, ['a', 'b'])
  if (free.kind !== 'system') throw new Error('it is shaped')
  const { system } = free
  expect(system.radix).toBe(5)
  expect(settingOf(system, 1 + 5 * (2 + 5 * 4))).toEqual({ params: { a: true, b: 'z' }, init: 4 })
  expect(settingOf(system, 0 + 5 * (1 + 5 * 3), 7)).toEqual({ params: { a: false, b: 'y' }, init: 3 })
  expect(() => settingOf(system, 2)).toThrow(RangeError)
  const states = reachable(system).vectors.map((vector) => JSON.stringify([settingIn(system, vector), vector[0]]))
  expect(new Set(states).size).toBe(30)
  expect(states).toContain(JSON.stringify([{ a: true, b: 'z' }, 5]))
})

test('more params than a choice code can hold are refused, not cut', () => {
  const names = Array.from({ length: 30 }, (_, i) => `k${i}`)
  const { model: m } = claimed(
    model({
      name: 'm',
      params: Object.fromEntries(names.map((name) => [name, flag(false)])),
      state: () => ({ x: small }),
      rules: (p) => ({
        go: function* (s) {
          s.x = yield* choose(9)
          const { k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12, k13, k14, k15, k16, k17 } = p
          if (k0 && k1 && k2 && k3 && k4 && k5 && k6 && k7 && k8 && k9 && k10 && k11 && k12 && k13 && k14 && k15 && k16 && k17) s.x = 1
        },
      }),
    }),
  )
  const params = Object.fromEntries(names.map((name) => [name, false]))
  expect(compileFree({ model: m, params, properties: {} }, names.slice(0, 16)).kind).toBe('system')
  expect(() => compileFree({ model: m, params, properties: {} }, names)).toThrow(RangeError)
})
