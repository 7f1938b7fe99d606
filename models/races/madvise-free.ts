/**
 * Two madvise(MADV_FREE) of one range at the same time (2017). madvise[0] makes the entry clean and will flush the TLBs
 * when it is through; madvise[1] finds a clean entry, so it has nothing to flush, and returns. The user's CPU still has
 * a translation from before, which says that the page is dirty: a store by it does not set the dirty bit. Reclaim finds
 * a clean page and discards it, with what was stored after madvise[1] had returned.
 *
 * The entry is read and made clean under the page table lock, in one step that waits until the lock is free; reclaim
 * holds the lock while it clears the entry, flushes and decides. Only the user's CPU has a TLB here, and a flush is one
 * step, in which all CPUs have acknowledged.
 */
import { array, bool, choice, each, ghost, model, oneOf, type StateOf, until } from 'mmucheck'
import { acquire, emptyPte, finish, flush, flushPending, flushTlbPage, gather, lock, pte, tlb, userCpu, xchg } from 'mmucheck/mmu'

const params = {
  force: choice(
    ['never', 'if nested when it began', 'if nested', 'always'],
    'if nested',
    'when madvise() flushes although it has changed no entry; nested: another one has begun, and has not flushed yet',
  ),
}

const state = () => ({
  pte: array(1, pte()),
  ptl: lock(1),
  /** The translation of the user's CPU. */
  tlb: tlb(1),
  /** mm->tlb_flush_pending. */
  pending: flushPending(2),
  discarded: ghost(bool),
  /**
   * What madvise[1] owes: it has looked at the entry; has returned; and the user has stored to the page since. Nothing
   * if madvise[0] frees the page after that.
   */
  owed: ghost(oneOf('nothing', 'looked', 'returned', 'store')),
})

type State = StateOf<typeof state>

export default model({
  name: 'madvise-free',
  title: 'Parallel madvise(MADV_FREE): the second finds a clean entry and does not flush',
  source: 'Linux commit 99baac21e458, "mm: fix MADV_[FREE|DONTNEED] TLB flush miss problem" (2017)',
  params,
  variants: {
    'as-it-was': { force: 'never' },
    'nested-at-gather': { force: 'if nested when it began' },
    'always-flush': { force: 'always' },
    fixed: {},
  },
  on: () => ({ madvise: [0, 1], reclaim: 2, user: 3 }),
  state,
  init: (s) => {
    // The page has been stored to before: a walk for a load caches that it is dirty.
    s.pte[0] = { ...emptyPte, P: true, W: true, A: true, D: true }
  },
  processes: (p) => ({
    madvise: each(2, function* (s: State, cpu: number) {
      yield* gather(s.pending, 'tlb_gather_mmu(): inc_tlb_flush_pending()')
      const nested = s.pending.count > 1
      yield until('madvise_free_pte_range()', () => s.ptl.owner === null)
      const changed = s.pte[0].P && (s.pte[0].A || s.pte[0].D)
      s.pte[0].A = false
      s.pte[0].D = false
      s.owed = cpu === 1 ? 'looked' : 'nothing'
      const force = (): boolean =>
        p.force === 'if nested' ? s.pending.count > 1 : p.force === 'always' || (p.force === 'if nested when it began' && nested)
      yield* finish(
        s.pending,
        () => changed || force(),
        () => flush(s.tlb, 0),
      )
      s.owed = cpu === 1 && s.owed === 'looked' ? 'returned' : s.owed
    }),
    reclaim: function* (s: State) {
      yield* acquire(s.ptl, 0, 'try_to_unmap_one(): spin_lock(ptl)')
      yield 'try_to_unmap_one(): ptep_get_and_clear()'
      const old = xchg(s.pte, 0, emptyPte)
      yield* flushTlbPage(s.tlb, 0, 'try_to_unmap_one(): flush_tlb_page()')
      if (old.D) {
        yield 'try_to_unmap_one(): dirty, set_pte_at(old)'
        s.pte[0] = old
      } else {
        yield 'try_to_unmap_one(): clean, discard the page'
        s.discarded = true
      }
      s.ptl.owner = null
    },
  }),
  rules: () => ({
    user: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, page) => s.pte[page],
      onLoad: () => {},
      onStore: (s) => {
        s.owed = s.owed === 'returned' ? 'store' : s.owed
      },
    }),
  }),
})
