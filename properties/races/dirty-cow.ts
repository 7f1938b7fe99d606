/** What a private mapping promises, and that the copy is taken away and made again. */
import { accepted, always, claims, type Document, type Own, properties, sometimes } from 'mmucheck'
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
  takenAwayOnceReturned: sometimes((s, _, at) => at.gup === 'write to the page' && s.got === 'copy' && s.pte === 'none'),
  replacedOnceReturned: sometimes((s, _, at) => at.gup === 'write to the page' && s.got === 'copy' && s.pte === 'original', {
    where: (p) => p.reader !== 'none',
  }),
})

/** The model as it is by default. */
export const unneeded = accepted(dirtyCow, [
  ...[
    "operand left out: hasFaulted && (p.afterCopy !== 'FOLL_COW and dirty' || s.dirty) → (p.afterCopy !== 'FOLL_COW and dirty' || s.dirty)",
    'another value: false → true in let hasFaulted = false',
  ].map((change) => ({
    change,
    why: 'where only a copy can be dirty, a dirty entry says that there was a fault: dirty-alone',
    variant: 'fixed',
  })),
  {
    change: "steps swapped: yield 'follow_page_mask()' if (s.pte !== 'none' && mayWrite(s, p, hasFaulted)) { s.got = s.pte retu…",
    why: 'before there was a fault the walk finds nothing that it may write to',
    variant: 'fixed',
  },
  {
    change: 'step split: s.got = s.pte',
    why: 'what counts is what the walk found; that it is returned is no access to the entry',
    variant: 'fixed',
  },
  ...["left out: when(s.pte !== 'none')", "lets through: when(s.pte !== 'none')"].map((change) => ({
    change,
    why: 'MADV_DONTNEED of an entry that is none changes nothing',
    variant: 'fixed',
  })),
  {
    change: "another value: 'none' → 'original' in when(s.pte !== 'none')",
    why: 'the environment: without the original there is no entry, as at first, and a fault for writing makes a copy of either',
    variant: 'fixed',
  },
])

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
