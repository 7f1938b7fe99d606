import { type Expression, parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { partsToLastYield } from '../../../src/compile/expression/order.ts'

/** The parts of an expression up to its last yield: the kind of each, with its text. */
const parts = (text: string): string[] => {
  const source = `function* f() { (${text}) }`
  const [f] = parseSync('x.ts', source).program.body
  const statement = f?.type === 'FunctionDeclaration' ? f.body?.body[0] : undefined
  const expression = statement?.type === 'ExpressionStatement' ? statement.expression : undefined
  return partsToLastYield(expression as Expression).map(({ kind, node }) => `${kind} ${source.slice(node.start, node.end)}`)
}

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
