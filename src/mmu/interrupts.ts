/**
 * Interrupts from one CPU to another (IPIs), and their acknowledgement: what TLB shootdowns are made of. As in Linux,
 * smp_call_function_many() with `wait` (kernel/smp.c), and local_irq_disable(). An IPI does not go through memory:
 * `pending` is the interrupt controller's.
 */
import { assert, bool, type Domain, record, type Steps, until } from 'mmucheck'

/** What one CPU is asked by an interrupt, and whether it takes any. */
export interface Interrupts {
  /** An IPI has been sent to this CPU, and it has not acknowledged it. */
  pending: boolean
  /** The CPU takes no interrupt: one that comes stays pending. */
  off: boolean
}

/** The interrupts of one CPU; initially none is pending, and they are on. */
export const interrupts = (): Domain<Interrupts> => record({ pending: bool, off: bool })

/**
 * Sends an IPI to the CPU, in the step of the caller, and waits: one step, which can run only when the CPU has
 * acknowledged. What follows up to the next yield runs in it. An assertion fails where the CPU has not acknowledged the
 * last one yet.
 */
export function* sendIpi(to: Interrupts, label = 'csd_lock_wait()'): Steps {
  assert(!to.pending, 'an IPI is sent to a CPU that has not acknowledged the last one')
  to.pending = true
  yield until(label, () => !to.pending)
}

/**
 * What the rule of a handler begins with, `when(serveIpi(s.irq))`: whether the CPU takes the interrupt now. If so it
 * has acknowledged it by the end of the step.
 */
export const serveIpi = (own: Interrupts): boolean => {
  const serves = own.pending && !own.off
  if (serves) own.pending = false
  return serves
}

/** One step: this CPU takes no interrupts from now on. An assertion fails where it takes none already. */
export function* irqsOff(own: Pick<Interrupts, 'off'>, label = 'local_irq_disable()'): Steps {
  yield label
  assert(!own.off, 'interrupts are turned off that are off')
  own.off = true
}

/** One step: this CPU takes interrupts again. An assertion fails where it takes them already. */
export function* irqsOn(own: Pick<Interrupts, 'off'>, label = 'local_irq_enable()'): Steps {
  yield label
  assert(own.off, 'interrupts are turned on that are on')
  own.off = false
}
