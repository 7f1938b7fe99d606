/**
 * KSM merges pages of equal contents: it makes the entry read-only and clean, compares the page, and maps the common
 * one instead. An entry that is read-only and clean already needs no flush, it used to say: nobody can store to the
 * page. But two others may have made it so and not flushed yet: madvise(MADV_FREE) takes D away, and a write to
 * clear_refs takes W, each with mmap_lock held for reading. A CPU that has cached the entry of before stores without a
 * walk.
 *
 * Four CPUs: one runs the program, which has stored to the page what the common page has, and may store something else
 * at any time; one each does madvise(), clear_refs and KSM. Entries are changed under the page-table lock.
 */
import { array, bool, flag, ghost, model, type ParamValues, type StateOf, type Steps, until } from 'mmucheck'
import {
  acquire,
  emptyPte,
  finish,
  flush,
  flushPending,
  flushTlbPage,
  gather,
  lock,
  pte,
  release,
  samePte,
  tlb,
  userCpu,
  xchg,
} from 'mmucheck/mmu'

/** The page of the program, and the common one. */
const own = 0
const ksm = 1

const params = {
  madviseCounts: flag(true, 'MADV_FREE counts in mm->tlb_flush_pending until it has flushed'),
  clearRefsCounts: flag(true, 'so does clear_refs: tlb_gather_mmu() instead of flush_tlb_mm() alone'),
  asksPending: flag(true, 'write_protect_page() flushes also if mm_tlb_flush_pending()'),
}

type Params = ParamValues<typeof params>

const state = () => ({
  pte: array(1, pte(2)),
  ptl: lock(1),
  tlb: tlb(1, 2),
  pending: flushPending(2),
  /** The program's page and the common one are not equal any more. */
  differs: bool,
  /** KSM has taken W or D away itself; has flushed, for that or because it asked. */
  protected: ghost(bool),
  flushed: ghost(bool),
})

type State = StateOf<typeof state>

function* madvise(s: State, p: Params): Steps {
  if (p.madviseCounts) yield* gather(s.pending, 'madvise: tlb_gather_mmu()')
  yield until('madvise_free_pte_range(): pte_mkclean()', () => s.ptl.owner === null)
  s.pte[0]!.D = false
  if (p.madviseCounts) yield* finishAll(s, 'madvise: tlb_finish_mmu()')
  else yield* flushTlbPage(s.tlb, 0, 'madvise: flush_tlb_range()')
}

function* clearRefs(s: State, p: Params): Steps {
  if (p.clearRefsCounts) yield* gather(s.pending, 'clear_refs: tlb_gather_mmu()')
  yield until('clear_soft_dirty(): pte_wrprotect()', () => s.ptl.owner === null)
  s.pte[0]!.W = false
  if (p.clearRefsCounts) yield* finishAll(s, 'clear_refs: tlb_finish_mmu()')
  else yield* flushTlbPage(s.tlb, 0, 'clear_refs: flush_tlb_mm()')
}

function* finishAll(s: State, who: string): Steps {
  yield* finish(
    s.pending,
    () => true,
    () => flush(s.tlb, 0),
    who,
  )
}

function* merge(s: State, p: Params): Steps {
  yield* acquire(s.ptl, 0, 'write_protect_page(): spin_lock(ptl)')
  let orig = { ...s.pte[0]! }
  const asks = p.asksPending && s.pending.count > 0
  if (orig.W || orig.D || asks) {
    yield 'write_protect_page(): ptep_clear()'
    orig = xchg(s.pte, 0, emptyPte)
    s.protected = orig.W || orig.D
    yield* flushTlbPage(s.tlb, 0, 'write_protect_page(): flush_tlb_page()')
    s.flushed = true
    yield 'write_protect_page(): set_pte_at()'
    orig = { ...orig, W: false, D: false }
    s.pte[0] = orig
  }
  yield* release(s.ptl, 0, 'write_protect_page(): spin_unlock(ptl)')
  yield 'pages_identical()'
  if (s.differs) return
  yield* acquire(s.ptl, 0, 'replace_page(): spin_lock(ptl)')
  if (samePte(s.pte[0]!, orig)) {
    yield 'replace_page(): ptep_clear()'
    s.pte[0] = emptyPte
    yield* flushTlbPage(s.tlb, 0, 'replace_page(): flush_tlb_page()')
    yield 'replace_page(): set_pte_at(common page)'
    s.pte[0] = { ...emptyPte, P: true, frame: ksm }
  }
  yield* release(s.ptl, 0, 'replace_page(): spin_unlock(ptl)')
}

export default model({
  name: 'ksm-stale-write',
  title: 'KSM merges a page that a CPU can still store to',
  source: 'Linux commit b3a81d0841a9, "mm: fix KSM data corruption", 2017',
  params,
  variants: {
    'as-it-was': { madviseCounts: false, clearRefsCounts: false, asksPending: false },
    'asks-nobody-counts': { madviseCounts: false, clearRefsCounts: false },
    'counts-not-asked': { asksPending: false },
    'clear-refs-uncounted': { clearRefsCounts: false },
    'madvise-uncounted': { madviseCounts: false },
    fixed: {},
  },
  state,
  init: (s) => {
    s.pte[0] = { P: true, W: true, A: true, D: true, frame: own }
  },
  on: () => ({ user: 0, madvise: 1, clearRefs: 2, ksmd: 3 }),
  processes: (p) => ({
    madvise: function* (s: State) {
      yield* madvise(s, p)
    },
    clearRefs: function* (s: State) {
      yield* clearRefs(s, p)
    },
    ksmd: function* (s: State) {
      yield* merge(s, p)
    },
  }),
  rules: () => ({
    user: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s) => s.pte[0]!,
      onLoad: () => {},
      onStore: (s, { frame }) => {
        if (frame === own) s.differs = true
      },
    }),
  }),
})
