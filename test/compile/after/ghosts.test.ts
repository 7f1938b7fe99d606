import { describe, expect, test } from 'vitest'
import { type GhostQuestion, ghostUse } from '../../../src/compile/after/ghosts.ts'
import { constant, eq, load, temp } from '../../../src/ir/build.ts'
import type { Block, End, Stmt } from '../../../src/ir/system.ts'

const at = { file: 0, start: 3, end: 4 }
/** Variable 0 is a ghost, 1 is none, 10 a local. */
const question: GhostQuestion = {
  isGhost: (v) => v === 0,
  nameOf: (v) => `v${v}`,
  readAt: () => at,
}
const ghost = load(0, [])
const store = (variable: number, value = constant(1), index = [] as readonly ReturnType<typeof load>[]): Stmt => ({
  op: 'store',
  variable,
  index,
  value,
  at,
})
const use = (end: End, ...body: readonly Stmt[]): string | null => ghostUse([{ body, end } satisfies Block], question, at)?.what ?? null
const finish: End = { op: 'finish' }

describe('what may not depend on a ghost', () => {
  test('a store to what is none: its value, its index, whether it happens', () => {
    expect(use(finish, store(1, ghost))).toBe('the value of v1, which is no ghost')
    expect(use(finish, store(1, constant(1), [ghost]))).toBe('the value of v1, which is no ghost')
    expect(use(finish, { op: 'if', condition: ghost, then: [store(1)], else: [] })).toBe('the value of v1, which is no ghost')
  })

  test('through temps and locals', () => {
    expect(use(finish, { op: 'set', temp: 0, value: ghost }, store(1, temp(0)))).not.toBeNull()
    const first: Block = { body: [], end: { op: 'goto', location: 1, frame: [{ variable: 10, element: 0, value: ghost }] } }
    const second: Block = { body: [store(1, load(10, []))], end: finish }
    expect(ghostUse([first, second], question, at)?.what).toBe('the value of v1, which is no ghost')
    expect(ghostUse([second, first], question, at)?.what).toBe('the value of v1, which is no ghost')
  })

  test('what comes behind a jump that a ghost decides', () => {
    const jump: Stmt = { op: 'block', id: 0, body: [{ op: 'if', condition: ghost, then: [{ op: 'exit', id: 0 }], else: [] }, store(1)] }
    expect(use(finish, jump)).toBe('the value of v1, which is no ghost')
    const harmless: Stmt = { op: 'block', id: 0, body: [{ op: 'if', condition: ghost, then: [{ op: 'exit', id: 0 }], else: [] }, store(0)] }
    expect(use(finish, harmless, store(1))).toBeNull()
  })

  test('a temp that a ghost decides is tainted', () => {
    const set = (value: number): Stmt => ({ op: 'set', temp: 0, value: constant(value) })
    expect(use(finish, { op: 'if', condition: ghost, then: [set(1)], else: [set(2)] }, store(1, temp(0)))).not.toBeNull()
  })

  test('the way through the step', () => {
    expect(
      use({ op: 'branch', condition: eq(ghost, constant(1)), then: { body: [], end: finish }, else: { body: [], end: { op: 'blocked' } } }),
    ).toBe('the way that the step takes')
  })
})

describe('what may', () => {
  test('stores to ghosts, checks, coverage', () => {
    expect(use(finish, store(0, ghost), { op: 'check', condition: ghost, failure: 0 })).toBeNull()
    expect(use(finish, { op: 'if', condition: ghost, then: [store(0), { op: 'cover', branch: 0 }], else: [] }, store(1))).toBeNull()
  })
})
