/**
 * The spin lock: page-table locks, mm locks, Xen's BIGLOCK and per-page locks, KVM's mmu_lock. On x86 the step that
 * takes it is a locked instruction, and the one that gives it back a plain store.
 */
import { assert, type Domain, index, optional, record, type Steps, until } from 'mmucheck'

/** The value of a spin lock. */
export interface Lock {
  /** Who holds the lock, or null. */
  owner: number | null
}

/** A spin lock that CPUs 0..cpus-1 take; initially free. @throws ModelError if cpus < 1. */
export const lock = (cpus: number): Domain<Lock> => record({ owner: optional(index(cpus)) })

/**
 * One step, which can run only while the lock is free: takes it for `cpu`. What follows up to the next yield runs in
 * the same step.
 */
export function* acquire(l: Lock, cpu: number, label = 'spin_lock'): Steps {
  yield until(label, () => l.owner === null)
  l.owner = cpu
}

/**
 * One step, which can run only while the lock is free: a critical section of a single access, which follows up to the
 * next yield.
 */
export function* untilFree(l: Lock, label: string): Steps {
  yield until(label, () => l.owner === null)
}

/** One step: gives the lock back. An assertion fails where `cpu` does not hold it. */
export function* release(l: Lock, cpu: number, label = 'spin_unlock'): Steps {
  yield label
  assert(l.owner === cpu, 'a lock is released by a CPU that does not hold it')
  l.owner = null
}

/** `acquire` of a lock that has a name: the step is `spin_lock(<name>)`. */
export function* spinLock(l: Lock, cpu: number, name: string): Steps {
  yield* acquire(l, cpu, `spin_lock(${name})`)
}

/** `release` of a lock that has a name: the step is `spin_unlock(<name>)`. */
export function* spinUnlock(l: Lock, cpu: number, name: string): Steps {
  yield* release(l, cpu, `spin_unlock(${name})`)
}
