import { choose, type Steps } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import lazy from '../../models/lazy-mmu.ts'
import { functionInfo, type Registry, registry } from '../../src/load/registry.ts'
import { $mmu, createRunning, type Happening, listening, running } from '../../src/load/runtime.ts'
import { functionNode, sourceOf } from '../../src/load/source.ts'
import { transform, transformExpression } from '../../src/load/transform.ts'

const file = '/virtual/m.ts'
let count = 0

/** Runs a module's text after the transform; what it assigns to `exported` comes back. */
const run = (text: string): { readonly exported: Record<string, unknown>; readonly file: string } => {
  const name = file.replace('m.ts', `m${count++}.ts`)
  const { code } = transform(name, text, 'the runtime')
  expect(code.split('\n').length, 'lines stay').toBe(text.split('\n').length)
  const body = code.replace('import{$mmu as $mmu}from"the runtime";', '')
  const exported: Record<string, unknown> = {}
  new Function('$mmu', 'exported', 'choose', `'use strict';${body}`)($mmu, exported, choose)
  return { exported, file: name }
}

const sourceText = (fn: unknown): string => {
  const { file: where, start, end } = functionInfo(fn)!
  return sourceOf(where).text.slice(start, end)
}

describe('conditions', () => {
  /** What a function decides, inner decisions in brackets. */
  const decisionsOf = (text: string, ...given: readonly unknown[]): readonly string[] => {
    const { exported, file: name } = run(text)
    const show = (happened: readonly Happening[]): string[] =>
      happened.flatMap((one) => {
        if (one.kind === 'read') return [one.location]
        const inner = show(one.within)
        return [
          `${sourceOf(name).text.slice(one.start, one.end)} = ${String(one.value)}${inner.length === 0 ? '' : ` (${inner.join(', ')})`}`,
        ]
      })
    return show(listening((read) => (exported.f as (...of: readonly unknown[]) => unknown)(...given, read)).happened)
  }

  test('are noted with their values, wholes behind their parts', () => {
    const f = 'exported.f = (a, b) => { if (a && !(b || a > 1)) return 1; return a ? 2 : 3 }'
    expect(decisionsOf(f, 1, 0)).toEqual(['a && !(b || a > 1) = true (a = 1, b = 0, a > 1 = false)'])
    expect(decisionsOf(f, 0, 0)).toEqual(['a && !(b || a > 1) = 0 (a = 0)', 'a = 0'])
    expect(decisionsOf('exported.f = (a) => { switch (a) { case 1: while (a < 3) a++ } do a--; while (a); for (; a; ) ; }', 1)).toEqual([
      ...['a = 1', 'a < 3 = true', 'a < 3 = true', 'a < 3 = false'],
      ...['a = 2', 'a = 1', 'a = 0', 'a = 0'],
    ])
  })

  test('have what was read for them, and the conditions of the helpers that they ask', () => {
    expect(
      decisionsOf(
        `
        const positive = (a, read) => { read('s.x', a); return a > 0 ? true : false }
        exported.f = (a, read) => { read('s.y', 0); if (positive(a, read) as boolean) return }`,
        1,
      ),
    ).toEqual(['s.y', 'positive(a, read) as boolean = true (s.x, a > 0 = true)'])
  })

  test('keep their values and their order with yields and what the oracle guards', () => {
    const { exported } = run(`
      function* inner(x) { yield 'inner'; return x }
      exported.f = function* (a, b) {
        yield a![0]! > 0 ? 'yes' : 'no'
        if (yield* inner(b % a[0])) yield* inner(1)
        for (const x of a.length > 1 ? a : [9]) yield String(x)
        return (yield* inner(0)) || (b ? 'end' : '')
      }`)
    const all = [...(exported.f as (a: readonly number[], b: number) => Iterable<unknown>)([2], 3)]
    expect(all).toEqual(['yes', 'inner', 'inner', '9', 'inner'])
  })

  test('one that throws leaves nothing open, and nobody listens outside', () => {
    const { exported } = run('exported.f = (a) => { try { if (a.b.c) return } catch { if (a) return } }')
    const f = exported.f as (a: unknown) => void
    const { happened } = listening(() => f({}))
    expect(happened).toMatchObject([])
    expect(() => f({})).not.toThrow()
    expect(registry.listening).toBe(null)
  })
})

describe('tags', () => {
  test('every form of function has its place in the original text', () => {
    const { exported } = run(`
      type T = { a: number }
      const arrow = (s: T): number => s.a as number
      function* declared(s: T): Steps { yield 'x' }
      const object = { method(s: T) { return s }, *steps(s: T) { yield 'y' }, property: function (s: T) {}, ['computed']: (s: T) => s, 'quoted'(s) {} }
      Object.assign(exported, { arrow, declared, ...object })`)
    expect(Object.fromEntries(Object.entries(exported).map(([name, fn]) => [name, sourceText(fn)]))).toEqual({
      arrow: '(s: T): number => s.a as number',
      declared: "function* declared(s: T): Steps { yield 'x' }",
      method: '(s: T) { return s }',
      steps: "(s: T) { yield 'y' }",
      property: 'function (s: T) {}',
      computed: '(s: T) => s',
      quoted: '(s) {}',
    })
    for (const [name, fn] of Object.entries(exported)) expect((fn as () => unknown).name, 'names survive').toBe(name)
    for (const fn of Object.values(exported)) expect(functionNode(functionInfo(fn)!).type).toMatch(/Function/)
  })

  test('captures are what a function takes from outside, with their present values', () => {
    const { exported } = run(`
      let counter = 1
      const constant = 2, unused = 3
      const late = () => later + constant
      const later = 4
      exported.outer = (p) => { const inner = p * 2; return (s) => [s, p, inner, constant, counter++, Math.max(1), { constant }, s.unused, helper()] }
      exported.inner = exported.outer(5)
      exported.late = late
      function helper() { return hidden(constant) }
      const hidden = (constant) => constant
      exported.helper = helper`)
    const inner = functionInfo(exported.inner)!
    expect(inner.names).toEqual(['p', 'inner', 'constant', 'counter', 'helper'])
    expect(inner.reassigned).toEqual(['counter'])
    expect(inner.names.slice(0, 3).map(inner.captured)).toEqual([5, 10, 2])
    expect(inner.has('Math')).toBe(false)
    expect(() => inner.captured('unused')).toThrow(RangeError)
    expect(functionInfo(exported.late)!.captured('later')).toBe(4)
    expect(functionInfo(exported.helper)!.names).toEqual(['hidden', 'constant'])
    expect(functionInfo(exported.outer)!.names).toEqual(['constant', 'counter', 'helper'])
  })

  test('a function declaration is tagged where it is hoisted to', () => {
    const { exported } = run('exported.early = f; exported.nested = (() => { { return g; function g() { return f } } })(); function f() {}')
    expect(sourceText(exported.early)).toBe('function f() {}')
    expect(functionInfo(exported.nested)!.captured('f')).toBe(exported.early)
  })

  test('reading a captured name before its declaration fails as it does in JavaScript, later it works', () => {
    const { exported } = run('const f = () => x; try { f() } catch (e) { exported.error = e.name }; exported.f = f; const x = 1')
    expect(exported.error).toBe('ReferenceError')
    expect(functionInfo(exported.f)!.captured('x')).toBe(1)
  })

  test('a shadowed name is captured from outside only where it is free', () => {
    const { exported } = run('const x = 1; exported.f = (y) => { { const x = 2; y(x) } return x }; exported.g = (x) => x')
    expect(functionInfo(exported.f)!.captured('x')).toBe(1)
    expect(functionInfo(exported.g)!.names).toEqual([])
  })

  test('the Vite plugin tags the functions of a model that a test imports', () => {
    expect(functionInfo(lazy.processes)?.file.endsWith('models/lazy-mmu.ts')).toBe(true)
  })

  test('text that mentions our own name in a program is no obstacle', () => {
    const text = 'const $mmu = 1; exported.f = () => $mmu'
    const { code } = transform('/virtual/own.ts', text, 'r')
    expect(code).toContain('import{$mmu as $mmu_}from"r"')
  })
})

describe('yields', () => {
  interface Seen {
    readonly yielded: unknown
    readonly offsets: readonly number[]
    /** Of each generator in progress, outermost first. */
    readonly locals: readonly unknown[]
  }
  const drive = (start: () => Steps<unknown>): Seen[] => {
    const process = createRunning()
    const seen: Seen[] = []
    const steps = start()
    for (;;) {
      const result = running(process, () => steps.next(7))
      if (result.done) return seen
      seen.push({
        yielded: result.value,
        offsets: process.frames.map(({ offset }) => offset),
        locals: process.frames.map((frame) => frame.locals()),
      })
    }
  }

  test('locals that have a value are seen, others are not', () => {
    const { exported } = run(`exported.f = function* (s, { a, b: [b] }) {
      let early = 1
      yield 'one'
      const { c, ...rest } = s
      { const early = 2; yield 'two' }
      const late = yield 'three'
      switch (a) { case 0: { let inCase = 5; yield 'four' } }
      yield
    }`)
    const seen = drive(() => (exported.f as (...a: unknown[]) => Steps)({ c: 3, d: 4 }, { a: 0, b: [9] }))
    expect(seen.map(({ yielded }) => yielded)).toEqual(['one', 'two', 'three', 'four', undefined])
    const base = { s: { c: 3, d: 4 }, a: 0, b: 9 }
    expect(seen.map(({ locals }) => locals[0])).toEqual([
      { ...base, early: 1 },
      { ...base, early: 2, c: 3, rest: { d: 4 } },
      { ...base, early: 1, c: 3, rest: { d: 4 } },
      { ...base, early: 1, c: 3, rest: { d: 4 }, late: 7, inCase: 5 },
      { ...base, early: 1, c: 3, rest: { d: 4 }, late: 7 },
    ])
  })

  test('frames of helpers come and go; rounds of for..of loops are counted', () => {
    const text = `function* helper(n) { for (const i of [10, 20]) yield 'h' + n + i }
      exported.f = function* () {
        for (const x of ['a', 'b']) for (const y of [1]) { if (x === 'b') yield* helper(x); yield x }
        const got = yield* choose(2)
        yield 'end'
      }`
    const { exported } = run(text)
    const seen = drive(() => (exported.f as () => Steps)())
    expect(seen.map(({ yielded }) => (typeof yielded === 'string' ? yielded : 'choice'))).toEqual([
      'a',
      'hb10',
      'hb20',
      'b',
      'choice',
      'end',
    ])
    const [outer, middle, inner] = [text.indexOf('for (const x'), text.indexOf('for (const y'), text.indexOf('for (const i')]
    expect(seen[0]?.locals).toEqual([{ x: 'a', y: 1, [`#${outer}`]: 0, [`#${middle}`]: 0 }])
    expect(seen[2]?.locals).toEqual([
      { x: 'b', y: 1, [`#${outer}`]: 1, [`#${middle}`]: 0 },
      { n: 'b', i: 20, [`#${inner}`]: 1 },
    ])
    expect(seen[2]?.offsets).toEqual([text.indexOf('yield* helper'), text.indexOf("yield 'h'")])
    expect(seen[5]?.locals).toEqual([{ got: 7 }])
  })

  test('driven by hand a generator yields what is written', () => {
    const { exported } = run(
      "exported.f = function* () { const x = yield* (function* () { return (yield 'in', yield ('a', 'b')) })(); yield x }",
    )
    expect([...(exported.f as () => Steps)()]).toEqual(['in', 'b', undefined])
  })

  test('leaving a loop early closes what it iterates', () => {
    const { exported } = run(`exported.closed = 0
      const items = { *[Symbol.iterator]() { try { yield 1; yield 2 } finally { exported.closed++ } } }
      exported.f = function* () { for (const i of items) { yield 'x'; break } }`)
    drive(() => (exported.f as () => Steps)())
    expect(exported.closed).toBe(1)
  })
})

describe('what is wrong with a module is said with its place', () => {
  const wrong = (text: string): string => {
    try {
      transform('/virtual/wrong.ts', text)
    } catch (error) {
      const { code, place } = (error as { diagnostic: { code: string; place: { start: number; end: number } } }).diagnostic
      return `${code} ${text.slice(place.start, place.end)}`
    }
    return 'fine'
  }
  test('syntax', () => expect(wrong('const x = ;')).toBe('MC002 ;'))
  test('an enum', () => expect(wrong('enum E { A }')).toBe('MC002 enum E { A }'))
  test('two properties of one name', () => expect(wrong("const x = { a: 1, 'a': 2 }")).toBe("MC009 'a'"))
  test('two methods of one name', () => expect(wrong('const x = { a() {}, *a() {} }')).toBe('MC009 a'))
  test('a getter with its setter is one property', () => expect(wrong('const x = { get a() { return 1 }, set a(v) {} }')).toBe('fine'))
  test('an ad hoc predicate that is two expressions', () =>
    expect(() => transformExpression('--invariant', '(s) => 1; 2')).toThrow('MC002'))
})

test('two copies of the package share one registry', async () => {
  const url = '../../src/load/registry.ts?copy'
  const copy = (await import(/* @vite-ignore */ url)) as { registry: Registry }
  expect(copy.registry).toBe(registry)
})
