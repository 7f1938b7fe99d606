/** What MADV_DONTNEED promises, and both orders of the race. */
import { always, claims, type Document, properties, sometimes } from 'mmucheck'
import thpNonePmd from '../../models/races/thp-none-pmd.ts'

export default properties(thpNonePmd, {
  /** Once MADV_DONTNEED has returned, a load gets zeroes, and not what was in the page before. */
  zeroesAfterDontneed: always((s) => !s.sawOldData),
  /** It leaves nothing mapped: what a load could still get. */
  oldPageIsUnmapped: always((s) => !s.returned || (s.pmd !== 'old' && s.pmd !== 'invalid')),

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
