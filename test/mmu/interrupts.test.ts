import { bool, model, type Steps, when } from 'mmucheck'
import { acknowledge, type Interrupts, interrupts, localIrqDisable, localIrqEnable, sendIpi, servesIpi } from 'mmucheck/mmu'
import { expect, test } from 'vitest'
import { explore } from '../semantics/harness.ts'

const short = (states: readonly string[]): string[] => states.map((state) => state.replaceAll('true', '1').replaceAll('false', '0'))

test('the sender goes on when the handler has run, which it does not while interrupts are off', async () => {
  const { states, verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ irq: interrupts(), handled: bool }),
      processes: () => ({
        sender: function* (s) {
          yield 'send'
          yield* sendIpi(s.irq)
        },
        receiver: function* (s) {
          yield* localIrqDisable(s.irq)
          yield* localIrqEnable(s.irq)
        },
      }),
      rules: () => ({
        handler: (s) => {
          when(servesIpi(s.irq))
          s.handled = true
          acknowledge(s.irq)
        },
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'holds', assert: 'holds', range: 'holds' })
  expect(short(states)).toEqual([
    'irq={pending:0 off:0} handled=0 | sender@send | receiver@-',
    'irq={pending:0 off:0} handled=0 | sender@send | receiver@local_irq_disable()',
    'irq={pending:0 off:0} handled=1 | sender@- | receiver@-',
    'irq={pending:0 off:0} handled=1 | sender@- | receiver@local_irq_disable()',
    'irq={pending:0 off:0} handled=1 | sender@csd_lock_wait() | receiver@-',
    'irq={pending:0 off:0} handled=1 | sender@csd_lock_wait() | receiver@local_irq_disable()',
    'irq={pending:0 off:1} handled=0 | sender@send | receiver@local_irq_enable()',
    'irq={pending:0 off:1} handled=1 | sender@- | receiver@local_irq_enable()',
    'irq={pending:0 off:1} handled=1 | sender@csd_lock_wait() | receiver@local_irq_enable()',
    'irq={pending:1 off:0} handled=0 | sender@csd_lock_wait() | receiver@-',
    'irq={pending:1 off:0} handled=0 | sender@csd_lock_wait() | receiver@local_irq_disable()',
    'irq={pending:1 off:1} handled=0 | sender@csd_lock_wait() | receiver@local_irq_enable()',
  ])
})

const misuse = async (cpu: (irq: Interrupts) => Steps) =>
  (
    await explore(
      model({
        name: 'm',
        state: () => ({ irq: interrupts() }),
        processes: () => ({
          cpu: function* (s) {
            yield* cpu(s.irq)
          },
        }),
      }),
    )
  ).verdicts.assert

test('outside its contract each part fails an assertion', async () => {
  const twice = function* (irq: Interrupts): Steps {
    yield 'send one'
    irq.pending = true
    yield 'send another'
    yield* sendIpi(irq)
  }
  const nothing = function* (irq: Interrupts): Steps {
    yield 'acknowledge'
    acknowledge(irq)
  }
  const offTwice = function* (irq: Interrupts): Steps {
    yield* localIrqDisable(irq)
    yield* localIrqDisable(irq)
  }
  expect([await misuse(twice), await misuse(nothing), await misuse(offTwice), await misuse(localIrqEnable)]).toEqual([
    'violated 2',
    'violated 1',
    'violated 2',
    'violated 1',
  ])
})
