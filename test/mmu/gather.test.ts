import { bool, model } from 'mmucheck'
import { finish, flushPending, gather } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

test('who has changed nothing sees that another flush is pending, until that is done', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pending: flushPending(2), flushes: bool }),
      processes: () => ({
        changes: function* (s) {
          yield* gather(s.pending)
          yield* finish(
            s.pending,
            () => true,
            () => {},
          )
        },
        looks: function* (s) {
          yield* gather(s.pending, 'look')
          yield* finish(
            s.pending,
            () => s.pending.count > 1,
            () => {
              s.flushes = true
            },
            'look',
          )
        },
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(states).toEqual([
    'pending={count:0} flushes=false | changes@- | looks@-',
    'pending={count:0} flushes=false | changes@- | looks@look',
    'pending={count:0} flushes=false | changes@tlb_gather_mmu() | looks@-',
    'pending={count:0} flushes=false | changes@tlb_gather_mmu() | looks@look',
    'pending={count:0} flushes=true | changes@- | looks@-',
    'pending={count:1} flushes=false | changes@- | looks@look: dec_tlb_flush_pending()',
    'pending={count:1} flushes=false | changes@- | looks@look: flush',
    'pending={count:1} flushes=false | changes@- | looks@look: mm_tlb_flush_nested()?',
    'pending={count:1} flushes=false | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@-',
    'pending={count:1} flushes=false | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@look',
    'pending={count:1} flushes=false | changes@tlb_finish_mmu(): flush | looks@-',
    'pending={count:1} flushes=false | changes@tlb_finish_mmu(): flush | looks@look',
    'pending={count:1} flushes=false | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@-',
    'pending={count:1} flushes=false | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@look',
    'pending={count:1} flushes=false | changes@tlb_gather_mmu() | looks@look: dec_tlb_flush_pending()',
    'pending={count:1} flushes=false | changes@tlb_gather_mmu() | looks@look: mm_tlb_flush_nested()?',
    'pending={count:1} flushes=true | changes@- | looks@look: dec_tlb_flush_pending()',
    'pending={count:1} flushes=true | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@-',
    'pending={count:1} flushes=true | changes@tlb_finish_mmu(): flush | looks@-',
    'pending={count:1} flushes=true | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@-',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@look: dec_tlb_flush_pending()',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@look: flush',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@look: mm_tlb_flush_nested()?',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): flush | looks@look: dec_tlb_flush_pending()',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): flush | looks@look: flush',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): flush | looks@look: mm_tlb_flush_nested()?',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@look: dec_tlb_flush_pending()',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@look: flush',
    'pending={count:2} flushes=false | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@look: mm_tlb_flush_nested()?',
    'pending={count:2} flushes=true | changes@tlb_finish_mmu(): dec_tlb_flush_pending() | looks@look: dec_tlb_flush_pending()',
    'pending={count:2} flushes=true | changes@tlb_finish_mmu(): flush | looks@look: dec_tlb_flush_pending()',
    'pending={count:2} flushes=true | changes@tlb_finish_mmu(): mm_tlb_flush_nested()? | looks@look: dec_tlb_flush_pending()',
  ])
})

test('who finishes what it has not begun fails an assertion', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ pending: flushPending(1) }),
      processes: () => ({
        cpu: function* (s) {
          yield* finish(
            s.pending,
            () => false,
            () => {},
          )
        },
      }),
    }),
  )
  expect(verdicts.assert).toBe('violated 2')
})
