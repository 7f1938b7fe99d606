/**
 * TLB shootdown, the textbook case (Black et al., ASPLOS 1989, in the form that Linux gives it): a CPU takes away write
 * access to a page, flushes its own TLB, interrupts the others, and returns from mprotect() once they have
 * acknowledged. Meanwhile the hardware of every CPU loads, stores, walks and evicts as it likes.
 */
import { array, bool, choose, each, flag, ghost, index, model, oneOf, type ParamValues, type StateOf, size, until, when } from 'mmucheck'
import { acquire, flush, lock, pte, release, tlb, userCpu } from 'mmucheck/mmu'

const params = {
  cpus: size(2, { min: 2, max: 4, doc: 'CPUs; each runs user code, and calls mprotect() once' }),
  pages: size(2, { max: 4, doc: 'pages, initially writable' }),
  dropOneIpi: flag(false, 'the interrupt to the last CPU is not sent'),
  waitForAcks: flag(true, 'mprotect() waits until the interrupted CPUs have acknowledged'),
}

const state = (p: ParamValues<typeof params>) => ({
  mmapLock: lock(p.cpus),
  pte: array(p.pages, pte()),
  tlb: array(p.cpus, tlb(p.pages)),
  /** The page that the interrupted CPUs have to flush. */
  flushPage: index(p.pages),
  /** Per CPU: no interrupt, one that has not been served, one that is served but not acknowledged. */
  ipi: array(p.cpus, oneOf('idle', 'raised', 'flushed')),
  /** The pages for which mprotect() has returned. */
  protectedPages: ghost(array(p.pages, bool)),
})

type State = StateOf<typeof state>

export default model({
  name: 'tlb-shootdown',
  title: 'mprotect() takes away write access from all CPUs',
  source: 'Black, Rashid, Golub, Hill, Baron, "Translation lookaside buffer consistency: a software approach", ASPLOS 1989',
  params,
  variants: {
    'lost-ipi': { dropOneIpi: true },
    'no-wait': { waitForAcks: false },
  },
  fairness: { ipi: 'weak' },
  state,
  init: (s, p) => {
    for (let page = 0; page < p.pages; page++) s.pte[page] = { P: true, W: true, A: false, D: false, frame: 0 }
  },
  on: (p) => {
    const own = Array.from({ length: p.cpus }, (_, cpu) => cpu)
    return { mprotect: own, ipi: own }
  },
  processes: (p) => ({
    mprotect: each(p.cpus, function* (s, cpu) {
      yield* acquire(s.mmapLock, cpu, 'mmap_write_lock()')
      yield 'pte_wrprotect()'
      const page = yield* choose(p.pages)
      s.pte[page].W = false
      yield 'invlpg'
      flush(s.tlb[cpu], page)
      s.flushPage = page
      for (let other = 0; other < p.cpus; other++) {
        if (other === cpu || (p.dropOneIpi && other === p.cpus - 1)) continue
        yield `send an IPI to CPU ${other}`
        s.ipi[other] = 'raised'
      }
      if (p.waitForAcks) yield until('wait for the acknowledgements', () => s.ipi.every((state) => state === 'idle'))
      yield* release(s.mmapLock, cpu, 'mmap_write_unlock()')
      s.protectedPages[page] = true
    }),
  }),
  rules: (p) => ({
    cpu: each(
      p.cpus,
      userCpu({
        tlb: (s: State, cpu) => s.tlb[cpu],
        entry: (s, page) => s.pte[page],
        onLoad: () => {},
        onStore: () => {},
      }),
    ),
    // An agent of its own, since it is owed what loads and stores are not: an interrupt that stays raised is served at
    // last.
    ipi: each(p.cpus, {
      invlpg: (s, cpu) => {
        when(s.ipi[cpu] === 'raised')
        flush(s.tlb[cpu], s.flushPage)
        s.ipi[cpu] = 'flushed'
      },
      acknowledge: (s, cpu) => {
        when(s.ipi[cpu] === 'flushed')
        s.ipi[cpu] = 'idle'
      },
    }),
  }),
})
