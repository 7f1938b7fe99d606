/**
 * What a read-modify-write of a page-table entry must keep, with the claims that it settles (C0.1 to C0.10): Jeremy
 * Fitzhardinge and Zachary Amsden, linux-kernel, 23 May 2008.
 */
import { accepted, always, alwaysPossible, bound, claims, leadsTo, maximum, properties, sometimes } from 'mmucheck'
import { loadHits, storeHits } from 'mmucheck/mmu'

import pteModify, { kernel, other } from '../models/pte-modify.ts'
import { fitzhardinge2008, fizzlingBits, migrateFlush2022, modifyCommit, preservedOnCommit, reclaimFlush2017 } from './sources.ts'

/** Whether the entry is not present from the read to the write. */
const clears = (rmw: string): boolean => rmw !== 'naive' && rmw !== 'batched' && rmw !== 'batched, preserving A and D'

export default properties(pteModify, {
  /**
   * What user code has stored is never forgotten: the entry is dirty, or the kernel has the bit in its hand, or has
   * noted it.
   */
  noLostDirty: always((s) => s.pte.every((entry, at) => !s.stored[at] || entry.D || s.inHand[at].D || s.notedDirty[at])),
  /**
   * That user code has touched a page is never forgotten, for page reclaim: the entry is accessed, or the kernel has
   * the bit in its hand.
   */
  noLostAccessed: always((s) => s.pte.every((entry, at) => !s.accessed[at] || entry.A || s.inHand[at].A)),
  /** What has been unmapped stays unmapped. */
  noResurrection: always((s) => s.pte.every((entry, at) => !s.unmapped[at] || !entry.P)),
  /** Once mprotect() has returned, no store can complete. */
  protectionEffective: always(
    (s, p) => !s.returned || p.change === 'mkclean' || s.pte.every((entry, page) => !(entry.P && entry.W) && !storeHits(s.tlb, page)),
  ),
  /** Once the other CPU has write-protected a page and returned, no store to it can complete. */
  writeProtectionEffective: always((s) =>
    s.pte.every((entry, page) => !s.writeProtected[page] || (!(entry.P && entry.W) && !storeHits(s.tlb, page))),
  ),
  /** No page that was unmapped can be reached once it is free: by no entry, and through no TLB. */
  noUseAfterFree: always((s) => s.pte.every((entry, page) => !s.freed[page] || (!entry.P && !loadHits(s.tlb, page)))),
  /** User code never faults on a page that it may read. */
  noFaultWindow: always((s) => !s.faulted),
  /** An entry that is not present is a swap entry, or empty: no bits of the hardware may appear in it. */
  absentEntryHasNoBits: always((s) => s.pte.every((entry) => entry.P || (!entry.A && !entry.D))),
  /** An entry that was to become clean is clean from when it is written back until user code stores again. */
  canClean: always((s) => s.pte.every((entry, at) => !s.cleaned[at] || !entry.D)),

  /** The hypervisor's loop. One attempt, and one more for each of A and D that is not yet set. */
  atMostThreeAttempts: bound((s) => s.attempts, 3),
  /** On behaviours: the loop ends, however often the hardware interferes. */
  cmpxchgTerminates: leadsTo(
    (s) => s.retrying,
    (s) => !s.retrying,
  ),
  canReturn: alwaysPossible((s) => s.returned),
  /** Who has returned holds no lock any more, neither the page-table lock nor, by a hypercall, the hypervisor's. */
  noLockIsKept: always(
    (s) =>
      (!s.returned || (s.ptl.owner !== kernel && s.xenLock.owner !== kernel)) &&
      (!(s.freed.includes(true) || s.writeProtected.includes(true)) || (s.ptl.owner !== other && s.xenLock.owner !== other)),
  ),

  /** How often the hypervisor is entered, by traps and by hypercalls. */
  crossings: maximum((s) => s.traps + s.hypercalls, { over: 'final states' }),
  /**
   * The cost model (docs/protocols/costs.md): exactly as often as its formulas say, and once more for the TLB flush,
   * unless that is in the batch; an emulated xchg is restarted at most twice, for A and for D.
   */
  crossingsAsCounted: always((s, p) => {
    if (!s.returned || p.otherWriter !== 'none') return true
    if (p.tlbFlushAfterCommit && s.flushCrossings !== (p.flushInBatch ? 0 : 1)) return false
    const batches = Math.trunc((p.ptes + p.batchSize - 1) / p.batchSize)
    if (p.rmw === 'naive') return s.traps === p.ptes && s.hypercalls === 0
    if (p.rmw === 'out of sync') return s.traps === 1 && s.hypercalls === 0
    if (p.rmw === 'xchg, batched set') return s.traps === p.ptes && s.hypercalls === batches
    if (p.rmw === 'batched' || p.rmw === 'batched, preserving A and D') return s.traps === 0 && s.hypercalls === batches
    const restarts = p.rmw === 'xchg emulated' ? 2 * p.ptes : 0
    return s.traps >= 2 * p.ptes && s.traps <= 2 * p.ptes + restarts && s.hypercalls === 0
  }),
  /**
   * An out-of-sync shadow costs two, however many entries change: the trap of the first write, and the TLB flush at
   * which the hypervisor synchronises it. A batch that has the TLB flush in it costs less.
   */
  cheaperThanOutOfSync: always((s, p) => !p.flushInBatch || s.traps + s.hypercalls + s.flushCrossings < 2),
  /** Where there are seven times fewer crossings than two traps for each entry, it was at least seven entries. */
  sevenfoldTakesSevenEntries: always(
    (s, p) => !s.returned || p.otherWriter !== 'none' || p.ptes >= 7 || 2 * p.ptes < 7 * (s.traps + s.hypercalls),
  ),
  /** The two traps per entry, of xchg and of set_pte, that batching is to save. */
  cheaperThanTwoTraps: always((s, p) => s.traps + s.hypercalls < 2 * p.ptes),
  /** The windows in which things go wrong are really entered. */
  dirtySetBeforeCommit: sometimes((s, p) => !p.user || clears(p.rmw) || (s.startedClean[0] && s.pte[0].D)),
  faultBeforeCommit: sometimes((s, p) => !p.user || !clears(p.rmw) || p.change === 'swap out' || s.faulted),
  /** Three attempts is tight: a load sets A before the first of them, a store sets D before the second. */
  thirdAttempt: sometimes((s, p) => !p.user || p.rmw !== 'batched, preserving A and D' || s.attempts === 3),
  /** A trusted writable translation outlives its entry, which is what the TLB is flushed for. */
  staleWritableTranslation: sometimes((s, p) => !p.user || p.change === 'mkclean' || (storeHits(s.tlb, 0) && !s.pte[0].W)),
  /** So does one of a page that is unmapped, or write-protected, by the other CPU. */
  staleTranslationOfOther: sometimes(
    (s, p) =>
      !p.user ||
      (p.otherWriter === 'unmap' && s.unmapped[0] && loadHits(s.tlb, 0)) ||
      (p.otherWriter === 'write-protect' && storeHits(s.tlb, 0) && !s.pte[0].W) ||
      p.otherWriter === 'none' ||
      p.otherWriter === 'age',
  ),
  flushIsSkipped: sometimes((s, p) => p.flushSkipped === 'never' || p.otherWriter === 'none' || s.hasSkippedFlush),
  mprotectReturns: sometimes((s) => s.returned),
})

/** Of the design of the mail, the default, in which nobody but the hardware writes to the entry. */
export const unneeded = accepted(pteModify, [
  {
    change: 'operand left out: value.A || old.A → old.A',
    why: 'the queued A was in memory when the entry was read, and nobody clears it: what is in memory at the cmpxchg has it too',
  },
  {
    change: 'operand left out: value.D || old.D → old.D',
    why: 'the queued D was in memory when the entry was read, and nobody clears it: what is in memory at the cmpxchg has it too',
  },
  {
    change: 'step split',
    why: 'what was read from the entry is compared when it is in a register: it does not matter when',
  },
  {
    change: 'another value: false → true in s.flushPending = false',
    why: 'whether a flush is pending is asked only where a writer may leave its flush out (flushSkipped)',
  },
  ...['always true: s.queued.length > 0 (in issue)', 'comparison: s.queued.length > 0 → s.queued.length >= 0 (in issue)'].map((change) => ({
    change,
    why: 'something is always queued: nobody else writes, so every entry is present',
  })),
  { change: 'always false: !old.P', why: 'nobody else writes, so every entry is present' },
  {
    change: "one step earlier: yield 'flush_tlb_range()' forgetTranslations(s)",
    why: 'the flush has to come between the update of the entry and the return; as soon as the hypervisor is done is such a time',
  },
  ...[
    "operand left out: p.change === 'swap out' || (p.change === 'wrprotect' ? old.W : old.D) → p.change === 'swap out'",
    "always false: p.change === 'wrprotect'",
    'left out: return isChange(p, old)',
  ].map((change) => ({ change, why: 'whether something has changed is asked only where a flush may be left out (flushSkipped)' })),
])

/**
 * Of C0.9 the number 32 itself is a constant of Linux's multicalls.c (MC_BATCH); what is settled is that a batch of 33
 * takes a second hypercall and one of 32 does not. The factors 7x and 5.5x are measurements, which follow from no count
 * of crossings. PAE's two 32-bit halves, which double each trap, are modelled in writable-page-tables.
 */
export const mails = claims(pteModify, [
  {
    ...fizzlingBits,
    onlyIf: 'the entry is read and written back plainly',
    readings: [
      {
        says: 'confirms',
        variant: ['naive', 'batched-without-preserving'],
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'violated',
        note: 'The doubt is right of a plain read and write: what the hardware sets between them is overwritten.',
      },
      {
        says: 'refutes',
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'holds',
        note: 'A cmpxchg sees what the hardware has set, and no IPI is sent before it.',
      },
    ],
  },

  {
    id: 'C0.2',
    quote: "No, you just use cmpxchg. It's pretty lightweight really.",
    source: fitzhardinge2008,
    readings: [
      {
        says: 'confirms',
        property: ['noLostDirty', 'noLostAccessed', 'noFaultWindow'],
        expected: 'holds',
        note: 'No IPI is sent before the entry is written.',
      },
    ],
  },

  {
    ...preservedOnCommit,
    readings: [
      {
        says: 'contrasts',
        variant: 'mkclean',
        property: 'canClean',
        expected: 'violated',
        note: 'Preserving can only add bits, so it is no way to clear one: a documented limit, not a bug.',
      },
      { says: 'contrasts', variant: 'mkclean-by-xchg', property: 'canClean', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'swap-out',
        property: 'absentEntryHasNoBits',
        expected: 'violated',
        note: 'The same limit: A and D would be added to a swap entry.',
      },
      { says: 'contrasts', variant: 'swap-out-by-xchg', property: 'absentEntryHasNoBits', expected: 'holds' },
      {
        says: 'confirms',
        variant: 'xchg',
        property: 'noFaultWindow',
        expected: 'violated',
        note: 'The first of the two states: the entry is not present meanwhile. The fault is benign, it waits for the page-table lock.',
      },
    ],
  },

  {
    id: 'C0.3',
    quote:
      'Xen holds a lock internally to stop other cpus from updating the pte in software, so the only source of modification is the hardware itself',
    short: 'Xen holds a lock internally … the only source of modification is the hardware itself',
    source: fitzhardinge2008,
    readings: [
      { says: 'confirms', variant: 'unmap-under-the-xen-lock', property: 'assert', expected: 'holds' },
      {
        says: 'contrasts',
        variant: 'unmap-without-the-xen-lock',
        property: 'assert',
        expected: 'violated',
        note: 'Without the lock it is the hypervisor that asserts: BUG_ON in update_intpte().',
      },
    ],
  },

  {
    id: 'C0.4',
    quote: 'the cmpxchg loop is guaranteed to terminate because the A/D bits can only transition from 0->1',
    short: 'the cmpxchg loop is guaranteed to terminate',
    source: fitzhardinge2008,
    onlyIf: "software that clears A holds the hypervisor's lock",
    readings: [
      { says: 'confirms', property: ['cmpxchgTerminates', 'atMostThreeAttempts'], expected: 'holds' },
      {
        says: 'confirms',
        property: 'thirdAttempt',
        expected: 'holds',
        note: 'Three is tight: a load sets A before the first attempt, a store sets D before the second.',
      },
      {
        says: 'confirms',
        variant: 'aging-under-the-xen-lock',
        property: ['cmpxchgTerminates', 'atMostThreeAttempts'],
        expected: 'holds',
        note: 'Software clears A as well (page aging), but not while the hypervisor holds its lock.',
      },
      {
        says: 'refutes',
        variant: 'aging-without-the-xen-lock',
        property: ['cmpxchgTerminates', 'atMostThreeAttempts'],
        expected: 'violated',
        note: 'A goes from 1 to 0 too where software clears it; so the guarantee rests on the lock, not on the hardware alone.',
      },
    ],
  },

  {
    id: 'C0.8',
    quote: 'The batching pays off even for single page mprotects, because the trap and emulate of xchg is so expensive.',
    short: 'The batching pays off even for single page mprotects',
    source: fitzhardinge2008,
    readings: [
      {
        says: 'contrasts',
        variant: ['xchg', 'xchg-emulated'],
        property: ['noLostDirty', 'noLostAccessed'],
        expected: 'holds',
        note: 'Implied: xchg is the safe baseline. Its emulation by cmpxchg, with restarts, is as safe.',
      },
      {
        says: 'contrasts',
        variant: 'xchg-emulated-in-two',
        property: 'noLostDirty',
        expected: 'violated',
        note: 'An emulator that reads and writes in two accesses is no xchg.',
      },
      { says: 'confirms', property: 'cheaperThanTwoTraps', expected: 'holds', note: 'One crossing for one entry.' },
      { says: 'confirms', variant: 'xchg', property: 'cheaperThanTwoTraps', expected: 'violated', note: 'Two crossings for one entry.' },
      {
        says: 'confirms',
        variant: ['naive', 'xchg', 'xchg-emulated', 'xchg-batched-set'],
        property: 'crossingsAsCounted',
        expected: 'holds',
        note: 'Traps for n entries: n stores; 2n for xchg and set_pte, with at most 2n restarts if it is emulated; n where set_pte is batched.',
      },
      {
        says: 'confirms',
        settings: { ptes: 3, batchSize: 1, user: false },
        property: 'crossingsAsCounted',
        expected: 'holds',
        note: 'Without lazy MMU mode: one hypercall for each entry, and no trap.',
      },
    ],
  },

  {
    id: 'C0.7',
    quote: 'must be exactly paired, and used while holding the appropriate pte lock',
    source: modifyCommit,
    readings: [
      {
        says: 'confirms',
        variant: 'drain-after-unlock',
        property: 'noResurrection',
        expected: 'violated',
        note: 'The lock must be held until the queued commit is issued.',
      },
      { says: 'confirms', variant: 'unmap-under-the-ptl', property: 'noResurrection', expected: 'holds' },
    ],
  },

  {
    id: 'C0.7b',
    quote: 'They do not protect against other software updates of the pte in any way',
    source: modifyCommit,
    readings: [
      {
        says: 'confirms',
        variant: 'unmap-under-the-xen-lock',
        property: 'noResurrection',
        expected: 'violated',
        note: "The hypervisor's lock keeps each update whole; it does not keep the two halves of the kernel's together.",
      },
    ],
  },

  {
    id: 'C0.9',
    quote: 'I could increase the batch size (currently max of 32 pte updates/hypercall)',
    short: 'currently max of 32 pte updates/hypercall',
    source: fitzhardinge2008,
    readings: [
      {
        says: 'confirms',
        settings: [
          { ptes: 32, batchSize: 32, user: false },
          { ptes: 33, batchSize: 32, user: false },
        ],
        property: 'crossingsAsCounted',
        expected: 'holds',
        note: 'n entries take ⌈n/32⌉ hypercalls: 32 take one, 33 take two.',
      },
    ],
  },

  {
    id: 'C0.8b',
    quote: 'I wonder if that means the average mprotect size in your benchmark is 7 pages.',
    source: fitzhardinge2008,
    by: 'Zachary Amsden',
    readings: [
      {
        says: 'refutes',
        settings: { ptes: 4, batchSize: 32, user: false },
        property: 'sevenfoldTakesSevenEntries',
        expected: 'violated',
        note: 'It does not mean that: by crossings alone four entries gain a factor of eight, two traps each against one hypercall. What is measured counts the work on each entry too.',
      },
    ],
  },

  {
    id: 'C0.10',
    quote: 'presumably you take a fault for the first pte updated in the mprotect and then sync the shadow up when the tlb flush happens',
    short: 'presumably you take a fault for the first pte updated … then sync the shadow up when the tlb flush happens',
    source: fitzhardinge2008,
    readings: [
      {
        says: 'confirms',
        variant: 'out-of-sync',
        property: ['noLostDirty', 'noLostAccessed', 'protectionEffective'],
        expected: 'holds',
        note: 'Between the two the shadow is what a TLB is: stale, until it is flushed.',
      },
      {
        says: 'contrasts',
        variant: 'out-of-sync',
        settings: { tlbFlushAfterCommit: false },
        property: 'protectionEffective',
        expected: 'violated',
        note: 'So it is the TLB flush that must synchronise it.',
      },
      {
        says: 'confirms',
        variant: 'out-of-sync',
        settings: { ptes: 8, user: false },
        property: 'crossingsAsCounted',
        expected: 'holds',
        note: 'One trap and one TLB flush, for eight entries as for one.',
      },
    ],
  },

  {
    id: 'C0.10b',
    quote: 'batching that trap and the tlb flush would give you some benefit for small mprotects',
    short: 'batching that trap and the tlb flush … some benefit for small mprotects',
    source: fitzhardinge2008,
    readings: [
      {
        says: 'confirms',
        variant: 'flush-in-batch',
        property: 'cheaperThanOutOfSync',
        expected: 'holds',
        note: 'One crossing instead of two.',
      },
      { says: 'confirms', variant: 'flush-in-batch', property: 'protectionEffective', expected: 'holds' },
      {
        says: 'contrasts',
        property: 'crossingsAsCounted',
        expected: 'holds',
        note: 'With a TLB flush of its own the batch takes two as well: the flush must be in it.',
      },
      {
        says: 'confirms',
        variant: 'flush-in-batch',
        settings: { ptes: 32, batchSize: 32, user: false },
        property: 'cheaperThanOutOfSync',
        expected: 'holds',
        note: 'Small is what fits into one hypercall: 32 entries do, 33 do not.',
      },
      {
        says: 'confirms',
        variant: 'flush-in-batch',
        settings: { ptes: 33, batchSize: 32, user: false },
        property: 'cheaperThanOutOfSync',
        expected: 'violated',
        note: 'Small is what fits into one hypercall: 32 entries do, 33 do not.',
      },
    ],
  },

  {
    id: 'P0 flush',
    quote:
      "it's not necessarily a data integrity issue but it is a correctness issue as there is a window where an mprotect that limits access still allows access.",
    short: 'there is a window where an mprotect that limits access still allows access',
    source: reclaimFlush2017,
    readings: [
      {
        says: 'contrasts',
        property: 'protectionEffective',
        expected: 'holds',
        note: 'That mprotect() protects: no store completes once it has returned.',
      },
      {
        says: 'contrasts',
        variant: 'no-tlb-flush',
        property: 'protectionEffective',
        expected: 'violated',
        note: 'For which the entry is not enough.',
      },
      {
        says: 'contrasts',
        variant: 'flush-after-unlock',
        property: 'protectionEffective',
        expected: 'holds',
        note: 'The flush may come after the page-table lock is given back, as it does in Linux.',
      },
      {
        says: 'confirms',
        variant: 'parallel-reclaim-2017',
        property: 'protectionEffective',
        expected: 'violated',
        note: 'Unless who flushes late meets who flushes nothing, since it finds nothing to change.',
      },
      { says: 'contrasts', variant: 'parallel-reclaim-2017-fixed', property: 'protectionEffective', expected: 'holds' },
    ],
  },

  {
    id: 'P0 flush 2',
    quote: "For munmap, it's potentially a data integrity issue",
    source: reclaimFlush2017,
    readings: [
      {
        says: 'confirms',
        variant: 'parallel-munmap-2017',
        property: 'noUseAfterFree',
        expected: 'violated',
        note: 'Reclaim has cleared the entry and flushes late; munmap() finds nothing to clear, and lets go of the page.',
      },
      {
        says: 'contrasts',
        variant: ['unmap-under-the-ptl', 'unmap-flush-after-unlock', 'parallel-reclaim-2017-fixed'],
        property: 'noUseAfterFree',
        expected: 'holds',
        note: 'Who flushes before it lets go of the page may do so after the unlock.',
      },
    ],
  },

  {
    id: 'P0 flush 3',
    quote: 'When clearing a PTE the TLB should be flushed whilst still holding the PTL to avoid a potential race with madvise/munmap/etc.',
    short: 'the TLB should be flushed whilst still holding the PTL',
    source: migrateFlush2022,
    readings: [
      {
        says: 'confirms',
        variant: 'second-writer-skips-flush',
        property: 'writeProtectionEffective',
        expected: 'holds',
        note: 'A second writer that finds nothing to change needs no flush, if the first one flushes before it gives the lock back.',
      },
      { says: 'confirms', variant: 'flush-after-unlock-second-writer-skips', property: 'writeProtectionEffective', expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'flush-after-unlock-second-writer-looks',
        property: 'writeProtectionEffective',
        expected: 'holds',
        note: 'Or looks whether a flush is pending.',
      },
    ],
  },
])
