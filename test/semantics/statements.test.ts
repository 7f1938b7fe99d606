import { array, bool, choose, index, model, oneOf, queue, range, record, set } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore, table } from './harness.ts'

const n = range(-100, 100)

describe('declarations and assignments', () => {
  test('let is assigned again; const is not', async () => {
    expect(
      await table(3, n, (x) => {
        let sum = x
        const twice = x * 2
        sum = sum + twice
        return sum
      }),
    ).toEqual(['0', '3', '6'])
  })

  test('+= -= *= ++ --', async () => {
    expect(
      await table(3, n, (x) => {
        let y = x
        y += 2
        y *= 3
        y -= 1
        y++
        --y
        return y
      }),
    ).toEqual(['5', '8', '11'])
  })

  test('x++ gives the old value, ++x the new one', async () => {
    expect(
      await table(2, n, (x) => {
        let y = x
        const before = y++
        const after = ++y
        return before * 10 + after
      }),
    ).toEqual(['2', '13'])
  })

  test('a part of a local object, whatever says for the type checker what it is', async () => {
    expect(
      await table(3, n, (x) => {
        const y: { a: number; b: number | null } = { a: 1, b: null }
        ;(y as { a: number }).a += x
        ;(y satisfies { a: number }).a *= 2
        y!.b = x
        return y.a * 10 + (y.b ?? 0)
      }),
    ).toEqual(['20', '41', '62'])
  })

  test('a local that is declared and set later', async () => {
    expect(
      await table(3, n, (x) => {
        let y: number
        if (x > 1) y = 5
        else y = 6
        return y
      }),
    ).toEqual(['6', '6', '5'])
  })

  test('inner names hide outer ones', async () => {
    expect(
      await table(2, n, (x) => {
        const y = 1
        {
          const y = x + 5
          if (y === 5) return y
        }
        return y
      }),
    ).toEqual(['5', '1'])
  })

  test('fields of a local record are assigned', async () => {
    expect(
      await table(2, n, (x) => {
        const r = { a: x, b: 2 }
        r.a += 3
        r.b = r.a
        return r.a + r.b
      }),
    ).toEqual(['6', '8'])
  })
})

describe('if and switch', () => {
  test('if, else if, else', async () => {
    expect(
      await table(4, n, (x) => {
        if (x === 0) return 10
        else if (x === 1 || x === 2) {
          if (x === 2) return 12
        } else return 13
        return 11
      }),
    ).toEqual(['10', '11', '12', '13'])
  })

  test('switch on an enum: cases that share a body, default, break, return', async () => {
    const order = ['a', 'b', 'c', 'd'] as const
    expect(
      await table(4, n, (x) => {
        let y = 0
        switch (order[x]) {
          case 'a':
          case 'b':
            y = 1
            break
          case 'c':
            return 7
          default:
            y = 3
        }
        return y
      }),
    ).toEqual(['1', '1', '7', '3'])
  })

  test('switch on an integer in the state', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: index(3), e: oneOf('none', 'one', 'more') }),
        init: function* (s) {
          s.x = yield* choose(3)
          switch (s.x) {
            case 0: {
              s.e = 'none'
              break
            }
            case 1:
              s.e = 'one'
              break
            case 2:
              s.e = 'more'
              break
          }
        },
      }),
    )
    expect(states).toEqual(['x=0 e=none', 'x=1 e=one', 'x=2 e=more'])
  })
})

describe('loops', () => {
  test('a bounded for, with continue and break', async () => {
    expect(
      await table(5, n, (x) => {
        let sum = 0
        for (let i = 0; i < 5; i++) {
          if (i === 1) continue
          if (i > x) break
          sum += i
        }
        return sum
      }),
    ).toEqual(['0', '0', '2', '5', '9'])
  })

  test('for that counts down, in steps, and to a limit that is not constant', async () => {
    expect(
      await table(3, n, (x) => {
        let digits = 0
        for (let i = 4; i >= 0; i -= 2) digits = digits * 10 + i
        for (let i = 0; i < x; i++) digits++
        return digits - 400
      }),
    ).toEqual(['20', '21', '22'])
  })

  test('labels: break and continue of an outer loop', async () => {
    expect(
      await table(4, n, (x) => {
        let count = 0
        outer: for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            if (j === x) continue outer
            if (i + j > 3) break outer
            count++
          }
        }
        return count
      }),
    ).toEqual(['0', '3', '6', '8'])
  })

  test('break leaves the inner loop only', async () => {
    expect(
      await table(3, n, (x) => {
        let count = 0
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            if (j > x) break
            count++
          }
        }
        return count
      }),
    ).toEqual(['3', '6', '9'])
  })

  test('return out of a loop', async () => {
    const firstAbove = (x: number): number => {
      for (const y of [1, 3, 5]) if (y > x) return y
      return -1
    }
    expect(await table(6, n, (x) => firstAbove(x))).toEqual(['1', '3', '3', '5', '5', '-1'])
  })

  test('for..of over an array of the state, whose elements are references', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ pte: array(3, record({ P: bool, A: bool })), n: index(4) }),
        init: function* (s) {
          const present = yield* choose(3)
          s.pte[present].P = true
          for (const e of s.pte) {
            if (!e.P) continue
            e.A = true
            s.n++
          }
          for (const [i, e] of s.pte.entries()) if (e.P) s.n += i
        },
      }),
    )
    expect(states).toEqual([
      'pte=[{P:false A:false},{P:false A:false},{P:true A:true}] n=3',
      'pte=[{P:false A:false},{P:true A:true},{P:false A:false}] n=2',
      'pte=[{P:true A:true},{P:false A:false},{P:false A:false}] n=1',
    ])
  })

  test('for..of over a queue, whose length varies', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ q: queue(3, index(4)), digits: range(0, 999) }),
        init: function* (s) {
          const length = yield* choose(3)
          for (let i = 0; i < length; i++) s.q.push(i + 1)
          for (const x of s.q) s.digits = s.digits * 10 + x
        },
      }),
    )
    expect(states).toEqual(['q=[1,2] digits=12', 'q=[1] digits=1', 'q=[] digits=0'])
  })

  test('for..of over a set', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ t: set(3), sum: index(9) }),
        init: function* (s) {
          const left = yield* choose(3)
          for (let i = 0; i < 3; i++) s.t.add(i)
          s.t.delete(left)
          for (const member of s.t) s.sum += member
        },
      }),
    )
    expect(states).toEqual(['t={0,1} sum=1', 't={0,2} sum=2', 't={1,2} sum=3'])
  })

  test('for..of over a constant list of records', async () => {
    const moves = [
      { at: 2, to: 'x' },
      { at: 0, to: 'y' },
    ] as const
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(3, oneOf('-', 'x', 'y')) }),
        init: (s) => {
          for (const { at, to } of moves) s.a[at] = to
        },
      }),
    )
    expect(states).toEqual(['a=[y,-,x]'])
  })
})

describe('values that meet where ways join', () => {
  test('null or a record', async () => {
    expect(
      await table(3, n, (x) => {
        let e: { f: number } | null = null
        if (x > 0) e = { f: x * 2 }
        if (x === 2 && e !== null) e.f = 7
        return e === null ? -1 : e.f
      }),
    ).toEqual(['-1', '2', '7'])
  })

  test('strings of several lists', async () => {
    expect(
      await table(3, oneOf('c', 'b', 'a'), (x) => {
        let e: 'a' | 'b' | 'c' = 'a'
        if (x === 1) e = 'b'
        else if (x === 2) e = 'c'
        return e
      }),
    ).toEqual(['a', 'b', 'c'])
  })

  test('references to different variables of the state are refused: a copy would not be written through', async () => {
    const twoTables = model({
      name: 'm',
      state: () => ({ a: array(2, record({ n: index(4) })), b: array(2, record({ n: index(4) })) }),
      init: function* (s) {
        const inB = yield* choose([false, true])
        const table = inB ? s.b : s.a
        table[1].n = 3
      },
    })
    await expect(explore(twoTables)).rejects.toThrow(/MC209/)
  })

  test('a list that grows', async () => {
    expect(
      await table(3, n, (x) => {
        const list: number[] = []
        for (let i = 0; i < 3; i++) if (i !== x) list.push(i)
        return list.reduce((digits, y) => digits * 10 + y, 0) + list.length
      }),
    ).toEqual(['14', '4', '3'])
  })

  test('side effects behind && and ?: happen only on that way', async () => {
    expect(
      await table(3, n, (x) => {
        let calls = 0
        const called = (result: boolean): boolean => {
          calls++
          return result
        }
        const all = x > 0 && called(x > 1) && called(true)
        return calls * 10 + (all ? 1 : 0)
      }),
    ).toEqual(['0', '10', '21'])
  })
})

describe('functions', () => {
  test('a helper that returns a record, and one that changes what it is given', async () => {
    const swap = (p: { x: number; y: number }): { x: number; y: number } => ({ x: p.y, y: p.x })
    const clear = (p: { x: number; y: number }): void => {
      p.x = 0
    }
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ p: record({ x: index(5), y: index(5) }), q: array(2, record({ x: index(5), y: index(5) })) }),
        init: function* (s) {
          s.p = { x: 1, y: 4 }
          s.q[0] = swap(s.p)
          s.q[1] = s.q[0]
          const which = yield* choose(2)
          clear(s.q[which])
        },
      }),
    )
    expect(states).toEqual(['p={x:1 y:4} q=[{x:0 y:1},{x:4 y:1}]', 'p={x:1 y:4} q=[{x:4 y:1},{x:0 y:1}]'])
  })

  test('parameters with defaults; functions that take functions', async () => {
    const add = (a: number, b = 2): number => a + b
    const apply = (f: (x: number) => number, x: number): number => f(f(x))
    expect(await table(2, n, (x) => add(x) * 10 + add(x, 5))).toEqual(['25', '36'])
    expect(await table(2, n, (x) => apply((y) => y * 3 + x, x))).toEqual(['0', '13'])
  })

  test('an early return from a function without a result', async () => {
    const setUnless = (p: { x: number }, stop: boolean): void => {
      if (stop) return
      p.x = 3
    }
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ p: record({ x: index(4) }), stop: bool }),
        init: function* (s) {
          s.stop = yield* choose([false, true])
          setUnless(s.p, s.stop)
        },
      }),
    )
    expect(states).toEqual(['p={x:0} stop=true', 'p={x:3} stop=false'])
  })
})
