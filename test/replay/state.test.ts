import {
  array,
  assert,
  bool,
  type Domain,
  ghost,
  type IndexSet,
  index,
  oneOf,
  optional,
  type Queue,
  queue,
  range,
  record,
  set,
  union,
  when,
} from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../src/replay/fault.ts'
import { createState, locationOf, plainCopy } from '../../src/replay/state.ts'

interface Pte {
  P: number
  W: boolean
  at: { frame: number | null }
}
interface S {
  n: number
  b: boolean
  e: 'x' | 'y'
  lock: { owner: number | null }
  holder: { cpu: number } | null
  a: number[]
  pte: Pte[]
  grid: number[][]
  q: Queue<{ at: number; flags: number[] }>
  t: IndexSet
  u: { kind: 'idle' } | { kind: 'fault'; code: number }
  g: number
}

const pte = record({ P: range(0, 1), W: bool, at: record({ frame: optional(index(4)) }) })
const domains: Record<string, Domain> = {
  n: range(-1, 3),
  b: bool,
  e: oneOf('x', 'y'),
  lock: record({ owner: optional(index(2)) }),
  holder: optional(record({ cpu: range(1, 2) })),
  a: array(3, range(0, 9)),
  pte: array(2, pte),
  grid: array(2, array(2, range(0, 5))),
  q: queue(2, record({ at: index(3), flags: array(2, range(0, 1)) })),
  t: set(4),
  u: union('kind', { idle: {}, fault: { code: range(2, 5) } }),
  g: ghost(range(0, 1)),
}
const fresh = (): S => createState(domains).s as unknown as S

test('initial values', () => {
  expect(plainCopy({ ...fresh() })).toEqual({
    n: 0,
    b: false,
    e: 'x',
    lock: { owner: null },
    holder: null,
    a: [0, 0, 0],
    pte: [
      { P: 0, W: false, at: { frame: null } },
      { P: 0, W: false, at: { frame: null } },
    ],
    grid: [
      [0, 0],
      [0, 0],
    ],
    q: [],
    t: new Set(),
    u: { kind: 'idle' },
    g: 0,
  })
})

describe('locations', () => {
  test('a reference is a reference to the location', () => {
    const s = fresh()
    const entry = s.pte[1]
    entry.P = 1
    expect(s.pte[1].P).toBe(1)
    s.pte[1] = { P: 0, W: true, at: { frame: 3 } }
    expect([entry.P, entry.W, entry.at.frame]).toEqual([0, true, 3])
    expect(s.pte[1]).toBe(entry)
    expect(locationOf(entry)).toEqual({ text: 'pte[1]', indices: [1] })
    expect(locationOf(s.grid[1])?.indices).toEqual([1])
  })

  test('assigning copies in', () => {
    const s = fresh()
    s.pte[0].P = 1
    s.pte[1] = s.pte[0]
    s.pte[0].P = 0
    expect(s.pte[1].P).toBe(1)
    const mine = [1, 2, 3]
    s.a = mine
    mine[0] = 9
    expect([...s.a]).toEqual([1, 2, 3])
  })

  test('a value may hold parts of what it replaces', () => {
    const s = fresh()
    s.pte[0].P = 1
    s.pte = [s.pte[1], s.pte[0]]
    expect(s.pte.map((e) => e.P)).toEqual([0, 1])
    s.a = [1, 2, 3]
    s.a = [s.a[2], s.a[0], s.a[1]]
    expect([...s.a]).toEqual([3, 1, 2])
    s.pte[0] = { ...s.pte[0], W: true }
    expect(s.pte[0].W).toBe(true)
  })

  test('object spread is a snapshot, deep', () => {
    const s = fresh()
    const old = { ...s.pte[0] }
    const { P, ...rest } = s.pte[0]
    s.pte[0].at.frame = 2
    expect([old.at.frame, P, rest.at.frame]).toEqual([null, 0, null])
    expect(s.pte[0].at.frame).toBe(2)
    // Reading a field without a spread is still a reference.
    const { at } = s.pte[0]
    at.frame = 1
    expect(s.pte[0].at.frame).toBe(1)
  })
})

describe('arrays', () => {
  test('the methods that predicates use', () => {
    const s = fresh()
    s.a = [3, 1, 2]
    expect(s.a.every((x) => x > 0)).toBe(true)
    expect(s.a.some((x, i) => x === i)).toBe(true)
    expect(s.a.find((x) => x < 3)).toBe(1)
    expect(s.a.findIndex((x) => x < 3)).toBe(1)
    expect(s.a.filter((x) => x > 1)).toEqual([3, 2])
    expect(s.a.map((x) => x * 2)).toEqual([6, 2, 4])
    expect(s.a.includes(1)).toBe(true)
    expect(s.a.indexOf(2)).toBe(2)
    expect(s.a.reduce((x, y) => x + y, 0)).toBe(6)
    expect([s.a.at(-1), s.a.at(7), s.a.length]).toEqual([2, undefined, 3])
    expect([...s.a, 4]).toEqual([3, 1, 2, 4])
    const [first, , third] = s.a
    expect([first, third]).toEqual([3, 2])
    let sum = 0
    for (const x of s.a) sum += x
    for (const [i, x] of s.a.entries()) sum += i * x
    expect(sum).toBe(6 + 1 + 4)
    expect(Array.isArray(s.a)).toBe(true)
    expect(JSON.stringify(s.pte[0])).toBe('{"P":0,"W":false,"at":{"frame":null}}')
    expect(Object.keys(s.pte[0])).toEqual(['P', 'W', 'at'])
    expect('P' in s.pte[0]).toBe(true)
    s.pte.filter((e) => e.P === 0)[1].P = 1
    expect(s.pte[1].P).toBe(1)
  })
})

describe('queues, sets, optionals, unions', () => {
  test('a queue gives and takes copies', () => {
    const s = fresh()
    const update = { at: 1, flags: [0, 1] }
    s.q.push(update)
    update.flags[0] = 1
    expect(s.q[0]).toEqual({ at: 1, flags: [0, 1] })
    s.q[0].flags[0] = 1
    expect(s.q[0].flags[0]).toBe(0)
    s.q.push({ at: 2, flags: [1, 1] })
    expect([s.q.length, s.q.map((u) => u.at), s.q.some((u) => u.at === 2), s.q.at(-1)?.at]).toEqual([2, [1, 2], true, 2])
    expect(s.q.shift()).toEqual({ at: 1, flags: [0, 1] })
    expect([...s.q].map((u) => u.at)).toEqual([2])
    // A queue is assigned from a queue: the reference must pass for something to iterate.
    const other = fresh()
    other.q = s.q
    expect(plainCopy(other.q)).toEqual([{ at: 2, flags: [1, 1] }])
    s.q = [] as unknown as S['q']
    expect(s.q.length).toBe(0)
  })

  test('a set is iterated in ascending order', () => {
    const s = fresh()
    s.t.add(3)
    s.t.add(0)
    s.t.add(3)
    s.t.delete(2)
    expect([[...s.t], s.t.size, s.t.has(3), s.t.has(1), s.t.has(9)]).toEqual([[0, 3], 2, true, false, false])
    const before = plainCopy(s.t)
    s.t.clear()
    expect([before, s.t.size]).toEqual([new Set([0, 3]), 0])
  })

  test('the payload of an optional holds its defaults after null', () => {
    const s = fresh()
    s.holder = { cpu: 2 }
    s.holder.cpu = 1
    expect(s.holder?.cpu).toBe(1)
    s.holder = null
    expect(s.holder).toBe(null)
    s.lock.owner = 1
    expect(s.lock.owner).toBe(1)
  })

  test('a union is assigned whole, and shows the fields of its variant', () => {
    const s = fresh()
    s.u = { kind: 'fault', code: 4 }
    expect([s.u.kind, s.u.kind === 'fault' && s.u.code, { ...s.u }]).toEqual(['fault', 4, { kind: 'fault', code: 4 }])
    s.u = { kind: 'idle' }
    expect({ ...s.u }).toEqual({ kind: 'idle' })
  })
})

describe('faults', () => {
  const faults: Readonly<Record<string, [(s: S) => void, string]>> = {
    'a value outside its range': [
      (s) => {
        s.a[1] = 10
      },
      'a[1] = 10 is outside range(0, 9)',
    ],
    'a fraction': [
      (s) => {
        s.n = 0.5
      },
      'n = 0.5 is outside range(-1, 3)',
    ],
    'not a number': [
      (s) => {
        s.n = Number.NaN
      },
      'n = NaN is outside',
    ],
    nothing: [
      (s) => {
        s.n = undefined as never
      },
      'n = undefined is outside',
    ],
    'a boolean for an integer': [
      (s) => {
        s.n = true as never
      },
      'n = true is outside',
    ],
    'an integer for a boolean': [
      (s) => {
        s.b = 1 as never
      },
      'b = 1 is neither',
    ],
    'a string that is none of the domain': [
      (s) => {
        s.e = 'z' as never
      },
      "e = 'z' is none of x, y",
    ],
    'inside a record that is assigned': [
      (s) => {
        s.pte[1] = { P: 2, W: false, at: { frame: null } }
      },
      'pte[1].P = 2 is outside range(0, 1)',
    ],
    'an index too great': [(s) => void s.pte[2].P, 'pte[2] is outside 0..1'],
    'an index below zero': [
      (s) => {
        s.a[-1] = 0
      },
      'a[-1] is outside 0..2',
    ],
    'an index that is null': [(s) => void s.a[null as never], 'a[null] is outside'],
    'an unknown field': [(s) => void (s.pte[0] as unknown as Record<string, unknown>).Q, "pte[0] has no field 'Q'"],
    'storing to an unknown field': [
      (s) => {
        ;(s.pte[0] as unknown as Record<string, unknown>).Q = 1
      },
      "pte[0] has no field 'Q'",
    ],
    'a missing field': [
      (s) => {
        s.holder = {} as never
      },
      "the value for holder has no field 'cpu'",
    ],
    'a field too many': [
      (s) => {
        s.holder = { cpu: 1, more: 1 } as never
      },
      "holder has no field 'more'",
    ],
    'an array too long': [
      (s) => {
        s.a = [1, 2, 3, 4]
      },
      'a has 3 elements, not 4',
    ],
    'a queue that is full': [
      (s) => {
        for (const at of [1, 2, 0]) s.q.push({ at, flags: [0, 0] })
      },
      'q.push({ at: 0, flags: [0, 0] }): the queue is full',
    ],
    'a queue that is empty': [(s) => void s.q.shift(), 'q.shift(): the queue is empty'],
    'beyond the end of a queue': [(s) => void s.q[0].at, 'q[0]: it is empty'],
    'an element outside its range': [(s) => s.q.push({ at: 3, flags: [0, 0] }), 'q[0].at = 3 is outside range(0, 2)'],
    'storing into a queue': [
      (s) => {
        ;(s.q as unknown as unknown[])[0] = 1
      },
      'q[0] cannot be stored to',
    ],
    'a member outside the set': [(s) => s.t.add(4), 't cannot hold 4'],
    'an unknown variant': [
      (s) => {
        s.u = { kind: 'other' } as never
      },
      "u.kind = 'other' is none of idle, fault",
    ],
    'making an array longer': [(s) => void s.a.push(1), 'a[3] is outside 0..2'],
  }
  for (const [name, [act, message]] of Object.entries(faults)) test(name, () => expect(() => act(fresh())).toThrow(message))

  test('a store that faults changes nothing', () => {
    const s = fresh()
    expect(() => {
      s.pte[0] = { P: 1, W: true, at: { frame: 9 } }
    }).toThrow('pte[0].at.frame = 9')
    expect({ ...s.pte[0] }).toEqual({ P: 0, W: false, at: { frame: null } })
  })
})

test('reads are recorded, each location once, by when it was last read', () => {
  const state = createState(domains)
  const s = state.s as unknown as S
  s.a = [4, 5, 6]
  s.q.push({ at: 2, flags: [0, 1] })
  const { value, reads } = state.withReads(
    () => s.a[0] + s.a[2] + s.a[0] + Number(s.holder !== null) + s.q[0].at + Number(s.t.has(1)) + s.q.length + { ...s.pte[0] }.P,
  )
  expect(value).toBe(17)
  expect(reads.map(([location, x]) => `${location} ${String(x)}`)).toEqual([
    's.a[2] 6',
    's.a[0] 4',
    's.holder null',
    's.q[0].at 2',
    's.q[0].flags[0] 0',
    's.q[0].flags[1] 1',
    's.t.has(1) false',
    's.q.length 1',
    's.pte[0].P 0',
    's.pte[0].W false',
    's.pte[0].at.frame null',
  ])
})

// A predicate that asks of an optional record only whether it is there had read nothing, and the race did not show
// which one decided.
test('that an optional record is there is read as its whole value, where no part of it was', () => {
  const entry = optional(record({ f: range(0, 1), g: range(0, 1) }))
  const state = createState({ tlb: array(3, entry), walk: optional(set(3)) })
  const s = state.s as unknown as { tlb: ({ f: number; g: number } | null)[]; walk: IndexSet | null }
  s.tlb[1] = { f: 1, g: 0 }
  s.tlb[2] = { f: 0, g: 1 }
  const readBy = (look: () => unknown) => state.withReads(look).reads
  expect(readBy(() => s.tlb.every((e) => e === null))).toEqual([
    ['s.tlb[0]', null],
    ['s.tlb[1]', { f: 1, g: 0 }],
  ])
  expect(readBy(() => s.tlb[1] !== null && s.tlb[2]?.g === 1)).toEqual([
    ['s.tlb[1]', { f: 1, g: 0 }],
    ['s.tlb[2].g', 1],
  ])
  s.walk = new Set([1]) as unknown as IndexSet
  expect(readBy(() => s.walk !== null).map(([location, value]) => [location, plainCopy(value)])).toEqual([['s.walk', new Set([1])]])
})

test('saved values come back, as often as they are wanted', () => {
  const state = createState(domains)
  const s = state.s as unknown as S
  s.q.push({ at: 1, flags: [0, 1] })
  s.u = { kind: 'fault', code: 3 }
  s.t.add(2)
  const before = plainCopy({ ...s })
  const entry = s.pte[0]
  const restore = state.save()
  for (let i = 0; i < 2; i++) {
    s.q.shift()
    s.u = { kind: 'idle' }
    s.t.clear()
    s.holder = { cpu: 2 }
    s.pte[0].P = 1
    restore()
    expect(plainCopy({ ...s })).toEqual(before)
    expect(entry).toBe(s.pte[0])
  }
})

describe("exceptions out of an author's code", () => {
  const thrown = (f: () => unknown): unknown => {
    try {
      f()
    } catch (error) {
      return error
    }
    return null
  }
  const nothing = null as { a: number } | null
  const kinds: Readonly<Record<string, () => unknown>> = {
    'reading a field of null': () => nothing!.a,
    'taking null apart': () => {
      const { a } = nothing!
      return a
    },
    'going over nothing': () => {
      const [a] = nothing as unknown as number[]
      return a
    },
    'an element that is not there': () =>
      fresh()
        .a.find((x) => x === 7)!
        .toFixed(),
  }
  for (const [name, f] of Object.entries(kinds)) test(`${name} is a range failure`, () => expect(failureOf(thrown(f))?.kind).toBe('range'))
  test('an assert that does not hold', () =>
    expect(failureOf(thrown(() => assert(false, 'why')))).toMatchObject({ kind: 'assert', message: 'why' }))
  test('when(false) is no failure', () => expect(failureOf(thrown(() => when(false)))).toBe(null))
  test('all else is a mistake in the model, and is thrown on', () => {
    expect(() => failureOf(thrown(() => (0 as unknown as () => void)()))).toThrow(TypeError)
  })
})
