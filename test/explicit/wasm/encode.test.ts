/** The encoder: what it makes is valid and computes what the tree says; the text form says the same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../../src/explicit/wasm/encode.ts'
import {
  block,
  br,
  brTable,
  call,
  either,
  get,
  i32,
  i64,
  loop,
  type Node,
  set,
  type WasmModule,
  when,
} from '../../../src/explicit/wasm/instruction.ts'
import { wasm } from '../../../src/explicit/wasm/platform.ts'
import { moduleText } from '../../../src/explicit/wasm/text.ts'

const moduleOf = (body: readonly Node[], result: 'i32' | 'i64', locals: WasmModule['functions'][number]['locals'] = []): WasmModule => ({
  memory: 'own',
  imports: [],
  globals: [{ name: 'g', type: 'i64', initial: -5n }],
  functions: [
    { name: 'f', params: [['x', 'i32']], result, locals, body, exported: true },
    { name: 'twice', params: [['x', 'i32']], result: 'i32', locals: [], body: [i32.shl(get('x'), i32.const(1))], exported: false },
  ],
})

const run = (module: WasmModule, x: number): unknown => {
  const memory = new wasm.Memory({ initial: 1, maximum: 1 })
  const { f } = new wasm.Instance(new wasm.Module(encode(module)), { env: { memory } }).exports as { f: (x: number) => unknown }
  return f(x)
}

describe('the encoder', () => {
  it('encodes every 32-bit and 64-bit constant', () => {
    fc.assert(
      fc.property(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (a, b) => {
        expect(run(moduleOf([i32.const(a)], 'i32'), 0)).toBe(a)
        expect(run(moduleOf([i64.const(b)], 'i64'), 0)).toBe(b)
      }),
    )
    for (const k of [0, 63, 64, 127, 128, 8191, 8192, 2 ** 31 - 1])
      for (const a of [k, -k, -k - 1]) expect(run(moduleOf([i32.const(a)], 'i32'), 0)).toBe(a | 0)
  })

  it('numbers labels, locals of both types, functions and globals', () => {
    const sum = moduleOf(
      [
        block('end', [
          loop('next', [
            when(i32.eqz(get('x')), [br('end')]),
            set('sum', i32.add(get('sum'), call('twice', get('x')))),
            set('wide', i64.add(get('wide'), i64.const(1n))),
            set('x', i32.sub(get('x'), i32.const(1))),
            br('next'),
          ]),
        ]),
        i32.add(get('sum'), i32.wrap(get('wide'))),
      ],
      'i32',
      [
        ['wide', 'i64'],
        ['sum', 'i32'],
      ],
    )
    expect(run(sum, 10)).toBe(2 * 55 + 10)
    const table = moduleOf(
      [
        block('two', [
          block('one', [block('zero', [brTable(['zero', 'one'], 'two', get('x'))]), set('x', i32.const(100)), br('two')]),
          set('x', i32.const(200)),
        ]),
        get('x'),
      ],
      'i32',
    )
    expect([0, 1, 2, 7].map((x) => run(table, x))).toEqual([100, 200, 2, 7])
    expect(run(moduleOf([either('i32', get('x'), [i32.const(3)], [i32.const(4)])], 'i32'), 0)).toBe(4)
  })

  it('refuses names that do not resolve', () => {
    expect(() => encode(moduleOf([get('y')], 'i32'))).toThrow('no local named y')
    expect(() => encode(moduleOf([br('nowhere'), get('x')], 'i32'))).toThrow('no label nowhere')
  })

  it('has a text form', () => {
    expect(
      moduleText(moduleOf([when(get('x'), [set('x', call('twice', get('x')))]), i32.add(get('x'), i32.const(-1))], 'i32')),
    ).toMatchInlineSnapshot(`
      "(module
        (import "env" "memory" (memory 0))
        (global $g (export "g") (mut i64) (i64.const -5))
        (func $f (export "f") (param $x i32) (result i32)
          (if (local.get $x)
            (then
              (local.set $x (call $twice (local.get $x)))
            )
          )
          (i32.add (local.get $x) (i32.const -1))
        )
        (func $twice (param $x i32) (result i32)
          (i32.shl (local.get $x) (i32.const 1))
        )
      )
      "
    `)
  })
})
