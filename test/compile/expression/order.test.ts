import { type Expression, parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { type Decided, partsToLastYield } from '../../../src/compile/expression/order.ts'

/** The parts of an expression up to its last yield: the kind of each, with its text. */
const parts = (text: string, decided?: Decided): string[] => {
  const source = `function* f() { (${text}) }`
  const [f] = parseSync('x.ts', source).program.body
  const statement = f?.type === 'FunctionDeclaration' ? f.body?.body[0] : undefined
  const expression = statement?.type === 'ExpressionStatement' ? statement.expression : undefined
  return partsToLastYield(expression as Expression, decided).map(({ kind, node }) => `${kind} ${source.slice(node.start, node.end)}`)
}

// `p.flag ? yield* f() : false` was refused (MC109), although the params decide it.
test.each([
  ['on ? yield* a() : b', ['yield yield* a()']],
  ['off ? yield* a() : b', []],
  ['f(x, off || (yield* a()))', ['callee f(x, off || (yield* a()))', 'named x', 'yield yield* a()']],
  ['off && (yield* a())', []],
  ['on && off && (yield* a())', ['sometimes yield* a()']],
  ['on && (x ? yield* a() : b)', ['sometimes yield* a()']],
  ['(yield* a()) && on', ['yield yield* a()']],
])('what comes before the last yield of %s, where on and off are known', (text, expected) => {
  const decided = (test: Expression): boolean | null =>
    test.type !== 'Identifier' ? null : test.name === 'on' ? true : test.name === 'off' ? false : null
  expect(parts(text, decided)).toEqual(expected)
})

test.each([
  ['a + (yield* b())', ['operand a', 'yield yield* b()']],
  ['f(a, yield* b(c), d)', ['callee f(a, yield* b(c), d)', 'named a', 'yield yield* b(c)']],
  ['s.x[i] = yield* a()', ['reference s.x[i]', 'yield yield* a()']],
  ['x = yield* a()', ['yield yield* a()']],
  ['s.x += yield* a()', ['compound s.x += yield* a()', 'yield yield* a()']],
  ['[1, a, ...b, yield* c()]', ['named a', 'items ...b', 'yield yield* c()']],
  ['{ ...a, [b]: c, d: yield* e() }', ['fields ...a', 'value b', 'named c', 'yield yield* e()']],
  ['a.b(c)[yield* d()]', ['value a.b(c)', 'yield yield* d()']],
  ['s.q[i].push(yield* d())', ['callee s.q[i].push(yield* d())', 'yield yield* d()']],
  ['(yield* a()) + b', ['yield yield* a()']],
  [
    '(yield* a(b, yield* c())) < (yield* d())',
    [
      'callee a(b, yield* c())',
      'named b',
      'yield yield* c()',
      'yield yield* a(b, yield* c())',
      'operand (yield* a(b, yield* c()))',
      'yield yield* d()',
    ],
  ],
  ['a && (yield* b())', ['sometimes yield* b()']],
  ['(yield* a()) ? b : (yield* c())', ['sometimes yield* c()', 'yield yield* a()']],
  ['a?.[yield* b()]', ['sometimes yield* b()']],
  ['a + b', []],
])('what comes before the last yield of %s', (text, expected) => {
  expect(parts(text)).toEqual(expected)
})
