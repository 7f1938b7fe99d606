/** Locals share slots, and no program sees it: random programs give what they give where each local has its own. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encode } from '../../../src/explicit/wasm/encode.ts'
import {
  block,
  brIf,
  get,
  i32,
  loop,
  type Node,
  set,
  type WasmFunction,
  type WasmModule,
  when,
} from '../../../src/explicit/wasm/instruction.ts'
import { wasm } from '../../../src/explicit/wasm/platform.ts'
import { slotsOf } from '../../../src/explicit/wasm/slots.ts'

const names = ['a', 'b', 'c', 'd', 'e']

/** A program over a few locals, any of which may be read before it is set. Loops run three times. */
type Program =
  | { readonly op: 'set'; readonly local: string; readonly from: string; readonly add: number }
  | { readonly op: 'if'; readonly test: string; readonly then: Program[]; readonly else: Program[] }
  | { readonly op: 'block' | 'loop'; readonly leave: string; readonly body: Program[]; readonly rest: Program[] }

const { programs } = fc.letrec<{ programs: Program[]; program: Program }>((tie) => ({
  programs: fc.array(tie('program'), { maxLength: 4 }),
  program: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ op: fc.constant('set' as const), local: fc.constantFrom(...names), from: fc.constantFrom(...names), add: fc.nat(9) }),
    fc.record({ op: fc.constant('if' as const), test: fc.constantFrom(...names), then: tie('programs'), else: tie('programs') }),
    fc.record({
      op: fc.constantFrom('block' as const, 'loop' as const),
      leave: fc.constantFrom(...names),
      body: tie('programs'),
      rest: tie('programs'),
    }),
  ),
}))

const isOdd = (local: string): Node => i32.and(get(local), i32.const(1))

const compiled = (program: readonly Program[], own: () => string): Node[] =>
  program.flatMap((one): Node[] => {
    switch (one.op) {
      case 'set':
        return [set(one.local, i32.add(get(one.from), i32.const(one.add)))]
      case 'if':
        return [when(isOdd(one.test), compiled(one.then, own), compiled(one.else, own))]
      case 'block': {
        const label = own()
        return [block(label, [...compiled(one.body, own), brIf(label, isOdd(one.leave)), ...compiled(one.rest, own)])]
      }
      case 'loop': {
        const [label, counter] = [own(), own()]
        const again = i32.ltS(get(counter), i32.const(3))
        const body = [...compiled(one.body, own), set(counter, i32.add(get(counter), i32.const(1))), brIf(label, again)]
        return [set(counter, i32.const(0)), block(`out ${label}`, [loop(label, [brIf(`out ${label}`, isOdd(one.leave)), ...body])])]
      }
    }
  })

/** What the locals hold at the end, where each is a variable of its own. */
const interpreted = (program: readonly Program[]): number[] => {
  const held = new Map(names.map((name) => [name, 0]))
  const odd = (name: string): boolean => held.get(name)! % 2 === 1
  const go = (list: readonly Program[]): void => {
    for (const one of list)
      switch (one.op) {
        case 'set':
          held.set(one.local, held.get(one.from)! + one.add)
          break
        case 'if':
          go(odd(one.test) ? one.then : one.else)
          break
        case 'block':
          go(one.body)
          if (!odd(one.leave)) go(one.rest)
          break
        case 'loop':
          for (let i = 0; i < 3 && !odd(one.leave); i++) go(one.body)
      }
  }
  go(program)
  return [...held.values()]
}

const functionOf = (program: readonly Program[], kept: readonly string[]): WasmFunction => {
  let made = 0
  const owned: string[] = []
  const body = compiled(program, () => {
    owned.push(`own ${made++}`)
    return owned.at(-1)!
  })
  // Only what is kept is looked at in the end: the others may share.
  const result = kept.reduce<Node>((sum, name) => i32.add(i32.mul(sum, i32.const(31)), get(name)), i32.const(0))
  return {
    name: 'f',
    params: [],
    result: 'i32',
    locals: [...names, ...owned].map((name) => [name, 'i32']),
    body: [...body, result],
    exported: true,
  }
}

const run = (f: WasmFunction): number => {
  const module: WasmModule = { memory: 'own', imports: [], globals: [], functions: [f] }
  const memory = new wasm.Memory({ initial: 1, maximum: 1 })
  return (new wasm.Instance(new wasm.Module(encode(module)), { env: { memory } }).exports as { f: () => number }).f()
}

it('random programs give what they give where each local has its own slot', () => {
  let shared = 0
  fc.assert(
    fc.property(programs, fc.subarray(names, { minLength: 1 }), (program, kept) => {
      const f = functionOf(program, kept)
      const { groups } = slotsOf(f)
      if ((groups[0]?.[0] ?? 0) < new Set(slotsOf(f).numbers.keys()).size) shared++
      const final = interpreted(program)
      const wanted = kept.reduce((sum, name) => (Math.imul(sum, 31) + final[names.indexOf(name)]!) | 0, 0)
      expect(run(f)).toBe(wanted)
    }),
    { numRuns: 2_000 },
  )
  expect(shared).toBeGreaterThan(100)
})

it('locals of arms that exclude each other share a slot; one that is read before it is set shares with none', () => {
  const arm = (name: string): Node[] => [set(name, i32.const(1)), set('sum', i32.add(get('sum'), get(name)))]
  const locals = ['sum', 'x', 'y', 'z'].map((name) => [name, 'i32'] as const)
  const body = [when(get('sum'), arm('x'), arm('y')), block('b', [set('sum', get('z')), set('z', i32.const(2))])]
  const { numbers, groups } = slotsOf({ name: 'f', params: [], result: null, locals, body, exported: false })
  expect(numbers.get('x')).toBe(numbers.get('y'))
  expect(new Set(['sum', 'x', 'z'].map((name) => numbers.get(name))).size).toBe(3)
  expect(groups).toEqual([[3, 'i32']])
})
