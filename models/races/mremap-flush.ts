/**
 * mremap() moves an entry from one place of the page tables to another and flushes the TLBs when it has given the page
 * table locks back (CVE-2018-18281). cpu0 moves the page. cpu1 frees it: it finds the entry at the new address, clears
 * it, flushes the new address and frees the page, as it may: the locks are what the life of a mapped page hangs on.
 * cpu2 still has the translation of the old address.
 *
 * Who walks the rmap looks at the old address first, then at the new one, so it does not miss an entry that is moved
 * meanwhile. Truncation takes the lock of each entry; reclaim (page_vma_mapped_walk()) passes an entry that is not
 * present without its lock. The lock is held for one access, which is a step that waits until it is free. Only cpu2
 * has a TLB here, and a flush is one step, in which all CPUs have acknowledged.
 */
import { array, choice, ghost, model, type StateOf, until } from 'mmucheck'
import { acquire, emptyPte, flushTlbPage, free, lifetime, lock, pte, release, tlb, touch, userCpu, xchg } from 'mmucheck/mmu'

const addresses = ['old', 'new'] as const
const from = 0
const to = 1

const params = {
  flush: choice(
    ['under no lock', 'under the old lock', 'under both locks'],
    'under both locks',
    'when move_page_tables() flushes: after both locks were given back; after that of the new address was; before',
  ),
  freedBy: choice(['reclaim', 'truncation'], 'reclaim', 'who unmaps the page at both addresses and frees it'),
}

const state = () => ({
  /** The entries of the old and of the new address. */
  pte: array(2, pte()),
  /** Their page table locks, which mremap() (0) holds. */
  ptl: array(2, lock(1)),
  /** The translations of cpu2. */
  tlb: tlb(2),
  page: ghost(lifetime),
})

type State = StateOf<typeof state>

export default model({
  name: 'mremap-flush',
  title: 'mremap() moves a page, and flushes when the page may be freed already (CVE-2018-18281)',
  source: 'Linux commit eb66ae030829, "mremap: properly flush TLB before releasing the page" (2018); Jann Horn',
  params,
  variants: {
    'as-it-was': { flush: 'under no lock', freedBy: 'truncation' },
    'flush-under-old-lock': { flush: 'under the old lock' },
    'old-lock-and-truncation': { flush: 'under the old lock', freedBy: 'truncation' },
    fixed: {},
    'fixed-and-truncation': { freedBy: 'truncation' },
  },
  on: () => ({ cpu0: 0, cpu1: 1, cpu2: 2 }),
  state,
  init: (s) => {
    s.pte[from] = { ...emptyPte, P: true, A: true }
  },
  processes: (p) => ({
    cpu0: function* (s: State) {
      yield* acquire(s.ptl[from], 0, 'move_ptes(): spin_lock(old_ptl)')
      yield* acquire(s.ptl[to], 0, 'move_ptes(): spin_lock(new_ptl)')
      yield 'move_ptes(): ptep_get_and_clear(old)'
      const entry = xchg(s.pte, from, emptyPte)
      yield 'move_ptes(): set_pte_at(new)'
      s.pte[to] = entry
      if (p.flush === 'under both locks') yield* flushTlbPage(s.tlb, from, 'mremap(): flush_tlb_range(old)')
      yield* release(s.ptl[to], 0, 'move_ptes(): spin_unlock(new_ptl)')
      if (p.flush === 'under the old lock') yield* flushTlbPage(s.tlb, from, 'mremap(): flush_tlb_range(old)')
      yield* release(s.ptl[from], 0, 'move_ptes(): spin_unlock(old_ptl)')
      if (p.flush === 'under no lock') yield* flushTlbPage(s.tlb, from, 'mremap(): flush_tlb_range(old)')
    },
    cpu1: function* (s: State) {
      for (let va = 0; va < 2; va++) {
        yield until(
          `rmap walk: ptep_get_and_clear(${addresses[va]})`,
          () => s.ptl[va].owner === null || (p.freedBy === 'reclaim' && !s.pte[va].P),
        )
        if (xchg(s.pte, va, emptyPte).P) {
          yield* flushTlbPage(s.tlb, va, 'rmap walk: flush_tlb_page()')
          yield 'rmap walk: free the page'
          free(s.page)
        }
      }
    },
  }),
  rules: () => ({
    cpu2: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, va) => s.pte[va],
      onLoad: (s) => {
        touch(s.page)
      },
    }),
  }),
})
