import { bool, choose, model, record } from 'mmucheck'
import { emptyPte, orAccessedDirty, type Pte, pte, samePte } from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const text = ({ P, W, A, D, frame }: Pte): string => `{P:${P} W:${W} A:${A} D:${D} frame:${frame}}`
const mapped: Pte = { P: true, W: true, A: false, D: false, frame: 1 }

describe('pte', () => {
  test('maps nothing at first', async () => {
    const { states } = await explore(model({ name: 'm', state: () => ({ e: pte(2) }) }))
    expect(states).toEqual([`e=${text(emptyPte)}`])
  })

  test('a walk adds A, and D for a store, and removes nothing', async () => {
    const { states } = await explore(
      model({
        name: 'm',
        state: () => ({ e: pte(2) }),
        init: function* (s) {
          s.e = { ...mapped, D: yield* choose([false, true]) }
          orAccessedDirty(s.e, yield* choose(['load', 'store']))
        },
      }),
    )
    expect(states).toEqual([`e=${text({ ...mapped, A: true })}`, `e=${text({ ...mapped, A: true, D: true })}`])
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
