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
import { bool, choice, flag, ghost, index, model, type StateOf, type Steps, when } from 'mmucheck'
import {
  addressSpace,
  catchUp,
  flush,
  flushTlbFunc,
  flushTlbMulti,
  hardware,
  incMmTlbGen,
  irqsOff,
  irqsOn,
  runsMm,
  switchMm,
  taggedTlb,
  takesIpi,
} from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps: 0 is replaced by 1, and freed. */
  pte: index(2),
  freed: bool,
  mm: addressSpace(2, 1),
  /** CPU 1's translation under the PCID of mm: the frame. */
  tlb: taggedTlb(1, index(2)),
  used: ghost(bool),
  usedFreed: ghost(bool),
  /** A translation of the old frame went by an interrupt, by the load of CR3. */
  flushedByIpi: ghost(bool),
  flushedBySwitch: ghost(bool),
})

type State = StateOf<typeof state>

function* announce(s: State): Steps {
  yield 'loaded_mm = LOADED_MM_SWITCHING'
  s.mm.cpus[1].loadedMm = 'LOADED_MM_SWITCHING'
}

function* join(s: State): Steps {
  yield 'cpumask_set_cpu(1, mm_cpumask(mm))'
  s.mm.cpumask[1] = true
}

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
    runsMm(s.mm, 0)
    s.tlb[0] = 0
  },
  processes: (p) => ({
    cpu0: function* (s) {
      if (!p.pteFirst) yield* incMmTlbGen(s.mm.gen)
      yield 'set_pte(new frame)'
      s.pte = 1
      if (p.pteFirst) yield* incMmTlbGen(s.mm.gen)
      const should = (cpu: number): boolean =>
        s.mm.cpus[cpu].loadedMm === 'mm' || (p.flushSwitching && s.mm.cpus[cpu].loadedMm === 'LOADED_MM_SWITCHING')
      yield* flushTlbMulti(s.mm, 0, () => {}, should)
      yield 'free the old frame'
      s.freed = true
    },
    cpu1: function* (s) {
      while (true) {
        yield* irqsOff(s.mm.cpus[1].irq)
        if (p.announce === 'before tlb_gen') yield* announce(s)
        if (p.joinFirst) yield* join(s)
        yield 'gen = mm->tlb_gen'
        const gen = s.mm.gen.mm
        if (!p.joinFirst) yield* join(s)
        if (p.announce === 'after tlb_gen') yield* announce(s)
        yield 'load_new_mm_cr3(mm, need_flush)'
        s.mm.cpus[1].cr3 = 'mm'
        if (catchUp(s.mm.gen, 1, gen)) {
          s.flushedBySwitch = s.tlb[0] === 0
          flush(s.tlb, 0)
        }
        yield 'loaded_mm = mm'
        s.mm.cpus[1].loadedMm = 'mm'
        yield* irqsOn(s.mm.cpus[1].irq)
        yield* switchMm(s.mm, 1, 'other', () => {})
      }
    },
  }),
  rules: () => ({
    'cpu1 hardware': hardware({
      tlb: (s: State) => s.tlb,
      tag: (s) => (s.mm.cpus[1].cr3 === 'mm' ? 0 : null),
      walk: (s) => s.pte,
      runs: (s) => !s.mm.cpus[1].irq.off,
      onUse: (s, frame) => {
        s.used = true
        s.usedFreed = s.usedFreed || (s.freed && frame === 0)
      },
    }),
    'cpu1 IPI': {
      'flush_tlb_func()': (s) => {
        when(takesIpi(s.mm, 1))
        if (!flushTlbFunc(s.mm, 1)) return
        s.flushedByIpi = s.tlb[0] === 0
        flush(s.tlb, 0)
      },
    },
  }),
})
