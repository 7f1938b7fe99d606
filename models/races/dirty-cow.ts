/**
 * Dirty COW: get_user_pages() for a forced write (ptrace, /proc/self/mem) to a private mapping that is read-only. The
 * copy is made by a fault, but the entry stays read-only, so the walk that comes after the fault would fault for ever;
 * how it is told that the copy was made is what went wrong. Meanwhile madvise(MADV_DONTNEED) takes the copy away.
 *
 * A walk (follow_page_mask()) is one step, and a fault is one: both hold the page-table lock, and neither keeps it.
 * `reader` reads through the same mapping: its fault maps the original, and for a huge page its walk may set the dirty
 * bit.
 */
import { bool, choice, model, oneOf, type ParamValues, type StateOf, type Steps, when } from 'mmucheck'

const params = {
  afterCopy: choice(
    ['FOLL_WRITE is dropped', 'FOLL_COW', 'FOLL_COW and dirty', 'dirty'],
    'FOLL_COW and dirty',
    'with what the walk after the fault is content: a read; that there was a fault; that also the entry is dirty; only that it is',
  ),
  reader: choice(
    ['none', 'reads', 'reads and dirties'],
    'reads',
    'who else faults on the mapping, for reading; its walk may set the dirty bit, as touch_pmd() did',
  ),
}

type Params = ParamValues<typeof params>

const state = () => ({
  /** The entry: none, the page of the file (or the huge page of zeroes), or the private copy. It is never writable. */
  pte: oneOf('none', 'original', 'copy'),
  dirty: bool,
  /** What get_user_pages() has returned. */
  got: oneOf('none', 'original', 'copy'),
  originalWritten: bool,
})

type State = StateOf<typeof state>

/** can_follow_write_pte(), of an entry that is not writable. */
const mayWrite = (s: State, p: Params, hasFaulted: boolean): boolean =>
  p.afterCopy === 'dirty' ? s.dirty : hasFaulted && (p.afterCopy !== 'FOLL_COW and dirty' || s.dirty)

function* getUserPages(s: State, p: Params): Steps {
  let hasFaulted = false
  while (true) {
    yield 'follow_page_mask()'
    if (s.pte !== 'none' && mayWrite(s, p, hasFaulted)) {
      s.got = s.pte
      return
    }
    yield 'faultin_page()'
    if (p.afterCopy === 'FOLL_WRITE is dropped' && hasFaulted) {
      // A fault for reading.
      if (s.pte === 'none') s.pte = 'original'
    } else {
      s.pte = 'copy'
      s.dirty = true
      hasFaulted = true
    }
  }
}

export default model({
  name: 'dirty-cow',
  title: 'Dirty COW: a forced write finds the original page where the copy was',
  source:
    'CVE-2016-5195, Linux commit 19be0eaffa3a, "mm: remove gup_flags FOLL_WRITE games from __get_user_pages()", 2016; CVE-2017-1000405, a8f97366452e, 2017',
  params,
  variants: {
    'as-it-was': { afterCopy: 'FOLL_WRITE is dropped', reader: 'none' },
    'foll-cow-alone': { afterCopy: 'FOLL_COW' },
    'dirty-alone': { afterCopy: 'dirty' },
    'huge-as-it-was': { reader: 'reads and dirties' },
    fixed: {},
  },
  on: (p) => ({ gup: 0, madvise: 1, ...(p.reader === 'none' ? {} : { reader: 2 }) }),
  state,
  processes: (p) => ({
    gup: function* (s: State) {
      yield* getUserPages(s, p)
      yield 'write to the page'
      if (s.got === 'original') s.originalWritten = true
    },
  }),
  rules: (p) => ({
    madvise: {
      MADV_DONTNEED: (s: State) => {
        when(s.pte !== 'none')
        s.pte = 'none'
        s.dirty = false
      },
    },
    ...(p.reader === 'none'
      ? {}
      : {
          reader: {
            'page fault': (s: State) => {
              when(s.pte === 'none')
              s.pte = 'original'
            },
            ...(p.reader === 'reads'
              ? {}
              : {
                  'touch_pmd()': (s: State) => {
                    when(s.pte !== 'none')
                    s.dirty = true
                  },
                }),
          },
        }),
  }),
})
