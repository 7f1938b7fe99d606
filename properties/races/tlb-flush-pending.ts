/** What a migration must not lose, and whom it must not leave a freed page to, while a TLB flush is pending. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import tlbFlushPending from '../../models/races/tlb-flush-pending.ts'

const counted = { where: (p: { pending: string }) => p.pending !== 'none' }

export default properties(tlbFlushPending, {
  /** No store is lost: the page of the entry, old or new, has what was stored last. */
  noLostStore: always((s) => s.upToDate[s.pte[0].frame]),
  /** Who still has a translation of the old page when it is freed could store to a page of somebody else. */
  freedIsUnmapped: always((s) => !s.freed || s.tlb[0] === null || s.tlb[0].frame !== 0),
  /** A page that was migrated is accessible again: who uses it faults no more. */
  migratedIsMapped: always((s) => !s.freed || (s.pte[0].P && s.pte[0].frame === 1)),
  /** Who is through has lowered what it raised: else all faults after it would flush for nothing. */
  noneStaysPending: always((s, _p, at) => at.protect.some((label) => label !== null) || s.pending === 0),

  /** The old page is freed, and the new one stored to. */
  newPageIsUsed: sometimes((s) => s.freed && s.tlb[0] !== null && !s.upToDate[0]),
  /** Each of the flushes finds the translation. */
  flushFindsTranslation: sometimes((s, _p, at) => at.protect[0] === 'flush_tlb_range()' && s.tlb[0] !== null),
  migrationFlushes: sometimes((s, _p, at) => at.migrate === 'migrate: flush_tlb_range()' && s.tlb[0] !== null, counted),
  /** Nobody can walk the entry, and a CPU can still store to the page. */
  storesWithoutEntry: sometimes((s) => !s.pte[0].P && storeHits(s.tlb, 0)),
  /** Both orders: the page is freed before the deferred flush, and the fault comes after it. */
  migrationOvertakesFlush: sometimes((s, _p, at) => s.freed && at.protect[0] === 'flush_tlb_range()'),
  flushOvertakesMigration: sometimes((_s, _p, at) => at.protect[0] === null && at.migrate === 'NUMA fault'),
  /** Two flushes are pending at once. */
  twoPending: sometimes((s) => s.pending > 1, { in: ['fixed'] }),
})

/** Of the fix of 2017, the default. */
export const unneeded = accepted(tlbFlushPending, [
  ...[
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: oldPage } (3 in init)',
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: oldPage } (4 in init)',
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage } (3 in migrate)',
    'another value: true → false in s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage } (4 in migrate)',
  ].map((change) => ({
    change,
    why: 'the hardware sets A and D at the first access or store; that they are set before lets a load cache a translation for stores',
    variant: 'fixed',
  })),
  ...['always true: s.pending > 0', 'comparison: s.pending > 0 → s.pending >= 0'].map((change) => ({
    change,
    why: 'the flag spares the flush where none is pending; to flush without asking is as safe, and slower',
    variant: 'fixed',
  })),
])

export const commits = claims(tlbFlushPending, [
  {
    id: 'R6a',
    quote:
      'During that time, a CPU may continue writing to the page. This is fine most of the time, however compaction or the NUMA migration code may come in, and migrate the page away.',
    short: 'a CPU may continue writing to the page … compaction or the NUMA migration code may … migrate the page away',
    source: { kind: 'document', title: 'Linux commit 20841405940e', date: '2013' },
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noLostStore', 'freedIsUnmapped'], expected: 'violated' },
      {
        says: 'confirms',
        variant: 'bool-alone',
        property: ['noLostStore', 'freedIsUnmapped'],
        expected: 'holds',
        note: 'as long as one range at a time is changed',
      },
    ],
  },
  {
    id: 'R6b',
    quote: 'mm: migrate: prevent racy access to tlb_flush_pending',
    source: { kind: 'document', title: 'Linux commit 16af97dc5a89', date: '2017' },
    readings: [
      {
        says: 'confirms',
        variant: 'bool',
        property: ['noLostStore', 'freedIsUnmapped'],
        expected: 'violated',
        note: 'who is ready first clears the flag of the other',
      },
      { says: 'confirms', variant: 'fixed', property: ['noLostStore', 'freedIsUnmapped'], expected: 'holds' },
    ],
  },
])
