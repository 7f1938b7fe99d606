/**
 * What must hold of writable page tables, what a guest is shown, and the claims of Keir Fraser, Ian Pratt and Zachary
 * Amsden (C1a.1 to C1a.8), virtualization, 28 Jul 2006.
 */
import { always, alwaysPossible, claims, leadsTo, properties, sometimes } from 'mmucheck'
import writablePageTables, { isHooked } from '../models/writable-page-tables.ts'

export default properties(writablePageTables, {
  /** C1a.1: the hardware never translates by an entry that Xen would not have let pass. */
  noUnvalidatedUse: always((s) => s.tlb.every((cache) => cache.every((entry) => entry !== 'bad' && entry !== 'torn'))),
  /** With no table writable and nobody at work in Xen, the references that Xen has are those of the entries. */
  countsConsistent: always(
    (s) => s.biglock.owner !== null || s.tableWritable.some((writable) => writable) || s.pte.every((entry, t) => entry === s.validated[t]),
  ),
  /** With nobody at work in Xen, what is writable is in a slot, and what is in a slot is writable; all else is hooked. */
  slotsAreTheWritableTables: always(
    (s, p) =>
      p.scheme !== 'batched' ||
      s.biglock.owner !== null ||
      s.tableWritable.every((writable, t) => writable === s.slot.some((slot) => slot === t) && (writable || s.pde[t].P === isHooked(p, t))),
  ),
  /** No frame goes to another domain while a TLB of this one leads to it. */
  noUseAfterFree: always((s) => !s.reusedWhileCached),
  /** C1a.2: the guest never finds a PDE of its own without the present bit. */
  noMissingPde: always((s) => s.shown.every((shown) => shown !== 'PDE missing')),
  /** C1a.3: the guest is shown no fault whose reason is gone when its handler looks for it. */
  noSpuriousFault: always((s) => s.shown.every((shown) => shown !== 'spurious fault')),
  /** C1a.4: no fault on an entry that is present is reported as "not present". */
  errorCodeAccurate: always((s) => s.shown.every((shown) => shown !== 'wrong error code')),
  /** Xen refuses no entry just because it looked at it between the two halves of a valid one. */
  noHalfStoredEntryRefused: always((s) => !s.refusedHalfStored),
  /** The guest's fault handler gets no fault that it takes for a bug of its kernel. */
  noGuestOops: always((s) => s.shown.every((shown) => shown !== 'oops')),
  /** C1a.6: a write is done at last. */
  writeIsDone: leadsTo(
    (s) => s.writing,
    (s) => !s.writing,
  ),
  /** Batching is never given up for good: some way leads to a table that is writable. */
  batchingResumes: alwaysPossible(
    (s, p) => p.scheme !== 'batched' || p.writes > 0 || (p.hookedTwice && p.multiHookCheck) || s.tableWritable[0],
  ),

  /** What so many writes cost, of which the last has been followed by a hypercall. */
  costExact: always((s, p) => {
    if (!s.ended) return true
    const { traps, crossings, emulations, tlbFlushes } = s.cost
    const stores = p.writes * (p.pae === 'no' ? 1 : p.pae === 'in-place' ? 2 : 3)
    const shareASlot = p.tables === 2 && (p.slots === 1 || p.secondTable === 'current')
    const batches = shareASlot ? p.writes : Math.min(p.tables, p.writes)
    /** Batches of a table that is unhooked: it takes one more flush. */
    const unhooked = p.tables === 1 || p.secondTable === 'current' ? batches : Math.trunc((batches + 1) / 2)
    switch (p.scheme) {
      case 'emulate':
        return traps === stores && crossings === stores && emulations === stores && tlbFlushes === 0
      case 'batched':
        return traps === batches && crossings === 2 * batches && emulations === 0 && tlbFlushes === batches + unhooked
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
  staleTranslation: sometimes(
    (s, p) => p.frameReuse === 'never' || s.tlb.some((cache) => cache.some((entry, t) => entry !== 'none' && entry !== s.validated[t])),
  ),
  writesEnd: sometimes((s, p) => p.writes === 0 || s.ended),
})

const keir = 'Keir Fraser, quoted by Zachary Amsden, 28 Jul 2006'
const ian = 'Ian Pratt, quoted by Zachary Amsden, 28 Jul 2006'
/** The mail as it is kept does not name whom Ian Pratt quotes. */
const quotedByIan = 'quoted by Ian Pratt, 28 Jul 2006'
const zach = 'Zachary Amsden, 28 Jul 2006'
const mm = 'comment in xen/arch/x86/mm.c, 2006'
const setPte = 'include/asm-i386/pgtable-3level.h, at set_pte()'
const setPtePresent = 'include/asm-i386/pgtable-3level.h, at set_pte_present()'
const ptwrEmulate = 'ptwr_emulated_update(), xen/arch/x86/mm.c, as it is since every write is emulated'
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
  slots:
    'Is the L1 p.t. mapped into the current address space? If so we call it an ACTIVE p.t., otherwise it is INACTIVE. […] We only allow one ACTIVE and one INACTIVE p.t. to be updated at at time. If there is already one, we must flush it out.',
  atMostOne:
    'If this is a multi-processor guest then ensure that the page is hooked into at most one L2 table, which must be the one running on this VCPU.',
  conflicting: 'Could be conflicting writable mappings from other VCPUs.',
  rut: "Ensure that we don't get stuck in an emulation-only rut.",
  notPresent: 'the pte being assigned *must* be either not present or in a state where the hardware will not attempt to update the pte.',
  clearing: 'we are justified in merely clearing the PTE present bit, followed by a set. The ordering here is important.',
  upperHalf:
    'If this is an upper-half write to a PAE PTE then we assume that the guest has simply got the two writes the wrong way round. We zap the PRESENT bit on the assumption that the bottom half will be written immediately after we return to the guest.',
  halves: 'trap = n (2n on PAE: two 32-bit halves)',
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
  ...(['noUnvalidatedUse', 'countsConsistent'] as const).map((property) => ({
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'two-writers',
    property,
    expected: 'holds' as const,
    reading: 'with two vCPUs that write too; whether their writes are ever done is C1a.6',
  })),
  ...(['protect-tlb-hook-validate', 'hook-protect-tlb-validate'] as const).map((flushOrder) => ({
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    settings: { vcpus: 1, flushOrder },
    property: 'noUnvalidatedUse',
    expected: 'holds' as const,
    reading: 'on one vCPU the order would not matter, if the hardware walked only where the guest is',
  })),
  ...(['protect-tlb-hook-validate', 'hook-protect-tlb-validate'] as const).map((flushOrder) => ({
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    settings: { vcpus: 1, flushOrder, speculativeWalks: true },
    property: 'noUnvalidatedUse',
    expected: 'violated' as const,
    reading: 'but it walks ahead, while Xen is at work',
  })),
  ...(['as-coded', 'fork', 'fork-smp', 'explicit-retype'] as const).map((variant) => ({
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant,
    settings: { speculativeWalks: true },
    property: 'noUnvalidatedUse',
    expected: 'holds' as const,
    reading: 'what Xen does is safe from walks ahead, too',
  })),
  ...(['frames-reused', 'frames-reused-fork'] as const).map((variant) => ({
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant,
    property: 'noUseAfterFree',
    expected: 'holds' as const,
    reading: 'of the frames that were mapped too: one that goes to another domain has been flushed, as its time stamp tells',
  })),
  {
    id: 'C1a.1',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'frames-reused-no-flush',
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'for which unhooking is not enough: a write that is emulated puts a reference, and flushes nothing',
  },
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
    id: 'P1a slots',
    quote: quotes.slots,
    source: mm,
    variant: 'fork',
    property: 'noUnvalidatedUse',
    expected: 'holds',
    reading: 'an INACTIVE table need not be unhooked: nobody walks the page directory that hooks it',
  },
  { id: 'P1a slots', quote: quotes.slots, source: mm, variant: 'fork', property: 'countsConsistent', expected: 'holds' },
  {
    id: 'P1a slots',
    quote: quotes.slots,
    source: mm,
    variant: 'fork-no-flush-at-cr3',
    property: 'noUnvalidatedUse',
    expected: 'violated',
    reading: 'not before CR3 is loaded, that is: the slot must be flushed first',
  },
  {
    id: 'P1a slots',
    quote: quotes.atMostOne,
    source: mm,
    variant: 'fork-smp',
    property: 'noUnvalidatedUse',
    expected: 'holds',
    reading: 'on SMP such a table is never batched',
  },
  {
    id: 'P1a slots',
    quote: quotes.atMostOne,
    source: mm,
    variant: 'fork-smp-no-check',
    property: 'noUnvalidatedUse',
    expected: 'violated',
    reading: 'since another vCPU may have loaded the other page directory',
  },
  ...(['noUnvalidatedUse', 'countsConsistent'] as const).map((property) => ({
    id: 'P1a slots',
    quote: quotes.conflicting,
    source: mm,
    variant: 'fork-smp-two-writers',
    property,
    expected: 'holds' as const,
    reading: 'a table that is read-only for who faults may be writable for another: so all slots are flushed before the write is emulated',
  })),
  {
    id: 'P1a PAE',
    quote: quotes.weird,
    source: keir,
    variant: 'pae-in-place',
    property: 'noHalfStoredEntryRefused',
    expected: 'violated',
    reading:
      "one more of them, by our reading: another vCPU's fault makes Xen validate the entry between the two halves, and crash a guest that means no harm",
  },
  {
    id: 'P1a PAE',
    quote: quotes.weird,
    source: keir,
    variant: 'pae-in-place',
    settings: { vcpus: 1 },
    property: 'noHalfStoredEntryRefused',
    expected: 'violated',
    reading: 'on one vCPU too: where Xen emulates a write to ensure progress it gets one half alone',
  },
  {
    id: 'P1a PAE',
    quote: quotes.progress,
    source: mm,
    variant: 'pae-in-place',
    settings: { vcpus: 1, emulateWhenNoUpdates: false },
    property: 'noHalfStoredEntryRefused',
    expected: 'holds',
    reading: 'nothing else tears the entry on one vCPU',
  },
  {
    id: 'P1a PAE',
    quote: quotes.safe,
    source: quotedByIan,
    variant: 'pae-in-place',
    property: 'noUnvalidatedUse',
    expected: 'holds',
    reading: 'the hardware walker sees no torn entry: the table is unhooked while it has one',
  },
  {
    id: 'P1a PAE',
    quote: quotes.notPresent,
    source: setPte,
    variant: 'pae-cleared-first',
    property: 'noHalfStoredEntryRefused',
    expected: 'holds',
    reading: 'who keeps to the rule of set_pte() is not hit: an entry that is not present is always valid',
  },
  {
    id: 'P1a PAE',
    quote: quotes.clearing,
    source: setPtePresent,
    variant: 'pae-cleared-first',
    settings: { scheme: 'emulate' },
    property: 'noHalfStoredEntryRefused',
    expected: 'holds',
    reading: 'set_pte_present() neither, where each half is emulated',
  },
  {
    id: 'P1a PAE',
    quote: quotes.upperHalf,
    source: ptwrEmulate,
    variant: 'pae-emulated',
    property: 'noHalfStoredEntryRefused',
    expected: 'violated',
    reading: 'why Xen came to need that, once every write was emulated',
  },
  {
    id: 'P1a PAE',
    quote: quotes.upperHalf,
    source: ptwrEmulate,
    variant: 'pae-emulated-repaired',
    property: 'noHalfStoredEntryRefused',
    expected: 'holds',
  },
  {
    id: 'P1a PAE',
    quote: quotes.upperHalf,
    source: ptwrEmulate,
    variant: 'pae-emulated-repaired',
    property: 'noUnvalidatedUse',
    expected: 'holds',
  },
  {
    id: 'P1a PAE',
    quote: quotes.halves,
    source: 'the cost model, docs/protocols/costs.md',
    variant: 'pae-emulated-repaired',
    settings: { ...cost, writes: 3 },
    property: 'costExact',
    expected: 'holds',
    reading: 'a crossing for each half',
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
    quote: quotes.rut,
    source: mm,
    variant: 'as-coded',
    property: 'batchingResumes',
    expected: 'holds',
    reading: 'prev_nr_updates is set again, so that one write is emulated and not all that follow',
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
  ...([2, 4] as const).map((writes) => ({
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, scheme: 'explicitRetype' as const, tables: writes / 2, writes },
    property: 'batchingPays',
    expected: 'violated' as const,
    reading: 'two hypercalls for each table that is re-typed: two writes to one table are too few, and so are four to two',
  })),
  ...([3, 5] as const).map((writes) => ({
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, scheme: 'explicitRetype' as const, tables: (writes - 1) / 2, writes },
    property: 'batchingPays',
    expected: 'holds' as const,
    reading: 'so the crossover point is at three writes with one table, and at five with both: it changes',
  })),
  { id: 'C1a.7', quote: quotes.fork, source: zach, settings: { ...cost, tables: 2, writes: 4 }, property: 'costExact', expected: 'holds' },
  {
    id: 'C1a.7',
    quote: quotes.fork,
    source: zach,
    settings: { ...cost, tables: 2, writes: 4 },
    property: 'batchingPays',
    expected: 'violated',
    reading: 'by faults instead of hypercalls: four crossings are spent on two tables, so the crossover point is the same',
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
    settings: { ...cost, tables: 2, slots: 1, writes: 5 },
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
  {
    id: 'C1a.7',
    quote: quotes.slots,
    source: mm,
    settings: { ...cost, tables: 2, secondTable: 'current', writes: 5 },
    property: 'batchingPays',
    expected: 'violated',
    reading:
      'a second slot helps a fork only since the table of the child is INACTIVE: two tables of one address space throw each other out',
  },
  {
    id: 'C1a.7',
    quote: quotes.slots,
    source: mm,
    settings: { ...cost, tables: 2, secondTable: 'none', writes: 5 },
    property: 'batchingPays',
    expected: 'holds',
    reading: 'nor need the other page directory hook it',
  },
  { id: 'C1a.8', quote: quotes.retype, source: zach, variant: 'explicit-retype', property: 'noUnvalidatedUse', expected: 'holds' },
  {
    id: 'C1a.8',
    quote: quotes.retype,
    source: zach,
    variant: 'explicit-retype-not-in-use',
    property: 'noSpuriousFault',
    expected: 'holds',
    vacuous: 'no step leads to such a fault',
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
