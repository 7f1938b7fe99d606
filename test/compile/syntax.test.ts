import { type Node, parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { callsNamed, delegatedYields, escapes, hasYield } from '../../src/compile/syntax.ts'

/** The statements in the body of a generator. */
const statements = (text: string): Node[] => {
  const { program } = parseSync('x.ts', `function* f() { ${text} }`)
  const [f] = program.body
  return f?.type === 'FunctionDeclaration' ? [...(f.body?.body ?? [])] : []
}
const statement = (text: string): Node => statements(text)[0] as Node

describe('questions about syntax', () => {
  test('a yield counts, one in a function inside does not', () => {
    expect(hasYield(statement("if (x) yield 'a'"))).toBe(true)
    expect(hasYield(statement('const g = function* () { yield 1 }'))).toBe(false)
  })

  test('calls by name', () => {
    expect(callsNamed(statement('if (x) when(y)'), 'when')).toBe(true)
    expect(callsNamed(statement('whenever(y)'), 'when')).toBe(false)
    expect(callsNamed(statement('xs.forEach(() => when(y))'), 'when')).toBe(false)
  })

  test('a jump escapes what it jumps out of', () => {
    expect(escapes(statement('if (x) return'))).toBe(true)
    expect(escapes(statement('for (;;) { if (x) break }'))).toBe(false)
    expect(escapes(statement('for (;;) { switch (x) { case 1: continue } }'))).toBe(false)
    expect(escapes(statement('switch (x) { case 1: break }'))).toBe(false)
    expect(escapes(statement('out: for (;;) { for (;;) break out }'))).toBe(false)
  })

  test('the loop inside a labelled loop is left by the label', () => {
    const outer = statement('out: for (;;) { for (;;) break out }')
    const inner =
      outer.type === 'LabeledStatement' && outer.body.type === 'ForStatement' && outer.body.body.type === 'BlockStatement'
        ? outer.body.body.body[0]
        : undefined
    expect(escapes(inner as Node)).toBe(true)
  })

  test('delegated yields, in the order in which they are evaluated; those that may not be apart', () => {
    const found = delegatedYields(statement('x = f(yield* a(), yield* b(yield* c())) && (yield* d())'))
    const names = (nodes: readonly Node[]): string[] =>
      nodes.map((node) =>
        node.type === 'YieldExpression' && node.argument?.type === 'CallExpression' && node.argument.callee.type === 'Identifier'
          ? node.argument.callee.name
          : '?',
      )
    expect(names(found.always)).toEqual(['a', 'c', 'b'])
    expect(names(found.sometimes)).toEqual(['d'])
  })
})
