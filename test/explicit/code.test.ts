/** Golden texts of generated WebAssembly: what an agent's steps become. */
import { describe, expect, it } from 'vitest'
import { dumpWasm } from '../../src/explicit/search/search.ts'
import type { System } from '../../src/ir/system.ts'
import { add, builder, choose, eq, finish, frame, goto, load, lt, not, store, temp, when } from './ir.ts'

const functionOf = (system: System, name: string): string => {
  const text = dumpWasm(system)
  const start = text.indexOf(`  (func $${name} `)
  return text
    .slice(start, text.indexOf('\n  )\n', start) + 4)
    .split('\n')
    .map((line) => line.slice(2))
    .join('\n')
}

describe('generated code', () => {
  it('merges all constant writes of a step into one mask and one constant', () => {
    const b = builder('lock')
    const lock = b.global('lock', 0, 1)
    const count = b.global('count', 0, 3)
    b.process('p', (local) => {
      const old = local('old', 0, 3)
      return [
        when(not(load(lock)), goto(1, [frame(old, load(count))], [store(lock, [], 1)])),
        goto(0, [], [store(count, [], load(old)), store(lock, [], 0)]),
      ]
    })
    expect(functionOf(b.build(), 'agent_0')).toMatchInlineSnapshot(`
      "(func $agent_0 (param $out i32) (result i32)
        (local $b0 i64) (local $g1 i32) (local $f2 i64) (local $f3 i64)
        (local.set $b0 (i64.load offset=64 (i32.const 0)))
        (if (i32.eq (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 5))) (i32.const 0))
          (then
            (block $way1
              (if (i32.eqz (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 4))) (i32.const 1)))
                (then
                  (local.set $g1 (i32.and (i32.wrap_i64 (local.get $b0)) (i32.const 3)))
                  (local.set $f2 (i64.shl (i64.extend_i32_u (local.get $g1)) (i64.const 2)))
                  (i32.store8 offset=256 (i32.const 0) (i32.const 1))
                  (i64.store (local.get $out) (i64.or (i64.or (i64.and (local.get $b0) (i64.const 3)) (local.get $f2)) (i64.const 48)))
                  (local.set $out (i32.add (local.get $out) (i32.const 8)))
                )
              )
            )
          )
        )
        (if (i32.eq (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 5))) (i32.const 1))
          (then
            (block $way3
              (local.set $f3 (i64.extend_i32_u (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 2))) (i32.const 3))))
              (i32.store8 offset=257 (i32.const 0) (i32.const 1))
              (i64.store (local.get $out) (local.get $f3))
              (local.set $out (i32.add (local.get $out) (i32.const 8)))
            )
          )
        )
        (local.get $out)
      )"
    `)
  })

  it('tells rules apart by a jump table', () => {
    const b = builder('rules')
    const at = b.global('at', 0, 3, [2])
    const x = b.global('x', 0, 7, [2])
    for (const from of [0, 1, 2])
      b.rule(
        'r',
        `${from}`,
        when(eq(load(at, 1), from), when(lt(load(x, 1), 7), finish(store(at, [1], from + 1), store(x, [1], add(load(x, 1), 1))))),
      )
    expect(functionOf(b.build(), 'agent_0')).toMatchInlineSnapshot(`
      "(func $agent_0 (param $out i32) (result i32)
        (local $b0 i64) (local $f1 i64) (local $f2 i64) (local $f3 i64)
        (local.set $b0 (i64.load offset=64 (i32.const 0)))
        (block $end4_1
          (block $case2_end4_1
            (block $case1_end4_1
              (block $case0_end4_1
                (br_table $case0_end4_1 $case1_end4_1 $case2_end4_1 $end4_1 $end4_1 (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 8))))
              )
              (block $way1
                (if (i32.lt_s (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 3))) (i32.const 7)) (i32.const 7))
                  (then
                    (local.set $f1 (i64.shl (i64.extend_i32_u (i32.add (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 3))) (i32.const 7)) (i32.const 1))) (i64.const 3)))
                    (i32.store8 offset=256 (i32.const 0) (i32.const 1))
                    (i64.store (local.get $out) (i64.or (i64.or (i64.and (local.get $b0) (i64.const 199)) (local.get $f1)) (i64.const 256)))
                    (local.set $out (i32.add (local.get $out) (i32.const 8)))
                  )
                )
              )
              (br $end4_1)
            )
            (block $way2
              (if (i32.lt_s (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 3))) (i32.const 7)) (i32.const 7))
                (then
                  (local.set $f2 (i64.shl (i64.extend_i32_u (i32.add (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 3))) (i32.const 7)) (i32.const 1))) (i64.const 3)))
                  (i32.store8 offset=257 (i32.const 0) (i32.const 1))
                  (i64.store (local.get $out) (i64.or (i64.or (i64.and (local.get $b0) (i64.const 199)) (local.get $f2)) (i64.const 512)))
                  (local.set $out (i32.add (local.get $out) (i32.const 8)))
                )
              )
            )
            (br $end4_1)
          )
          (block $way3
            (if (i32.lt_s (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 3))) (i32.const 7)) (i32.const 7))
              (then
                (local.set $f3 (i64.shl (i64.extend_i32_u (i32.add (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 3))) (i32.const 7)) (i32.const 1))) (i64.const 3)))
                (i32.store8 offset=258 (i32.const 0) (i32.const 1))
                (i64.store (local.get $out) (i64.or (i64.or (i64.and (local.get $b0) (i64.const 199)) (local.get $f3)) (i64.const 768)))
                (local.set $out (i32.add (local.get $out) (i32.const 8)))
              )
            )
          )
        )
        (local.get $out)
      )"
    `)
  })

  it('unrolls small choices, so that what they index is a fixed field', () => {
    const b = builder('choice')
    const set = b.global('set', 0, 1, [3])
    b.rule('r', 'drop', choose(0, 3, when(load(set, temp(0)), finish(store(set, [temp(0)], 0)))))
    expect(functionOf(b.build(), 'agent_0')).toMatchInlineSnapshot(`
      "(func $agent_0 (param $out i32) (result i32)
        (local $b0 i64)
        (local.set $b0 (i64.load offset=64 (i32.const 0)))
        (block $way1
          (block $round1_0
            (if (i32.and (i32.wrap_i64 (local.get $b0)) (i32.const 1))
              (then
                (i32.store8 offset=256 (i32.const 0) (i32.const 1))
                (i64.store (local.get $out) (i64.and (local.get $b0) (i64.const 6)))
                (local.set $out (i32.add (local.get $out) (i32.const 8)))
              )
            )
          )
          (block $round1_1
            (if (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 1))) (i32.const 1))
              (then
                (i32.store8 offset=256 (i32.const 0) (i32.const 1))
                (i64.store (local.get $out) (i64.and (local.get $b0) (i64.const 5)))
                (local.set $out (i32.add (local.get $out) (i32.const 8)))
              )
            )
          )
          (block $round1_2
            (if (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.const 2)))
              (then
                (i32.store8 offset=256 (i32.const 0) (i32.const 1))
                (i64.store (local.get $out) (i64.and (local.get $b0) (i64.const 3)))
                (local.set $out (i32.add (local.get $out) (i32.const 8)))
              )
            )
          )
        )
        (local.get $out)
      )"
    `)
  })

  it('loops over large ones', () => {
    const b = builder('choice')
    const set = b.global('set', 0, 1, [40])
    b.rule('r', 'drop', choose(0, 40, when(load(set, temp(0)), finish(store(set, [temp(0)], 0)))))
    expect(functionOf(b.build(), 'agent_0')).toMatchInlineSnapshot(`
      "(func $agent_0 (param $out i32) (result i32)
        (local $b0 i64) (local $c1 i32) (local $t0 i32) (local $v3 i64) (local $s4 i64) (local $w5 i64)
        (local.set $b0 (i64.load offset=64 (i32.const 0)))
        (block $way1
          (local.set $c1 (i32.const 0))
          (loop $next_c1
            (block $round_c1
              (local.set $t0 (local.get $c1))
              (if (i32.and (i32.wrap_i64 (i64.shr_u (local.get $b0) (i64.extend_i32_u (local.get $t0)))) (i32.const 1))
                (then
                  (local.set $v3 (i64.extend_i32_u (i32.const 0)))
                  (local.set $s4 (i64.extend_i32_u (local.get $t0)))
                  (local.set $w5 (i64.or (i64.and (local.get $b0) (i64.xor (i64.shl (i64.const 1) (local.get $s4)) (i64.const -1))) (i64.shl (local.get $v3) (local.get $s4))))
                  (i32.store8 offset=256 (i32.const 0) (i32.const 1))
                  (i64.store (local.get $out) (local.get $w5))
                  (local.set $out (i32.add (local.get $out) (i32.const 8)))
                )
              )
            )
            (local.set $c1 (i32.add (local.get $c1) (i32.const 1)))
            (br_if $next_c1 (i32.lt_s (local.get $c1) (i32.const 40)))
          )
        )
        (local.get $out)
      )"
    `)
  })
})
