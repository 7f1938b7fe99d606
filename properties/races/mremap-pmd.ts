/** What must be over before a page is freed whose page table mremap() moves. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import mremapPmd from '../../models/races/mremap-pmd.ts'

export default properties(mremapPmd, {
  /** A page that has been freed is not read, whichever address it was mapped at. */
  noUseAfterFree: always((s) => !s.page.usedAfterFree),
  /** Stronger: once the page is free, nobody has a translation of it. */
  freedIsUnmapped: always((s) => !s.page.isFree || s.tlb.every((entry) => entry === null)),
  /** Who has returned holds no lock. */
  locksAreGivenBack: always((s, _p, at) => at.cpu1 !== null || at.cpu2 !== null || (s.rmap.owner === null && s.ptePtl.owner === null)),

  /** mremap() flushes a translation; so does reclaim, of whichever address the page is at. */
  mremapFlushFinds: sometimes((s, _p, at) => at.cpu1 === 'move_normal_pmd(): flush_tlb_range(old)' && s.tlb[0] !== null),
  reclaimClearsOld: sometimes((s) => !s.pte[0].P && !s.page.isFree && s.tlb[0] !== null),
  reclaimClearsNew: sometimes((s) => !s.pte[0].P && !s.page.isFree && s.tlb[1] !== null),
  /** Both orders: the page is freed before mremap() begins with it, and after mremap() has returned. */
  freedBeforeMove: sometimes((s) => s.page.isFree && s.pmd[0]),
  freedAfterMove: sometimes((_s, _p, at) => at.cpu1 === null && at.cpu2 === 'reclaim: free the page'),
})

/** With the rmap lock, the model as it is by default. */
export const unneeded = accepted(mremapPmd, [
  {
    change: 'another value: true → false in s.pte[0] = { ...emptyPte, P: true, A: true } (2 in init)',
    why: 'the workload: an entry that has been accessed before; else the first load sets A',
    variant: 'fixed',
  },
  {
    change: "swapped: s.pmd[from] = false yield* flushTlbPage(s.tlb, from, 'move_normal_pmd(): flush_tlb_range(old)')",
    why: 'the pmd is cleared in the step of the flush: nobody walks in between',
    variant: 'fixed',
  },
  {
    change: "one step earlier: yield 'move_normal_pmd(): set pmd(new)' s.pmd[to] = true",
    why: 'reclaim waits for the rmap lock until the old address is flushed, whether the new pmd is set before that or after',
    variant: 'fixed',
  },
  ...[
    'always true: s.pte[0].P && (!p.recheck || s.pmd[va])',
    'operand left out: s.pte[0].P && (!p.recheck || s.pmd[va]) → (!p.recheck || s.pmd[va])',
  ].map((change) => ({
    change,
    why: 'with the rmap lock reclaim finds the page table at one address only, and nobody else clears its entry; without it the same entry may be seen at both',
    variant: 'fixed',
  })),
])

const document = { kind: 'document', author: 'Aneesh Kumar K.V', title: 'Linux commit 97113eb39fa7', date: '2021' } as const
const both = ['noUseAfterFree', 'freedIsUnmapped'] as const

export const commits = claims(mremapPmd, [
  {
    id: 'R14',
    quote:
      "The optimized version for PUD/PMD aligned mremap also doesn't hold the ptl lock. This can result in stale TLB entries as show below.",
    short: "The optimized version for PUD/PMD aligned mremap also doesn't hold the ptl lock. This can result in stale TLB entries",
    source: document,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: [...both], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'page-table-lock',
        property: [...both],
        expected: 'violated',
        note: 'that lock by itself is no help: reclaim looked at the pmd before it had to wait for it',
      },
      {
        says: 'contrasts',
        variant: 'recheck',
        property: [...both],
        expected: 'violated',
        note: 'nor is it to look at the pmd once more, without anything that keeps it as it is',
      },
      { says: 'contrasts', variant: 'page-table-lock-and-recheck', property: [...both], expected: 'holds', note: 'both together are' },
    ],
  },
  {
    id: 'R14 2',
    quote: 'the above race condition can be fixed if we force mremap path to take rmap lock.',
    source: document,
    readings: [{ says: 'confirms', variant: 'fixed', property: [...both], expected: 'holds' }],
  },
])
