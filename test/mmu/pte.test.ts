import { array, bool, choose, model, record } from 'mmucheck'
import { cmpxchg, emptyPte, orAccessedDirty, type Pte, pte, samePte, xchg } from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const text = ({ P, W, A, D, frame }: Pte): string => `{P:${P} W:${W} A:${A} D:${D} frame:${frame}}`
const mapped: Pte = { P: true, W: true, A: false, D: false, frame: 1 }

describe('pte', () => {
  test('maps nothing at first', async () => {
    const { states } = await explore(model({ name: 'm', state: () => ({ e: pte(2) }) }))
    expect(states).toEqual([`e=${text(emptyPte)}`])
  })

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

  test('samePte looks at every bit', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ r: record({ same: bool, other: pte(3) }) }),
        init: function* (s) {
          s.r.other = yield* choose([
            mapped,
            { ...mapped, P: false },
            { ...mapped, W: false },
            { ...mapped, A: true },
            { ...mapped, D: true },
            { ...mapped, frame: 2 },
          ])
          s.r.same = samePte(mapped, s.r.other)
        },
      }),
    )
    expect(states).toHaveLength(6)
    expect(states.filter((state) => state.includes('same:true'))).toEqual([`r={same:true other:${text(mapped)}}`])
  })
})
