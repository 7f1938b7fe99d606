/** Store buffers, construct by construct: what waits, what is seen meanwhile, which steps are locked instructions. */

import { readFileSync } from 'node:fs'
import {
  always,
  array,
  assert,
  bool,
  choose,
  each,
  eventually,
  fence,
  ghost,
  index,
  memory,
  minimum,
  model,
  oneOf,
  optional,
  type Process,
  properties,
  queue,
  range,
  record,
  set,
  sometimes,
  union,
  until,
  when,
} from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { check } from '../../../src/check.ts'
import { loadText } from '../../differential/text.ts'
import { explore } from '../../semantics/harness.ts'

const labelsOf = ({
  steps,
  memory: buffered,
}: {
  steps: readonly { id: number; label: string }[]
  memory: { locked: readonly number[] } | null
}) => steps.filter(({ id }) => buffered?.locked.includes(id)).map(({ label }) => label)

/** What the states say of some variables, each once. */
const seen = (states: readonly string[], ...names: readonly string[]): string[] => [
  ...new Set(states.map((state) => names.map((name) => new RegExp(`${name}=(\\S+)`).exec(state)?.[1]).join(' '))),
]

test('stores wait in order, and a store waits until there is room', async () => {
  const { states, transitions } = await explore(
    model({
      name: 'm',
      memoryModel: 'tso',
      storeBuffer: 1,
      state: () => ({ x: memory(range(0, 3)) }),
      processes: (_p) => ({
        cpu: each(1, function* (s) {
          yield 'x = 1'
          s.x = 1
          yield 'x = 2'
          s.x = 2
        }),
      }),
    }),
  )
  expect(states).toEqual([
    'x=0 storeBuffer=[[]] | cpu[0]@x = 1',
    'x=0 storeBuffer=[[{to:x value:1}]] | cpu[0]@x = 2',
    'x=1 storeBuffer=[[]] | cpu[0]@x = 2',
    'x=1 storeBuffer=[[{to:x value:2}]] | cpu[0]@-',
    'x=2 storeBuffer=[[]] | cpu[0]@-',
  ])
  expect(transitions).toBe(4)
})

test('a CPU sees its own newest store, other CPUs, hardware and predicates see memory', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => ({ x: memory(range(0, 2)), own: range(0, 2), other: range(0, 2), walked: range(0, 2) }),
    on: () => ({ walker: 0 }),
    processes: (_p) => ({
      cpu: each(2, function* (s, cpu) {
        if (cpu === 0) {
          yield 'x = 1'
          s.x = 1
          yield 'x = 2'
          s.x = 2
          yield 'load'
          s.own = s.x
        } else {
          yield 'load'
          s.other = s.x
        }
      }),
    }),
    rules: () => ({
      walker: (s) => {
        s.walked = s.x
      },
    }),
  })
  const waits = { waits: sometimes<{ x: number; own: number; other: number }, unknown>((s) => s.own === 2 && s.x === 0) }
  const { states, verdicts } = await explore(m, waits as never)
  expect(verdicts).toMatchObject({ waits: 'holds 3' })
  expect(seen(states, 'own').sort()).toEqual(['0', '2'])
  expect(seen(states, 'walked').sort()).toEqual(['0', '1', '2'])
  expect(seen(states, 'other').sort()).toEqual(['0', '1', '2'])
})

/** The steps of one process on CPU 0 that are taken for locked instructions. */
const lockedOf = async (state: object, process: (s: never) => Generator<never>): Promise<string[]> => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => state as never,
    on: () => ({ p: 0 }),
    processes: (_p) => ({ p: process as Process<never> }),
  })
  return labelsOf((await explore(m)).system)
}

const entry = record({ P: bool, frame: index(2) })

test('an entry is stored whole; to store a part of it is to load and to store it', async () => {
  interface S {
    pte: { P: boolean; frame: number }[]
  }
  const locked = await lockedOf({ pte: memory(array(2, entry)) }, function* (s: S) {
    yield 'set_pte'
    s.pte[0] = { P: true, frame: 1 }
    yield 'wrprotect'
    s.pte[0]!.P = false
    yield 'both'
    s.pte = [
      { P: true, frame: 0 },
      { P: false, frame: 1 },
    ]
    yield 'copy'
    s.pte[1] = { ...s.pte[0]! }
  } as never)
  expect(locked).toEqual(['wrprotect', 'copy'])
})

// Nothing of it is compiled, so it was no store at all, while the oracle saw a part of a word change.
test('a part of a word that can hold one value only is a part as well', async () => {
  interface S {
    b: { x: number; only: string }
  }
  const locked = await lockedOf({ b: memory(record({ x: range(0, 1), only: oneOf('only') })) }, function* (s: S) {
    yield 'store the part'
    s.b.only = 'only'
  } as never)
  expect(locked).toEqual(['store the part'])
})

test('spin_lock() is a locked instruction, and spin_unlock() is a store', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => ({ ptl: memory(array(2, lock(2))), word: memory(record({ r: record({ n: range(0, 1) }) })) }),
    processes: (_p) => ({
      cpu: each(2, function* (s, cpu) {
        yield* acquire(s.ptl[0]!, cpu)
        yield 'store the only field of the only field'
        s.word.r.n = 1
        yield* release(s.ptl[0]!, cpu)
      }),
    }),
  })
  const { system, states } = await explore(m)
  expect([...new Set(labelsOf(system))]).toEqual(['spin_lock'])
  expect(states.some((state) => state.includes('{to:ptl at:0 value:{owner:null}}'))).toBe(true)
})

test('an entry reaches memory whole', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      memoryModel: 'tso',
      state: () => ({ pte: memory(array(2, entry)) }),
      processes: (_p) => ({
        cpu: each(1, function* (s) {
          yield 'set_pte'
          const at = yield* choose(2)
          s.pte[at] = { P: true, frame: 1 }
        }),
      }),
    }),
  )
  expect(states).toHaveLength(5)
  expect(states.some((state) => state.includes('P:true frame:0') || state.includes('P:false frame:1'))).toBe(false)
  expect(states.map((state) => /storeBuffer=(.*) \|/.exec(state)?.[1])).toContain('[[{to:pte at:1 value:{P:true frame:1}}]]')
})

// Its load would be swept as dead code: it is there in the author's text, and so it is for x86.
test('an exchange whose old value nobody wants is a locked instruction, and so is a compare-and-exchange that fails', async () => {
  interface S {
    x: number
    y: number
  }
  const xchg = (s: S, value: number): number => {
    const old = s.x
    s.x = value
    return old
  }
  const locked = await lockedOf({ x: memory(range(0, 2)), y: memory(range(0, 2)) }, function* (s: S) {
    yield 'y = 1'
    s.y = 1
    yield 'xchg'
    xchg(s, 1)
    yield 'y = 2'
    s.y = 2
    yield 'cmpxchg'
    if (s.x === 2) s.x = 0
    yield 'load or store'
    if ((yield* choose(2)) === 0) s.y = s.y === 1 ? 1 : 2
  } as never)
  expect(locked).toEqual(['xchg', 'cmpxchg', 'load or store'])
})

test('what is read in asserts, labels and assignments to ghosts is no access', async () => {
  interface S {
    x: number
    g: number
    sum: number
    n: number
  }
  const locked = await lockedOf({ x: memory(range(0, 2)), g: ghost(range(0, 2)), sum: ghost(range(0, 4)), n: range(0, 2) }, function* (
    s: S,
  ) {
    yield `x is ${s.x}`
    assert(s.x < 2, `x is ${s.x}`)
    s.g = s.x
    s.sum += s.x
    s.x = 1
    yield 'a load'
    s.n = s.x
  } as never)
  expect(locked).toEqual([])
})

test('a ghost changes nothing: neither a log of what was read, nor a condition around a ghost', async () => {
  interface S {
    x: boolean
    y: boolean
    log: boolean[] & { push: (y: boolean) => number }
    seen: boolean
    g: boolean
    h: boolean[]
  }
  const state = {
    x: memory(bool),
    y: memory(bool),
    log: ghost(queue(2, bool)),
    seen: ghost(bool),
    g: ghost(bool),
    h: ghost(array(2, bool)),
  }
  const locked = await lockedOf(state, function* (s: S) {
    yield 'a log'
    s.x = true
    s.log.push(s.y)
    yield 'a condition'
    s.x = false
    if (s.y) s.seen = true
    yield 'a loop'
    s.x = true
    for (let i = 0; i < 2; i++) if (s.y) s.h[i] = true
    yield 'part of the protocol'
    if (s.y) {
      s.g = true
      return
    }
    s.x = false
  } as never)
  expect(locked).toEqual(['part of the protocol'])
})

test('what is stored in an assignment to a ghost, in an assert or under its value is a locked instruction as well', async () => {
  interface S {
    x: number
    n: number
    seen: number
  }
  const xchg = (s: S, value: number): number => {
    const old = s.x
    s.x = value
    return old
  }
  const locked = await lockedOf({ x: memory(range(0, 2)), n: range(0, 2), seen: ghost(range(0, 2)) }, function* (s: S) {
    yield 'ghost = xchg'
    s.seen = xchg(s, 1)
    yield 'assert(xchg)'
    assert(xchg(s, 2) < 3, 'xchg')
    yield 'test and set'
    // biome-ignore lint/suspicious/noAssignInExpressions: its value is what this is about
    if ((s.seen = s.x) === 0) s.x = 1
    yield 'a local'
    let old = 0
    // biome-ignore lint/suspicious/noAssignInExpressions: that it changes a local is what this is about
    assert((old = s.x) < 3, 'old')
    s.x = old
  } as never)
  expect(locked).toEqual(['ghost = xchg', 'assert(xchg)', 'test and set', 'a local'])
})

// The list of locked steps named none of which another round was a plain store.
test('the report names a locked step also where another round of its loop is none', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    on: () => ({ one: 0, thread: [1, null] }),
    state: () => ({ x: memory(range(0, 2)) }),
    processes: (_p) => ({
      one: function* (s) {
        for (const i of [0, 1]) {
          yield `round ${i}`
          if (i === 0) s.x = s.x === 0 ? 1 : 0
          else s.x = 2
        }
      },
      thread: each(2, function* (s) {
        yield fence('mb')
        if (s.x === 0) s.x = 1
      }),
    }),
  })
  const { memory: said } = await check({ kind: 'properties', model: m, properties: {} } as never, { engine: 'explicit' })
  expect(said).toMatchObject({
    model: 'tso',
    storeBuffer: 2,
    locked: [
      { agents: 'one', text: 'round 0' },
      { agents: 'thread[0]', text: 'mb' },
    ],
    fences: [{ agents: 'thread[0]', text: 'mb' }],
    direct: ['thread[1]'],
  })
})

test('in a final state no store waits', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => ({ x: memory(range(0, 2)) }),
    processes: (_p) => ({
      cpu: each(2, function* (s, cpu) {
        yield 'store'
        s.x = 1 + cpu
      }),
    }),
  })
  const { properties: found } = await check(properties(m, { least: minimum((s) => s.x, { over: 'final states' }) }), { engine: 'explicit' })
  expect(found.find(({ name }) => name === 'least')).toMatchObject({ extreme: 1 })
})

test('store buffers need no name of their own where nothing is in memory', async () => {
  const m = model({
    name: 'm',
    state: () => ({ storeBuffer: array(2, bool) }),
    processes: (_p) => ({
      storeBuffer: each(2, function* (s, i) {
        yield 'store'
        s.storeBuffer[i] = true
      }),
    }),
  })
  const { states } = await explore(m, {
    both: sometimes((_s, _p, at) => (at as never as { storeBuffer: unknown[] }).storeBuffer[0] === null),
  } as never)
  expect(states).toHaveLength(4)
})

test('a list that only locked instructions store to is no reason to tell CPUs apart', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => ({ f: memory(array(2, bool)), o: array(2, bool) }),
    processes: (_p) => ({
      cpu: each(2, function* (s, cpu) {
        yield 'change'
        s.f[cpu] = !s.f[cpu]
        yield 'look'
        s.o[cpu] = s.f.every((x) => x)
      }),
    }),
  })
  const report = await check(properties(m, {}), { engine: 'explicit', symmetry: 'on' })
  expect(report.symmetry?.modulo).toMatchObject([{ members: 2 }])
})

test('ways that only load and ways that only store are no locked instruction', async () => {
  interface S {
    x: number
    n: number
  }
  const locked = await lockedOf({ x: memory(range(0, 2)), n: range(0, 2) }, function* (s: S) {
    yield 'load or store'
    if ((yield* choose(2)) === 0) s.n = s.x
    else s.x = 1
    yield 'and again'
    const old = s.x
    if (old === 0) s.n = 2
  } as never)
  expect(locked).toEqual([])
})

test('a locked instruction and a fence wait until the buffer is empty', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      memoryModel: 'tso',
      state: () => ({ x: memory(range(0, 3)), n: range(0, 3) }),
      processes: (_p) => ({
        cpu: each(1, function* (s) {
          yield 'x = 1'
          s.x = 1
          yield 'x++'
          s.x++
          yield 'x = 3'
          s.x = 3
          yield fence('smp_mb()')
          s.n = 1
        }),
      }),
    }),
  )
  expect(seen(states, 'x', 'n')).toEqual(['0 0', '1 0', '2 0', '3 0', '3 1'])
})

test('a wait on memory is seen through the buffer, and is no locked instruction', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => ({ x: memory(bool), lock: memory(bool) }),
    processes: (_p) => ({
      cpu: each(1, function* (s) {
        yield 'x = 1'
        s.x = true
        yield until('see it', () => s.x)
        yield until('spin_lock', () => !s.lock)
        s.lock = true
      }),
    }),
  })
  const { states, system } = await explore(m)
  expect(labelsOf(system)).toEqual(['spin_lock'])
  expect(states).toContain('x=false lock=false storeBuffer=[[{to:x value:true}]] | cpu[0]@spin_lock')
})

test('optionals, unions, queues and sets are words', async () => {
  interface S {
    o: number | null
    u: { kind: 'idle' } | { kind: 'busy'; by: number }
    q: { push: (x: number) => number; shift: () => number } | number[]
    members: Set<number>
    e: 'a' | 'b'
  }
  const state = {
    o: memory(optional(index(2))),
    u: memory(union('kind', { idle: {}, busy: { by: index(2) } })),
    q: memory(queue(2, index(2))),
    members: memory(set(2)),
    e: memory(oneOf('a', 'b')),
  }
  const locked = await lockedOf(state, function* (s: S) {
    yield 'o = 1'
    s.o = 1
    yield 'u = busy'
    s.u = { kind: 'busy', by: 1 }
    yield 'q = [1]'
    s.q = [1] as never
    yield 'e = b'
    s.e = 'b'
    yield 'o = null'
    s.o = null
    yield 'push'
    ;(s.q as { push: (x: number) => number }).push(0)
    yield 'add'
    s.members.add(1)
  } as never)
  expect(locked).toEqual(['push', 'add'])
})

test('a process on no CPU, and init, store to memory itself', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      memoryModel: 'tso',
      state: () => ({ x: memory(range(0, 2)) }),
      init: (s) => {
        s.x = 1
      },
      on: () => ({ device: null }),
      processes: (_p) => ({
        cpu: each(1, function* () {
          yield 'nothing'
        }),
        device: function* (s) {
          yield 'x = 2'
          s.x = 2
        },
      }),
    }),
  )
  expect(seen(states, 'x', 'storeBuffer')).toEqual(['1 [[]]', '2 [[]]'])
})

test('processes on one CPU share its buffer', async () => {
  const { states } = await explore(
    model({
      name: 'm',
      memoryModel: 'tso',
      state: () => ({ x: memory(bool), n: array(3, bool) }),
      on: () => ({ thread: [0, 0, 1] }),
      processes: (_p) => ({
        thread: each(3, function* (s, i) {
          yield 'go'
          if (i === 0) s.x = true
          else s.n[i] = s.x
        }),
      }),
    }),
  )
  expect(states.some((state) => /x=false n=\[false,true,false\]/.test(state))).toBe(true)
  expect(states.some((state) => /x=false n=\[false,(true|false),true\]/.test(state))).toBe(false)
})

// With a full buffer the step is not taken, so what stands behind the store is not asked.
test('a store outside its domain fails before it waits, and what stands behind a store that waits does not', async () => {
  const m = (body: 'range' | 'assert') =>
    model({
      name: 'm',
      memoryModel: 'tso',
      storeBuffer: 1,
      state: () => ({ x: memory(range(0, 1)), y: memory(range(0, 1)), n: range(0, 2), seen: bool }),
      processes: (_p) => ({
        cpu: each(1, function* (s) {
          yield 'n = 2'
          s.n = body === 'range' ? 2 : 1
          yield 'y = 1'
          s.y = 1
          yield 'x = n'
          s.x = s.n
          assert(s.seen, 'seen')
        }),
      }),
      rules: () => ({
        look: (s) => {
          when(s.y === 1)
          s.seen = true
        },
      }),
    })
  expect((await explore(m('range'))).verdicts).toMatchObject({ range: 'violated 3', assert: 'holds' })
  expect((await explore(m('assert'))).verdicts).toMatchObject({ range: 'holds', assert: 'violated 4' })
})

test('stores come to memory some time, and properties may look into the buffers', async () => {
  const m = model({
    name: 'm',
    params: {},
    memoryModel: 'tso',
    state: () => ({ x: memory(bool) }),
    processes: (_p) => ({
      cpu: each(2, function* (s) {
        yield 'x = 1'
        s.x = true
      }),
    }),
  })
  const claimed = properties(m, {
    drained: eventually((s, _p, at) => s.x && at.storeBuffer.every(({ length }) => length === 0)),
    waits: sometimes((s, _p, at) => !s.x && at.storeBuffer.every((buffer) => buffer.some(({ to }) => to === 'x'))),
    never: always((_s, _p, at) => at.storeBuffer[0]!.length < 1),
  })
  const report = await check(claimed, { engine: 'both', oracle: 'all' })
  expect(Object.fromEntries(report.properties.map(({ name, verdict, length }) => [name, `${verdict} ${length ?? ''}`]))).toMatchObject({
    drained: 'holds ',
    waits: 'holds 2',
    never: 'violated 1',
  })
})

test('CPUs are interchangeable with their store buffers', async () => {
  const m = model({
    name: 'm',
    memoryModel: 'tso',
    state: () => ({ x: memory(array(3, range(0, 1))), n: array(3, range(0, 3)) }),
    processes: (_p) => ({
      cpu: each(3, function* (s, cpu) {
        yield 'store'
        s.x[cpu] = 1
        yield 'load'
        s.n[cpu] = s.x.reduce((sum, one) => sum + one, 0)
      }),
    }),
  })
  const claimed = properties(m, { alone: sometimes((s) => s.n.every((n) => n === 1)), none: always((s) => s.n.every((n) => n < 3)) })
  const whole = await check(claimed, { engine: 'explicit' })
  const modulo = await check(claimed, { engine: 'explicit', symmetry: 'on' })
  const said = ({ properties: all }: typeof whole) => all.map(({ name, verdict, length }) => [name, verdict, length])
  expect(said(modulo)).toEqual(said(whole))
  expect([whole.states, modulo.states]).toEqual([322, 80])
})

test('the example in LANGUAGE.md does what is said of it', async () => {
  const page = readFileSync(new URL('../../../docs/LANGUAGE.md', import.meta.url), 'utf8')
  const [, example = ''] = /```ts\n(import [^`]*memoryModel[\s\S]*?)```/.exec(page) ?? []
  const target = { kind: 'properties', ...loadText(example) } as never
  const lengthOf = async (memoryModel: string, barrier: boolean) => {
    const { properties: found } = await check(target, {
      engine: 'explicit',
      oracle: 'all',
      settings: Object.entries({ memoryModel, barrier }),
    })
    return found.find(({ name }) => name === 'oneSeesTheOther')?.length ?? null
  }
  expect([await lengthOf('tso', true), await lengthOf('tso', false), await lengthOf('sc', false)]).toEqual([null, 4, null])
})
