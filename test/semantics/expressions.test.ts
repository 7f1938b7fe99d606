import { array, bool, choose, index, model, oneOf, optional, queue, range, record, set, union } from 'mmucheck'
import { match } from 'ts-pattern'
import { describe, expect, test } from 'vitest'
import { explore, table } from './harness.ts'
import { limit, twice } from './helpers.ts'

const n = range(-100, 100)
const colour = oneOf('red', 'green', 'blue')
const colours = ['red', 'green', 'blue'] as const
const isEven = (x: number): boolean => x % 2 === 0

describe('integers', () => {
  test('+ - * and unary minus', async () => {
    expect(await table(4, n, (x) => x + 1)).toEqual(['1', '2', '3', '4'])
    expect(await table(4, n, (x) => 1 - x)).toEqual(['1', '0', '-1', '-2'])
    expect(await table(4, n, (x) => x * x * 3)).toEqual(['0', '3', '12', '27'])
    expect(await table(3, n, (x) => -x + +x * 2)).toEqual(['0', '1', '2'])
  })

  test('% has the sign of its left side', async () => {
    expect(await table(5, n, (x) => x % 3)).toEqual(['0', '1', '2', '0', '1'])
    expect(await table(5, n, (x) => (x - 4) % 3)).toEqual(['-1', '0', '-2', '-1', '0'])
  })

  test('a division is truncated towards 0', async () => {
    expect(await table(5, n, (x) => Math.trunc(x / 2))).toEqual(['0', '0', '1', '1', '2'])
    expect(await table(5, n, (x) => Math.trunc((x - 4) / 3))).toEqual(['-1', '-1', '0', '0', '0'])
  })

  test('comparisons', async () => {
    expect(await table(4, n, (x) => (x < 2 ? 1 : 0) + (x <= 2 ? 10 : 0))).toEqual(['11', '11', '10', '0'])
    expect(await table(4, n, (x) => (x > 1 ? 1 : 0) + (x >= 1 ? 10 : 0))).toEqual(['0', '10', '11', '11'])
    expect(await table(3, bool, (x) => x === 1)).toEqual(['false', 'true', 'false'])
    expect(await table(3, bool, (x) => x !== 1)).toEqual(['true', 'false', 'true'])
  })

  test('bitwise operators', async () => {
    expect(await table(4, n, (x) => x & 1)).toEqual(['0', '1', '0', '1'])
    expect(await table(4, n, (x) => x | 4)).toEqual(['4', '5', '6', '7'])
    expect(await table(4, n, (x) => x ^ 3)).toEqual(['3', '2', '1', '0'])
    expect(await table(4, n, (x) => 1 << x)).toEqual(['1', '2', '4', '8'])
    expect(await table(4, n, (x) => 12 >> x)).toEqual(['12', '6', '3', '1'])
  })

  test('Math.max and min of a list that is spread', async () => {
    expect(await table(4, n, (x) => Math.max(...[x, 2], 1))).toEqual(['2', '2', '2', '3'])
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ count: array(2, index(4)), most: index(4) }),
        init: function* (s) {
          s.count[1] = yield* choose(3)
          s.most = Math.max(...s.count)
        },
      }),
    )
    expect(states).toEqual(['count=[0,0] most=0', 'count=[0,1] most=1', 'count=[0,2] most=2'])
  })

  test('Math.min, max, abs', async () => {
    expect(await table(4, n, (x) => Math.min(x, 2))).toEqual(['0', '1', '2', '2'])
    expect(await table(4, n, (x) => Math.max(1, x, 2))).toEqual(['2', '2', '2', '3'])
    expect(await table(4, n, (x) => Math.abs(x - 2))).toEqual(['2', '1', '0', '1'])
  })

  test('a constant from outside, and helper functions of another file', async () => {
    expect(await table(5, n, (x) => twice(x) - limit)).toEqual(['-3', '-1', '1', '3', '3'])
  })
})

describe('booleans', () => {
  test('&& || !', async () => {
    expect(await table(4, bool, (x) => x > 0 && x < 3)).toEqual(['false', 'true', 'true', 'false'])
    expect(await table(4, bool, (x) => x === 0 || x === 3)).toEqual(['true', 'false', 'false', 'true'])
    expect(await table(4, bool, (x) => !(x === 0) && !isEven(x))).toEqual(['false', 'true', 'false', 'true'])
  })

  test('equality of booleans', async () => {
    expect(await table(4, bool, (x) => x > 1 === (x !== 2))).toEqual(['false', 'false', 'false', 'true'])
    expect(await table(4, bool, (x) => x > 1 !== (x !== 2))).toEqual(['true', 'true', 'true', 'false'])
  })

  test('&& and || evaluate their right side only where they must', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, index(2)), hit: bool }),
        init: function* (s) {
          const at = yield* choose(4)
          s.hit = (at < 2 && s.a[at] === 0) || (at === 3 && true)
        },
      }),
    )
    expect(states).toEqual(['a=[0,0] hit=false', 'a=[0,0] hit=true'])
    expect(verdicts.range).toBe('holds')
  })

  test('?: chains, also of enums and records', async () => {
    expect(await table(4, n, (x) => (x === 0 ? 5 : x === 1 ? 6 : 7))).toEqual(['5', '6', '7', '7'])
    expect(await table(3, colour, (x) => (x === 0 ? 'green' : 'blue'))).toEqual(['green', 'blue', 'blue'])
    expect(await table(2, record({ a: n, b: bool }), (x) => (x === 0 ? { a: 1, b: true } : { a: 2, b: false }))).toEqual([
      '{a:1 b:true}',
      '{a:2 b:false}',
    ])
  })
})

describe('null', () => {
  const o = optional(record({ W: bool, frame: index(3) }))
  const some = (x: number): { W: boolean; frame: number } | null => (x === 0 ? null : { W: x > 1, frame: x - 1 })

  test('?: that is null on one side', async () => {
    expect(await table(3, optional(n), (x) => (x === 1 ? null : x))).toEqual(['0', 'null', '2'])
  })

  test('optional chaining and ??', async () => {
    expect(await table(3, n, (x) => some(x)?.frame ?? -1)).toEqual(['-1', '0', '1'])
    expect(await table(3, bool, (x) => some(x)?.W === true)).toEqual(['false', 'false', 'true'])
    expect(await table(3, bool, (x) => some(x)?.W !== true)).toEqual(['true', 'true', 'false'])
    expect(await table(3, bool, (x) => some(x)?.W ?? false)).toEqual(['false', 'false', 'true'])
  })

  test('optional chaining on the state', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ tlb: array(2, o), frame: range(-1, 2), known: bool }),
        init: function* (s) {
          const va = yield* choose(2)
          s.tlb[1] = { W: true, frame: 2 }
          s.frame = s.tlb[va]?.frame ?? -1
          s.known = s.tlb[va] !== null
        },
      }),
    )
    expect(states).toEqual(['tlb=[null,{W:true frame:2}] frame=-1 known=false', 'tlb=[null,{W:true frame:2}] frame=2 known=true'])
  })

  test('an optional is compared with values', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ owner: optional(index(3)), last: optional(index(2)), mine: bool, other: bool, same: bool }),
        init: function* (s) {
          s.owner = yield* choose([null, 0, 1])
          s.mine = s.owner === 0
          s.other = s.owner !== 1
          s.last = yield* choose([null, 1])
          s.same = s.owner === s.last
        },
      }),
    )
    expect(states).toEqual([
      'owner=0 last=1 mine=true other=true same=false',
      'owner=0 last=null mine=true other=true same=false',
      'owner=1 last=1 mine=false other=false same=true',
      'owner=1 last=null mine=false other=false same=false',
      'owner=null last=1 mine=false other=true same=false',
      'owner=null last=null mine=false other=true same=true',
    ])
  })
})

describe('strings', () => {
  test('enums are compared, chosen from a list, and stored', async () => {
    expect(await table(3, colour, (x) => colours[x])).toEqual(['red', 'green', 'blue'])
    expect(await table(3, bool, (x) => colours[x] === 'green')).toEqual(['false', 'true', 'false'])
  })

  test('a helper that returns one of two strings', async () => {
    const outcome = (x: number): 'hit' | 'fault' => {
      if (x > 1) return 'hit'
      return 'fault'
    }
    expect(await table(3, oneOf('fault', 'hit'), (x) => outcome(x))).toEqual(['fault', 'fault', 'hit'])
  })
})

describe('records and lists', () => {
  test('object literals with spread: later fields win', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ pte: record({ P: bool, W: bool, f: index(4) }), copy: record({ P: bool, W: bool, f: index(4) }) }),
        init: (s) => {
          s.pte = { P: true, W: true, f: 2 }
          const old = { ...s.pte, W: false }
          s.pte.f = 3
          const f = 1
          s.copy = { ...old, f }
        },
      }),
    )
    expect(states).toEqual(['pte={P:true W:true f:3} copy={P:true W:false f:1}'])
  })

  test('array literals with spread', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, index(9)), b: array(4, index(9)) }),
        init: (s) => {
          s.a = [3, 4]
          s.b = [...s.a, 5, ...[6]]
        },
      }),
    )
    expect(states).toEqual(['a=[3,4] b=[3,4,5,6]'])
  })

  test('destructuring of records and arrays, with another name and the rest ignored', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ r: record({ at: index(4), value: record({ W: bool }) }), a: array(3, index(9)), out: array(3, index(9)) }),
        init: (s) => {
          s.r = { at: 3, value: { W: true } }
          s.a = [6, 7, 8]
          const {
            at: where,
            value: { W },
          } = s.r
          const [first, , third] = s.a
          s.out = [where, W ? 1 : 0, third - first]
        },
      }),
    )
    expect(states).toEqual(['r={at:3 value:{W:true}} a=[6,7,8] out=[3,1,2]'])
  })

  test('an object that is never stored', async () => {
    expect(
      await table(3, n, (x) => {
        const point = { x, y: { z: x * 10 } }
        return point.x + point.y.z
      }),
    ).toEqual(['0', '11', '22'])
  })
})

describe('methods of arrays', () => {
  const lists = (x: number): number[] => [x, 2, x + 1]

  test('every, some', async () => {
    expect(await table(3, bool, (x) => lists(x).every((y) => y > 0))).toEqual(['false', 'true', 'true'])
    expect(await table(3, bool, (x) => lists(x).some((y, i) => y === i))).toEqual(['true', 'true', 'false'])
  })

  test('find, findIndex, indexOf, includes', async () => {
    expect(await table(3, n, (x) => lists(x).find((y) => y > 1) ?? -1)).toEqual(['2', '2', '2'])
    expect(await table(4, n, (x) => lists(x).find((y) => y > 2) ?? -1)).toEqual(['-1', '-1', '3', '3'])
    expect(await table(3, n, (x) => lists(x).findIndex((y) => y % 2 === 1))).toEqual(['2', '0', '2'])
    expect(await table(3, n, (x) => lists(x).indexOf(2))).toEqual(['1', '1', '0'])
    expect(await table(4, bool, (x) => lists(x).includes(1))).toEqual(['true', 'true', 'false', 'false'])
  })

  test('filter, map, reduce, length, at', async () => {
    expect(await table(3, n, (x) => lists(x).filter((y) => y >= 2).length)).toEqual(['1', '2', '3'])
    expect(
      await table(3, n, (x) =>
        lists(x)
          .map((y) => y * 2)
          .reduce((sum, y) => sum + y, 0),
      ),
    ).toEqual(['6', '10', '14'])
    expect(
      await table(3, n, (x) =>
        lists(x)
          .filter((y) => y !== 2)
          .reduce((digits, y) => digits * 10 + y, 0),
      ),
    ).toEqual(['1', '1', '3'])
    expect(await table(3, n, (x) => lists(x).at(-1) ?? 0)).toEqual(['1', '2', '3'])
    expect(await table(3, n, (x) => lists(3).at(x) ?? 0)).toEqual(['3', '2', '4'])
  })

  test('on arrays of records in the state', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({
          a: array(3, record({ P: bool, f: index(4) })),
          count: index(4),
          first: range(-1, 3),
          sum: range(0, 9),
          frame: range(-1, 3),
        }),
        init: function* (s) {
          const i = yield* choose(3)
          s.a[i].P = true
          s.a[i].f = 3
          s.a[2].f = 1
          s.count = s.a.filter((e) => !e.P).length
          s.first = s.a.findIndex((e) => e.P)
          s.sum = s.a.reduce((sum, e) => sum + e.f, 0)
          s.frame = s.a.find((e) => e.f > 0)?.f ?? -1
        },
      }),
    )
    expect(states).toEqual([
      'a=[{P:false f:0},{P:false f:0},{P:true f:1}] count=2 first=2 sum=1 frame=1',
      'a=[{P:false f:0},{P:true f:3},{P:false f:1}] count=2 first=1 sum=4 frame=3',
      'a=[{P:true f:3},{P:false f:0},{P:false f:1}] count=2 first=0 sum=4 frame=3',
    ])
  })

  test('on queues, whose length varies', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({
          q: queue(3, range(0, 3)),
          all: bool,
          any: bool,
          sum: range(0, 9),
          last: range(-1, 3),
          where: range(-1, 2),
          has: bool,
          big: range(0, 3),
        }),
        init: function* (s) {
          const filled = yield* choose(3)
          for (let i = 0; i < filled; i++) s.q.push(i + 2)
          s.all = s.q.every((x) => x > 1)
          s.any = s.q.some((x) => x === 3)
          s.sum = s.q.reduce((sum, x) => sum + x, 0)
          s.last = s.q.at(-1) ?? -1
          s.where = s.q.indexOf(3)
          s.has = s.q.includes(0)
          s.big = s.q.filter((x) => x > 2).length
        },
      }),
    )
    expect(states).toEqual([
      'q=[2,3] all=true any=true sum=5 last=3 where=1 has=false big=1',
      'q=[2] all=true any=false sum=2 last=2 where=-1 has=false big=0',
      'q=[] all=true any=false sum=0 last=-1 where=-1 has=false big=0',
    ])
  })
})

describe('ts-pattern', () => {
  test('match on an enum, exhaustive', async () => {
    expect(
      await table(3, n, (x) =>
        match(colours[x])
          .with('red', () => 1)
          .with('green', 'blue', (c) => (c === 'green' ? 2 : 3))
          .exhaustive(),
      ),
    ).toEqual(['1', '2', '3'])
  })

  test('match on an integer with otherwise', async () => {
    expect(
      await table(3, colour, (x) =>
        match(x)
          .with(1, () => 'green' as const)
          .otherwise(() => 'blue' as const),
      ),
    ).toEqual(['blue', 'green', 'blue'])
  })

  test('match on a tagged union binds its fields', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ u: union('kind', { none: {}, fault: { code: range(0, 3) }, done: { ok: bool } }), x: range(0, 9) }),
        init: function* (s) {
          const which = yield* choose(3)
          if (which === 1) s.u = { kind: 'fault', code: 2 }
          if (which === 2) s.u = { kind: 'done', ok: true }
          s.x = match(s.u)
            .with({ kind: 'fault' }, (u) => u.code + 1)
            .with({ kind: 'done', ok: true }, () => 9)
            .otherwise(() => 0)
        },
      }),
    )
    expect(states).toEqual(['u={kind:done ok:true} x=9', 'u={kind:fault code:2} x=3', 'u={kind:none} x=0'])
  })
})

describe('sets', () => {
  test('has, size and for..of in ascending order', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ t: set(4), digits: range(0, 999), n: range(0, 4) }),
        init: (s) => {
          s.t.add(3)
          s.t.add(1)
          s.t.add(2)
          for (const member of s.t) s.digits = s.digits * 10 + member
          s.n = s.t.size + (s.t.has(0) ? 1 : 0)
        },
      }),
    )
    expect(states).toEqual(['t={1,2,3} digits=123 n=3'])
  })

  test('has and delete of what cannot be a member', async () => {
    // Pins: a delete outside the domain was refused by the compiler, where JavaScript's sets do nothing.
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({ t: set(2), at: range(-1, 2), had: bool }),
        init: function* (s) {
          s.at = yield* choose([-1, 0, 2])
          s.t.add(0)
          s.had = s.t.has(s.at)
          s.t.delete(s.at)
        },
      }),
    )
    expect(states).toEqual(['t={0} at=-1 had=false', 't={0} at=2 had=false', 't={} at=0 had=true'])
    expect(verdicts.range).toBe('holds')
  })
})
