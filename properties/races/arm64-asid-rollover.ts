/** What TLBI by ASID promises, whatever ASID the address space has by then. */
import { always, claims, properties, sometimes } from 'mmucheck'
import arm64AsidRollover from '../../models/races/arm64-asid-rollover.ts'

export default properties(arm64AsidRollover, {
  /** Once ptep_clear_flush() has returned, nobody reaches the page. */
  noUseAfterFlush: always((s) => !s.usedAfterFlush),
  /** So no translation is left under the ASID that mm has: TLBEmptyInvalPTE of the TLA+ model. */
  noStaleTranslation: always((s) => !(s.flushed && s.tlb[s.asids.id[0].asid] !== null)),
  /** No address space runs under an ASID under which translations of another one are cached. */
  noForeignTranslation: always((s) => s.task === 0 || s.tlb[s.ttbr] === null),

  isUsed: sometimes((s) => s.used),
  invalidatedByTlbi: sometimes((s) => s.invalidated),
  invalidatedByRollover: sometimes((s) => s.invalidatedByRollover, { where: (p) => p.flushAtRollover }),
  /** mm has got another ASID, before the entry is cleared, and after. */
  newAsidBefore: sometimes((s) => s.pte !== null && s.task === 0 && s.ttbr === 1),
  newAsidAfter: sometimes((s) => s.flushed && s.task === 0 && s.ttbr === 1),
  /** All three run. */
  taskTwoRuns: sometimes((s) => s.task === 2),
  flushedWhileMmRuns: sometimes((s) => s.flushed && s.task === 0),
})

const commit = { kind: 'document', title: 'Linux commit 5e10f9887ed8', date: '2021' } as const

export const commits = claims(arm64AsidRollover, [
  {
    id: 'R12',
    quote: 'Fix TLBI vs ASID rollover',
    source: commit,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: ['noUseAfterFlush', 'noStaleTranslation'], expected: 'violated' },
      {
        says: 'confirms',
        variant: 'fixed',
        property: ['noUseAfterFlush', 'noStaleTranslation', 'noForeignTranslation'],
        expected: 'holds',
      },
      {
        says: 'contrasts',
        variant: 'as-it-was',
        property: 'noForeignTranslation',
        expected: 'holds',
        note: 'the allocator itself is right: nobody gets the ASID of another',
      },
      {
        says: 'contrasts',
        variant: 'no-flush-at-rollover',
        property: 'noForeignTranslation',
        expected: 'violated',
        note: 'it is right because a new generation starts with empty TLBs',
      },
    ],
  },
])
