import { always, array, bool, each, model, sometimes } from 'mmucheck'
import { getPageType, putPageType, typeInfo } from 'mmucheck/mmu'
import { describe, expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

/** CPUs that use one page as a page table (L1) or map it writable, each once. */
const shared = (typers: number, mappers: number, isValid: boolean) =>
  model({
    name: 'm',
    state: () => ({
      page: array(1, typeInfo(3)),
      typed: array(typers, bool),
      writable: array(Math.max(1, mappers), bool),
      /** What the entries of the page table refer to is held. */
      entriesHeld: bool,
      refused: bool,
    }),
    processes: (_p) => ({
      typer: each(typers, function* (s, cpu) {
        const got = yield* getPageType(s.page, 0, 'l1', function* () {
          yield 'alloc_l1_table()'
          s.entriesHeld = isValid
          return isValid
        })
        s.refused = s.refused || !got
        if (!got) return
        s.typed[cpu] = true
        yield 'use no longer'
        s.typed[cpu] = false
        yield* putPageType(s.page, 0, 'l1', function* () {
          yield 'free_l1_table()'
          s.entriesHeld = false
        })
      }),
      mapper: each(mappers, function* (s, cpu) {
        const got = yield* getPageType(s.page, 0, 'writable')
        if (!got) return
        s.writable[cpu] = true
        yield 'unmap'
        s.writable[cpu] = false
        yield* putPageType(s.page, 0, 'writable')
      }),
    }),
  })

interface Shared {
  readonly page: readonly { readonly type: string; readonly count: number; readonly validated: boolean }[]
  readonly typed: readonly boolean[]
  readonly writable: readonly boolean[]
  readonly entriesHeld: boolean
  readonly refused: boolean
}

const properties = {
  exclusive: always((s: Shared) => !s.typed.includes(true) || !s.writable.includes(true)),
  usedWhenValidated: always((s: Shared) => !s.typed.includes(true) || (s.entriesHeld && s.page[0]?.validated === true)),
  countsItsUsers: always((s: Shared) => [...s.typed, ...s.writable].filter((is) => is).length <= (s.page[0]?.count ?? 0)),
  usedByBoth: sometimes((s: Shared) => s.typed.every((is) => is)),
  mappedByBoth: sometimes((s: Shared) => s.writable.every((is) => is)),
  refused: sometimes((s: Shared) => s.refused),
}
const inOrder = {
  exclusive: 'holds',
  usedWhenValidated: 'holds',
  countsItsUsers: 'holds',
  deadlock: 'holds',
  assert: 'holds',
  range: 'holds',
}
const reached = expect.stringMatching(/^holds \d/)

describe('a page', () => {
  test('is a page table or writable; it is used as a table once that is validated, by several', async () => {
    const { verdicts, states } = await explore(shared(2, 1, true), properties, {}, 4)
    expect(verdicts).toMatchObject({ ...inOrder, usedByBoth: reached, mappedByBoth: reached, refused: reached })
    expect([...new Set(states.map((state) => /page=\[(.*?)\]/.exec(state)?.[1]))].sort()).toEqual([
      '{type:l1 count:0 validated:false}',
      '{type:l1 count:1 validated:false}',
      '{type:l1 count:1 validated:true}',
      '{type:l1 count:2 validated:true}',
      '{type:none count:0 validated:false}',
      '{type:writable count:0 validated:true}',
      '{type:writable count:1 validated:true}',
    ])
  })

  test('is mapped writable by several', async () => {
    const { verdicts } = await explore(shared(1, 2, true), properties, {}, 4)
    expect(verdicts).toMatchObject({ ...inOrder, mappedByBoth: reached })
  })

  test('whose entries are refused has no type', async () => {
    const { verdicts, states } = await explore(shared(2, 1, false), properties, {}, 4)
    expect(verdicts).toMatchObject({ ...inOrder, usedByBoth: 'violated', refused: reached })
    const last = states.filter((state) => /typer\[0\]@- \| typer\[1\]@- \| mapper\[0\]@-$/.test(state))
    expect([...new Set(last.map((state) => /page=\[(.*?)\]/.exec(state)?.[1]))].sort()).toEqual([
      '{type:none count:0 validated:false}',
      '{type:writable count:0 validated:true}',
    ])
  })
})

test.each(['l1', 'writable'] as const)('who puts a type (%s) of which there is no reference fails an assertion', async (type) => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ page: array(1, typeInfo(1)) }),
      processes: () => ({
        p: function* (s) {
          yield* getPageType(s.page, 0, 'l2')
          yield* putPageType(s.page, 0, type)
        },
      }),
    }),
  )
  expect(verdicts).toMatchObject({ assert: 'violated 4' })
})
