/** What is merged is equal, and stays so. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import ksmStaleWrite from '../../models/races/ksm-stale-write.ts'

const own = 0
const ksm = 1

export default properties(ksmStaleWrite, {
  /** Where the common page is mapped it has what the program has stored. */
  noLostStore: always((s) => s.pte[0]!.frame !== ksm || !s.differs),
  /** While pages are compared, and from then on, no CPU can store to the page. */
  nobodyStoresAtTheComparison: always((s, _, at) => at.ksmd !== 'pages_identical()' || !storeHits(s.tlb, 0)),
  /** What is compared is read-only, and clean. */
  comparedIsReadOnly: always((s, _, at) => at.ksmd !== 'pages_identical()' || (!s.pte[0]!.W && !s.pte[0]!.D)),
  /** Once the common page is mapped no CPU has a translation of the other, which is freed. */
  otherIsFlushed: always((s) => s.pte[0]!.frame !== ksm || s.tlb[0]?.frame !== own),
  /** Nobody is counted, or keeps the lock, in the end. */
  allIsGivenBack: always(
    (s, _, at) => at.madvise !== null || at.clearRefs !== null || at.ksmd !== null || (s.pending.count === 0 && s.ptl.owner === null),
  ),

  /** The window: the entry is clean and read-only, and a CPU stores without a walk; so it is when KSM looks. */
  storesWithoutAWalk: sometimes((s) => s.pte[0]!.P && !s.pte[0]!.W && !s.pte[0]!.D && storeHits(s.tlb, 0)),
  bothArePending: sometimes((s, _, at) => s.pending.count === 2 && at.ksmd === 'write_protect_page(): spin_lock(ptl)', {
    where: (p) => p.madviseCounts && p.clearRefsCounts,
  }),
  protects: sometimes((s) => s.protected),
  spares: sometimes((s, _, at) => at.ksmd === 'write_protect_page(): spin_unlock(ptl)' && !s.flushed),
  asksAndFlushes: sometimes((s) => s.flushed && !s.protected, {
    where: (p) => p.asksPending && (p.madviseCounts || p.clearRefsCounts),
  }),
  /** Both orders: the page is merged, and the program stores before it can be. */
  merges: sometimes((s, _, at) => at.ksmd === null && s.pte[0]!.P && s.pte[0]!.frame === ksm && !s.differs),
  storesFirst: sometimes((s, _, at) => at.ksmd === null && s.pte[0]!.frame === own && s.differs),
  /** KSM is the first of the three, and the last. */
  mergesFirst: sometimes((s, _, at) => at.clearRefs === 'clear_soft_dirty(): pte_wrprotect()' && s.pte[0]!.frame === ksm),
  mergesLast: sometimes((_, __, at) => at.clearRefs === null && at.madvise === null && at.ksmd === 'write_protect_page(): spin_lock(ptl)'),
})

const patch = { kind: 'mail', author: 'Minchan Kim', date: '2017-08-01', list: 'linux-mm' } as const
const merged = ['noLostStore', 'nobodyStoresAtTheComparison'] as const

export const commits = claims(ksmStaleWrite, [
  {
    id: 'R10',
    quote:
      'Later, CPU1, CPU2 and CPU3 would flush the TLB, but that is too late. CPU0 already wrote on the page, but KSM ignored this write, and it got lost.',
    short: 'CPU1, CPU2 and CPU3 would flush the TLB, but that is too late. CPU0 already wrote on the page',
    source: patch,
    by: 'Nadav Amit',
    readings: [
      { says: 'confirms', variant: ['as-it-was', 'asks-nobody-counts', 'counts-not-asked'], property: merged, expected: 'violated' },
    ],
  },
  {
    id: 'R10 2',
    quote:
      'This patch changes soft-dirty uses TLB batching API instead of flush_tlb_mm and KSM checks pending TLB flush by using mm_tlb_flush_pending so that it will flush TLB to avoid data lost if there are other parallel threads pending TLB flush.',
    short: 'soft-dirty uses TLB batching API instead of flush_tlb_mm and KSM checks pending TLB flush',
    source: patch,
    readings: [
      { says: 'confirms', variant: 'fixed', property: merged, expected: 'holds' },
      {
        says: 'contrasts',
        variant: ['clear-refs-uncounted', 'madvise-uncounted'],
        property: merged,
        expected: 'holds',
        finding: 'that one of the two counts is enough: the stale translation needs both flushes to be pending, and KSM to miss both',
      },
    ],
  },
])

const variant = 'fixed'

export const unneeded = accepted(ksmStaleWrite, [
  {
    change: "one step earlier: yield until('madvise_free_pte_range(): pte_mkclean()', () => s.ptl.owner === null) s.pte[0]!.D = fa…",
    variant,
    why: 'as without the lock, which comes next',
  },
  {
    change: "lets through: until('madvise_free_pte_range(): pte_mkclean()', () => s.ptl.owner === null)",
    variant,
    why: 'while KSM holds the lock the entry is empty, or without D: what madvise() takes away then KSM takes too',
  },
  {
    change: "one step earlier: yield until('clear_soft_dirty(): pte_wrprotect()', () => s.ptl.owner === null) s.pte[0]!.W = false",
    variant,
    why: 'as without the lock, which comes next',
  },
  { change: "lets through: until('clear_soft_dirty(): pte_wrprotect()', () => s.ptl.owner === null)", variant, why: 'the same, for W' },
  {
    change: 'step split',
    variant,
    why: 'nobody but the hardware changes the entry under the lock, and that only adds A and D while it is writable',
  },
  {
    change: 'off by one: 0 → 1 in const asks = p.asksPending && s.pending.count > 0',
    variant,
    why: 'the finding: only where both flushes are pending can a CPU store without a walk',
  },
  {
    change: "swapped: orig = xchg(s.pte, 0, emptyPte) s.protected = orig.W || orig.D yield* flushTlbPage(s.tlb, 0, 'write…",
    variant,
    why: 'the entry is then cleared in the very step of the flush',
  },
  {
    change: 'always true: samePte(s.pte[0]!, orig)',
    variant,
    why: 'faults wait for the lock of the page, which KSM holds; what else changes an entry meanwhile, as a zap, is left out',
  },
  {
    change: "swapped: s.pte[0] = emptyPte yield* flushTlbPage(s.tlb, 0, 'replace_page(): flush_tlb_page()')",
    variant,
    why: 'the entry is then cleared in the very step of the flush',
  },
  {
    change: "steps swapped: yield* flushTlbPage(s.tlb, 0, 'write_protect_page(): flush_tlb_page()') s.flushed = true yield 'wri…",
    variant,
    why: 'the new entry is read-only: to fill from it before the flush does no harm, and the flush still comes before the comparison',
  },
  {
    change: 'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: own } (3 in init)',
    variant,
    why: 'the first access sets A',
  },
  {
    change: 'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: own } (4 in init)',
    variant,
    why: 'the first store sets D',
  },
])
