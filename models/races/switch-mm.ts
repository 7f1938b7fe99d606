/**
 * A CPU switches to an address space while another one changes an entry of it and wants all TLBs flushed (x86 with
 * PCIDs). The switch need not flush: translations of the last time are kept, if no flush has been missed meanwhile,
 * which tlb_gen says. The flusher need not interrupt: it looks at what the other CPU has loaded, which while CR3
 * changes is neither the one nor the other, LOADED_MM_SWITCHING. One of the two has to notice the other. Each got
 * that wrong once: the flusher since 6db2526c1d69, and the switch in the backports of the fix to stable kernels.
 *
 * CPU 1 switches between prev and mm for ever, with interrupts off during the switch; CPU 0 replaces the one page of
 * mm once. Memory is sequentially consistent here: the missing barrier of 2025 (83b0177a6c48) is in switch-mm-smp.ts.
 */
import { assert, bool, choice, flag, ghost, index, model, oneOf, type StateOf, when } from 'mmucheck'
import { catchUp, flush, hardware, incMmTlbGen, interrupts, irqsOff, irqsOn, sendIpi, serveIpi, taggedTlb, tlbGen } from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps: 0 is replaced by 1, and freed. */
  pte: index(2),
  freed: bool,
  gen: tlbGen(1, 1),
  /** mm_cpumask(mm) has CPU 1. */
  cpumask: bool,
  /** CPU 1: what it says it has loaded, and what it has. */
  loadedMm: oneOf('prev', 'SWITCHING', 'mm'),
  cr3: oneOf('prev', 'mm'),
  irq: interrupts(),
  /** CPU 1's translation under the PCID of mm: the frame. */
  tlb: taggedTlb(1, index(2)),
  used: ghost(bool),
  usedFreed: ghost(bool),
  /** A translation of the old frame went by an interrupt, by the load of CR3. */
  flushedByIpi: ghost(bool),
  flushedBySwitch: ghost(bool),
})

type State = StateOf<typeof state>

export default model({
  name: 'switch-mm',
  title: 'switch_mm() without a flush, while flush_tlb_mm_range() looks for whom to interrupt',
  source:
    'Linux commit fea4e317f9e7 "x86/mm: Eliminate window where TLB flushes may be inadvertently skipped" (2025; Fixes 6db2526c1d69), and its backports to 6.1, 6.6 and 6.12',
  params: {
    flushSwitching: flag(true, 'should_flush_tlb() says so of a CPU that is at LOADED_MM_SWITCHING too'),
    announce: choice(
      ['before tlb_gen', 'after tlb_gen'],
      'before tlb_gen',
      'when the switch stores LOADED_MM_SWITCHING: before or after it reads tlb_gen',
    ),
    joinFirst: flag(true, 'the switch sets its bit in mm_cpumask() before it reads tlb_gen'),
    pteFirst: flag(true, 'the flusher changes the entry before it increments tlb_gen'),
  },
  variants: {
    'as-it-was': { flushSwitching: false },
    'stable-backport': { announce: 'after tlb_gen' },
    fixed: {},
    'cpumask-after-tlb-gen': { joinFirst: false },
    'tlb-gen-before-pte': { pteFirst: false },
  },
  on: () => ({ cpu0: 0, cpu1: 1, 'cpu1 hardware': 1, 'cpu1 IPI': 1 }),
  state,
  // CPU 1 has run mm before: its translation is still there.
  init: (s) => {
    s.tlb[0] = 0
  },
  processes: (p) => ({
    cpu0: function* (s) {
      if (!p.pteFirst) yield* incMmTlbGen(s.gen)
      yield 'set_pte(new frame)'
      s.pte = 1
      if (p.pteFirst) yield* incMmTlbGen(s.gen)
      yield 'cpumask_test_cpu(1, mm_cpumask(mm))'
      if (s.cpumask) {
        yield 'should_flush_tlb(1)'
        if (s.loadedMm === 'mm' || (p.flushSwitching && s.loadedMm === 'SWITCHING')) {
          yield* sendIpi(s.irq, 'wait for flush_tlb_func()')
        }
      }
      yield 'free the old frame'
      s.freed = true
    },
    cpu1: function* (s) {
      while (true) {
        let gen = 0
        yield* irqsOff(s.irq)
        if (!p.joinFirst) {
          yield 'gen = mm->tlb_gen'
          gen = s.gen.mm
        }
        yield 'cpumask_set_cpu(1, mm_cpumask(mm))'
        s.cpumask = true
        if (p.announce === 'before tlb_gen') {
          yield 'loaded_mm = LOADED_MM_SWITCHING'
          s.loadedMm = 'SWITCHING'
        }
        if (p.joinFirst) {
          yield 'gen = mm->tlb_gen'
          gen = s.gen.mm
        }
        if (p.announce === 'after tlb_gen') {
          yield 'loaded_mm = LOADED_MM_SWITCHING'
          s.loadedMm = 'SWITCHING'
        }
        yield 'load_new_mm_cr3(mm, need_flush)'
        s.cr3 = 'mm'
        if (catchUp(s.gen, 0, gen)) {
          if (s.tlb[0] === 0) s.flushedBySwitch = true
          flush(s.tlb, 0)
        }
        yield 'loaded_mm = mm'
        s.loadedMm = 'mm'
        yield* irqsOn(s.irq)
        yield 'switch_mm(mm, prev): loaded_mm = LOADED_MM_SWITCHING'
        s.irq.off = true
        s.loadedMm = 'SWITCHING'
        yield 'switch_mm(mm, prev): load_new_mm_cr3(prev)'
        s.cr3 = 'prev'
        yield 'switch_mm(mm, prev): loaded_mm = prev'
        s.loadedMm = 'prev'
        s.irq.off = false
      }
    },
  }),
  rules: () => ({
    'cpu1 hardware': hardware({
      tlb: (s: State) => s.tlb,
      tag: (s) => (s.cr3 === 'mm' ? 0 : null),
      walk: (s) => s.pte,
      runs: (s) => !s.irq.off,
      onUse: (s, frame) => {
        s.used = true
        s.usedFreed = s.usedFreed || (s.freed && frame === 0)
      },
    }),
    'cpu1 IPI': {
      'flush_tlb_func()': (s) => {
        when(serveIpi(s.irq))
        if (s.loadedMm !== 'mm') return // Whoever loads mm again compares the generations.
        assert(s.cr3 === 'mm', 'loaded_mm says what CR3 does not')
        if (!catchUp(s.gen, 0)) return
        if (s.tlb[0] === 0) s.flushedByIpi = true
        flush(s.tlb, 0)
      },
    },
  }),
})
