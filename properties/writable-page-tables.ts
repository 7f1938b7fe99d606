/**
 * What must hold of writable page tables, what a guest is shown, and the claims of Keir Fraser, Ian Pratt and Zachary
 * Amsden (C1a.1 to C1a.8), virtualization, 28 Jul 2006.
 */
import { accepted, always, alwaysPossible, claims, leadsTo, type ParamsOf, properties, sometimes } from 'mmucheck'
import writablePageTables, { isHooked } from '../models/writable-page-tables.ts'
import { amsden2006, costModel, emulatedUpdate, errorCodeCommit, setPteOfPae, setPtePresentOfPae, writableTablesCode } from './sources.ts'

/** Whether writes to the tables make them writable at all, by faults. */
const batches = (p: ParamsOf<typeof writablePageTables>): boolean => p.scheme === 'batched' && !(p.hookedTwice && p.multiHookCheck)

export default properties(writablePageTables, {
  /** C1a.1: the hardware never translates by an entry that Xen would not have let pass. */
  noUnvalidatedUse: always((s) => s.tlb.every((cache) => cache.every((entry) => entry !== 'bad' && entry !== 'torn'))),
  /** With no table writable and nobody at work in Xen, the references that Xen has are those of the entries. */
  countsConsistent: always(
    (s) => s.biglock.owner !== null || s.tableWritable.some((writable) => writable) || s.pte.every((entry, t) => entry === s.validated[t]),
  ),
  /** With nobody at work in Xen, exactly what is in a slot is writable, and all else is hooked. */
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
  /** While a table is unhooked, and TLBs are flushed of that, no vCPU gets to it, be it by what it has cached. */
  unhookedIsUnused: always((s, p, at) =>
    s.pde.every(
      (pde, t) =>
        pde.P ||
        p.hookedTwice ||
        at.vcpu0 === 'flush TLBs of all vCPUs' ||
        (p.vcpus > 1 && at.vcpu1 === 'flush TLBs of all vCPUs') ||
        (s.psc.every((cache) => !cache[t]) && s.tlb.every((cache) => cache[t] === 'none')),
    ),
  ),
  /** And what has been set is in the table then, as long as one vCPU writes. */
  noLostWrite: always((s) => s.writing || s.asked.every((entry, t) => entry === null || s.pte[t] === entry)),
  /** A hypercall that changes page tables finds all of them as Xen has checked them. */
  hypercallFindsNoSlotInUse: always(
    (s, _p, at) => at.vcpu0 !== 'hypercall is done: UNLOCK_BIGLOCK' || s.slot.every((slot) => slot === null),
  ),
  /** No fault comes back for ever, whatever the guest does. */
  guestCanGetOn: alwaysPossible((_s, p, at) => p.writes > 0 || at.vcpu0 === 'guest: what next?'),
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
  hypercallFlushes: sometimes((s, p, at) => !batches(p) || (at.vcpu0 === 'hypercall: LOCK_BIGLOCK' && s.slot[0] !== null)),
  loadFlushes: sometimes(
    (s, p, at) => !batches(p) || p.writes > 0 || !p.unhook || (at.vcpu0 === '#PF, error code says P=0: LOCK_BIGLOCK' && s.slot[0] !== null),
  ),
  /** The table is write-protected, and the TLB lets stores through. */
  writableInTheTlbAlone: sometimes(
    (s, p) => !batches(p) || s.tlbOfTable.some((cache) => cache.some((writable, t) => writable && !s.tableWritable[t])),
  ),
  writeIsEmulated: sometimes(
    (_s, p, at) =>
      (p.scheme === 'batched' && (!p.emulateWhenNoUpdates || p.writes > 0)) ||
      p.scheme === 'explicitRetype' ||
      at.vcpu0 === 'emulate the write, if it is valid',
  ),
  /** An entry has been set back, and Xen has not seen it yet. */
  setBackUnseen: sometimes((s, p) => !batches(p) || p.writes > 0 || (s.pte[0] === 'a' && s.validated[0] === 'b')),
  walkMeetsUnhookedPde: sometimes(
    (s, p, at) => !batches(p) || p.writes > 0 || !p.unhook || (at.vcpu0 === 'guest: pmd_present(*pmd)' && !s.pde[0].P),
  ),
  pdeIsCached: sometimes((s, p) => p.writes > 0 || !isHooked(p, 0) || s.psc.some((cache) => cache[0])),
  /** What the guest has written is used: it goes through the whole protocol. */
  writtenIsUsed: sometimes((s, p) => p.writes > 0 || !isHooked(p, 0) || s.tlb.some((cache) => cache[0] === 'b')),
  badEntryInTheTable: sometimes(
    (s, p) => p.scheme === 'emulate' || (p.hookedTwice && p.multiHookCheck) || p.writes > 0 || s.pte[0] === 'bad',
  ),
  staleTranslation: sometimes(
    (s, p) => p.frameReuse === 'never' || s.tlb.some((cache) => cache.some((entry, t) => entry !== 'none' && entry !== s.validated[t])),
  ),
  writesEnd: sometimes((s, p) => p.writes === 0 || s.ended),
})

/** One vCPU, on which everything holds. What the other one is needed for is in test/models, and in the claims below. */
const variant = 'uniprocessor'

const alone = "The vCPU is alone: nobody waits for BIGLOCK, and nobody sees where Xen's steps end but the TLB, which evicts."
const evicts = 'The environment: what is evicted is walked for again, and what is not in the TLB is not there to be evicted.'
const firstEmulated = 'The first write to a table is emulated, as if a batch before it had come to nothing.'

export const unneeded = accepted(writablePageTables, [
  ...['step split', 'one step earlier'].map((change) => ({ change, variant, why: alone })),
  ...[
    "steps swapped: yield 'snapshot = copy of the L1 table' s.snapshot[t] = s.pte[t] yield 'make the L1 table writable'…",
    'steps swapped: yield* emulate(s, p, t, value, part) s.lastBatchHadUpdates[at] = true yield* release(s.biglock, cpu…',
    'swapped: yield* emulate(s, p, t, value, part) s.lastBatchHadUpdates[at] = true',
    "swapped: s.lastBatchHadUpdates[at] = true yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK')",
    'swapped: yield* unhookAndUnprotect(s, p, cpu, t, active) s.slot[at] = t',
    "swapped: s.slot[at] = t yield* release(s.biglock, cpu, 'UNLOCK_BIGLOCK, retry')",
    'off by one: 0 → 1 in yield* hypercall(s, p, 0)',
  ].map((change) => ({ change, variant, why: alone })),
  {
    change: 'another value: false → true in s.tlbOfTable[cpu][t] = false (in flushTlb)',
    variant,
    why: 'The table is about to be made writable, and its translations are flushed when it is not any more.',
  },
  {
    change:
      'another value: false → true in for (let t = 0; t < p.tables; t++) for (let frame = 0; frame < 2; frame++) s.unflushed[cpu][t][fram…',
    variant,
    why: 'The time of a flush is looked at when a frame goes to another domain, which none does here (frames-reused).',
  },
  {
    change: 'off by one: 0 → 1 in s.writableIn[t] = 0',
    variant,
    why: 'In which page directory a table is writable says nothing of one that is not, and there is one page directory (fork-smp-two-writers).',
  },
  {
    change: 'always true: s.slot[at] === t',
    variant,
    why: 'Flushing a slot that is not in use protects, checks and hooks a table that is all that already: it costs, and that is all.',
  },
  {
    change: 'left out: yield* flushSlot(s, p, 1)',
    variant,
    why: 'The one table is hooked by the page directory that is loaded, so it never goes into the INACTIVE slot (fork).',
  },
  {
    change: 'left out: yield* flushSlot(s, p, at)',
    variant,
    why: 'There is one table: where a write to it faults, it is not in the slot, and no other is (fork-both-active).',
  },
  {
    change: 'another value: true → false in return true',
    variant,
    why: 'The guest stores again what Xen has stored for it: nobody else has stored anything meanwhile.',
  },
  {
    change: "always false: s.tlb[cpu][t] !== 'none'",
    variant,
    why: 'A walk for what the TLB has: the TLB might have evicted it just before.',
  },
  ...[
    'left out: for (let at = 0; at < p.slots; at++) s.lastBatchHadUpdates[at] = true',
    'another value: true → false in for (let at = 0; at < p.slots; at++) s.lastBatchHadUpdates[at] = true',
  ].map((change) => ({ change, variant, why: firstEmulated })),
  {
    change: 'one round less: at < p.slots → at < p.slots - 1',
    variant,
    why: 'Of the INACTIVE slot, which the one table never goes into.',
  },
  ...[
    "rule left out: 'TLB eviction'",
    "swapped: when(p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t])) s.tlb[cpu][t] = 'none'",
    "left out: when(p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t]))",
    "lets through: when(p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t]))",
    "operand left out: p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t]) → p.writes === 0",
    "off by one: 0 → 1 in when(p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t]))",
    "operand left out: s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t] → s.tlb[cpu][t] !== 'none'",
    "operand left out: s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t] → s.tlbOfTable[cpu][t]",
    "comparison: s.tlb[cpu][t] !== 'none' → s.tlb[cpu][t] === 'none' (in TLB eviction)",
    "another value: 'none' → 'a' in when(p.writes === 0 && (s.tlb[cpu][t] !== 'none' || s.tlbOfTable[cpu][t]))",
    "left out: s.tlb[cpu][t] = 'none' (in TLB eviction)",
    'left out: s.tlbOfTable[cpu][t] = false (in TLB eviction)',
  ].map((change) => ({ change, variant, why: evicts })),
])

/** The mail as it is kept does not name whom Ian Pratt quotes. */
const quotedByIan = 'somebody whom Ian Pratt quotes'

/** No row: that writable page tables "hurt SMP guest performance" is a measurement. */
export const mails = claims(writablePageTables, [
  {
    id: 'C1a.1',
    quote: 'we know writable page tables are not broken',
    source: amsden2006,
    by: quotedByIan,
    readings: [
      { says: 'confirms', variant: 'as-coded', property: ['noUnvalidatedUse', 'countsConsistent'], expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'no-unhook',
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'so the table must be unhooked',
      },
      {
        says: 'contrasts',
        variant: 'no-flush-after-unhook',
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'the paging-structure cache still has the PDE: XSA-286 in another place',
      },
      { says: 'contrasts', variant: ['rehook-before-validate', 'rehook-first'], property: 'noUnvalidatedUse', expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'no-flush-after-write-protect',
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'the guest writes through its TLB after the entries were checked',
      },
      { says: 'confirms', variant: 'hooked-twice', property: 'noUnvalidatedUse', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'two-writers',
        property: ['noUnvalidatedUse', 'countsConsistent'],
        expected: 'holds',
        note: 'with two vCPUs that write too; whether their writes are ever done is C1a.6',
      },
      {
        says: 'contrasts',
        settings: [
          { vcpus: 1, flushOrder: 'protect-tlb-hook-validate' },
          { vcpus: 1, flushOrder: 'hook-protect-tlb-validate' },
        ],
        property: 'noUnvalidatedUse',
        expected: 'holds',
        note: 'on one vCPU the order would not matter, if the hardware walked only where the guest is',
      },
      {
        says: 'contrasts',
        settings: [
          { vcpus: 1, flushOrder: 'protect-tlb-hook-validate', speculativeWalks: true },
          { vcpus: 1, flushOrder: 'hook-protect-tlb-validate', speculativeWalks: true },
        ],
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'but it walks ahead, while Xen is at work',
      },
      {
        says: 'confirms',
        variant: ['as-coded', 'fork', 'fork-smp', 'explicit-retype'],
        settings: { speculativeWalks: true },
        property: 'noUnvalidatedUse',
        expected: 'holds',
        note: 'what Xen does is safe from walks ahead, too',
      },
      {
        says: 'confirms',
        variant: ['frames-reused', 'frames-reused-fork'],
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'of the frames that were mapped too: one that goes to another domain has been flushed, as its time stamp tells',
      },
      {
        says: 'contrasts',
        variant: 'frames-reused-no-flush',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'for which unhooking is not enough: a write that is emulated puts a reference, and flushes nothing',
      },
      {
        says: 'contrasts',
        variant: 'hooked-twice-no-check',
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'only one of the PDEs is cleared',
      },
      {
        says: 'confirms',
        variant: 'pae-in-place',
        property: 'noUnvalidatedUse',
        expected: 'holds',
        note: 'the hardware walker sees no torn entry: the table is unhooked while it has one',
      },
    ],
  },

  {
    id: 'P1a slots',
    quote:
      'Is the L1 p.t. mapped into the current address space? If so we call it an ACTIVE p.t., otherwise it is INACTIVE. […] We only allow one ACTIVE and one INACTIVE p.t. to be updated at at time. If there is already one, we must flush it out.',
    short: 'We only allow one ACTIVE and one INACTIVE p.t. to be updated',
    source: writableTablesCode,
    readings: [
      {
        says: 'confirms',
        variant: 'fork',
        property: 'noUnvalidatedUse',
        expected: 'holds',
        note: 'an INACTIVE table need not be unhooked: nobody walks the page directory that hooks it',
      },
      { says: 'confirms', variant: 'fork', property: 'countsConsistent', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'fork-no-flush-at-cr3',
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'not before CR3 is loaded, that is: the slot must be flushed first',
      },
      {
        says: 'contrasts',
        settings: { vcpus: 1, tables: 2, secondTable: 'current', writes: 5 },
        property: 'batchingPays',
        expected: 'violated',
        note: 'a second slot helps a fork only since the table of the child is INACTIVE: two tables of one address space throw each other out',
      },
      {
        says: 'contrasts',
        settings: { vcpus: 1, tables: 2, secondTable: 'none', writes: 5 },
        property: 'batchingPays',
        expected: 'holds',
        note: 'nor need the other page directory hook it',
      },
    ],
  },

  {
    id: 'P1a slots 2',
    quote:
      'If this is a multi-processor guest then ensure that the page is hooked into at most one L2 table, which must be the one running on this VCPU.',
    short: 'ensure that the page is hooked into at most one L2 table',
    source: writableTablesCode,
    readings: [
      {
        says: 'confirms',
        variant: 'fork-smp',
        property: 'noUnvalidatedUse',
        expected: 'holds',
        note: 'on SMP such a table is never batched',
      },
      {
        says: 'contrasts',
        variant: 'fork-smp-no-check',
        property: 'noUnvalidatedUse',
        expected: 'violated',
        note: 'since another vCPU may have loaded the other page directory',
      },
    ],
  },

  {
    id: 'P1a slots 3',
    quote: 'Could be conflicting writable mappings from other VCPUs.',
    source: writableTablesCode,
    readings: [
      {
        says: 'confirms',
        variant: 'fork-smp-two-writers',
        property: ['noUnvalidatedUse', 'countsConsistent'],
        expected: 'holds',
        note: 'a table that is read-only for who faults may be writable for another: so all slots are flushed before the write is emulated',
      },
    ],
  },

  {
    id: 'C1a.3b',
    quote: "we'll find that some guests are not able to correctly handle the weird side effects.",
    short: "we'll find that some guests are not able to correctly handle the weird side effects",
    source: amsden2006,
    by: 'Keir Fraser',
    readings: [
      {
        says: 'confirms',
        variant: 'pae-in-place',
        property: 'noHalfStoredEntryRefused',
        expected: 'violated',
        finding:
          "one more side effect: another vCPU's fault makes Xen validate the entry between the two halves, and crash a guest that means no harm",
      },
      {
        says: 'confirms',
        variant: 'pae-in-place',
        settings: { vcpus: 1 },
        property: 'noHalfStoredEntryRefused',
        expected: 'violated',
        finding: 'on one vCPU too: where Xen emulates a write to ensure progress it gets one half alone',
      },
      { says: 'confirms', variant: 'guest-without-tolerance', property: 'noGuestOops', expected: 'violated' },
      { says: 'contrasts', variant: 'as-coded', property: 'noGuestOops', expected: 'holds', note: 'a guest that handles them is safe' },
    ],
  },

  {
    id: 'C1a.6',
    quote: 'Emulate this update to ensure we make progress.',
    source: writableTablesCode,
    onlyIf: 'one vCPU writes',
    readings: [
      {
        says: 'contrasts',
        variant: 'pae-in-place',
        settings: { vcpus: 1, emulateWhenNoUpdates: false },
        property: 'noHalfStoredEntryRefused',
        expected: 'holds',
        note: 'nothing else tears the entry on one vCPU',
      },
      { says: 'confirms', variant: 'as-coded', property: 'writeIsDone', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'no-emulation',
        property: 'writeIsDone',
        expected: 'violated',
        note: 'what it is for: each time vcpu0 could write, a fault of vcpu1 has hooked the table again',
      },
      {
        says: 'refutes',
        variant: 'two-writers',
        property: 'writeIsDone',
        expected: 'violated',
        finding: 'the emulation goes to whoever faults next, so the write of the other vCPU may never be done',
      },
    ],
  },

  {
    id: 'P1a PAE',
    quote: 'the pte being assigned *must* be either not present or in a state where the hardware will not attempt to update the pte.',
    short: 'the pte being assigned *must* be either not present or …',
    source: setPteOfPae,
    readings: [
      {
        says: 'confirms',
        variant: 'pae-cleared-first',
        property: 'noHalfStoredEntryRefused',
        expected: 'holds',
        note: 'who keeps to the rule of set_pte() is not hit: an entry that is not present is always valid',
      },
    ],
  },

  {
    id: 'P1a PAE 2',
    quote: 'we are justified in merely clearing the PTE present bit, followed by a set. The ordering here is important.',
    short: 'merely clearing the PTE present bit, followed by a set',
    source: setPtePresentOfPae,
    readings: [
      {
        says: 'confirms',
        variant: 'pae-cleared-first',
        settings: { scheme: 'emulate' },
        property: 'noHalfStoredEntryRefused',
        expected: 'holds',
        note: 'set_pte_present() neither, where each half is emulated',
      },
    ],
  },

  {
    id: 'P1a PAE 3',
    quote:
      'If this is an upper-half write to a PAE PTE then we assume that the guest has simply got the two writes the wrong way round. We zap the PRESENT bit on the assumption that the bottom half will be written immediately after we return to the guest.',
    short: 'If this is an upper-half write to a PAE PTE … We zap the PRESENT bit',
    source: emulatedUpdate,
    readings: [
      {
        says: 'contrasts',
        variant: 'pae-emulated',
        property: 'noHalfStoredEntryRefused',
        expected: 'violated',
        note: 'why Xen came to need that, once every write was emulated',
      },
      { says: 'confirms', variant: 'pae-emulated-repaired', property: ['noHalfStoredEntryRefused', 'noUnvalidatedUse'], expected: 'holds' },
    ],
  },

  {
    id: 'P1a PAE 4',
    quote: 'trap = n (2n on PAE: two 32-bit halves)',
    source: costModel,
    readings: [
      {
        says: 'confirms',
        variant: 'pae-emulated-repaired',
        settings: { vcpus: 1, writes: 3 },
        property: 'costExact',
        expected: 'holds',
        note: 'a crossing for each half',
      },
    ],
  },

  {
    id: 'C1a.2',
    quote: 'the guest has to be able to cope with seeing page directory entries with the present bit cleared.',
    short: 'able to cope with seeing page directory entries with the present bit cleared',
    source: amsden2006,
    by: 'Keir Fraser',
    readings: [
      { says: 'confirms', variant: 'pmd-present-tests-P', property: 'noMissingPde', expected: 'violated', note: 'it sees them' },
      {
        says: 'contrasts',
        variant: 'as-coded',
        property: 'noMissingPde',
        expected: 'holds',
        note: 'XenLinux copes: its pmd_present() does not look at the present bit',
      },
      {
        says: 'confirms',
        settings: { vcpus: 1, pmdPresentMacro: 'tests-P' },
        property: 'noMissingPde',
        expected: 'violated',
        note: 'one vCPU is enough',
      },
    ],
  },

  {
    id: 'C1a.3',
    quote:
      'on SMP, it has to be able to cope with spurious page faults anywhere in its address space (e.g., faults on a unhooked page table which some other VCPU has rehooked by the time the Xen pagefault handler runs, hence the fault is bounced back to the guest even though there is no work to be done).',
    short: 'on SMP, it has to be able to cope with spurious page faults',
    source: amsden2006,
    by: 'Keir Fraser',
    readings: [
      { says: 'confirms', variant: 'as-coded', property: 'noSpuriousFault', expected: 'violated', note: 'there are such faults' },
      { says: 'confirms', variant: 'uniprocessor', property: 'noSpuriousFault', expected: 'holds', note: 'on SMP only' },
    ],
  },

  {
    id: 'C1a.4',
    quote: 'can be clear, due to unhooked page table, when we would otherwise expect it to be set',
    source: errorCodeCommit,
    readings: [
      { says: 'confirms', variant: 'as-coded', property: 'errorCodeAccurate', expected: 'violated' },
      {
        says: 'confirms',
        variant: 'guest-trusts-error-code',
        property: 'noGuestOops',
        expected: 'violated',
        note: '"guests ought to be leery too"',
      },
    ],
  },

  {
    id: 'C1a.5',
    quote: 'The PDE p-bit going missing is still a problem, and Linux can be changed to deal with that - but it is messy.',
    short: 'The PDE p-bit going missing is still a problem',
    source: amsden2006,
    readings: [{ says: 'confirms', variant: 'pmd-present-tests-P', property: 'noMissingPde', expected: 'violated' }],
  },

  {
    id: 'C1a.6b',
    quote: "Ensure that we don't get stuck in an emulation-only rut.",
    source: writableTablesCode,
    readings: [
      {
        says: 'confirms',
        variant: 'as-coded',
        property: 'batchingResumes',
        expected: 'holds',
        note: 'prev_nr_updates is set again, so that one write is emulated and not all that follow',
      },
    ],
  },

  {
    id: 'C1a.7',
    quote: "they just don't help on typical workloads because the PTEs/page are so low.",
    source: amsden2006,
    by: quotedByIan,
    readings: [
      {
        says: 'confirms',
        settings: { vcpus: 1, writes: 3 },
        property: 'costExact',
        expected: 'holds',
        note: 'two crossings and two TLB flushes for the batch',
      },
      {
        says: 'confirms',
        settings: { vcpus: 1, writes: 2 },
        property: 'batchingPays',
        expected: 'violated',
        note: 'two writes to a table are too few',
      },
      { says: 'contrasts', settings: { vcpus: 1, writes: 3 }, property: 'batchingPays', expected: 'holds', note: 'three would do' },
      {
        says: 'contrasts',
        settings: { scheme: 'emulate', vcpus: 1, writes: 3 },
        property: 'costExact',
        expected: 'holds',
        note: 'what Ian Pratt would have instead, "at least emulation made the compile time default": a crossing for each write',
      },
    ],
  },

  {
    id: 'C1a.7b',
    quote: 'but re-typing both pages changes the crossover point for when the batching will be a win.',
    short: 're-typing both pages changes the crossover point',
    source: amsden2006,
    readings: [
      {
        says: 'confirms',
        settings: [
          { scheme: 'explicitRetype', vcpus: 1, writes: 2 },
          { scheme: 'explicitRetype', vcpus: 1, tables: 2, writes: 4 },
        ],
        property: 'batchingPays',
        expected: 'violated',
        note: 'two hypercalls for each table that is re-typed: two writes to one table are too few, and so are four to two',
      },
      {
        says: 'confirms',
        settings: [
          { scheme: 'explicitRetype', vcpus: 1, writes: 3 },
          { scheme: 'explicitRetype', vcpus: 1, tables: 2, writes: 5 },
        ],
        property: 'batchingPays',
        expected: 'holds',
        note: 'so the crossover point is at three writes with one table, and at five with both: it changes',
      },
      { says: 'contrasts', settings: { vcpus: 1, tables: 2, writes: 4 }, property: 'costExact', expected: 'holds' },
      {
        says: 'contrasts',
        settings: { vcpus: 1, tables: 2, writes: 4 },
        property: 'batchingPays',
        expected: 'violated',
        note: 'by faults instead of hypercalls: four crossings are spent on two tables, so the crossover point is the same',
      },
      { says: 'contrasts', settings: { vcpus: 1, tables: 2, writes: 5 }, property: 'batchingPays', expected: 'holds' },
      {
        says: 'contrasts',
        settings: { vcpus: 1, tables: 2, slots: 1, writes: 5 },
        property: 'batchingPays',
        expected: 'violated',
        note: 'with one slot the tables of a fork throw each other out at every write',
      },
      { says: 'contrasts', settings: { vcpus: 1, tables: 2, slots: 1, writes: 8 }, property: 'costExact', expected: 'holds' },
    ],
  },

  {
    id: 'C1a.8',
    quote: 'would you still take the faults, or would you re-type and reprotect the pages first?',
    short: 'would you re-type and reprotect the pages first?',
    source: amsden2006,
    onlyIf: 'the table is not in use',
    readings: [
      { says: 'confirms', variant: 'explicit-retype', property: 'noUnvalidatedUse', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'explicit-retype-not-in-use',
        property: 'noSpuriousFault',
        expected: 'holds',
        vacuous: 'no step leads to such a fault',
      },
      {
        says: 'refutes',
        variant: 'explicit-retype',
        property: 'noSpuriousFault',
        expected: 'violated',
        note: "a table in use has to be unhooked for it, so another vCPU's fault can be late as before: no gain for the parent's table in a fork",
      },
      {
        says: 'confirms',
        settings: { scheme: 'explicitRetype', vcpus: 1, tables: 2, writes: 5 },
        property: 'costExact',
        expected: 'holds',
        note: 'no fault, and two hypercalls for each table',
      },
    ],
  },
])
