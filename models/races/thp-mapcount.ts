/**
 * Who stores to an anonymous huge page that is write-protected since a fork may have it, without a copy, if nobody else
 * maps it any more. That is read from counters: how often the page is mapped as a whole (compound_mapcount), and how
 * often its subpages are, of which the greatest counts. When another process splits its mapping its share moves from
 * the one to the other, which takes two steps.
 *
 * Process A splits its mapping, and may unmap the page afterwards. Process B stores to the page. Each has a page-table
 * lock of its own; the lock of the page is common to both.
 */
import { array, bool, choice, choose, flag, ghost, model, type ParamValues, range, type StateOf, type Steps } from 'mmucheck'
import { acquire, lock, release } from 'mmucheck/mmu'

const A = 0
const B = 1

const params = {
  splitLocks: flag(true, '__split_huge_pmd() takes the lock of the page'),
  readFirst: choice(['subpages', 'compound'], 'subpages', 'which of the two the fault reads first'),
  incrementFirst: flag(true, 'the split counts the subpages as mapped before it drops compound_mapcount'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  pageLock: lock(2),
  /** The greatest _mapcount of a subpage, and compound_mapcount, both counted from 0. */
  subpages: range(0, 2),
  compound: range(0, 2),
  /** Who maps the page, whole or split. */
  maps: ghost(array(2, bool)),
  /** B has made its mapping writable; it has copied the page. */
  reused: ghost(bool),
  copied: ghost(bool),
  /** B has counted fewer mappings than there were; more. */
  tooFew: ghost(bool),
  tooMany: ghost(bool),
})

type State = StateOf<typeof state>

function* split(s: State, p: Params): Steps {
  if (p.splitLocks) yield* acquire(s.pageLock, A, 'split_huge_pmd(): lock_page()')
  if (!p.incrementFirst) yield* dropCompound(s)
  yield 'atomic_inc(&page[i]._mapcount)'
  s.subpages++
  if (p.incrementFirst) yield* dropCompound(s)
  if (p.splitLocks) yield* release(s.pageLock, A, 'split_huge_pmd(): unlock_page()')
}

function* dropCompound(s: State): Steps {
  yield 'atomic_add_negative(-1, compound_mapcount)'
  s.compound--
}

/** page_trans_huge_mapcount() */
function* mapcount(s: State, p: Params): Steps<number> {
  yield p.readFirst === 'subpages' ? 'read page[i]._mapcount' : 'read compound_mapcount'
  const first = p.readFirst === 'subpages' ? s.subpages : s.compound
  yield p.readFirst === 'subpages' ? 'read compound_mapcount' : 'read page[i]._mapcount'
  const total = first + (p.readFirst === 'subpages' ? s.compound : s.subpages)
  s.tooFew = total < (s.maps[A] ? 2 : 1)
  s.tooMany = total > (s.maps[A] ? 2 : 1)
  return total
}

export default model({
  name: 'thp-mapcount',
  title: 'A huge page is reused for a store while another process splits its mapping of it',
  source: 'Linux commit c444eb564fb1, "mm: thp: make the THP mapcount atomic against __split_huge_pmd_locked()", 2020, CVE-2020-29368',
  params,
  variants: {
    'as-it-was': { splitLocks: false },
    'decrement-first': { splitLocks: false, incrementFirst: false },
    'compound-read-first': { splitLocks: false, readFirst: 'compound' },
    fixed: {},
  },
  state,
  init: (s) => {
    s.compound = 2
    s.maps[A] = true
    s.maps[B] = true
  },
  on: () => ({ A: 0, B: 1 }),
  processes: (p) => ({
    A: function* (s: State) {
      yield* split(s, p)
      yield 'zap_pte_range()?'
      if (yield* choose([true, false])) {
        s.maps[A] = false
        yield 'page_remove_rmap()'
        s.subpages--
      }
    },
    B: function* (s: State) {
      yield* acquire(s.pageLock, B, 'do_huge_pmd_wp_page(): lock_page()')
      const total = yield* mapcount(s, p)
      if (total === 1) {
        yield 'reuse: pmd_mkwrite()'
        s.reused = true
      } else {
        yield 'copy the page'
        s.copied = true
        s.maps[B] = false
        yield 'page_remove_rmap(compound)'
        s.compound--
      }
      yield* release(s.pageLock, B, 'do_huge_pmd_wp_page(): unlock_page()')
    },
  }),
})
