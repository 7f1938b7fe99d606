import { always, each, type Model, model, properties, range, record } from 'mmucheck'
import { expect, test } from 'vitest'
import { compile, compileFree } from '../../../src/compile/model/compile.ts'
import { DiagnosticError } from '../../../src/diagnostics.ts'

const r = record({ n: range(0, 1) })

const store = (s: { x: number }): void => {
  s.x = true as never
}

const wrong = model({
  name: 'wrong',
  state: () => ({ x: range(0, 3), a: r, b: r }),
  init: (s) => {
    s.x = 'init' as never
  },
  processes: (_p) => ({
    cpu: each(2, function* (s) {
      yield 'halve'
      s.x /= 2
    }),
    other: function* (s) {
      yield 'store'
      store(s)
    },
    right: function* (s) {
      yield 'count'
      s.x = (s.x + 1) % 3
    },
  }),
  rules: (_p) => ({
    again: (s) => {
      store(s)
    },
    two: {
      first: (s) => {
        s.x = 'first' as never
      },
      second: (s) => {
        s.x = s.a === s.b ? 0 : 1
      },
    },
  }),
})

const errorOf = (run: () => unknown): DiagnosticError => {
  try {
    run()
  } catch (error) {
    if (error instanceof DiagnosticError) return error
    throw error
  }
  throw new Error('nothing is wrong')
}

const messagesOf = ({ diagnostic, others }: DiagnosticError): string[] => [diagnostic, ...others].map(({ message }) => message)

const input = (m: unknown, claimed: unknown) => ({
  model: m as Model,
  params: {},
  properties: (claimed as { properties: never }).properties,
})

test('what is wrong in parts that have nothing to do with each other is said at once, each place once', () => {
  const claimed = properties(wrong, {
    // Which labels there are is not known, as one process is wrong.
    where: always((_s, _p, at) => at.cpu[0] === 'nowhere'),
    same: always((s) => s.a !== s.b),
  })
  expect(messagesOf(errorOf(() => compile(input(wrong, claimed))))).toEqual([
    "'/' can give a fraction",
    'true is stored in s.x, which is an integer in 0..3',
    "'first' is stored in s.x, which is an integer in 0..3",
    'a record { n } of the state is compared with a record { n } of the state: that asks whether they are the same object',
    "'init' is stored in s.x, which is an integer in 0..3",
    'a record { n } of the state is compared with a record { n } of the state: that asks whether they are the same object',
  ])
})

test('no more than ten', () => {
  const names = Array.from({ length: 14 }, (_, i) => `p${i}`)
  const many = model({ name: 'many', state: () => ({ a: r, b: r }), rules: () => ({}) })
  const predicates = [
    ...[always<{ a: object; b: object }, unknown>((s) => s.a === s.b), always<{ a: object; b: object }, unknown>((s) => s.a !== s.b)],
  ]
  const one = errorOf(() => compile(input(many, { properties: Object.fromEntries(names.map((name, i) => [name, predicates[i % 2]])) })))
  expect(messagesOf(one)).toHaveLength(2)
  const nameless = errorOf(() => compile(input(many, { properties: Object.fromEntries(names.map((name) => [name, null])) })))
  expect(messagesOf(nameless)).toHaveLength(10)
})

test('with free params the first error alone: what has been read until then says which of them shape the model', () => {
  const error = errorOf(() => compileFree(input(wrong, properties(wrong, {})), []))
  expect(messagesOf(error)).toEqual(["'/' can give a fraction"])
})
