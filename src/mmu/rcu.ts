/**
 * RCU (Linux Documentation/RCU): who reads takes no lock, and who has taken something away waits for a grace period
 * before it is freed, until everybody has left who was reading when it began. Whoever begins to read later cannot find
 * what was taken away. Where interrupts off are a read side, as for get_user_pages_fast(), that is one too.
 */
import { array, assert, type Domain, oneOf, type Steps, until } from 'mmucheck'

/** Per CPU: it reads; it reads, and a grace period waits for it. */
export type Rcu = ('outside' | 'reading' | 'awaited')[]

/** The read sides of CPUs 0..cpus-1, all outside at first. @throws ModelError if cpus < 1. */
export const rcu = (cpus: number): Domain<Rcu> => array(cpus, oneOf('outside', 'reading', 'awaited'))

/**
 * `rcu_read_lock()`: part of the step with the first access of the read side. An assertion fails where it is nested.
 */
export const rcuReadLock = (r: Rcu, cpu: number): void => {
  assert(r[cpu] === 'outside', 'an RCU read side begins within another')
  r[cpu] = 'reading'
}

/**
 * `rcu_read_unlock()`: part of the step with the last access of the read side. An assertion fails where there is none.
 */
export const rcuReadUnlock = (r: Rcu, cpu: number): void => {
  assert(r[cpu] !== 'outside', 'an RCU read side ends that has not begun')
  r[cpu] = 'outside'
}

/**
 * Two steps: a grace period begins, and is over when everybody has left who was reading then. Callers have theirs one
 * after the other: a second one begins when the first is over, and may be shorter in the kernel.
 */
export function* synchronizeRcu(r: Rcu, label = 'synchronize_rcu()'): Steps {
  yield until(label, () => !r.includes('awaited'))
  for (let cpu = 0; cpu < r.length; cpu++) if (r[cpu] === 'reading') r[cpu] = 'awaited'
  yield until(`${label}: wait for the readers`, () => !r.includes('awaited'))
}
