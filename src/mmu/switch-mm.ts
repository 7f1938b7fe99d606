/**
 * How a CPU switches to an address space without a flush if it has missed none, and lazy TLB mode (Linux
 * arch/x86/mm/tlb.c): the other side of `flushTlbMmRange`. One of the two sees the other: the switch says that it is
 * under way before it reads tlb_gen, and who flushes increments tlb_gen before it looks. Memory is sequentially
 * consistent here; on x86 each side needs a barrier in between (models/races/switch-mm-smp.ts).
 */
import type { Steps } from 'mmucheck'
import { irqsOff, irqsOn } from './interrupts.js'
import type { Mm } from './shootdown.js'
import { catchUp } from './tlb-gen.js'

/**
 * `switch_mm()`, with interrupts off: is lazy no more, says LOADED_MM_SWITCHING, joins mm_cpumask(), reads tlb_gen,
 * loads CR3, and says what is loaded, each a step. What is loaded already is not loaded again, but a CPU that was lazy
 * compares tlb_gen. `flush` is what the hardware forgets when it has missed a flush.
 */
export function* switchMm(mm: Mm, cpu: number, to: 'other' | 'mm', flush: () => void): Steps {
  yield* irqsOff(mm.cpus[cpu]!.irq, `switch_mm(${to}): local_irq_disable()`)
  const wasLazy = mm.cpus[cpu]!.isLazy
  mm.cpus[cpu]!.isLazy = false
  if (mm.cpus[cpu]!.loadedMm !== to) {
    yield `switch_mm(${to}): loaded_mm = LOADED_MM_SWITCHING`
    mm.cpus[cpu]!.loadedMm = 'LOADED_MM_SWITCHING'
    if (to === 'mm') {
      yield 'switch_mm(mm): cpumask_set_cpu(mm_cpumask(mm))'
      mm.cpumask[cpu] = true
    }
    yield* loadCr3(mm, cpu, to, flush)
    yield `switch_mm(${to}): loaded_mm = ${to}`
    mm.cpus[cpu]!.loadedMm = to
  } else if (wasLazy && to === 'mm') yield* loadCr3(mm, cpu, to, flush)
  yield* irqsOn(mm.cpus[cpu]!.irq, `switch_mm(${to}): local_irq_enable()`)
}

function* loadCr3(mm: Mm, cpu: number, to: 'other' | 'mm', flush: () => void): Steps {
  let gen = 0
  if (to === 'mm') {
    yield 'switch_mm(mm): gen = mm->tlb_gen'
    gen = mm.gen.mm
  }
  yield `switch_mm(${to}): load_new_mm_cr3()`
  mm.cpus[cpu]!.cr3 = to
  if (to === 'mm' && catchUp(mm.gen, cpu, gen)) flush()
}

/**
 * `enter_lazy_tlb()`, one step: a kernel thread runs from now on, and what is loaded stays so. If that is `mm`, the CPU
 * is not interrupted by flushes of pages until it switches.
 */
export function* enterLazyTlb(mm: Mm, cpu: number): Steps {
  yield 'enter_lazy_tlb()'
  if (mm.cpus[cpu]!.loadedMm === 'mm') mm.cpus[cpu]!.isLazy = true
}
