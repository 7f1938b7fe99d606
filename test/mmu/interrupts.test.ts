import { array, bool, each, model, type Steps, when } from 'mmucheck'
import { type Interrupts, interrupts, irqsOff, irqsOn, sendIpi, serveIpi } from 'mmucheck/mmu'
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
          yield* irqsOff(s.irq)
          yield* irqsOn(s.irq)
        },
      }),
      rules: () => ({
        handler: (s) => {
          when(serveIpi(s.irq))
          s.handled = true
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
  const offTwice = function* (irq: Interrupts): Steps {
    yield* irqsOff(irq)
    yield* irqsOff(irq)
  }
  expect([await misuse(twice), await misuse(offTwice), await misuse(irqsOn)]).toEqual(['violated 2', 'violated 2', 'violated 1'])
})

test('two CPUs that wait for each other with interrupts off wait for ever', async () => {
  const { verdicts } = await explore(
    model({
      name: 'm',
      state: () => ({ irqs: array(2, interrupts()) }),
      processes: (_p) => ({
        cpu: each(2, function* (s, cpu) {
          yield* irqsOff(s.irqs[cpu]!)
          yield 'send'
          yield* sendIpi(s.irqs[1 - cpu]!)
          yield* irqsOn(s.irqs[cpu]!)
        }),
      }),
      rules: (_p) => ({
        handler: each(2, (s, cpu) => when(serveIpi(s.irqs[cpu]!))),
      }),
    }),
  )
  expect(verdicts).toEqual({ deadlock: 'violated 4', assert: 'holds', range: 'holds' })
})
