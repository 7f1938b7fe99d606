/** Who reuses a page has it alone. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import thpMapcount from '../../models/races/thp-mapcount.ts'

const A = 0
const B = 1

export default properties(thpMapcount, {
  /** A page that is reused for a store is mapped by nobody else. */
  reusedIsExclusive: always((s) => !(s.reused && s.maps[A])),
  /** The fault never counts fewer mappings than there are. */
  neverTooFew: always((s) => !s.tooFew),
  /** In the end the counters say how often the page is mapped. */
  counted: always((s, _, at) => at.A !== null || at.B !== null || s.subpages + s.compound === (s.maps[A] ? 1 : 0) + (s.maps[B] ? 1 : 0)),
  /** Nobody keeps the lock of the page. */
  lockIsGivenBack: always((s, _, at) => at.A !== null || at.B !== null || s.pageLock.owner === null),

  /** The windows: the split has done one of its two steps; it has done both between the two reads of the fault. */
  halfSplit: sometimes((s) => s.subpages + s.compound === 3, { where: (p) => p.incrementFirst }),
  faultMeetsSplit: sometimes((_, __, at) => at.A === 'split_huge_pmd(): unlock_page()' && at.B === 'do_huge_pmd_wp_page(): lock_page()', {
    where: (p) => p.splitLocks,
  }),
  /** Both orders, and both outcomes: one that is alone, and one that only was not while it counted. */
  reused: sometimes((s) => s.reused && !s.maps[A]),
  copied: sometimes((s, _, at) => at.A === null && s.copied && s.maps[A]),
  copiedInVain: sometimes((s) => s.copied && s.tooMany),
  splitLater: sometimes((s, _, at) => at.B === null && s.copied && s.compound === 1 && s.subpages === 0),
})

const commit: Document = { kind: 'document', title: 'Linux commit c444eb564fb1', author: 'Andrea Arcangeli', date: '2020' }

export const commits = claims(thpMapcount, [
  {
    id: 'R35',
    quote:
      "to do an accurate reading, we must ensure the mapcount isn't computed while it's being transferred from the head page to the tail pages.",
    source: commit,
    onlyIf: 'the subpages are read first; and a reading that is never too small is enough',
    readings: [
      { says: 'confirms', variant: ['as-it-was', 'decrement-first'], property: ['reusedIsExclusive', 'neverTooFew'], expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: ['reusedIsExclusive', 'neverTooFew'], expected: 'holds' },
      {
        says: 'refutes',
        variant: 'compound-read-first',
        property: ['reusedIsExclusive', 'neverTooFew'],
        expected: 'holds',
        finding:
          'a share moves from compound_mapcount to the subpages and never back, so who reads compound_mapcount first sees it once or twice: then the page is copied, without need at worst',
      },
    ],
  },
  {
    id: 'R35 2',
    quote: "it's enough to add the page lock around __split_huge_pmd_locked too, in order to add the missing serialization.",
    source: commit,
    readings: [{ says: 'confirms', variant: 'fixed', property: ['reusedIsExclusive', 'neverTooFew', 'counted'], expected: 'holds' }],
  },
])

const variant = 'fixed'

export const unneeded = accepted(thpMapcount, [
  { change: 'step split', variant, why: 'an unmapping that falls apart: nobody sees in between whether A maps the page' },
  {
    change: "one step earlier: yield 'atomic_inc(&page[i]._mapcount)' s.subpages++",
    variant,
    why: 'who counts takes the lock of the page as well',
  },
])
