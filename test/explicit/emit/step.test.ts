/**
 * Steps whose code depends on what is known at a point: each compared with the interpreter, and with states worked out
 * by hand.
 */
import { describe, expect, it } from 'vitest'
import { reachable } from '../../../src/explicit/search/search.ts'
import type { Block, Stmt, System } from '../../../src/ir/system.ts'
import { interpreter } from '../interpreter.ts'
import { add, assign, builder, choose, div, finish, frame, goto, ifThen, load, lt, mul, not, rem, store, sub, temp, when } from '../ir.ts'

const states = (system: System): string[] => {
  const found = reachable(system)
    .vectors.map((v) => v.join())
    .sort()
  expect(found).toEqual([...(interpreter(system).explore(100, 100_000)?.states.keys() ?? [])].sort())
  return found
}

const block = (id: number, body: readonly Stmt[]): Stmt => ({ op: 'block', id, body })
const exit = (id: number): Stmt => ({ op: 'exit', id })
const preceded = (body: readonly Stmt[], b: Block): Block => ({ ...b, body: [...body, ...b.body] })

describe('a step', () => {
  // A temp that is set before a choice and after it has its old value again in the next round.
  it.each([3, 12])('starts each of %i rounds of a choice from the same temps', (count) => {
    const b = builder('rounds')
    const x = b.global('x', 0, 200)
    b.rule('r', 'r', preceded([assign(0, 1)], choose(1, count, finish(assign(0, add(temp(0), temp(1))), store(x, [], temp(0))))))
    expect(
      states(b.build())
        .map(Number)
        .sort((p, q) => p - q),
    ).toEqual([...Array(count + 1).keys()])
  })

  it('starts each round of a choice from the same state', () => {
    const b = builder('rounds')
    const x = b.global('x', 0, 100, [3])
    const sum = preceded([store(x, [rem(temp(0), 3)], add(load(x, rem(temp(0), 3)), temp(0)))], finish())
    b.rule('r', 'r', when(not(load(x, 0)), preceded([store(x, [0], 1)], choose(0, 20, sum))))
    expect(states(b.build()).length).toBe(1 + 20)
  })

  it('forgets a known element where another index may have written it', () => {
    const b = builder('alias')
    const a = b.global('a', 0, 3, [2])
    const y = b.global('y', 0, 1)
    const z = b.global('z', 0, 3)
    b.rule('r', 'r', finish(store(a, [0], 1), store(a, [load(y)], 2), store(z, [], load(a, 0)), store(y, [], sub(1, load(y)))))
    expect(states(b.build())).toEqual(['0,0,0,0', '1,2,0,1', '2,0,1,2', '2,2,1,2'])
  })

  it('forgets what only one arm of an if wrote', () => {
    const b = builder('join')
    const x = b.global('x', 0, 3)
    const y = b.global('y', 0, 1)
    const z = b.global('z', 0, 3)
    b.rule('r', 'r', finish(store(x, [], 1), ifThen(load(y), [store(x, [], 2)], []), store(z, [], load(x)), store(y, [], sub(1, load(y)))))
    expect(states(b.build())).toEqual(['0,0,0', '1,1,1', '2,0,2'])
  })

  it('forgets what a block wrote before it was left', () => {
    const b = builder('exit')
    const x = b.global('x', 0, 3)
    const y = b.global('y', 0, 1)
    const z = b.global('z', 0, 3)
    const body = [store(x, [], 2), ifThen(load(y), [exit(7)]), store(x, [], 3)]
    b.rule('r', 'r', finish(store(x, [], 1), block(7, body), store(z, [], load(x)), store(y, [], sub(1, load(y)))))
    expect(states(b.build())).toEqual(['0,0,0', '2,0,2', '3,1,3'])
  })

  it('reads all values of a frame before it writes one', () => {
    const b = builder('rotate')
    b.process('p', (local) => {
      const [x, y, z] = [local('x', 0, 9), local('y', 0, 9), local('z', 0, 9)]
      return [
        goto(1, [frame(x, 1), frame(y, 2), frame(z, 3)]),
        goto(1, [frame(x, load(y)), frame(y, load(z)), frame(z, load(x))], [store(x, [], rem(add(load(x), 1), 9))]),
      ]
    })
    expect(states(b.build()).length).toBeGreaterThan(20)
  })

  it('divides as JavaScript does, also by what may be 0 or -1', () => {
    const b = builder('division')
    const a = b.global('a', -7, 7)
    const d = b.global('d', -3, 3, [], 0)
    const q = b.global('q', -7, 7)
    const r = b.global('r', -7, 7)
    const set = finish(
      store(a, [], sub(temp(0), 7)),
      store(d, [], sub(temp(1), 3)),
      store(q, [], div(load(a), load(d))),
      store(r, [], rem(load(a), load(d))),
    )
    b.rule('r', 'r', choose(0, 15, choose(1, 7, set)))
    for (const state of states(b.build())) {
      const [x, y, quotient, remainder] = state.split(',').map(Number)
      if (y !== 0) expect([quotient, remainder]).toEqual([Math.trunc(x / y) + 0, (x % y) + 0])
    }
  })

  it('writes arrays that take several words', () => {
    const b = builder('spanning')
    const a = b.global('a', 0, 1000, [20])
    const i = b.global('i', 0, 20)
    const place = add(mul(load(i), 50), load(a, rem(add(load(i), 19), 20)))
    // The sums stay below 1000 for i up to 6.
    b.rule('r', 'r', when(lt(load(i), 6), finish(store(a, [load(i)], place), store(i, [], add(load(i), 1)))))
    expect(states(b.build()).length).toBe(7)
  })
})
