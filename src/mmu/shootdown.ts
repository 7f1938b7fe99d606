/**
 * The TLB shootdown of Linux on x86 (arch/x86/mm/tlb.c): who changes entries of an address space increments its
 * tlb_gen, interrupts those CPUs of mm_cpumask() that have it loaded, and waits for them. Who is not interrupted, since
 * it runs something else or is in lazy TLB mode, compares generations when it comes back: see `switchMm`.
 *
 * The address space that is flushed is `mm`; whatever else a CPU has loaded is `other`, init_mm too. The IPIs of each
 * CPU are told apart by who has sent them, so flushes may overlap. What the hardware caches is the model's.
 */
import { array, assert, bool, type Domain, oneOf, record, type Steps, until, when } from 'mmucheck'
import { catchUp, incMmTlbGen, type TlbGen, tlbGen } from './tlb-gen.js'

/** `cpu_tlbstate` of one CPU, and its interrupts. */
export interface CpuTlbState {
  /** What it says that it has loaded, which others look at. */
  loadedMm: 'other' | 'LOADED_MM_SWITCHING' | 'mm'
  /** What it has loaded: with this the hardware walks. */
  cr3: 'other' | 'mm'
  /** A kernel thread runs, with what the program before it has left loaded. */
  isLazy: boolean
  irq: {
    /** The CPU takes no interrupt: see `irqsOff`. */
    off: boolean
    /** `call_single_data`, by the CPU that has sent an IPI: this is not acknowledged yet. */
    csd: boolean[]
  }
}

/** One address space, and what the CPUs have of it. */
export interface Mm {
  /** `mm->context.tlb_gen`, and by CPU `cpu_tlbstate.ctxs[].tlb_gen`. */
  gen: TlbGen
  /** `mm_cpumask()`: the CPUs that may have translations of it. Nobody is taken out again. */
  cpumask: boolean[]
  cpus: CpuTlbState[]
}

/**
 * An address space of which translations are flushed `flushes` times; no CPU has run it yet. @throws ModelError if cpus
 * < 1.
 */
export const addressSpace = (cpus: number, flushes: number): Domain<Mm> =>
  record({
    gen: tlbGen(cpus, flushes),
    cpumask: array(cpus, bool),
    cpus: array(
      cpus,
      record({
        loadedMm: oneOf('other', 'LOADED_MM_SWITCHING', 'mm'),
        cr3: oneOf('other', 'mm'),
        isLazy: bool,
        irq: record({ off: bool, csd: array(cpus, bool) }),
      }),
    ),
  })

/** For `init`: the CPU runs a program of the address space. */
export const runsMm = (mm: Mm, cpu: number): void => {
  mm.cpumask[cpu] = true
  mm.cpus[cpu]!.loadedMm = 'mm'
  mm.cpus[cpu]!.cr3 = 'mm'
}

/** `should_flush_tlb()`, part of a step: whether the CPU has it loaded, or may have in a moment, and is not lazy. */
export const shouldFlushTlb = (mm: Mm, cpu: number): boolean => !mm.cpus[cpu]!.isLazy && mm.cpus[cpu]!.loadedMm !== 'other'

/**
 * `flush_tlb_func()`, part of a step of the CPU: whether it must forget its translations, as it has the address space
 * loaded and has missed a flush. A lazy CPU loads init_mm instead, and compares when it comes back. An assertion fails
 * where that is amid a switch, which has to have interrupts off.
 */
export const flushTlbFunc = (mm: Mm, cpu: number): boolean => {
  const own = mm.cpus[cpu]!
  assert(own.loadedMm === own.cr3, 'a CPU is to flush while it switches')
  if (own.loadedMm !== 'mm') return false
  if (!own.isLazy) return catchUp(mm.gen, cpu)
  own.loadedMm = 'other'
  own.cr3 = 'other'
  own.isLazy = false
  return false
}

/** What a handler begins with, `when(takesIpi(s.mm, cpu))`: whether it runs now. It acknowledges all IPIs. */
export const takesIpi = (mm: Mm, cpu: number): boolean => {
  const takes = !mm.cpus[cpu]!.irq.off && mm.cpus[cpu]!.irq.csd.includes(true)
  if (takes) for (let from = 0; from < mm.cpus.length; from++) mm.cpus[cpu]!.irq.csd[from] = false
  return takes
}

/** The handler: a rule for `each` CPU, whichever process runs on it. `flush` is what the hardware forgets. */
export const flushTlbIpi =
  <S>({ mm, flush }: { mm: (s: S) => Mm; flush: (s: S, cpu: number) => void }) =>
  (s: S, cpu: number): void => {
    when(takesIpi(mm(s), cpu))
    if (flushTlbFunc(mm(s), cpu)) flush(s, cpu)
  }

/**
 * `flush_tlb_multi()` by the CPU `self`. Two steps for each other CPU: whether it is in the mask, and if so whether it
 * `should` be interrupted, which it is then. A step in which `self` flushes, if it is in the mask; and if somebody was
 * interrupted one that waits for all acknowledgements. What follows up to the next yield runs in the last one. An
 * assertion fails where `self` has its interrupts off: two that do so wait for each other.
 */
export function* flushTlbMulti(
  mm: Mm,
  self: number,
  flush: () => void,
  should: (cpu: number) => boolean = (cpu) => shouldFlushTlb(mm, cpu),
  mask: boolean[] = mm.cpumask,
): Steps {
  for (let cpu = 0; cpu < mm.cpus.length; cpu++) {
    if (cpu === self) continue
    yield `cpumask_test_cpu(${cpu})`
    if (!mask[cpu]) continue
    yield `should_flush_tlb(${cpu})`
    if (!should(cpu)) continue
    assert(!mm.cpus[self]!.irq.off, 'an IPI is sent, and waited for, with interrupts off')
    mm.cpus[cpu]!.irq.csd[self] = true
  }
  if (mask[self]) {
    yield 'flush_tlb_func()'
    if (flushTlbFunc(mm, self)) flush()
  }
  if (mm.cpus.some((cpu) => cpu.irq.csd[self])) yield until('csd_lock_wait()', () => !mm.cpus.some((cpu) => cpu.irq.csd[self]))
}

/**
 * `flush_tlb_mm_range()` by the CPU `self`, when entries have been changed: `incMmTlbGen`, and `flushTlbMulti` of
 * mm_cpumask(). Where page tables are to be freed (`freed_tables`), `should` says so of lazy CPUs too: `() => true`.
 */
export function* flushTlbMmRange(mm: Mm, self: number, flush: () => void, should?: (cpu: number) => boolean): Steps {
  yield* incMmTlbGen(mm.gen)
  yield* flushTlbMulti(mm, self, flush, should)
}
