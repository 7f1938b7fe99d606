/** Pins what no step changes, and the properties that only that decides: they say nothing about the protocol. */
import {
  always,
  array,
  bool,
  choose,
  flag,
  index,
  leadsTo,
  model,
  optional,
  queue,
  range,
  record,
  set,
  sometimes,
  union,
  when,
} from 'mmucheck'
import { expect, test } from 'vitest'
import { unchangingProperties } from '../../src/check/request/unchanging.ts'
import { compile } from '../../src/compile/model/compile.ts'
import { unchangedVariables } from '../../src/ir/unchanged.ts'

const compiled = (m: unknown, properties: unknown = {}) =>
  compile({ model: m as never, params: { on: false }, properties: properties as never })
const unchanged = (m: unknown): string[] => {
  const system = compiled(m)
  return [...unchangedVariables(system).variables].map((id) => system.variables[id].name)
}

// A rule that can never happen wrote it, a copy of the whole record, or a null where there was none before; each
// counted as a change.
test('what is written counts only where it may be something else', () => {
  const entry = record({ P: bool, A: bool, at: optional(index(2)) })
  const m = model({
    name: 'm',
    params: { on: flag(false, '') },
    state: () => ({
      pte: array(2, entry),
      owner: optional(index(2)),
      q: queue(2, range(0, 1)),
      held: set(2),
      walk: union('at', { idle: {}, level: { n: range(0, 3) } }),
      never: range(0, 3),
      guarded: range(0, 3),
      chosen: range(0, 3),
      copied: range(0, 3),
      n: range(0, 3),
    }),
    init: function* (s) {
      s.chosen = yield* choose(4)
    },
    rules: (p) => ({
      age: function* (s) {
        const at = yield* choose(2)
        s.pte[at] = { ...s.pte[at], A: true }
      },
      release: (s) => {
        if (s.owner !== null) s.owner = null
        if (s.q.length > 0) s.q.shift()
        s.held.delete(1)
        s.walk = { at: 'idle' }
        s.chosen = s.chosen + 0
      },
      impossible: (s) => {
        when(s.never > 0)
        s.guarded = 1
      },
      off: (s) => {
        when(p.on)
        s.guarded = 2
      },
      count: (s) => {
        when(s.n < 3)
        s.n++
        s.copied = s.guarded
      },
    }),
  })
  expect(unchanged(m)).toEqual([
    ...['pte.P', 'pte.at?', 'pte.at', 'owner?', 'owner', 'q#len', 'q', 'held', 'walk.at', 'walk.level.n'],
    ...['never', 'guarded', 'chosen', 'copied'],
  ])
})

test('what one change makes possible is seen, and the locations to which it leads', () => {
  const m = model({
    name: 'm',
    state: () => ({ a: bool, b: bool, c: bool, far: bool, out: bool }),
    processes: () => ({
      cpu: function* (s) {
        yield 'first'
        if (s.c) {
          yield 'second'
          s.far = true
        }
        if (s.out) {
          yield 'never'
          s.out = true
        }
      },
    }),
    rules: () => ({
      last: (s) => {
        if (s.b) s.c = true
      },
      middle: (s) => {
        if (s.a) s.b = true
      },
      start: (s) => {
        s.a = true
      },
    }),
  })
  expect(unchanged(m)).toEqual(['out'])
})

test('the properties that nothing decides which a step changes', () => {
  type S = { never: number; seen: boolean; n: number }
  const m = model({
    name: 'm',
    state: () => ({ never: range(0, 3), seen: bool, n: range(0, 3) }),
    rules: () => ({
      count: (s) => {
        when(s.n < 3)
        s.n++
        if (s.never === 2) s.seen = true
      },
    }),
  })
  const properties = {
    counts: always((s: S) => s.n < 3),
    untouched: always((s: S) => s.never === 0),
    out: sometimes((s: S) => s.never === 1),
    // What stands behind a flag that is never set does not decide.
    behind: always((s: S) => !s.seen || s.n < 3),
    owed: leadsTo(
      (s: S) => s.never === 0,
      (s: S) => s.n === 3,
    ),
    fixed: leadsTo(
      (s: S) => s.never === 0,
      (s: S) => s.seen,
    ),
  }
  expect(unchangingProperties(compiled(m, properties))).toEqual(['untouched', 'out', 'behind', 'fixed'])
})
