/**
 * Look, lock, look again: what was read without a lock may have changed by the time the lock is held. What is read once
 * more with the lock cannot change any more; what is read once more before it can (Linux commits 6fa1066fc5d0 and
 * 1ce75e99d7 of Xen, `read_pmd_atomic()`, `pte_same()`).
 */
import { type Steps, same } from 'mmucheck'

/** One step: reads a location once more, and says whether it still is as it was `seen`. */
export function* recheck<T>(read: () => T, seen: T, label = 'read it again'): Steps<boolean> {
  yield label
  return same(read(), seen)
}
