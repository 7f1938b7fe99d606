import { array, bool, choose, index, model, oneOf, optional, queue, range, record, type Steps, set, union } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { reachable } from '../../src/explicit/search/search.ts'
import type { Variable } from '../../src/ir/system.ts'
import type { Model } from '../../src/lang/model.ts'
import { Disagreement } from '../../src/replay/disagreement.ts'
import { encodeLocal, raiseLocal } from '../../src/replay/local.ts'
import { slowSearch } from '../../src/replay/search.ts'
import { createState } from '../../src/replay/state.ts'
import { view } from '../../src/replay/vector.ts'

const variable = (dims: readonly number[], more: Partial<Variable> = {}): Variable => ({
  id: 0,
  name: 'p.x',
  lo: 0,
  hi: 3,
  dims,
  role: { kind: 'local', process: 0 },
  ...more,
})

describe('a local is taken apart and put together', () => {
  const cases: Readonly<
    Record<string, [value: unknown, leaves: [suffix: string, dims: number[], values: Variable['values'], elements: number[]][]]>
  > = {
    'an integer': [2, [['', [], undefined, [2]]]],
    'a boolean': [true, [['', [], [false, true], [1]]]],
    'an enum': ['b', [['', [], ['a', 'b'], [1]]]],
    null: [
      null,
      [
        ['?', [], [false, true], [0]],
        ['.f', [], undefined, [0]],
      ],
    ],
    'a record that is there': [
      { f: 3 },
      [
        ['?', [], [false, true], [1]],
        ['.f', [], undefined, [3]],
      ],
    ],
    'an array of records': [
      [
        { f: 1, g: null },
        { f: 2, g: 3 },
      ],
      [
        ['.f', [2], undefined, [1, 2]],
        ['.g?', [2], [false, true], [0, 1]],
        ['.g', [2], undefined, [0, 3]],
      ],
    ],
    'a list shorter than it may be': [
      [{ f: 1 }, { f: 2 }],
      [
        ['#len', [], undefined, [2]],
        ['.f', [3], undefined, [1, 2, 0]],
      ],
    ],
    'an array of arrays': [
      [
        [1, 2],
        [3, 0],
      ],
      [['', [2, 2], undefined, [1, 2, 3, 0]]],
    ],
  }
  for (const [name, [value, leaves]] of Object.entries(cases))
    test(name, () => {
      const all = leaves.map(([suffix, dims, values, elements]) => ({
        suffix,
        variable: variable(dims, values === undefined ? {} : { values }),
        values: elements,
      }))
      for (const leaf of all) expect(encodeLocal(leaf.variable, leaf.suffix, value), leaf.suffix).toEqual(leaf.values)
      expect(raiseLocal(all)).toEqual(value)
    })

  test('a reference to the state is its indices', () => {
    const { s } = createState({ a: array(2, array(3, record({ f: index(2) }))) })
    const a = s.a as { f: number }[][]
    expect(encodeLocal(variable([2]), '#idx', a[1][2])).toEqual([1, 2])
  })

  test('a string that the compiler does not expect is our bug', () => {
    expect(() => encodeLocal(variable([], { values: ['a', 'b'] }), '', 'c')).toThrow(Disagreement)
  })
})

function* set1(to: { n: number }, by: number): Steps {
  yield 'first'
  to.n = by
  yield 'second'
  to.n = 0
}

test('locals of every shape live across yields, alike in the oracle and the engine', () => {
  const m = model({
    name: 'm',
    state: () => ({
      pte: array(2, record({ P: bool, frame: optional(index(2)), level: record({ e: oneOf('x', 'y') }) })),
      grid: array(2, record({ row: array(2, record({ n: index(3) })) })),
      q: queue(2, record({ at: index(2) })),
      t: set(2),
      u: union('kind', { idle: {}, busy: { left: range(1, 2) } }),
      out: range(0, 40),
    }),
    processes: (_p) => ({
      p: function* (s) {
        yield 'fill'
        const i = yield* choose(2)
        s.pte[i] = { P: true, frame: i, level: { e: 'y' } }
        s.q.push({ at: i })
        s.t.add(i)
        if (i === 1) s.u = { kind: 'busy', left: 2 }
        yield 'look'
        const old = { ...s.pte[1] }
        const first = s.q.length > 0 ? s.q[0] : null
        const { u } = { u: { ...s.u } }
        const list = s.pte.filter((entry) => entry.P).map((entry) => entry.frame ?? 0)
        const word = i === 0 ? 'zero' : 'one'
        yield 'forget'
        s.pte[1] = { P: false, frame: null, level: { e: 'x' } }
        s.q.shift()
        s.u = { kind: 'idle' }
        yield 'use'
        s.out = Number(old.P) + 2 * (old.frame ?? 0) + (old.level.e === 'y' ? 4 : 0) + (first === null ? 0 : 8 * first.at) + list.length
        if (u.kind === 'busy') s.out += u.left
        if (word === 'one') s.out++
        const column = yield* choose(2)
        yield* set1(s.grid[i].row[column], 2)
      },
    }),
  })
  const system = compile({ model: m as unknown as Model, params: {}, properties: {} })
  const slow = slowSearch(system, m as unknown as Model, {}, {}, { checkMergedEvery: 1 })
  const keys = (vectors: readonly (readonly number[])[]): string[] => vectors.map((v) => v.join()).sort()
  expect(keys(reachable(system).vectors)).toEqual(keys(slow.vectors))
  // fill; then for each i look, forget, use; then for each column too first, second and the end, where no local is
  // left.
  expect([slow.vectors.length, slow.depth]).toEqual([1 + 2 * 3 + 2 * 2 * 2 + 2, 6])
  const shown = slow.vectors.map((vector) => view(system, m as unknown as Model, {}, vector))
  const used = shown.filter(({ processes }) => processes[0]?.at === 'use').map(({ processes }) => processes[0]?.locals)
  expect(used).toContainEqual(
    expect.objectContaining({
      i: 1,
      old: { P: true, frame: 1, level: { e: 'y' } },
      first: { at: 1 },
      u: expect.objectContaining({ kind: 'busy' }),
    }),
  )
  expect(shown.find(({ processes }) => processes[0]?.at === 'second')?.processes[0]?.locals).toHaveProperty('&to')
  // 1 + 2 + 4 + 8 + 1 + 2 + 1 on the way with i = 1; one entry is present on the other.
  expect(new Set(shown.filter(({ processes }) => processes[0]?.at === null).map(({ globals }) => globals.out))).toEqual(new Set([19, 1]))
})
