/**
 * What an editor infers. `tsc` checks this file with all others; what stands under `@ts-expect-error` must not
 * type-check.
 */
import {
  always,
  array,
  bool,
  bound,
  choice,
  choose,
  type Domain,
  each,
  eventually,
  flag,
  ghost,
  type IndexSet,
  ids,
  index,
  leadsTo,
  type Model,
  ModelError,
  model,
  oneOf,
  optional,
  type ParamsOf,
  properties,
  type Queue,
  queue,
  range,
  record,
  type StateOf,
  same,
  set,
  size,
  sometimes,
  union,
  until,
  type ValueOf,
  when,
} from 'mmucheck'
import { type Lock, lock, type Pte, pte, type Tlb, tlb } from 'mmucheck/mmu'
import { describe, expect, expectTypeOf, test } from 'vitest'

const example = model({
  name: 'example',
  params: { cpus: size(2), fast: flag(false), mode: choice(['direct', 'shadow'], 'direct') },
  state: (p) => ({
    pte: array(p.cpus, record({ P: bool, frame: index(4), kind: oneOf('small', 'large') })),
    owner: optional(index(p.cpus)),
    entry: optional(record({ W: bool })),
    deferred: queue(2, record({ at: index(2) })),
    waiting: set(3),
    fault: union('kind', { none: {}, raised: { code: range(0, 3) } }),
    seen: ghost(array(2, bool)),
  }),
  init: (s, p) => {
    expectTypeOf(p).toEqualTypeOf<{ readonly cpus: number; readonly fast: boolean; readonly mode: 'direct' | 'shadow' }>()
    s.pte[0].frame = p.cpus
    // @ts-expect-error a knob is not a number
    s.pte[0].frame = p.fast
  },
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      expectTypeOf(cpu).toEqualTypeOf<number>()
      yield 'step'
      const at = yield* choose(p.cpus)
      expectTypeOf(at).toEqualTypeOf<number>()
      const size = yield* choose(['small', 'large'])
      expectTypeOf(size).toEqualTypeOf<'small' | 'large'>()
      const waiting = yield* choose(s.waiting)
      expectTypeOf(waiting).toEqualTypeOf<number>()
      const update = yield* choose(s.deferred)
      expectTypeOf(update.at).toEqualTypeOf<number>()
      s.pte[at].kind = size
      // @ts-expect-error no such enum string
      s.pte[at].kind = 'huge'
      // @ts-expect-error no such field
      s.pte[at].W = true
      // @ts-expect-error no such variable
      s.ptes[at].P = true
      // @ts-expect-error comparing with a string that is none of the enum's
      if (p.mode === 'shadows') return
      yield until('wait', () => s.owner === null)
      s.owner = cpu
      // @ts-expect-error may be null
      s.entry.W = true
      expectTypeOf(s.entry?.W).toEqualTypeOf<boolean | undefined>()
      // @ts-expect-error only where it was raised is there a code
      s.fault.code
      if (s.fault.kind === 'raised') expectTypeOf(s.fault.code).toEqualTypeOf<number>()
      s.fault = { kind: 'raised', code: 1 }
      // @ts-expect-error a variant with another's field
      s.fault = { kind: 'none', code: 1 }
      // @ts-expect-error a variant without its field
      s.fault = { kind: 'raised' }
    }),
    single: function* (s) {
      yield 'push'
      s.deferred.push({ at: 1 })
      // @ts-expect-error an element of the wrong shape
      s.deferred.push({ to: 1 })
    },
  }),
  rules: (p) => ({
    one: (s) => {
      s.seen[0] = true
      // @ts-expect-error there is no such param
      s.owner = p.cpu
    },
    many: {
      fill: function* (s) {
        const page = yield* choose(4)
        when(s.pte[page].P)
      },
      evict: (s) => {
        s.entry = null
      },
    },
    instances: each(p.cpus, (s, cpu) => {
      s.owner = cpu
      // @ts-expect-error a number is no boolean
      s.pte[cpu].P = cpu
    }),
    instancesOfMany: each(p.cpus, {
      load: function* (s, cpu) {
        s.pte[yield* choose(4)].frame = cpu
      },
      store: (s, cpu) => {
        s.pte[cpu].kind = 'large'
        // @ts-expect-error no such enum string
        s.pte[cpu].kind = 'tiny'
      },
    }),
  }),
  variants: {
    shadow: { mode: 'shadow' },
  },
})

describe('the state', () => {
  type State = StateOf<typeof example>

  test('has the types of its domains', () => {
    expectTypeOf<State['pte']>().toEqualTypeOf<{ P: boolean; frame: number; kind: 'small' | 'large' }[]>()
    expectTypeOf<State['owner']>().toEqualTypeOf<number | null>()
    expectTypeOf<State['entry']>().toEqualTypeOf<{ W: boolean } | null>()
    expectTypeOf<State['deferred']>().toEqualTypeOf<Queue<{ at: number }>>()
    expectTypeOf<State['waiting']>().toEqualTypeOf<IndexSet>()
    expectTypeOf<State['seen']>().toEqualTypeOf<boolean[]>()
    expectTypeOf<State['fault']['kind']>().toEqualTypeOf<'none' | 'raised'>()
    expect(Object.keys(example.state({ cpus: 2, fast: false, mode: 'direct' }))).toEqual([
      'pte',
      'owner',
      'entry',
      'deferred',
      'waiting',
      'fault',
      'seen',
    ])
  })

  test('params have the types of their values', () => {
    expectTypeOf<ParamsOf<typeof example>>().toEqualTypeOf<{
      readonly cpus: number
      readonly fast: boolean
      readonly mode: 'direct' | 'shadow'
    }>()
    expect(example.params.mode.kind).toBe('choice')
  })

  test('a state function without params infers too', () => {
    const m = model({
      name: 'm',
      state: () => ({ x: oneOf('a', 'b') }),
      rules: () => ({
        r: (s) => {
          expectTypeOf(s.x).toEqualTypeOf<'a' | 'b'>()
          s.x = 'b'
        },
      }),
    })
    expectTypeOf<StateOf<typeof m>>().toEqualTypeOf<{ x: 'a' | 'b' }>()
    expect(m.params).toEqual({})
  })

  test('`s` is known inside each(...) right after `state`, without an init between them', () => {
    // Pins: `this: After<F>` in ModelDefinition; without it `s` was of type { [x: string]: unknown } here.
    const m = model({
      name: 'm',
      params: { n: size(2) },
      state: (p) => ({ a: array(p.n, index(3)) }),
      rules: (p) => ({
        hw: each(p.n, (s, i) => {
          expectTypeOf(s).toEqualTypeOf<{ a: number[] }>()
          s.a[i] = 1
        }),
      }),
    })
    expect(m.name).toBe('m')
  })
})

describe('properties', () => {
  test('predicates know state and params', () => {
    const claimed = properties(example, {
      a: always((s, p) => s.pte.every((entry) => entry.frame < p.cpus)),
      b: sometimes((s) => s.fault.kind === 'raised' && s.fault.code === 1),
      c: bound((s) => s.deferred.length, 2),
      // @ts-expect-error no such enum string
      d: always((s) => s.pte[0].kind === 'huge'),
      // @ts-expect-error a predicate gives a boolean
      e: always((s) => s.owner),
      // @ts-expect-error a measure gives a number
      f: bound((s) => s.pte[0].P, 1),
      // @ts-expect-error no such variable
      g: always((s) => s.nothing === 1),
    })
    expect(Object.keys(claimed.properties)).toHaveLength(7)
    expect(claimed.model).toBe(example)
  })

  test('predicates know where each process of the model stands', () => {
    const claimed = properties(example, {
      a: always((_s, _p, at) => {
        expectTypeOf({ cpu: at.cpu, single: at.single }).toEqualTypeOf<{ cpu: readonly (string | null)[]; single: string | null }>()
        expectTypeOf(at.storeBuffer.map(({ length }) => length)).toEqualTypeOf<number[]>()
        return at.cpu[0] !== 'wait' || at.single === null
      }),
      b: bound((s, _p, { cpu }) => cpu.filter((label, i) => label === 'step' && s.owner === i).length, 1),
      c: leadsTo(
        (_s, p, at) => at.cpu.some((label) => label === 'wait') && p.fast,
        (_s, _p, at) => at.single === 'push',
      ),
      // @ts-expect-error no such process
      d: always((_s, _p, at) => at.gpu === null),
      // @ts-expect-error a rule stands nowhere
      e: eventually((_s, _p, at) => at.one === null),
      // @ts-expect-error a single process has one label
      f: sometimes((_s, _p, at) => at.single[0] === null),
    })
    expect(Object.keys(claimed.properties)).toHaveLength(6)
    const bare = model({ name: 'bare', state: () => ({ x: bool }) })
    // @ts-expect-error there are no processes
    expect(properties(bare, { a: always((_s, _p, at) => at.cpu === null) }).model).toBe(bare)
  })

  test('values that are compared have one type, but for null', () => {
    properties(example, {
      a: always((s) => same(s.pte[0], s.pte[1]) && same(s.fault, { kind: 'raised', code: 1 }) && same(s.entry, { W: true })),
      b: always((s) => same(s.pte[0].kind, 'small') && same({ W: true }, s.entry) && same([...s.deferred], [{ at: 1 }])),
      // @ts-expect-error a record of another shape
      c: always((s) => same(s.pte[0], { P: true })),
      // @ts-expect-error no such variant
      d: always((s) => same(s.fault, { kind: 'lost' })),
      // @ts-expect-error no such enum string
      e: always((s) => same(s.pte[0].kind, 'huge')),
    })
  })

  test('a wrong variant, or a yield of something else, is an error', () => {
    const wrongs = [
      // @ts-expect-error no such value
      () => model({ name: 'm', params: { mode: choice(['a', 'b'], 'a') }, state: () => ({ x: bool }), variants: { wrong: { mode: 'c' } } }),
      // @ts-expect-error no such param
      () => model({ name: 'm', params: { mode: choice(['a', 'b'], 'a') }, state: () => ({ x: bool }), variants: { wrong: { speed: 1 } } }),
      model({
        name: 'm',
        state: () => ({ x: bool }),
        // @ts-expect-error a process yields labels and until only
        processes: () => ({
          p: function* () {
            yield 3
          },
        }),
      }),
    ]
    expect(wrongs).toHaveLength(3)
  })

  test('any model is a Model', () => {
    const anyName = (m: { readonly name: string; readonly kind: Model['kind'] }): string => m.name
    expect(anyName(example)).toBe('example')
  })
})

describe('domains', () => {
  test('their values', () => {
    expectTypeOf<ValueOf<typeof bool>>().toEqualTypeOf<boolean>()
    const nested = optional(array(2, optional(record({ e: oneOf('x', 'y') }))))
    expectTypeOf<ValueOf<typeof nested>>().toEqualTypeOf<({ e: 'x' | 'y' } | null)[] | null>()
    expect(nested.kind).toBe('optional')
  })

  test('of the building blocks', () => {
    expectTypeOf(lock(2)).toEqualTypeOf<Domain<Lock>>()
    expectTypeOf(pte()).toEqualTypeOf<Domain<Pte>>()
    expectTypeOf(tlb(2)).toEqualTypeOf<Domain<Tlb>>()
    expect(tlb(2).kind).toBe('array')
  })

  test('that make no sense are ModelErrors', () => {
    for (const wrong of [
      () => range(3, 2),
      () => range(0.5, 2),
      () => range(0, 2 ** 31),
      () => index(0),
      () => ids(0),
      () => array(0, bool),
      () => queue(0, bool),
      () => set(-1),
      () => oneOf('a', 'a'),
      () => union('kind', {}),
      () => union('kind', { a: { kind: bool } }),
      () => array(2, ghost(bool)),
      () => record({ g: ghost(bool) }),
      () => optional(ghost(bool)),
      () => queue(2, ghost(bool)),
      () => union('kind', { a: { g: ghost(bool) } }),
      () => ghost(ghost(bool)),
      () => each(0, () => {}),
      () => size(0),
      () => size(3, { max: 2 }),
      () => model({ name: 'two words', state: () => ({}) }),
      () => lock(0),
    ])
      expect(wrong, String(wrong)).toThrow(ModelError)
    // @ts-expect-error the default must be one of the values
    expect(() => choice(['a', 'b'], 'c')).toThrow(ModelError)
    // @ts-expect-error needs a value
    expect(() => oneOf()).toThrow(ModelError)
  })
})
