/**
 * Expressions that were compiled to something else than what they mean, without a word: each is run in both searches.
 */
import { array, bool, choose, index, model, oneOf, optional, range, record, union } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const small = range(0, 9)

describe('null and undefined', () => {
  // An optional that `find` or `at` may not find: null in it was taken for found.
  test('find and at give null where the element is null, undefined where there is none', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, optional(index(3))), found: small, at: small }),
        init: function* (s) {
          s.a[1] = yield* choose([null, 2])
          const found = s.a.find((x) => x === 2)
          s.found = found === undefined ? 1 : found === null ? 2 : 3
          const at = s.a.at(yield* choose(3))
          s.at = at === undefined ? 1 : at === null ? 2 : 3
        },
      }),
    )
    expect(states).toEqual([
      'a=[null,2] found=3 at=1',
      'a=[null,2] found=3 at=2',
      'a=[null,2] found=3 at=3',
      'a=[null,null] found=1 at=1',
      'a=[null,null] found=1 at=2',
    ])
  })

  // `?.` gives undefined where the record is null, null where the field is: both counted as one.
  test('o?.field tells a missing record from a null in it', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ o: optional(record({ p: optional(index(3)) })), x: small }),
        init: function* (s) {
          const p = yield* choose([null, 2])
          if (yield* choose([true, false])) s.o = { p }
          const found = s.o?.p
          s.x = found === undefined ? 1 : found === null ? 2 : 3
        },
      }),
    )
    expect(states).toEqual(['o=null x=1', 'o={p:2} x=3', 'o={p:null} x=2'])
  })

  // `o && o.flag` was always a boolean: compared with null it was never null.
  test('&& of a record that is null is null', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ o: optional(record({ flag: bool })), x: small }),
        init: function* (s) {
          if (yield* choose([true, false])) s.o = { flag: yield* choose([true, false]) }
          const flag = s.o && s.o.flag
          s.x = flag === null ? 1 : flag ? 2 : 3
        },
      }),
    )
    expect(states).toEqual(['o=null x=1', 'o={flag:false} x=3', 'o={flag:true} x=2'])
  })

  // The spread of null was a range violation.
  test('null is spread as nothing', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ o: optional(record({ a: small, b: small })), r: record({ a: small, b: small }) }),
        init: function* (s) {
          if (yield* choose([true, false])) s.o = { a: 5, b: 6 }
          s.r = { a: 1, b: 2, ...s.o }
        },
      }),
    )
    expect(states).toEqual(['o=null r={a:1 b:2}', 'o={a:5 b:6} r={a:5 b:6}'])
  })

  // A default for a field that a literal has not was refused as an unknown field.
  test('the default of a destructured field', async () => {
    const f = ({ a = 3 }: { a?: number | null }): number => a ?? 9
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: small, y: small }),
        init: (s) => {
          s.x = f({})
          s.y = f({ a: null })
        },
      }),
    )
    expect(states).toEqual(['x=3 y=9'])
  })
})

describe('zero', () => {
  // The range of a product was -0..0: a constant -0, which was not equal to 0.
  test('-0 is 0', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ x: range(-1, 0), same: bool, list: bool }),
        init: function* (s) {
          s.x = yield* choose([-1, 0])
          s.same = s.x * 0 === 0
          s.list = [-0].some((n) => n === 0)
        },
      }),
    )
    expect(states).toEqual(['x=-1 same=true list=true', 'x=0 same=true list=true'])
  })
})

describe('references in local objects', () => {
  // Refused, with a message that denied that the field exists.
  test('are written through', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ a: array(2, record({ n: small })) }),
        init: (s) => {
          const mine = { entry: s.a[0] }
          mine.entry.n = 2
          const all = s.a.filter((e) => e.n === 0)
          all[0].n = 3
        },
      }),
    )
    expect(states).toEqual(['a=[{n:2},{n:3}]'])
  })
})

describe('tagged unions', () => {
  // Refused, as if the tag were missing.
  test('variants of the same fields meet', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ u: union('kind', { read: { at: index(3) }, write: { at: index(3) } }) }),
        init: function* (s) {
          s.u = (yield* choose([true, false])) ? { kind: 'read', at: 1 } : { kind: 'write', at: 2 }
        },
      }),
    )
    expect(states).toEqual(['u={kind:read at:1}', 'u={kind:write at:2}'])
  })

  // The check of a variant's field computed its value only where that variant was active, and the store used it anyhow:
  // an internal error.
  test('a union is copied into one of smaller ranges', async () => {
    const { states, verdicts } = await explore(
      model({
        name: 'm',
        state: () => ({
          u: union('kind', { read: { at: range(0, 3) }, write: { to: range(2, 5) } }),
          v: union('kind', { read: { at: range(0, 2) }, write: { to: range(2, 4) } }),
        }),
        rules: () => ({
          go: function* (s) {
            s.u = yield* choose([
              { kind: 'read', at: 1 },
              { kind: 'read', at: 3 },
              { kind: 'write', to: 4 },
            ] as const)
            s.v = s.u
          },
        }),
      }),
    )
    expect(states).toEqual([
      'u={kind:read at:0} v={kind:read at:0}',
      'u={kind:read at:1} v={kind:read at:1}',
      'u={kind:write to:4} v={kind:write to:4}',
    ])
    expect(verdicts.range).toBe('violated 1')
  })
})

describe('tables', () => {
  test('a literal indexed by an enum of the state', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ mode: oneOf('read', 'write'), x: small }),
        init: function* (s) {
          s.mode = yield* choose(['read', 'write'])
          s.x = { read: 1, write: 2 }[s.mode]
        },
      }),
    )
    expect(states).toEqual(['mode=read x=1', 'mode=write x=2'])
  })
})

describe('local objects that may be changed', () => {
  test('made here, with one name: records, what is in them, lists', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ r: record({ n: small, in: record({ m: small }) }), a: array(2, record({ n: small })), sum: small }),
        processes: () => ({
          cpu: function* (s) {
            yield 'change'
            const next = { n: 1, in: { m: 2 } }
            next.n = 3
            next.in.m = 4
            s.r = next
            const copies = s.a.map((e) => ({ ...e }))
            copies[1].n = 5
            s.a = copies
            const seen: number[] = []
            seen.push(1)
            seen.push(2)
            seen[0] = 6
            s.sum = seen.reduce((x, y) => x + y, 0)
          },
        }),
      }),
    )
    expect(states).toEqual(['r={n:0 in:{m:0}} a=[{n:0},{n:0}] sum=0 | cpu@change', 'r={n:3 in:{m:4}} a=[{n:0},{n:5}] sum=8 | cpu@-'])
  })
})
