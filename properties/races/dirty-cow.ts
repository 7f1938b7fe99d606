/** What a private mapping promises, and that the copy is taken away and made again. */
import { always, claims, type Document, type Own, properties, sometimes } from 'mmucheck'
import dirtyCow from '../../models/races/dirty-cow.ts'

export default properties(dirtyCow, {
  /** The page that get_user_pages() returns for a write is the private copy. */
  returnedPageIsPrivate: always((s) => s.got !== 'original'),
  /** Nobody writes to the file. */
  originalIsUnchanged: always((s) => !s.originalWritten),

  copyIsWritten: sometimes((s, _, at) => at.gup === null && s.got === 'copy'),
  /** The window: the copy has been taken away, or replaced by the original, when the walk looks for it. */
  walkFindsACopy: sometimes((s, _, at) => at.gup === 'follow_page_mask()' && s.pte === 'copy'),
  walkFindsTheOriginal: sometimes((s, _, at) => at.gup === 'follow_page_mask()' && s.pte === 'original'),
  takenAwayOnceReturned: sometimes((s, _, at) => at.gup === 'write to the page' && s.got === 'copy' && s.pte !== 'copy'),
})

const games: Document = { kind: 'document', title: 'Linux commit 19be0eaffa3a', author: 'Linus Torvalds', date: '2016' }
const page: Own = { kind: 'own', title: 'docs/races/dirty-cow.md, on Linux commit a8f97366452e' }

export const commits = claims(dirtyCow, [
  {
    id: 'R34',
    quote: 'mm: remove gup_flags FOLL_WRITE games from __get_user_pages()',
    source: games,
    readings: [
      { says: 'confirms', variant: 'fixed', property: ['returnedPageIsPrivate', 'originalIsUnchanged'], expected: 'holds' },
      { says: 'confirms', variant: 'as-it-was', property: ['returnedPageIsPrivate', 'originalIsUnchanged'], expected: 'violated' },
      {
        says: 'contrasts',
        variant: 'foll-cow-alone',
        property: 'returnedPageIsPrivate',
        expected: 'violated',
        note: 'that there was a copy says nothing of the page that is there now',
      },
      {
        says: 'contrasts',
        variant: 'dirty-alone',
        property: 'returnedPageIsPrivate',
        expected: 'holds',
        note: 'where only a copy can be dirty the flag is not needed',
      },
    ],
  },
  {
    id: 'R34b',
    quote: 'a dirty entry proves that the page was copied only if nobody sets the bit for reading',
    source: page,
    readings: [
      { says: 'confirms', variant: 'huge-as-it-was', property: ['returnedPageIsPrivate', 'originalIsUnchanged'], expected: 'violated' },
      { says: 'confirms', variant: 'fixed', property: 'returnedPageIsPrivate', expected: 'holds' },
    ],
  },
])
