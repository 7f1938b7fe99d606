/** What TLBI by ASID promises, whatever ASID the address space has by then. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
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
  /** What ASIDs are for: a translation of mm is kept while others run, up to the switch back. */
  outlivesASwitch: sometimes(
    (s, _p, at) => s.task !== 0 && at.cpu1 !== 'check_and_switch_context()' && s.tlb.some((frame) => frame !== null),
  ),
  /** All three run. */
  taskTwoRuns: sometimes((s) => s.task === 2),
  flushedWhileMmRuns: sometimes((s) => s.flushed && s.task === 0),
})

/** The model as it is by default. */
export const unneeded = accepted(arm64AsidRollover, [
  ...['one round less: task < 2 → task < 2 - 1', 'off by one: 2 → 1 in for (let task = 0; task < 2; task++) {'].map((change) => ({
    change,
    why: 'the workload: task 1 gets its ASID when it is switched to first, as task 2 does',
    variant: 'fixed',
  })),
  ...[
    'left out: s.asids.id[task] = { current: true, asid: task }',
    'another value: true → false in s.asids.id[task] = { current: true, asid: task }',
  ].map((change) => ({
    change,
    why: 'the workload: with no ASID of the current generation, the first switch begins another, in which mm, which runs, keeps its own',
    variant: 'fixed',
  })),
  ...['step split: if (flush(s.tlb, asid))', 'step split: if (rollOver && p.flushAtRollover && flushAll(s.tlb))'].map((change) => ({
    change,
    why: 'what is split off only tells that a window has been there',
    variant: 'fixed',
  })),
  ...[
    'off by one: 1 → 2 in const next = (s.task + 1 + (yield* choose(2))) % 3',
    'off by one: 1 → 0 in const next = (s.task + 1 + (yield* choose(2))) % 3',
    'off by one: 2 → 3 in const next = (s.task + 1 + (yield* choose(2))) % 3',
  ].map((change) => ({
    change,
    why: 'the workload: CPU 1 may switch to what it runs already, which keeps its ASID, or go round in one direction',
    variant: 'fixed',
  })),
  {
    change: 'step split: const rollOver = newContext(s.asids, next, [s.task]) if (rollOver && p.flushAtRollover && flushAll(…',
    why: 'the TLB is emptied before anybody runs under an ASID of the new generation: that is soon enough',
    variant: 'fixed',
  },
])

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
