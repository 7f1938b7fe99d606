/**
 * The order of race 1 (models/races/switch-mm.ts), on real memory. A CPU that switches to an address space stores
 * LOADED_MM_SWITCHING and then loads tlb_gen; who flushes increments tlb_gen and then loads loaded_mm. One of the two
 * has to see what the other has stored. That takes a full barrier on both sides, because a store may wait in the store
 * buffer of its CPU while later loads are done.
 *
 * The flusher's barrier is its locked increment. The switch had one as long as it set its bit in mm_cpumask(), which is
 * a locked instruction; since 209954cbc7d0 the bit stays set for a while when a CPU leaves, and where it is still there
 * only a test is left. Here it is still there where `bitStays`.
 *
 * CPU 0 replaces the one page of mm once, CPU 1 switches to mm once. MOV to CR3 serialises, so it is a fence as well,
 * and it comes too late. The handler of the interrupt reads nothing that CPU 1 stores.
 */
import { array, bool, choice, fence, flag, ghost, index, memory, model, oneOf, range, type StateOf, when } from 'mmucheck'
import { flush, hardware, interrupts, irqsOff, irqsOn, sendIpi, serveIpi, taggedTlb } from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps: 0 is replaced by 1, and freed. */
  pte: memory(index(2)),
  tlbGen: memory(range(0, 1)),
  /** mm_cpumask(mm) has CPU 1. */
  cpumask: memory(bool),
  loadedMm: memory(oneOf('prev', 'SWITCHING', 'mm')),
  freed: bool,
  /** CPU 1: what it has loaded, and up to which generation it has flushed. */
  cr3: oneOf('prev', 'mm'),
  ctxGen: range(0, 1),
  irq: interrupts(),
  /** CPU 1's translation under the PCID of mm: the frame. */
  tlb: taggedTlb(1, index(2)),
  usedFreed: ghost(bool),
  /** A translation of the old frame went by an interrupt, by the load of CR3. */
  flushedBy: ghost(array(2, bool)),
})

type State = StateOf<typeof state>

export default model({
  name: 'switch-mm-smp',
  title: 'switch_mm() and flush_tlb_mm_range() with store buffers: one of them has to see the other',
  source: 'Linux commit 83b0177a6c48 "x86/mm: Fix SMP ordering in switch_mm_irqs_off()" (2025; Fixes 209954cbc7d0), CVE-2025-40174',
  params: {
    memoryModel: choice(['sc', 'tso'], 'tso', 'how stores become visible to the other CPU'),
    bitStays: flag(true, 'CPU 1 has left mm a moment ago, and its bit in mm_cpumask() is still set'),
    switchBarrier: flag(true, 'smp_mb() between the store to loaded_mm and the load of tlb_gen'),
    flushBarrier: flag(true, 'the increment of tlb_gen is a locked instruction'),
  },
  variants: {
    'as-it-was': { switchBarrier: false },
    fixed: {},
    'sequentially-consistent': { memoryModel: 'sc', switchBarrier: false, flushBarrier: false },
    'before-209954cbc7d0': { switchBarrier: false, bitStays: false },
    'barrier-of-the-switch-alone': { flushBarrier: false },
  },
  memoryModel: (p) => p.memoryModel,
  on: () => ({ cpu0: 0, cpu1: 1, 'cpu1 hardware': 1, 'cpu1 IPI': 1 }),
  state,
  // CPU 1 has run mm before: its translation is still there.
  init: (s, p) => {
    s.tlb[0] = 0
    s.cpumask = p.bitStays
  },
  processes: (p) => ({
    cpu0: function* (s) {
      yield 'set_pte(new frame)'
      s.pte = 1
      yield p.flushBarrier ? 'inc_mm_tlb_gen()' : 'tlb_gen = 1, with no lock prefix'
      if (p.flushBarrier) s.tlbGen++
      else s.tlbGen = 1
      yield 'cpumask_test_cpu(1, mm_cpumask(mm))'
      if (s.cpumask) {
        yield 'should_flush_tlb(1)'
        if (s.loadedMm !== 'prev') yield* sendIpi(s.irq, 'wait for flush_tlb_func()')
      }
      yield fence('free the old frame') // Under a lock of the allocator's.
      s.freed = true
    },
    cpu1: function* (s) {
      yield* irqsOff(s.irq)
      yield 'loaded_mm = LOADED_MM_SWITCHING'
      s.loadedMm = 'SWITCHING'
      yield 'cpumask_test_cpu(1, mm_cpumask(mm))'
      if (!s.cpumask) {
        yield 'cpumask_set_cpu(1, mm_cpumask(mm))'
        if (!s.cpumask) s.cpumask = true // A locked or.
      } else if (p.switchBarrier) yield fence('smp_mb()')
      yield 'gen = mm->tlb_gen'
      const gen = s.tlbGen
      yield fence('load_new_mm_cr3(mm, need_flush)')
      s.cr3 = 'mm'
      if (s.ctxGen < gen) {
        s.flushedBy[1] = s.tlb[0] === 0
        flush(s.tlb, 0)
        s.ctxGen = gen
      }
      yield 'loaded_mm = mm'
      s.loadedMm = 'mm'
      yield* irqsOn(s.irq)
    },
  }),
  rules: () => ({
    'cpu1 hardware': hardware({
      tlb: (s: State) => s.tlb,
      tag: (s) => (s.cr3 === 'mm' ? 0 : null),
      walk: (s) => s.pte,
      runs: (s) => !s.irq.off,
      onUse: (s, frame) => {
        s.usedFreed = s.usedFreed || (s.freed && frame === 0)
      },
    }),
    'cpu1 IPI': {
      'flush_tlb_func()': (s) => {
        when(serveIpi(s.irq))
        if (s.cr3 !== 'mm' || s.ctxGen === s.tlbGen) return
        s.flushedBy[0] = s.tlb[0] === 0
        flush(s.tlb, 0)
        s.ctxGen = s.tlbGen
      },
    },
  }),
})
