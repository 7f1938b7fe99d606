/**
 * userfaultfd_writeprotect() defers its TLB flush, and meanwhile a page fault copies the page (2021). cpu0 takes away
 * the write bit of a page table entry and will flush later, as mmap_lock, which it holds for reading, lets it. cpu1
 * faults on the entry and copies the page. cpu2 still has the writable translation, and stores to the old page after it
 * was copied.
 *
 * Only cpu2 has a TLB here: the others run kernel code. A flush is one step, in which all CPUs have acknowledged. The
 * page table lock is held from the clearing of the entry to its setting; where it is held for one access only, that is
 * a step which waits until the lock is free. pte_same() is left out: nobody else changes a protected entry here.
 */
import { array, bool, choice, flag, ghost, model, range, type StateOf, until } from 'mmucheck'
import { acquire, copyFrame, emptyPte, flush, flushTlbPage, lock, pte, release, storeTo, tlb, untilFree, userCpu } from 'mmucheck/mmu'

const oldPage = 0
const newPage = 1

const params = {
  flushIfPending: choice(['never', 'before the copy', 'after the copy'], 'before the copy', 'do_wp_page() flushes if a flush is pending'),
  defer: flag(true, 'change_pte_range() leaves the flush to change_protection_range()'),
}

const state = () => ({
  pte: array(1, pte(2)),
  ptl: lock(2),
  /** The translations of cpu2. */
  tlb: tlb(1, 2),
  /** mm->tlb_flush_pending. */
  pending: range(0, 1),
  /** Whether a page has what was stored last to the address. */
  upToDate: ghost(array(2, bool)),
})

type State = StateOf<typeof state>

export default model({
  name: 'uffd-writeprotect',
  title: 'userfaultfd write-protection: a page is copied while a CPU can still store to it',
  source: 'Linux commit 6ce64428d620, "mm/userfaultfd: fix memory corruption due to writeprotect" (2021)',
  params,
  variants: {
    'as-it-was': { flushIfPending: 'never' },
    'flush-after-copy': { flushIfPending: 'after the copy' },
    'flush-at-once': { flushIfPending: 'never', defer: false },
    fixed: {},
  },
  on: () => ({ cpu0: 0, cpu1: 1, cpu2: 2 }),
  state,
  init: (s) => {
    // The page has been stored to before: a walk for a load caches that it is dirty.
    s.pte[0] = { P: true, W: true, A: true, D: true, frame: oldPage }
    storeTo(s.upToDate, oldPage)
  },
  processes: (p) => ({
    cpu0: function* (s: State) {
      yield 'change_protection_range(): inc_tlb_flush_pending()'
      s.pending++
      yield* untilFree(s.ptl, 'change_pte_range(): clear the write bit')
      s.pte[0].W = false
      if (!p.defer) flush(s.tlb, 0)
      if (p.defer) yield* flushTlbPage(s.tlb, 0, 'flush_tlb_range()')
      yield 'change_protection_range(): dec_tlb_flush_pending()'
      s.pending--
    },
    cpu1: function* (s: State) {
      yield until('page fault', () => s.ptl.owner === null && !s.pte[0].W)
      if (p.flushIfPending === 'before the copy') {
        yield 'do_wp_page(): mm_tlb_flush_pending()?'
        if (s.pending > 0) yield* flushTlbPage(s.tlb, 0, 'do_wp_page(): flush_tlb_page()')
      }
      yield 'wp_page_copy(): copy the page'
      copyFrame(s.upToDate, oldPage, newPage)
      if (p.flushIfPending === 'after the copy') {
        yield 'wp_page_copy(): mm_tlb_flush_pending()?'
        if (s.pending > 0) yield* flushTlbPage(s.tlb, 0, 'wp_page_copy(): flush_tlb_page()')
      }
      yield* acquire(s.ptl, 1, 'wp_page_copy(): spin_lock(ptl)')
      yield 'ptep_clear_flush_notify()'
      s.pte[0] = emptyPte
      flush(s.tlb, 0)
      yield 'set_pte_at_notify(new page)'
      s.pte[0] = { P: true, W: true, A: true, D: true, frame: newPage }
      yield* release(s.ptl, 1, 'wp_page_copy(): spin_unlock(ptl)')
    },
  }),
  rules: () => ({
    cpu2: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, page) => s.pte[page],
      onLoad: () => {},
      onStore: (s, { frame }) => {
        storeTo(s.upToDate, frame)
      },
    }),
  }),
})
