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
  entry: choice(['L2', 'L3'], 'L2', 'the entry by which B takes the place of A'),
  flushedForL3: flag(true, 'a change of an L3 entry of a 32-bit guest is flushed as well'),
  reloadsCr3: flag(false, 'the guest reloads CR3, as a 32-bit guest has to for an L3 entry to take effect'),
  flushFirst: flag(true, 'the flush comes before A loses its type; else after'),
}

type Params = ParamValues<typeof params>

const state = (p: Params) => ({
  /** The L1 table of the address, according to the L2 entry that its L3 entry leads to. */
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
  if (p.flushed === 'never' || (p.entry === 'L3' && !p.flushedForL3)) return
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
  source:
    'XSA-286, Xen commit 16a20963b3, "x86/pv: Flush TLB in response to paging structure changes", 2020; again by bed7e6cad3, "x86/PV32: avoid TLB flushing after mod_l3_entry()", April 2021, which cb199cc7de reverted in May',
  params,
  variants: {
    'as-it-was': { flushed: 'never' },
    'as-it-was-one-cpu': { flushed: 'never', cpus: 1 },
    'flushes-this-cpu': { flushed: 'this CPU' },
    'flushes-late': { flushFirst: false },
    'april-2021': { entry: 'L3', flushedForL3: false },
    'april-2021-reload': { entry: 'L3', flushedForL3: false, reloadsCr3: true },
    'l3-fixed': { entry: 'L3' },
    fixed: {},
  },
  on: () => ({ guest: 0 }),
  state,
  processes: (p) => ({
    guest: function* (s: State) {
      yield p.entry === 'L2' ? 'MMU_UPDATE: L2 entry := B' : 'MMU_UPDATE: L3 entry := that of B'
      s.inHypercall = true
      s.l2e = 'B'
      if (p.flushFirst) yield* flush(s, p)
      yield* dropType(s)
      if (!p.flushFirst) yield* flush(s, p)
      yield 'MMU_UPDATE returns'
      s.inHypercall = false
      s.returned = true
      if (p.reloadsCr3) {
        yield 'MMUEXT_NEW_BASEPTR'
        s.tlb[0] = null
      }
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
