/** What must hold of writable page tables, what a guest is shown, and the claims of the mail: PROTOCOLS C1a.1 to C1a.8. */
import { always, claims, leadsTo, properties, sometimes } from 'mmucheck'
import writablePageTables from '../models/writable-page-tables.ts'

export default properties(writablePageTables, {
  /** C1a.1: the hardware never translates by an entry that Xen would not have let pass. */
  noUnvalidatedUse: always((s) => s.tlb.every((cache) => cache.every((entry) => entry !== 'bad'))),
  /** With no table writable and nobody at work in Xen, the references that Xen has are those of the entries. */
  countsConsistent: always(
    (s) => s.biglock.owner !== null || s.tableWritable.some((writable) => writable) || s.pte.every((entry, t) => entry === s.validated[t]),
  ),
  noMissingPde: always((s) => s.shown.every((shown) => shown !== 'PDE missing')),
  noSpuriousFault: always((s) => s.shown.every((shown) => shown !== 'spurious fault')),
  errorCodeAccurate: always((s) => s.shown.every((shown) => shown !== 'wrong error code')),
  noGuestOops: always((s) => s.shown.every((shown) => shown !== 'oops')),
  /** C1a.6: a write is done at last. */
  writeIsDone: leadsTo(
    (s) => s.writing,
    (s) => !s.writing,
  ),

  /** What so many writes cost, of which the last has been followed by a hypercall. */
  costExact: always((s, p) => {
    if (!s.ended) return true
    const { traps, crossings, emulations, tlbFlushes } = s.cost
    const batches = p.tables === 1 || p.slots === 2 ? Math.min(p.tables, p.writes) : p.writes
    switch (p.scheme) {
      case 'emulate':
        return traps === p.writes && crossings === p.writes && emulations === p.writes && tlbFlushes === 0
      case 'batched':
        return traps === batches && crossings === 2 * batches && emulations === 0 && tlbFlushes === 2 * batches
      case 'explicitRetype':
        return traps === 0 && crossings === 2 * p.tables && emulations === 0
    }
  }),
  /** Fewer crossings than with one for each write. */
  batchingPays: always((s, p) => !s.ended || s.cost.crossings < p.writes),

  /** The windows in which things go wrong are really entered. */
  tableBecomesWritable: sometimes((s, p) => p.scheme === 'emulate' || (p.hookedTwice && p.multiHookCheck) || s.tableWritable[0]),
  badEntryInTheTable: sometimes(
    (s, p) => p.scheme === 'emulate' || (p.hookedTwice && p.multiHookCheck) || p.writes > 0 || s.pte[0] === 'bad',
  ),
  writesEnd: sometimes((s, p) => p.writes === 0 || s.ended),
})

const keir = 'Keir Fraser, quoted by Zachary Amsden, 28 Jul 2006'
const ian = 'Ian Pratt, quoted by Zachary Amsden, 28 Jul 2006'
/** The mail as it is kept does not name whom Ian Pratt quotes. */
const quotedByIan = 'quoted by Ian Pratt, 28 Jul 2006'
const zach = 'Zachary Amsden, 28 Jul 2006'
const mm = 'comment in xen/arch/x86/mm.c, 2006'
const quotes = {
  safe: "we know writable page tables are not broken, they just don't help on typical workloads because the PTEs/page are so low.",
  pde: 'the guest has to be able to cope with seeing page directory entries with the present bit cleared.',
  spurious:
    'on SMP, it has to be able to cope with spurious page faults anywhere in its address space (e.g., faults on a unhooked page table which some other VCPU has rehooked by the time the Xen pagefault handler runs, hence the fault is bounced back to the guest even though there is no work to be done).',
  weird: "we'll find that some guests are not able to correctly handle the weird side effects.",
  errorCode: 'can be clear, due to unhooked page table, when we would otherwise expect it to be set',
  pBit: 'The PDE p-bit going missing is still a problem, and Linux can be changed to deal with that - but it is messy.',
  progress: 'Emulate this update to ensure we make progress.',
  low: "they just don't help on typical workloads because the PTEs/page are so low.",
  fork: 'In the fork case, there can be two page tables being updated because of COW, but re-typing both pages changes the crossover point for when the batching will be a win.',
  retype: 'would you still take the faults, or would you re-type and reprotect the pages first?',
  emulation: "I wouldn't mind seeing wrpt removed altogether, or at least emulation made the compile time default for the moment.",
} as const
const cost = { vcpus: 1 }

/** No row: that writable page tables "hurt SMP guest performance" is a measurement. */
export const mails = claims(writablePageTables, [
  { id: 'C1a.1', quote: quotes.safe, source: quotedByIan, variant: 'as-coded', property: 'noUnvalidatedUse', expected: 'holds' },
  { id: 'C1a.1', quote: quotes.safe, source: quotedByIan, variant: 'as-coded', property: 'countsConsistent', expected: 'holds' },
  {
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'no-unhook',
    property: 'noUnvalidatedUse',
    expected: 'violated',
    reading: 'so the table must be unhooked',
  },
  {
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'no-flush-after-unhook',
    property: 'noUnvalidatedUse',
    expected: 'violated',
    reading: 'the paging-structure cache still has the PDE: XSA-286 in another place',
  },
  {
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'rehook-before-validate',
    property: 'noUnvalidatedUse',
    expected: 'violated',
  },
  { id: 'C1a.1', quote: quotes.safe, source: quotedByIan, variant: 'rehook-first', property: 'noUnvalidatedUse', expected: 'violated' },
  {
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'no-flush-after-write-protect',
    property: 'noUnvalidatedUse',
    expected: 'violated',
    reading: 'the guest writes through its TLB after the entries were checked',
  },
  { id: 'C1a.1', quote: quotes.safe, source: quotedByIan, variant: 'hooked-twice', property: 'noUnvalidatedUse', expected: 'holds' },
  {
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'hooked-twice-no-check',
    property: 'noUnvalidatedUse',
    expected: 'violated',
    reading: 'only one of the PDEs is cleared',
  },
  {
    id: 'C1a.2',
    quote: quotes.pde,
    source: keir,
    variant: 'pmd-present-tests-P',
    property: 'noMissingPde',
    expected: 'violated',
    reading: 'it sees them',
  },
  {
    id: 'C1a.2',
    quote: quotes.pde,
    source: keir,
    variant: 'as-coded',
    property: 'noMissingPde',
    expected: 'holds',
    reading: 'XenLinux copes: its pmd_present() does not look at the present bit',
  },
  {
    id: 'C1a.2',
    quote: quotes.pde,
    source: keir,
    settings: { vcpus: 1, pmdPresentMacro: 'tests-P' },
    property: 'noMissingPde',
    expected: 'violated',
    reading: 'one vCPU is enough',
  },
  {
    id: 'C1a.3',
    quote: quotes.spurious,
    source: keir,
    variant: 'as-coded',
    property: 'noSpuriousFault',
    expected: 'violated',
    reading: 'there are such faults',
  },
  {
    id: 'C1a.3',
    quote: quotes.spurious,
    source: keir,
    variant: 'uniprocessor',
    property: 'noSpuriousFault',
    expected: 'holds',
    reading: 'on SMP only',
  },
  { id: 'C1a.3', quote: quotes.weird, source: keir, variant: 'guest-without-tolerance', property: 'noGuestOops', expected: 'violated' },
  {
    id: 'C1a.3',
    quote: quotes.weird,
    source: keir,
    variant: 'as-coded',
    property: 'noGuestOops',
    expected: 'holds',
    reading: 'a guest that handles them is safe',
  },
  {
    id: 'C1a.4',
    quote: quotes.errorCode,
    source: 'Xen commit fa89a5905e',
    variant: 'as-coded',
    property: 'errorCodeAccurate',
    expected: 'violated',
  },
  {
    id: 'C1a.4',
    quote: quotes.errorCode,
    source: 'Xen commit fa89a5905e',
    variant: 'guest-trusts-error-code',
    property: 'noGuestOops',
    expected: 'violated',
    reading: '"guests ought to be leery too"',
  },
  { id: 'C1a.5', quote: quotes.pBit, source: zach, variant: 'pmd-present-tests-P', property: 'noMissingPde', expected: 'violated' },
  { id: 'C1a.6', quote: quotes.progress, source: mm, variant: 'as-coded', property: 'writeIsDone', expected: 'holds' },
  {
    id: 'C1a.6',
    quote: quotes.progress,
    source: mm,
    variant: 'no-emulation',
    property: 'writeIsDone',
    expected: 'violated',
    reading: 'what it is for: each time vcpu0 could write, a fault of vcpu1 has hooked the table again',
  },
  {
    id: 'C1a.6',
    quote: quotes.progress,
    source: mm,
    variant: 'two-writers',
    property: 'writeIsDone',
    expected: 'violated',
    reading:
      'a finding about the abstracted protocol: the emulation goes to whoever faults next, so the write of the other vCPU may never be done',
  },
  {
    id: 'C1a.7',
    quote: quotes.emulation,
    source: ian,
    settings: { ...cost, scheme: 'emulate', writes: 3 },
    property: 'costExact',
    expected: 'holds',
    reading: 'a crossing for each write',
  },
  {
    id: 'C1a.7',
    quote: quotes.low,
    source: quotedByIan,
    settings: { ...cost, writes: 3 },
    property: 'costExact',
    expected: 'holds',
    reading: 'two crossings and two TLB flushes for the batch',
  },
  {
    id: 'C1a.7',
    quote: quotes.low,
    source: quotedByIan,
    settings: { ...cost, writes: 2 },
    property: 'batchingPays',
    expected: 'violated',
    reading: 'two writes to a table are too few',
  },
  {
    id: 'C1a.7',
    quote: quotes.low,
    source: quotedByIan,
    settings: { ...cost, writes: 3 },
    property: 'batchingPays',
    expected: 'holds',
    reading: 'three would do',
  },
  { id: 'C1a.7', quote: quotes.fork, source: zach, settings: { ...cost, tables: 2, writes: 4 }, property: 'costExact', expected: 'holds' },
  {
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, tables: 2, writes: 4 },
    property: 'batchingPays',
    expected: 'violated',
    reading: 'with two tables four crossings are spent on them',
  },
  {
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, tables: 2, writes: 5 },
    property: 'batchingPays',
    expected: 'holds',
  },
  {
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, tables: 2, slots: 1, writes: 8 },
    property: 'batchingPays',
    expected: 'violated',
    reading: 'with one slot the tables of a fork throw each other out at every write',
  },
  {
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, tables: 2, slots: 1, writes: 8 },
    property: 'costExact',
    expected: 'holds',
  },
  { id: 'C1a.8', quote: quotes.retype, source: zach, variant: 'explicit-retype', property: 'noUnvalidatedUse', expected: 'holds' },
  {
    id: 'C1a.8',
    quote: quotes.retype,
    source: zach,
    variant: 'explicit-retype-not-in-use',
    property: 'noSpuriousFault',
    expected: 'holds',
  },
  {
    id: 'C1a.8',
    quote: quotes.retype,
    source: zach,
    variant: 'explicit-retype',
    property: 'noSpuriousFault',
    expected: 'violated',
    reading:
      "a table in use has to be unhooked for it, so another vCPU's fault can be late as before: no gain for the parent's table in a fork",
  },
  {
    id: 'C1a.8',
    quote: quotes.retype,
    source: zach,
    settings: { ...cost, scheme: 'explicitRetype', tables: 2, writes: 5 },
    property: 'costExact',
    expected: 'holds',
    reading: 'no fault, and two hypercalls for each table',
  },
])
