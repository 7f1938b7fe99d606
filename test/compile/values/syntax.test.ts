import { type Node, parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { callsIn, escapes, hasYield, yieldsIn } from '../../../src/compile/values/syntax.ts'

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

  test('calls and yields, those in functions inside left out', () => {
    expect(callsIn(statement('if (f(g(x))) h(y)'))).toHaveLength(3)
    expect(callsIn(statement('xs.forEach(() => when(y))'))).toHaveLength(1)
    expect(yieldsIn(statement('x = f(yield* a(), yield* b(yield* c()))'))).toHaveLength(3)
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
})
