/**
 * Xen reaches the L1 tables of a PV guest through a linear mapping: the guest's own L2 entries, read as if they mapped
 * pages. So Xen's accesses go through the TLB, and MMU_UPDATE of an L2 entry changes what is mapped there. A guest
 * flushes its own mappings when it likes; that Xen uses them too is none of its business.
 *
 * Two virtual CPUs; the first replaces L1 table A by B, so that A loses its type, and is ordinary memory. Both write
 * entries through the linear mapping at any time (UPDATE_VA_MAPPING).
 */
import {
  array,
  bool,
  choice,
  each,
  flag,
  ghost,
  model,
  oneOf,
  optional,
  type ParamValues,
  type StateOf,
  type Steps,
  size,
  when,
} from 'mmucheck'
import { free, lifetime, touch } from 'mmucheck/mmu'

const params = {
  cpus: size(2, { min: 1, max: 2, doc: 'virtual CPUs; the first changes the L2 entry' }),
  flushed: choice(['never', 'this CPU', 'all CPUs'], 'all CPUs', 'whose TLB is flushed when an L2 entry has been changed'),
  flushFirst: flag(true, 'the flush comes before A loses its type; else after'),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  /** The L1 table of the address, according to its L2 entry. */
  l2e: oneOf('A', 'B'),
  /** A as an L1 table, to which the guest cannot write. */
  tableA: ghost(lifetime),
  /** Where each CPU believes the linear mapping of the address to be. */
  tlb: array(p.cpus, optional(oneOf('A', 'B'))),
  /** The first CPU is in the hypervisor. */
  inHypercall: bool,
  /** MMU_UPDATE has returned. */
  returned: ghost(bool),
  /** After the return Xen wrote an entry into an L1 table that is not the address's. */
  wroteOther: ghost(bool),
  /** The first CPU has written into B. */
  wroteB: ghost(bool),
})

type State = StateOf<typeof state>

function* flush(s: State, p: Params): Steps {
  if (p.flushed === 'never') return
  yield 'flush_tlb_local()'
  s.tlb[0] = null
  if (p.flushed === 'all CPUs') {
    yield 'flush_tlb_mask()'
    for (let other = 1; other < p.cpus; other++) s.tlb[other] = null
  }
}

function* dropType(s: State): Steps {
  yield 'put_page_type(A): writable by the guest'
  free(s.tableA)
}

export default model({
  name: 'xen-linear-pt',
  title: "Xen writes through a stale mapping of a guest's page table",
  source: 'XSA-286, Xen commit 16a20963b3, "x86/pv: Flush TLB in response to paging structure changes", 2020',
  params,
  variants: {
    'as-it-was': { flushed: 'never' },
    'as-it-was-one-cpu': { flushed: 'never', cpus: 1 },
    'flushes-this-cpu': { flushed: 'this CPU' },
    'flushes-late': { flushFirst: false },
    fixed: {},
  },
  on: () => ({ guest: 0 }),
  state,
  processes: (p) => ({
    guest: function* (s: State) {
      yield 'MMU_UPDATE: L2 entry := B'
      s.inHypercall = true
      s.l2e = 'B'
      if (p.flushFirst) yield* flush(s, p)
      yield* dropType(s)
      if (!p.flushFirst) yield* flush(s, p)
      yield 'MMU_UPDATE returns'
      s.inHypercall = false
      s.returned = true
    },
  }),
  rules: (p) => ({
    cpu: each(p.cpus, {
      'fill: linear mapping': (s: State, cpu: number) => {
        when(s.tlb[cpu] === null)
        s.tlb[cpu] = s.l2e
      },
      UPDATE_VA_MAPPING: (s: State, cpu: number) => {
        when(cpu !== 0 || !s.inHypercall)
        const at = s.tlb[cpu] ?? s.l2e
        s.tlb[cpu] = at
        if (at === 'A') touch(s.tableA)
        if (at === 'A' && s.l2e === 'B') s.wroteOther = s.wroteOther || s.returned
        if (at === 'B' && cpu === 0) s.wroteB = true
      },
    }),
  }),
})
