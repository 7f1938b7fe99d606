/**
 * A kernel thread borrows an address space (kthread_use_mm()) while another CPU takes a page of it away. The
 * interrupt that flushes asks current->active_mm whether the CPU runs that address space; if so it flushes the TLB of
 * what is loaded, if not it sees to it that the next switch to it starts without old translations. The thread sets
 * active_mm and switches in two steps: an interrupt between them was told the one, and found the other.
 */
import { bool, choice, flag, ghost, index, model, oneOf, optional, type StateOf, type Steps, when } from 'mmucheck'
import { flush, free, hardware, interrupts, irqsOff, irqsOn, lifetime, sendIpi, serveIpi, taggedTlb, touch } from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps. */
  pte: optional(index(1)),
  page: ghost(lifetime),
  /** CPU 1. */
  activeMm: oneOf('old_mm', 'mm'),
  loaded: oneOf('old_mm', 'mm'),
  irq: interrupts(),
  /** Its translations of mm are kept under an ASID; without one, the next switch_mm() gives a new one. */
  asid: bool,
  tlb: taggedTlb(1, index(1)),
  used: ghost(bool),
  /** A translation went by a flush of the TLB, with the ASID. */
  flushed: ghost(bool),
  flushedLater: ghost(bool),
})

type State = StateOf<typeof state>

function* setActiveMm(s: State): Steps {
  yield 'tsk->active_mm = mm'
  s.activeMm = 'mm'
}

export default model({
  name: 'kthread-use-mm',
  title: 'kthread_use_mm() says what it has loaded before it loads it',
  source: 'Linux commit 38cf307c1f20 "mm: fix kthread_use_mm() vs TLB invalidate" (2020)',
  params: {
    irqsOff: flag(true, 'interrupts are off from the store to active_mm until switch_mm() is done'),
    order: choice(['active_mm first', 'switch_mm first'], 'active_mm first', 'which of the two kthread_use_mm() does first'),
    asks: choice(['active_mm', 'loaded_mm'], 'active_mm', 'what the interrupt asks: the task, or the CPU, as x86 does'),
  },
  variants: {
    'as-it-was': { irqsOff: false },
    fixed: {},
    'switch-first': { irqsOff: false, order: 'switch_mm first' },
    'asks-what-is-loaded': { irqsOff: false, asks: 'loaded_mm' },
  },
  on: () => ({ cpu0: 0, cpu1: 1, 'cpu1 hardware': 1, 'cpu1 IPI': 1 }),
  state,
  // CPU 1 has run mm before, and keeps the translation.
  init: (s) => {
    s.pte = 0
    s.asid = true
    s.tlb[0] = 0
  },
  processes: (p) => ({
    cpu0: function* (s) {
      yield 'ptep_get_and_clear()'
      s.pte = null
      yield 'flush_tlb_mm(mm): send the IPI'
      yield* sendIpi(s.irq, 'wait for the acknowledgement')
      yield 'free the frame'
      free(s.page)
    },
    cpu1: function* (s) {
      while (true) {
        if (p.irqsOff) yield* irqsOff(s.irq)
        if (p.order === 'active_mm first') yield* setActiveMm(s)
        yield 'switch_mm(old_mm, mm)'
        s.loaded = 'mm'
        if (!s.asid && flush(s.tlb, 0)) s.flushedLater = true
        s.asid = true
        if (p.order === 'switch_mm first') yield* setActiveMm(s)
        if (p.irqsOff) yield* irqsOn(s.irq)
        yield 'schedule(): switch to old_mm'
        s.activeMm = 'old_mm'
        s.loaded = 'old_mm'
      }
    },
  }),
  rules: (p) => ({
    'cpu1 hardware': hardware({
      tlb: (s: State) => s.tlb,
      tag: (s) => (s.loaded === 'mm' ? 0 : null),
      walk: (s) => s.pte,
      onUse: (s) => {
        s.used = true
        touch(s.page)
      },
    }),
    'cpu1 IPI': {
      'flush, and acknowledge': (s) => {
        when((p.asks === 'active_mm' ? s.activeMm : s.loaded) === 'mm' && serveIpi(s.irq))
        if (s.loaded === 'mm' && flush(s.tlb, 0)) s.flushed = true
      },
      'drop the ASID, and acknowledge': (s) => {
        when((p.asks === 'active_mm' ? s.activeMm : s.loaded) !== 'mm' && serveIpi(s.irq))
        s.asid = false
      },
    },
  }),
})
