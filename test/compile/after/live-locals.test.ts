import { describe, expect, test } from 'vitest'
import { liveLocals, sweep } from '../../../src/compile/after/live-locals.ts'
import { binary, constant, load, temp } from '../../../src/ir/build.ts'
import type { Block, End, Expr, Stmt } from '../../../src/ir/system.ts'

const at = { file: 0, start: 0, end: 0 }
const local = (variable: number): Expr => load(variable, [])
const goto = (location: number, ...frame: readonly (readonly [number, Expr])[]): End => ({
  op: 'goto',
  location,
  frame: frame.map(([variable, value]) => ({ variable, element: 0, value })),
})
const store = (value: Expr): Stmt => ({ op: 'store', variable: 100, index: [], value, at })
const block = (end: End, ...body: readonly Stmt[]): Block => ({ body, end })
const alive = (steps: readonly (Block | null)[]): number[][] => liveLocals(steps, (v) => v < 100).map((s) => [...s].sort())

describe('which locals are alive', () => {
  test('what a later step stores, at every location on the way', () => {
    expect(alive([block(goto(1, [0, local(0)])), block(goto(2), store(local(0))), null])).toEqual([[0], [0], []])
  })

  test('what only feeds itself is dead', () => {
    expect(alive([block(goto(0, [0, binary('add', local(0), constant(1))]))])).toEqual([[]])
  })

  test('what is overwritten before it is read is dead', () => {
    expect(alive([block(goto(1, [0, constant(3)])), block(goto(2), store(local(0))), null])).toEqual([[], [0], []])
  })

  test('what a condition, a check or an index reads is alive', () => {
    const branch: End = { op: 'branch', condition: local(0), then: block(goto(1)), else: block(goto(1)) }
    expect(alive([block(branch), null])).toEqual([[0], []])
    expect(alive([block(goto(1), { op: 'check', condition: local(0), failure: 0 }), null])).toEqual([[0], []])
    expect(alive([block(goto(1), { op: 'store', variable: 100, index: [local(0)], value: constant(1), at }), null])).toEqual([[0], []])
  })

  test('a local lives through temps, also behind a jump out of a block', () => {
    const body: Stmt[] = [
      { op: 'set', temp: 0, value: local(0) },
      {
        op: 'block',
        id: 0,
        body: [
          { op: 'if', condition: local(1), then: [{ op: 'exit', id: 0 }], else: [] },
          { op: 'set', temp: 0, value: constant(2) },
        ],
      },
      store(temp(0)),
    ]
    expect(alive([block(goto(1), ...body), null])).toEqual([[0, 1], []])
  })
})

describe('sweep', () => {
  test('removes assignments that nothing reads, also through others', () => {
    const swept = sweep(
      block(
        { op: 'finish' },
        { op: 'set', temp: 0, value: local(0) },
        { op: 'set', temp: 1, value: temp(0) },
        { op: 'set', temp: 2, value: local(1) },
        store(temp(2)),
      ),
    )
    expect(swept.body).toEqual([{ op: 'set', temp: 2, value: local(1) }, store(temp(2))])
  })
})
