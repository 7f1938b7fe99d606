/**
 * OpenBSD's pmap says in pm_cpus which CPUs have it loaded, and who changes an entry interrupts those. A CPU that
 * switches from a thread to another one of the same process does not load %cr3, so its TLB is kept; but it took its bit
 * out of pm_cpus and put it back. Who looked in between did not interrupt it. The twin of `kthread-use-mm`: there a CPU
 * says too early that it runs an address space, here that it does not.
 *
 * CPU 0 removes the one page of pmap p; CPU 1 switches between threads of p and of another process, for ever.
 */
import { bool, choice, choose, flag, ghost, index, model, oneOf, optional, type StateOf, type Steps, when } from 'mmucheck'
import { flush, flushAll, free, hardware, interrupts, lifetime, sendIpi, serveIpi, taggedTlb, touch } from 'mmucheck/mmu'

const state = () => ({
  /** The frame that the entry maps. */
  pte: optional(index(1)),
  page: ghost(lifetime),
  /** CPU 1: its bit in pm_cpus of p, the pmap that it has loaded, whether it runs a thread, and its interrupt. */
  pmCpus: bool,
  cr3: oneOf('p', 'other'),
  user: bool,
  irq: interrupts(),
  /** Its translation of the page of p; there are no PCIDs, so another %cr3 has none. */
  tlb: taggedTlb(1, index(1)),
  used: ghost(bool),
  flushedByIpi: ghost(bool),
  flushedByCr3: ghost(bool),
})

type State = StateOf<typeof state>

function* clear(s: State, from: State['cr3']): Steps {
  yield 'clear the bit in the old pm_cpus'
  if (from === 'p') s.pmCpus = false
}

function* set(s: State, to: State['cr3']): Steps {
  yield 'set the bit in the new pm_cpus'
  if (to === 'p') s.pmCpus = true
}

export default model({
  name: 'openbsd-pm-cpus',
  title: 'cpu_switchto() takes its CPU out of pm_cpus, and %cr3 stays',
  source: 'OpenBSD commit 9f1181d59de3',
  params: {
    evenIfSame: flag(false, 'the bits are changed even if %cr3 is not'),
    clear: choice(['before %cr3', 'after %cr3'], 'after %cr3', 'when the bit goes from pm_cpus of the old pmap'),
    set: choice(['before %cr3', 'after %cr3'], 'before %cr3', 'when it comes to pm_cpus of the new one'),
  },
  variants: {
    'as-it-was': { evenIfSame: true, clear: 'before %cr3', set: 'after %cr3' },
    'set-late': { set: 'after %cr3' },
    'cleared-early': { clear: 'before %cr3' },
    fixed: {},
  },
  on: () => ({ cpu0: 0, cpu1: 1, 'cpu1 hardware': 1, 'cpu1 IPI': 1 }),
  state,
  init: (s) => {
    s.pte = 0
    s.pmCpus = true
    s.user = true
  },
  processes: (p) => ({
    cpu0: function* (s) {
      yield 'pmap_remove(): clear the entry'
      s.pte = null
      yield 'pmap_tlb_shootpage(): read pm_cpus'
      if (s.pmCpus) yield* sendIpi(s.irq, 'pmap_tlb_shootwait()')
      yield 'free the page'
      free(s.page)
    },
    cpu1: function* (s) {
      while (true) {
        yield 'cpu_switchto()'
        s.user = false
        const to = yield* choose(['p', 'other'])
        const from = s.cr3
        if (p.evenIfSame || from !== to) {
          if (p.clear === 'before %cr3') yield* clear(s, from)
          if (p.set === 'before %cr3') yield* set(s, to)
          if (from !== to) {
            yield 'load %cr3'
            s.cr3 = to
            if (flushAll(s.tlb)) s.flushedByCr3 = true
          }
          if (p.set === 'after %cr3') yield* set(s, to)
          if (p.clear === 'after %cr3') yield* clear(s, from)
        }
        yield 'run the thread'
        s.user = true
      }
    },
  }),
  rules: () => ({
    'cpu1 hardware': hardware({
      tlb: (s: State) => s.tlb,
      tag: (s) => (s.cr3 === 'p' ? 0 : null),
      walk: (s) => s.pte,
      runs: (s) => s.user,
      onUse: (s) => {
        s.used = true
        touch(s.page)
      },
    }),
    'cpu1 IPI': {
      invlpg: (s) => {
        when(serveIpi(s.irq))
        if (flush(s.tlb, 0)) s.flushedByIpi = true
      },
    },
  }),
})
