/**
 * munmap() of a dirty page of a shared file mapping, and its writeback (2014). munmap() clears the entry, tells the
 * page that it is dirty (set_page_dirty()), and flushes the TLBs later, without the page table lock. Writeback makes
 * the page clean: page_mkclean() would write-protect the entry and flush, but finds none. It writes the page to disk.
 * A CPU that has the translation from before stores to the page after that, and nothing says that the page is dirty
 * again: once munmap() has flushed, a page that looks clean is dropped.
 *
 * A fault that would make the page writable again is left out. page_mkclean() takes the lock for one step. Only the
 * user's CPU has a TLB here, and a flush is one step, in which all CPUs have acknowledged.
 */
import { array, bool, flag, ghost, model, type StateOf } from 'mmucheck'
import { acquire, emptyPte, flush, flushTlbPage, lock, pte, release, tlb, untilFree, userCpu, xchg } from 'mmucheck/mmu'

const params = {
  underLock: flag(true, 'munmap() flushes a dirty entry before it gives the page table lock back'),
}

const state = () => ({
  pte: array(1, pte()),
  /** munmap() (0) holds it. */
  ptl: lock(1),
  /** The translation of the user's CPU. */
  tlb: tlb(1),
  /** PageDirty and PageWriteback. */
  dirty: bool,
  writeback: bool,
  /** The disk has what was stored last. */
  onDisk: ghost(bool),
})

type State = StateOf<typeof state>

export default model({
  name: 'zap-page-mkclean',
  title: 'munmap() of a dirty shared page: it is written back, and stored to, before the TLB flush',
  source: `Linux commit 1cf35d47712d, "mm: split 'tlb_flush_mmu()' into tlb flushing and memory freeing parts" (2014)`,
  params,
  variants: {
    'as-it-was': { underLock: false },
    fixed: {},
  },
  on: () => ({ munmap: 0, writeback: 1, user: 2 }),
  state,
  init: (s) => {
    // The page has been stored to before, as only its entry says; a walk for a load caches that it is dirty.
    s.pte[0] = { ...emptyPte, P: true, W: true, A: true, D: true }
  },
  processes: (p) => ({
    munmap: function* (s: State) {
      yield* acquire(s.ptl, 0, 'zap_pte_range(): spin_lock(ptl)')
      yield 'zap_pte_range(): ptep_get_and_clear()'
      const wasDirty = xchg(s.pte, 0, emptyPte).D
      if (wasDirty) {
        yield 'zap_pte_range(): set_page_dirty()'
        s.dirty = true
      }
      if (wasDirty && p.underLock) yield* flushTlbPage(s.tlb, 0, 'zap_pte_range(): tlb_flush_mmu_tlbonly()')
      yield* release(s.ptl, 0, 'zap_pte_range(): spin_unlock(ptl)')
      if (!wasDirty || !p.underLock) yield* flushTlbPage(s.tlb, 0, 'tlb_finish_mmu(): flush')
    },
    writeback: function* (s: State) {
      yield* untilFree(s.ptl, 'page_mkclean()')
      if (s.pte[0].P) {
        s.dirty = s.dirty || s.pte[0].D
        s.pte[0].W = false
        s.pte[0].D = false
        flush(s.tlb, 0)
      }
      yield 'TestClearPageDirty()'
      s.dirty = false
      s.writeback = true
      yield 'write the page to disk'
      s.onDisk = true
      yield 'end_page_writeback()'
      s.writeback = false
    },
  }),
  rules: () => ({
    user: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, page) => s.pte[page],
      onLoad: () => {},
      onStore: (s) => {
        s.onDisk = false
      },
    }),
  }),
})
