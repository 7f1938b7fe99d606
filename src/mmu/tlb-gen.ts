/**
 * The generations by which x86 knows who has missed a TLB flush (Linux arch/x86/mm/tlb.c): who changes entries of an
 * address space increments `mm->context.tlb_gen`, and each CPU remembers up to which generation it has flushed. So a
 * CPU that runs something else need not be interrupted: it compares when it comes back.
 */
import { array, type Domain, range, record, type Steps } from 'mmucheck'

/** The generations of one address space. */
export interface TlbGen {
  /** `mm->context.tlb_gen` */
  mm: number
  /** By CPU: `cpu_tlbstate.ctxs[].tlb_gen` */
  cpu: number[]
}

/** The generations of an address space of which entries are changed `flushes` times. @throws ModelError if cpus < 1. */
export const tlbGen = (cpus: number, flushes: number): Domain<TlbGen> =>
  record({ mm: range(0, flushes), cpu: array(cpus, range(0, flushes)) })

/** One step, a locked increment: entries have been changed. */
export function* incMmTlbGen(gen: TlbGen, label = 'inc_mm_tlb_gen()'): Steps {
  yield label
  gen.mm++
}

/**
 * Part of a step: whether the CPU has missed a flush, and so must flush now; it has not from then on. `upTo` is the
 * generation that it has read before.
 */
export const catchUp = (gen: TlbGen, cpu: number, upTo = gen.mm): boolean => {
  const behind = gen.cpu[cpu]! < upTo
  if (behind) gen.cpu[cpu] = upTo
  return behind
}
