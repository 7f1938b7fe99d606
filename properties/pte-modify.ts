/**
 * What a read-modify-write of a page-table entry must keep, with the claims that it settles (C0.1 to C0.10): Jeremy
 * Fitzhardinge and Zachary Amsden, linux-kernel, 23 May 2008.
 */
import { accepted, always, alwaysPossible, bound, claims, leadsTo, maximum, properties, sometimes } from 'mmucheck'
import { loadHits, storeHits } from 'mmucheck/mmu'
import pteModify, { kernel, other } from '../models/pte-modify.ts'

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
    change: 'another value: false → true (2)',
    why: 'whether a flush is pending is asked only where a writer may leave its flush out (flushSkipped)',
  },
  ...['always true: s.queued.length > 0', 'comparison: s.queued.length > 0 → s.queued.length >= 0'].map((change) => ({
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
  ...[
    "rule left out: 'TLB eviction'",
    'swapped: when(loadHits(s.tlb, page)) flush(s.tlb, page)',
    'left out: when(loadHits(s.tlb, page))',
    'lets through: when(loadHits(s.tlb, page))',
    'left out: flush(s.tlb, page)',
  ].map((change) => ({
    change,
    why: 'the environment: a translation that is evicted is walked for again, which sets A once more; every race and every window can be had without',
  })),
])

const jeremy = 'Jeremy Fitzhardinge, "Re: [PATCH 0 of 4] mm+paravirt+xen: add pte read-modify-write abstraction", 23 May 2008'
const zach = 'Zachary Amsden, quoted by Jeremy Fitzhardinge, 23 May 2008'
const doubt =
  'How do you guarantee no other CPU is fizzling the A/D bits in the page table (it can be done by hardware with direct page tables), unless you use some kind of IPI?'
const lockClaim =
  'Xen holds a lock internally to stop other cpus from updating the pte in software, so the only source of modification is the hardware itself'
const loopClaim = 'the cmpxchg loop is guaranteed to terminate because the A/D bits can only transition from 0->1'
const batchClaim = 'The batching pays off even for single page mprotects, because the trap and emulate of xchg is so expensive.'
const preserveClaim =
  'puts the pte entry into a state where either the hardware will not update the pte, or if it does, the updates will be preserved on commit'
const commitText = 'Linux commit 1ea0704e0da6 (merged in 2.6.27)'
const outOfSync =
  'presumably you take a fault for the first pte updated in the mprotect and then sync the shadow up when the tlb flush happens'
const smallOnes = 'batching that trap and the tlb flush would give you some benefit for small mprotects'
const window =
  "it's not necessarily a data integrity issue but it is a correctness issue as there is a window where an mprotect that limits access still allows access."
const reclaim = 'Linux commit 3ea277194daa (2017)'
const whilst =
  'When clearing a PTE the TLB should be flushed whilst still holding the PTL to avoid a potential race with madvise/munmap/etc.'
const migrate = 'Linux commit 60bae7370896 (2022)'

/**
 * Of C0.9 the number 32 itself is a constant of Linux's multicalls.c (MC_BATCH); what is settled is that a batch of 33
 * takes a second hypercall and one of 32 does not. The factors 7x and 5.5x are measurements, which follow from no count
 * of crossings. PAE's two 32-bit halves, which double each trap, are modelled in writable-page-tables.
 */
export const mails = claims(pteModify, [
  ...(['naive', 'batched-without-preserving'] as const).flatMap((variant) =>
    (['noLostDirty', 'noLostAccessed'] as const).map((property) => ({
      id: 'C0.1',
      quote: doubt,
      source: zach,
      variant,
      property,
      expected: 'violated' as const,
      reading: 'The doubt is right of a plain read and write: what the hardware sets between them is overwritten.',
    })),
  ),
  ...(['noLostDirty', 'noLostAccessed', 'noFaultWindow'] as const).map((property) => ({
    id: 'C0.2',
    quote: "No, you just use cmpxchg. It's pretty lightweight really.",
    source: jeremy,
    property,
    expected: 'holds' as const,
    reading: 'No IPI is sent before the entry is written.',
  })),
  {
    id: 'C0.2',
    quote: preserveClaim,
    source: commitText,
    variant: 'mkclean',
    property: 'canClean',
    expected: 'violated',
    reading: 'Preserving can only add bits, so it is no way to clear one: a documented limit, not a bug.',
  },
  { id: 'C0.2', quote: preserveClaim, source: commitText, variant: 'mkclean-by-xchg', property: 'canClean', expected: 'holds' },
  {
    id: 'C0.2',
    quote: preserveClaim,
    source: commitText,
    variant: 'swap-out',
    property: 'absentEntryHasNoBits',
    expected: 'violated',
    reading: 'The same limit: A and D would be added to a swap entry.',
  },
  {
    id: 'C0.2',
    quote: preserveClaim,
    source: commitText,
    variant: 'swap-out-by-xchg',
    property: 'absentEntryHasNoBits',
    expected: 'holds',
  },
  {
    id: 'C0.3',
    quote: lockClaim,
    source: jeremy,
    variant: 'unmap-under-the-xen-lock',
    property: 'assert',
    expected: 'holds',
  },
  {
    id: 'C0.3',
    quote: lockClaim,
    source: jeremy,
    variant: 'unmap-without-the-xen-lock',
    property: 'assert',
    expected: 'violated',
    reading: 'Without the lock it is the hypervisor that asserts: BUG_ON in update_intpte().',
  },
  { id: 'C0.4', quote: loopClaim, source: jeremy, property: 'cmpxchgTerminates', expected: 'holds' },
  { id: 'C0.4', quote: loopClaim, source: jeremy, property: 'atMostThreeAttempts', expected: 'holds' },
  {
    id: 'C0.4',
    quote: loopClaim,
    source: jeremy,
    property: 'thirdAttempt',
    expected: 'holds',
    reading: 'Three is tight: a load sets A before the first attempt, a store sets D before the second.',
  },
  ...(['cmpxchgTerminates', 'atMostThreeAttempts'] as const).map((property) => ({
    id: 'C0.5',
    quote: loopClaim,
    source: jeremy,
    variant: 'aging-under-the-xen-lock',
    property,
    expected: 'holds' as const,
    reading: 'Software clears A as well (page aging), but not while the hypervisor holds its lock.',
  })),
  ...(['cmpxchgTerminates', 'atMostThreeAttempts'] as const).map((property) => ({
    id: 'C0.5',
    quote: loopClaim,
    source: jeremy,
    variant: 'aging-without-the-xen-lock',
    property,
    expected: 'violated' as const,
    reading: 'A goes from 1 to 0 too where software clears it; so the guarantee rests on the lock, not on the hardware alone.',
  })),
  ...(['xchg', 'xchg-emulated'] as const).flatMap((variant) =>
    (['noLostDirty', 'noLostAccessed'] as const).map((property) => ({
      id: 'C0.6',
      quote: batchClaim,
      source: jeremy,
      variant,
      property,
      expected: 'holds' as const,
      reading: 'Implied: xchg is the safe baseline. Its emulation by cmpxchg, with restarts, is as safe.',
    })),
  ),
  {
    id: 'C0.6',
    quote: batchClaim,
    source: jeremy,
    variant: 'xchg-emulated-in-two',
    property: 'noLostDirty',
    expected: 'violated',
    reading: 'An emulator that reads and writes in two accesses is no xchg.',
  },
  {
    id: 'C0.6',
    quote: preserveClaim,
    source: commitText,
    variant: 'xchg',
    property: 'noFaultWindow',
    expected: 'violated',
    reading: 'The first of the two states: the entry is not present meanwhile. The fault is benign, it waits for the page-table lock.',
  },
  {
    id: 'C0.7',
    quote: 'must be exactly paired, and used while holding the appropriate pte lock',
    source: commitText,
    variant: 'drain-after-unlock',
    property: 'noResurrection',
    expected: 'violated',
    reading: 'The lock must be held until the queued commit is issued.',
  },
  {
    id: 'C0.7',
    quote: 'must be exactly paired, and used while holding the appropriate pte lock',
    source: commitText,
    variant: 'unmap-under-the-ptl',
    property: 'noResurrection',
    expected: 'holds',
  },
  {
    id: 'C0.7',
    quote: 'They do not protect against other software updates of the pte in any way',
    source: commitText,
    variant: 'unmap-under-the-xen-lock',
    property: 'noResurrection',
    expected: 'violated',
    reading: "The hypervisor's lock keeps each update whole; it does not keep the two halves of the kernel's together.",
  },
  {
    id: 'C0.8',
    quote: batchClaim,
    source: jeremy,
    property: 'cheaperThanTwoTraps',
    expected: 'holds',
    reading: 'One crossing for one entry.',
  },
  {
    id: 'C0.8',
    quote: batchClaim,
    source: jeremy,
    variant: 'xchg',
    property: 'cheaperThanTwoTraps',
    expected: 'violated',
    reading: 'Two crossings for one entry.',
  },
  ...(['naive', 'xchg', 'xchg-emulated', 'xchg-batched-set'] as const).map((variant) => ({
    id: 'C0.8',
    quote: batchClaim,
    source: jeremy,
    variant,
    property: 'crossingsAsCounted',
    expected: 'holds' as const,
    reading:
      'Traps for n entries: n stores; 2n for xchg and set_pte, with at most 2n restarts if it is emulated; n where set_pte is batched.',
  })),
  {
    id: 'C0.8',
    quote: batchClaim,
    source: jeremy,
    settings: { ptes: 3, batchSize: 1, user: false },
    property: 'crossingsAsCounted',
    expected: 'holds',
    reading: 'Without lazy MMU mode: one hypercall for each entry, and no trap.',
  },
  ...([32, 33] as const).map((ptes) => ({
    id: 'C0.9',
    quote: 'I could increase the batch size (currently max of 32 pte updates/hypercall)',
    source: jeremy,
    settings: { ptes, batchSize: 32, user: false },
    property: 'crossingsAsCounted',
    expected: 'holds' as const,
    reading: 'n entries take ⌈n/32⌉ hypercalls: 32 take one, 33 take two.',
  })),
  {
    id: 'C0.8',
    quote: 'I wonder if that means the average mprotect size in your benchmark is 7 pages.',
    source: zach,
    settings: { ptes: 4, batchSize: 32, user: false },
    property: 'sevenfoldTakesSevenEntries',
    expected: 'violated',
    reading:
      'It does not mean that: by crossings alone four entries gain a factor of eight, two traps each against one hypercall. What is measured counts the work on each entry too.',
  },

  ...(['noLostDirty', 'noLostAccessed', 'protectionEffective'] as const).map((property) => ({
    id: 'C0.10',
    quote: outOfSync,
    source: jeremy,
    variant: 'out-of-sync',
    property,
    expected: 'holds' as const,
    reading: 'Between the two the shadow is what a TLB is: stale, until it is flushed.',
  })),
  {
    id: 'C0.10',
    quote: outOfSync,
    source: jeremy,
    variant: 'out-of-sync',
    settings: { tlbFlushAfterCommit: false },
    property: 'protectionEffective',
    expected: 'violated',
    reading: 'So it is the TLB flush that must synchronise it.',
  },
  {
    id: 'C0.10',
    quote: outOfSync,
    source: jeremy,
    variant: 'out-of-sync',
    settings: { ptes: 8, user: false },
    property: 'crossingsAsCounted',
    expected: 'holds',
    reading: 'One trap and one TLB flush, for eight entries as for one.',
  },
  {
    id: 'C0.10',
    quote: smallOnes,
    source: jeremy,
    variant: 'flush-in-batch',
    property: 'cheaperThanOutOfSync',
    expected: 'holds',
    reading: 'One crossing instead of two.',
  },
  { id: 'C0.10', quote: smallOnes, source: jeremy, variant: 'flush-in-batch', property: 'protectionEffective', expected: 'holds' },
  {
    id: 'C0.10',
    quote: smallOnes,
    source: jeremy,
    property: 'crossingsAsCounted',
    expected: 'holds',
    reading: 'With a TLB flush of its own the batch takes two as well: the flush must be in it.',
  },
  ...([32, 33] as const).map((ptes) => ({
    id: 'C0.10',
    quote: smallOnes,
    source: jeremy,
    variant: 'flush-in-batch',
    settings: { ptes, batchSize: 32, user: false },
    property: 'cheaperThanOutOfSync',
    expected: ptes === 32 ? ('holds' as const) : ('violated' as const),
    reading: 'Small is what fits into one hypercall: 32 entries do, 33 do not.',
  })),

  {
    id: 'P0 flush',
    quote: window,
    source: reclaim,
    property: 'protectionEffective',
    expected: 'holds',
    reading: 'That mprotect() protects: no store completes once it has returned.',
  },
  {
    id: 'P0 flush',
    quote: window,
    source: reclaim,
    variant: 'no-tlb-flush',
    property: 'protectionEffective',
    expected: 'violated',
    reading: 'For which the entry is not enough.',
  },
  {
    id: 'P0 flush',
    quote: window,
    source: reclaim,
    variant: 'flush-after-unlock',
    property: 'protectionEffective',
    expected: 'holds',
    reading: 'The flush may come after the page-table lock is given back, as it does in Linux.',
  },
  {
    id: 'P0 flush',
    quote: window,
    source: reclaim,
    variant: 'parallel-reclaim-2017',
    property: 'protectionEffective',
    expected: 'violated',
    reading: 'Unless who flushes late meets who flushes nothing, since it finds nothing to change.',
  },
  {
    id: 'P0 flush',
    quote: window,
    source: reclaim,
    variant: 'parallel-reclaim-2017-fixed',
    property: 'protectionEffective',
    expected: 'holds',
  },
  {
    id: 'P0 flush',
    quote: "For munmap, it's potentially a data integrity issue",
    source: reclaim,
    variant: 'parallel-munmap-2017',
    property: 'noUseAfterFree',
    expected: 'violated',
    reading: 'Reclaim has cleared the entry and flushes late; munmap() finds nothing to clear, and lets go of the page.',
  },
  ...(['unmap-under-the-ptl', 'unmap-flush-after-unlock', 'parallel-reclaim-2017-fixed'] as const).map((variant) => ({
    id: 'P0 flush',
    quote: "For munmap, it's potentially a data integrity issue",
    source: reclaim,
    variant,
    property: 'noUseAfterFree',
    expected: 'holds' as const,
    reading: 'Who flushes before it lets go of the page may do so after the unlock.',
  })),
  {
    id: 'P0 flush',
    quote: whilst,
    source: migrate,
    variant: 'second-writer-skips-flush',
    property: 'writeProtectionEffective',
    expected: 'holds',
    reading: 'A second writer that finds nothing to change needs no flush, if the first one flushes before it gives the lock back.',
  },
  {
    id: 'P0 flush',
    quote: whilst,
    source: migrate,
    variant: 'flush-after-unlock-second-writer-skips',
    property: 'writeProtectionEffective',
    expected: 'violated',
  },
  {
    id: 'P0 flush',
    quote: whilst,
    source: migrate,
    variant: 'flush-after-unlock-second-writer-looks',
    property: 'writeProtectionEffective',
    expected: 'holds',
    reading: 'Or looks whether a flush is pending.',
  },
])
