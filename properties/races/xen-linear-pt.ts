/** Where Xen's writes land, and that stale translations are there to be flushed. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import xenLinearPt from '../../models/races/xen-linear-pt.ts'

export default properties(xenLinearPt, {
  /** Xen writes an entry only into a page that is an L1 table. */
  entriesLandInTables: always((s) => !s.tableA.usedAfterFree),
  /** Once MMU_UPDATE has returned, Xen writes into the L1 table that the L2 entry names. */
  entriesLandWhereTheyShould: always((s) => !s.wroteOther),
  /** Once MMU_UPDATE has returned, the guest can use A as ordinary memory. */
  freedOnReturn: always((s) => !s.returned || s.tableA.isFree),
  /** A virtual CPU makes one hypercall at a time: the first writes into B when MMU_UPDATE has returned. */
  oneHypercallAtATime: always((s) => !s.wroteB || s.returned),

  /** The flush finds stale translations, on the CPU that makes the change, and on the other. */
  staleHere: sometimes((s) => s.l2e === 'B' && s.tlb[0] === 'A'),
  staleElsewhere: sometimes((s) => s.l2e === 'B' && s.tlb.some((entry, cpu) => cpu !== 0 && entry === 'A'), { where: (p) => p.cpus > 1 }),
  flushedElsewhere: sometimes((s, _, at) => at.guest === 'flush_tlb_mask()' && s.tlb.some((entry, cpu) => cpu !== 0 && entry === 'A'), {
    where: (p) => p.flushed === 'all CPUs' && (p.entry === 'L2' || p.flushedForL3),
  }),
  /** The hardware walks the linear mapping whether or not Xen uses it: also while the first CPU is in MMU_UPDATE. */
  speculativeFill: sometimes((s, _, at) => at.guest === 'put_page_type(A): writable by the guest' && s.tlb[0] === 'B'),
  tableLosesItsType: sometimes((s) => s.tableA.isFree),
  newTableIsWritten: sometimes((s, _, at) => at.guest === null && s.wroteB),
})

/** Of the fix, the default. */
export const unneeded = accepted(xenLinearPt, [
  {
    change: "step split: s.inHypercall = true s.l2e = 'B'",
    why: 'the guest enters the hypervisor, and the entry is changed later: what the others do in between they may do before',
    variant: 'fixed',
  },
  ...['left out: when(s.tlb[cpu] === null)', 'lets through: when(s.tlb[cpu] === null)'].map((change) => ({
    change,
    why: 'the environment: hardware that evicts a translation and walks again; what is dangerous is one that stays',
    variant: 'fixed',
  })),
  {
    change: 'operand left out: cpu !== 0 || !s.inHypercall → !s.inHypercall',
    why: 'that another CPU writes while MMU_UPDATE is under way matters where A loses its type before the flush: flushes-late is violated by nothing else',
    variant: 'fixed',
  },
  {
    change: 'left out: s.tlb[cpu] = at',
    why: 'the hardware fills the TLB at any time (fill: linear mapping), so also just before the access that would fill it',
    variant: 'fixed',
  },
])

const pagingStructures: Document = { kind: 'document', title: 'Xen commit 16a20963b3 (XSA-286)', author: 'Andrew Cooper', date: '2020' }

const avoid: Document = { kind: 'document', title: 'Xen commit bed7e6cad3', author: 'Jan Beulich', date: '2021-04-09' }
const revert: Document = { kind: 'document', title: 'Xen commit cb199cc7de', author: 'Andrew Cooper', date: '2021-05-13' }

export const commits = claims(xenLinearPt, [
  {
    id: 'R31',
    quote: 'x86/pv: Flush TLB in response to paging structure changes',
    source: pagingStructures,
    readings: [
      { says: 'confirms', variant: 'fixed', property: ['entriesLandInTables', 'entriesLandWhereTheyShould'], expected: 'holds' },
      {
        says: 'confirms',
        variant: ['as-it-was', 'as-it-was-one-cpu'],
        property: ['entriesLandInTables', 'entriesLandWhereTheyShould'],
        expected: 'violated',
      },
      {
        says: 'contrasts',
        variant: 'flushes-this-cpu',
        property: ['entriesLandInTables', 'entriesLandWhereTheyShould'],
        expected: 'violated',
        note: 'all CPUs that run the guest have to be flushed',
      },
      {
        says: 'contrasts',
        variant: 'flushes-late',
        property: 'entriesLandInTables',
        expected: 'violated',
        note: 'and before the table can be used as anything else; Xen has a flush for that too, which is left out',
      },
    ],
  },
  {
    id: 'R31 2',
    quote: "The TLB flushing is for Xen's correctness, not the guest's.",
    source: revert,
    readings: [
      {
        says: 'confirms',
        variant: ['april-2021', 'april-2021-reload'],
        property: 'entriesLandInTables',
        expected: 'violated',
        note: 'what the guest does for itself, a reload of CR3 after the hypercall, comes too late for Xen',
      },
      { says: 'confirms', variant: 'l3-fixed', property: ['entriesLandInTables', 'entriesLandWhereTheyShould'], expected: 'holds' },
    ],
  },
  {
    id: 'R31 3',
    quote:
      "For L3 entry updates to take effect, they have to use a CR3 reload. Therefore there's no need to issue a paging structure invalidating TLB flush in this case.",
    short: "they have to use a CR3 reload. Therefore there's no need to issue a … TLB flush in this case",
    source: avoid,
    readings: [
      {
        says: 'refutes',
        variant: 'april-2021-reload',
        property: ['entriesLandInTables', 'entriesLandWhereTheyShould'],
        expected: 'violated',
        note: "the mapping that is stale is Xen's own; reverted five weeks later",
      },
    ],
  },
])
