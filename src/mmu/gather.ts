/**
 * TLB flushes that are deferred until the page-table lock has been given back, and how others learn of them:
 * tlb_gather_mmu() and tlb_finish_mmu() (Linux mm/mmu_gather.c), which count `mm->tlb_flush_pending` up and down
 * (include/linux/mm_types.h).
 */
import { assert, type Domain, range, record, type Steps } from 'mmucheck'

/** `mm->tlb_flush_pending`. */
export interface FlushPending {
  /** How many have begun to change entries and are not done with their flush: mm_tlb_flush_nested() is `count > 1`. */
  count: number
}

/** `mm->tlb_flush_pending`, of at most `most` at a time; initially none. */
export const flushPending = (most: number): Domain<FlushPending> => record({ count: range(0, most) })

/** One step, a locked increment: a flush is pending from now on. */
export function* gather(pending: FlushPending, label = 'tlb_gather_mmu()'): Steps {
  yield label
  pending.count++
}

/**
 * Two steps or three: asks whether there is something to flush, flushes if so, and a locked decrement. What follows up
 * to the next yield runs in the last one. An assertion fails where no flush is pending.
 */
export function* finish(pending: FlushPending, mustFlush: () => boolean, flush: () => void, who = 'tlb_finish_mmu()'): Steps {
  yield `${who}: mm_tlb_flush_nested()?`
  if (mustFlush()) {
    yield `${who}: flush`
    flush()
  }
  yield `${who}: dec_tlb_flush_pending()`
  assert(pending.count > 0, 'a flush is finished that nobody has begun')
  pending.count--
}
