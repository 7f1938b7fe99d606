/**
 * Several unmaps with one flush, as reclaim does it (Linux mm/rmap.c and arch/x86/mm/tlb.c): each adds the CPUs of the
 * address space to a mask, and all of them are interrupted at the end. Meanwhile entries are gone that TLBs still have:
 * `mm->tlb_flush_batched` tells others, who hold the page-table lock and are to rely on what they find there.
 */
import { array, bool, type Domain, range, record, type Steps } from 'mmucheck'
import { flushTlbMmRange, flushTlbMulti, type Mm } from './shootdown.js'
import { incMmTlbGen } from './tlb-gen.js'

/** `current->tlb_ubc` of who unmaps, and what the address space says of it. */
export interface TlbBatch {
  /** `arch_tlbflush_unmap_batch`: who is to be interrupted. */
  cpumask: boolean[]
  /** `mm->tlb_flush_batched`, one word: how many unmaps there were, and of how many others have seen to the flush. */
  batched: { pending: number; flushed: number }
}

/** A batch of at most `unmaps` unmaps, initially empty. @throws ModelError if cpus < 1. */
export const tlbBatch = (cpus: number, unmaps: number): Domain<TlbBatch> =>
  record({ cpumask: array(cpus, bool), batched: record({ pending: range(0, unmaps), flushed: range(0, unmaps) }) })

/**
 * `set_tlb_ubc_flush_pending()`, under the page-table lock: three steps. tlb_gen is incremented, the CPUs of the
 * address space are added, and others are told.
 */
export function* addToBatch(batch: TlbBatch, mm: Mm): Steps {
  yield* incMmTlbGen(mm.gen)
  yield 'cpumask_or(batch, mm_cpumask(mm))'
  for (let cpu = 0; cpu < mm.cpus.length; cpu++) if (mm.cpumask[cpu]) batch.cpumask[cpu] = true
  yield 'atomic_inc(&mm->tlb_flush_batched)'
  batch.batched.pending++
}

/**
 * `try_to_unmap_flush()` by the CPU `self`: `flushTlbMulti` of the mask, lazy CPUs left out, and a step that empties
 * it. What was unmapped may be freed after that.
 */
export function* flushBatch(batch: TlbBatch, mm: Mm, self: number, flush: () => void): Steps {
  yield* flushTlbMulti(mm, self, flush, (cpu) => !mm.cpus[cpu]!.isLazy, batch.cpumask)
  yield 'cpumask_clear(batch)'
  for (let cpu = 0; cpu < mm.cpus.length; cpu++) batch.cpumask[cpu] = false
}

/**
 * `flush_tlb_batched_pending()` by the CPU `self`, under the page-table lock: flushes what somebody has unmapped and
 * not flushed, and says so by a compare-and-exchange, which fails where more has been unmapped meanwhile.
 */
export function* flushBatchedPending(batch: TlbBatch, mm: Mm, self: number, flush: () => void): Steps {
  yield 'atomic_read(&mm->tlb_flush_batched)'
  const { pending, flushed } = { ...batch.batched }
  if (pending === flushed) return
  yield* flushTlbMmRange(mm, self, flush)
  yield 'atomic_cmpxchg(&mm->tlb_flush_batched)'
  if (batch.batched.pending === pending && batch.batched.flushed === flushed) batch.batched.flushed = pending
}
