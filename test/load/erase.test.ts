import { readdirSync, readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'
import { transformSync } from 'oxc-transform'
import { describe, expect, test } from 'vitest'
import { eraseTypes, NotErasable } from '../../src/load/erase.ts'
import type { Node } from '../../src/load/node.ts'
import { namesIn } from '../../src/load/scopes.ts'

const erase = (text: string): string => {
  const { program, errors } = parseSync('m.ts', text, { lang: 'ts', sourceType: 'module', preserveParens: false })
  expect(errors).toEqual([])
  const root = program as unknown as Node
  const erased = eraseTypes(text, root, namesIn(root).values)
  expect(erased.text.length, 'erasing keeps every offset').toBe(text.length)
  expect(erased.text.split('\n').length, 'and every line').toBe(text.split('\n').length)
  return [...erased.statementEnds].sort((a, b) => b - a).reduce((out, at) => `${out.slice(0, at)};${out.slice(at)}`, erased.text)
}

/** The tree of a JavaScript text without what two printings of one program may differ in. */
const shape = (text: string): unknown => {
  const { program, errors } = parseSync('m.js', text, { lang: 'js', sourceType: 'module', preserveParens: false })
  expect(errors, text).toEqual([])
  const strip = (x: unknown): unknown => {
    if (Array.isArray(x)) return x.filter((y) => (y as { type?: string })?.type !== 'EmptyStatement').map(strip)
    if (typeof x !== 'object' || x === null) return x
    const { start, end, raw, shorthand, ...rest } = x as Record<string, unknown>
    // A printer puts braces around the one statement of an `if` where an `else` could go astray.
    if (rest.type === 'BlockStatement' && (rest.body as unknown[]).length === 1) return strip((rest.body as unknown[])[0])
    return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, strip(value)]))
  }
  // Printers turn `export { }` and unused imports into nothing, or keep them.
  const body = (strip(program) as { body: { type: string; specifiers?: unknown[] }[] }).body
  return body.filter(
    ({ type, specifiers }) => !(/^(Import|ExportNamed)Declaration$/.test(type) && specifiers?.length === 0 && !('declaration' in {})),
  )
}

const byOxc = (text: string): string => {
  const { code, errors } = transformSync('m.ts', text, {
    lang: 'ts',
    target: 'esnext',
    assumptions: {},
    typescript: { onlyRemoveTypeImports: false },
  })
  expect(errors).toEqual([])
  return code
}

describe('erasing types leaves the program that oxc-transform leaves', () => {
  const cases: Readonly<Record<string, string>> = {
    annotations:
      'let a: number = 1, b!: string; const f = (x?: number, ...y: T[]): void => {}; function g<T extends {}>(this: T, z: T = 1 as any): x is string { return z! }',
    'as, satisfies, !':
      'const a = { b: 1 } as const satisfies X; f(a!.b!, (a, b) as T, <T>(a, b)); for (const x of (xs as T[])) { x as T }',
    // A `;` was put behind it.
    'a type in the head of a loop':
      'for (let i = x!; i < 3; i++) f(i)\nfor (const y of xs as T) f(y)\nfor (const z in o!) f(z)\n[1].map(f)',
    'a type that ends a statement': 'const a = x as T\n(f)()\nlet b: T\n[c] = d\ny!\n`t`\nconst g = () => z as T\n(h)()',
    'an erased statement between two': 'let a = b\ntype T = {}\n;(c)()\ninterface I { x: 1 }\nlet d',
    'a return type on several lines':
      'const f = (a: number): {\n  b: number\n} => ({ b: a })\nconst g = async (\n  a,\n): Promise<\n  X\n> => a',
    'type parameters on several lines': 'const f = () => {\n  return <\n    T,\n  >(x: T) => x\n}',
    imports:
      "import type A from 'a'; import { type B, c, D } from 'b'; import * as e from 'c'; import f, { type G } from 'd'; const x: D = c(e, f)",
    exports:
      "export type { A } from 'a'; export interface B {} export type C = 1; export declare const d: number; const e = 1; export { e, type F } from 'b'; export default e",
    overloads: 'export function f(a: number): void\nexport function f(a: string): void\nexport function f(a: unknown) {}',
    declare: 'declare global { interface X {} }\ndeclare function f(): void\ndeclare class C {}\ndeclare let y: number\nlet z = 1',
    'type arguments': 'f<number>(1); new Map<string, number>(); a<b>`t`; const g = f<number>; class C extends D<T> {}',
    classes:
      'abstract class C<T> extends D<T> implements E, F { private readonly x?: number = 1; y!: string; static w?: string; declare z: number; constructor(a?: T) { super() } private m<T>(a: T): void {} abstract n(): void; [k: string]: unknown; get p(): number { return 1 } }',
    generators:
      'const o = { *a(s: S): Steps<void> { const x = (yield* f<T>(s)) as T; yield `l` as const }, async b(): Promise<void> {}, get c(): number { return 1 } }',
    comments: 'const f = (a /* : */ : /* ) */ number /* > */): /* => */ number => a // as T',
    arrows:
      'const a = <T,>(x: T) => x; const b = async <T>(x: T) => x; const c = (x: number) => x as T satisfies U; const d = ((x) => x) as F',
    patterns:
      'const { a, b: { c } }: T = x; const [d, e = 1 as T]: U = y; function f({ a }: T, [b]: U = []) {} try {} catch (e: unknown) {}',
    'conditional types and functions in types':
      'type A<T> = T extends (infer U)[] ? U : never; let f: (a: number) => void = (a) => {}; let g: new () => A<1> = X',
  }
  for (const [name, text] of Object.entries(cases)) test(name, () => expect(shape(erase(text)), erase(text)).toEqual(shape(byOxc(text))))

  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  test('for every file of this project', () => {
    for (const file of files) {
      const text = readFileSync(`src/${file}`, 'utf8')
      expect(shape(erase(text)), file).toEqual(shape(byOxc(text)))
    }
  })
})

describe('what cannot be erased', () => {
  for (const text of [
    'enum E { A }',
    'namespace N { export const x = 1 }',
    'class C { constructor(readonly x: number) {} }',
    'import a = require("a")',
    'export = a',
  ])
    test(text, () => {
      const { program } = parseSync('m.ts', text, { lang: 'ts', preserveParens: false })
      expect(() => eraseTypes(text, program as unknown as Node, new Set())).toThrow(NotErasable)
    })
})
