/** What MADV_DONTNEED promises, and both orders of the race. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import thpNonePmd from '../../models/races/thp-none-pmd.ts'

export default properties(thpNonePmd, {
  /** Once MADV_DONTNEED has returned, a load gets zeroes, and not what was in the page before. */
  zeroesAfterDontneed: always((s) => !s.sawOldData),
  /** It leaves nothing mapped: what a load could still get. */
  oldPageIsUnmapped: always((s) => !s.returned || (s.pmd !== 'old' && s.pmd !== 'invalid')),
  /** No data are lost before MADV_DONTNEED has zapped the page, and given the lock back that faults need too. */
  zeroesAfterZap: always((s, _p, at) => s.pmd !== 'zero' || at.madvise === 'return from madvise()' || at.madvise === null),

  /** The window: the entry is about to be set, and MADV_DONTNEED has already looked at it. */
  lookedInBetween: sometimes(
    (_s, _p, at) => at.numa === 'set_pmd_at()' && at.madvise !== 'zap_pmd_range(): pmd_trans_huge(*pmd)?' && at.madvise !== null,
  ),
  lookedAtInvalid: sometimes((s, _p, at) => s.pmd === 'invalid' && at.madvise === 'zap_huge_pmd(): pmd_trans_huge_lock()', {
    where: (p) => p.change === 'invalidate',
  }),
  /** Both orders: the change is over before the zap, and the zap before the change. */
  changedFirst: sometimes((s, _, at) => at.numa === null && s.pmd === 'old' && at.madvise === 'pmdp_huge_get_and_clear_full()'),
  zappedFirst: sometimes((s, _, at) => s.returned && s.pmd === 'none' && at.numa === 'change_huge_pmd(): pmd_trans_huge_lock()'),
  zeroesAreMapped: sometimes((s) => s.returned && s.pmd === 'zero'),
})

/** Of the fix, the default. */
export const unneeded = accepted(thpNonePmd, [
  ...[
    "always false: p.look !== 'with the lock'",
    "step left out: yield 'zap_pmd_range(): pmd_trans_huge(*pmd)?' let isNone = s.pmd === 'none' if (p.look === 'twice …",
    'always false: isNone',
  ].map((change) => ({
    change,
    why: 'to look saves the lock where there is nothing to zap; who zaps in any case is as safe (variant looks-with-lock)',
    variant: 'fixed',
  })),
  {
    change: "swapped: s.pmd = 'none' yield* release(s.ptl, 1, 'spin_unlock(ptl)')",
    why: 'the entry is cleared in the step that gives the lock back: all who write to it, faults too, need the lock, and see it cleared either way',
    variant: 'fixed',
  },
  ...['rule left out: load', "another value: 'old' → 'invalid' in when(s.pmd === 'old')"].map((change) => ({
    change,
    why: 'what a load would get after the return oldPageIsUnmapped asks without it; a load of the old page before the return changes nothing',
    variant: 'fixed',
  })),
])

const numaBalancing: Document = { kind: 'document', title: 'Linux commit ced108037c2a', author: 'Kirill A. Shutemov', date: '2017' }

export const commits = claims(thpNonePmd, [
  {
    id: 'R27',
    quote: 'thp: fix MADV_DONTNEED vs. numa balancing race',
    source: numaBalancing,
    readings: [
      { says: 'confirms', variant: 'fixed', property: ['zeroesAfterDontneed', 'oldPageIsUnmapped'], expected: 'holds' },
      { says: 'contrasts', variant: 'as-it-was', property: ['zeroesAfterDontneed', 'oldPageIsUnmapped'], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'looks-twice',
        property: 'zeroesAfterDontneed',
        expected: 'violated',
        note: 'an entry that is none for a moment can be so twice that one looks',
      },
      {
        says: 'contrasts',
        variant: 'looks-with-lock',
        property: ['zeroesAfterDontneed', 'oldPageIsUnmapped'],
        expected: 'holds',
        note: 'the other side could have been mended instead, at the cost of a lock for every entry',
      },
    ],
  },
])
