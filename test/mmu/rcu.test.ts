import { always, each, ghost, model, oneOf, sometimes } from 'mmucheck'
import { free, lifetime, rcu, rcuReadLock, rcuReadUnlock, synchronizeRcu, touch } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const freeing = (waits: boolean) =>
  model({
    name: 'm',
    state: () => ({ readers: rcu(2), pmd: oneOf('table', 'none'), table: ghost(lifetime) }),
    processes: (_p) => ({
      gup: each(2, function* (s, cpu) {
        yield 'read *pmd'
        rcuReadLock(s.readers, cpu)
        const pmd = s.pmd
        yield 'read the table'
        if (pmd === 'table') touch(s.table)
        rcuReadUnlock(s.readers, cpu)
      }),
      collapse: function* (s) {
        yield 'clear *pmd'
        s.pmd = 'none'
        if (waits) yield* synchronizeRcu(s.readers)
        yield 'free the table'
        free(s.table)
      },
    }),
  })

test('a grace period waits for who was reading when it began, and for nobody else', async () => {
  const properties = {
    noUseAfterFree: always((s: { table: { usedAfterFree: boolean } }) => !s.table.usedAfterFree),
    freed: sometimes((s: { table: { isFree: boolean } }) => s.table.isFree),
    freedUnderALaterReader: sometimes(
      (s: { table: { isFree: boolean }; readers: readonly string[] }) =>
        s.table.isFree && s.readers[0] === 'reading' && s.readers[1] === 'reading',
    ),
  }
  const { verdicts, states } = await explore(freeing(true), properties)
  expect(verdicts).toMatchObject({ noUseAfterFree: 'holds', freed: 'holds 4', freedUnderALaterReader: 'holds 6', deadlock: 'holds' })
  expect([...new Set(states.map((state) => /readers=(\S+)/.exec(state)?.[1]))].sort()).toEqual([
    '[awaited,awaited]',
    '[awaited,outside]',
    '[awaited,reading]',
    '[outside,awaited]',
    '[outside,outside]',
    '[outside,reading]',
    '[reading,awaited]',
    '[reading,outside]',
    '[reading,reading]',
  ])
  expect((await explore(freeing(false), properties)).verdicts).toMatchObject({ noUseAfterFree: 'violated 4' })
})

test.each(['a read side within another', 'an end without a beginning'])('%s fails an assertion', async (which) => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ readers: rcu(1) }),
      processes: () => ({
        p: function* (s) {
          yield 'misuse'
          if (which === 'an end without a beginning') rcuReadUnlock(s.readers, 0)
          else {
            rcuReadLock(s.readers, 0)
            rcuReadLock(s.readers, 0)
          }
        },
      }),
    }),
  )
  expect(verdicts).toMatchObject({ assert: 'violated 1' })
})
