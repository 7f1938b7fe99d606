/**
 * An MMU notifier with a sequence and a count, as KVM has it (Linux virt/kvm/kvm_main.c, commit e930bffe95e1): a fault
 * that has looked a page up installs its translation only if no invalidation is in progress, and none has ended since
 * the fault began. All is done with the lock of the secondary MMU (mmu_lock) held, except `sampleSeq`.
 */
import { type Domain, range, record } from 'mmucheck'

/** The value of a notifier. */
export interface MmuNotifier {
  /** mmu_invalidate_in_progress: invalidations between range_start() and range_end(). */
  inProgress: number
  /** mmu_invalidate_seq: invalidations that are over. */
  seq: number
}

/** A notifier of at most so many invalidations in all, and so many at a time. @throws ModelError if either is < 1. */
export const mmuNotifier = (invalidations: number, atATime = 1): Domain<MmuNotifier> =>
  record({ inProgress: range(0, atATime), seq: range(0, invalidations) })

/**
 * `range_start()`, kvm_mmu_invalidate_begin(): from here on nobody installs a translation. Zap those that there are in
 * the same step, or under the same lock.
 */
export const invalidateBegin = (n: MmuNotifier): void => {
  n.inProgress++
}

/**
 * `range_end()`, kvm_mmu_invalidate_end(): the sequence first, so that who sees the count go back sees the sequence go
 * on.
 */
export const invalidateEnd = (n: MmuNotifier): void => {
  n.seq++
  n.inProgress--
}

/** `mmu_notifier_retry()`: whether a fault that began at `seq` has to start again. */
export const mustRetry = (n: MmuNotifier, seq: number): boolean => n.inProgress > 0 || n.seq !== seq
