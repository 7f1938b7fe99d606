import { array, bool, choose, model, oneOf, optional, range, record } from 'mmucheck'
import { cmpxchg, emptyPte, orAccessedDirty, type Pte, pte, samePte, tryCmpxchg, xchg } from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const text = ({ P, W, A, D, frame }: Pte): string => `{P:${P} W:${W} A:${A} D:${D} frame:${frame}}`
const mapped: Pte = { P: true, W: true, A: false, D: false, frame: 1 }
const ends = (states: readonly string[]): string[] => states.filter((state) => state.endsWith('p@-'))

describe('of page-table entries', () => {
  test('xchg stores and gives back in one step', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ table: array(1, pte(2)), old: pte(2) }),
        init: (s) => {
          s.table[0] = mapped
        },
        processes: () => ({
          p: function* (s) {
            yield 'ptep_get_and_clear'
            s.old = xchg(s.table, 0, emptyPte)
          },
        }),
      }),
    )
    expect(states).toEqual([
      `table=[${text(emptyPte)}] old=${text(mapped)} | p@-`,
      `table=[${text(mapped)}] old=${text(emptyPte)} | p@ptep_get_and_clear`,
    ])
  })

  test('cmpxchg stores only over what was expected, and gives back what was there', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ table: array(1, pte(2)), dirty: bool, done: bool }),
        init: (s) => {
          s.table[0] = mapped
        },
        processes: () => ({
          p: function* (s) {
            yield 'cmpxchg'
            s.dirty = yield* choose([false, true])
            if (s.dirty) orAccessedDirty(s.table[0], 'store')
            s.done = samePte(cmpxchg(s.table, 0, mapped, { ...mapped, W: false }), mapped)
          },
        }),
      }),
    )
    expect(states).toEqual([
      `table=[${text({ ...mapped, W: false })}] dirty=false done=true | p@-`,
      `table=[${text(mapped)}] dirty=false done=false | p@cmpxchg`,
      `table=[${text({ ...mapped, A: true, D: true })}] dirty=true done=false | p@-`,
    ])
  })
})

describe('of any location', () => {
  test('a variable, a field, an element of a field, an optional', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({
          n: range(0, 3),
          r: record({ word: oneOf('a', 'b'), bits: array(2, bool) }),
          o: optional(record({ n: range(0, 3) })),
          got: record({
            n: range(0, 3),
            word: oneOf('a', 'b'),
            bit: bool,
            o: optional(record({ n: range(0, 3) })),
          }),
        }),
        init: (s) => {
          s.n = 1
          s.r.bits[1] = true
          s.o = { n: 1 }
        },
        processes: () => ({
          p: function* (s) {
            yield 'exchange'
            s.got.n = xchg(s, 'n', 2)
            s.got.word = xchg(s.r, 'word', 'b')
            s.got.bit = xchg(s.r.bits, 1, false)
            s.got.o = xchg(s, 'o', null)
          },
        }),
      }),
    )
    expect(ends(states)).toEqual(['n=2 r={word:b bits:[false,false]} o=null got={n:1 word:a bit:true o:{n:1}} | p@-'])
  })

  test('tryCmpxchg says whether it has stored, and compares all that is in it', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ word: record({ type: oneOf('none', 'l1'), count: range(0, 2) }), done: bool }),
        init: function* (s) {
          s.word.count = yield* choose(2)
        },
        processes: () => ({
          p: function* (s) {
            yield 'try'
            s.done = tryCmpxchg(s, 'word', { type: 'none', count: 0 }, { type: 'l1', count: 1 })
          },
        }),
      }),
    )
    expect(ends(states)).toEqual(['word={type:l1 count:1} done=true | p@-', 'word={type:none count:1} done=false | p@-'])
  })
})
