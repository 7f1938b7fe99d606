/**
 * The sequence count (Linux include/linux/seqlock.h): a reader takes no lock, and reads again if there was a write
 * meanwhile. The sequence is odd while somebody writes. Writers are kept apart by a lock of their own. In memory with
 * store buffers each of their steps is taken for a locked instruction, as it loads the sequence and stores it: the
 * kernel's are a load and a store, so what holds here by that barrier alone need not hold there.
 */
import { assert, type Domain, range, record, type Steps, until } from 'mmucheck'

/** The value of a sequence count. */
export interface Seqcount {
  sequence: number
}

/** A sequence count of at most so many writes. @throws ModelError if writes < 1. */
export const seqcount = (writes: number): Domain<Seqcount> => record({ sequence: range(0, 2 * writes) })

/** One step: from here on readers wait, and those that have begun read again. An assertion fails where one writes. */
export function* writeSeqcountBegin(c: Seqcount, label = 'write_seqcount_begin()'): Steps {
  yield label
  assert(c.sequence % 2 === 0, 'a write of a seqcount begins within another')
  c.sequence++
}

/** One step: the write is over. An assertion fails where none has begun. */
export function* writeSeqcountEnd(c: Seqcount, label = 'write_seqcount_end()'): Steps {
  yield label
  assert(c.sequence % 2 === 1, 'a write of a seqcount ends that has not begun')
  c.sequence++
}

/** One step, a load, which waits while somebody writes: the sequence, to be compared at the end. */
export function* readSeqcountBegin(c: Seqcount, label = 'read_seqcount_begin()'): Steps<number> {
  yield until(label, () => c.sequence % 2 === 0)
  return c.sequence
}

/** One step, a load: whether there was a write since `begin`, so that what was read may not belong together. */
export function* readSeqcountRetry(c: Seqcount, begin: number, label = 'read_seqcount_retry()'): Steps<boolean> {
  yield label
  return c.sequence !== begin
}
