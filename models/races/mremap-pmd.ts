/**
 * mremap() moves a whole page table from one upper entry (pmd) to another, and takes neither the lock of that page
 * table nor of the rmap (CVE-2022-41222). cpu2 reclaims the page: it has found the entry by the old address, and holds
 * the lock of the page table. cpu1 moves the table to the new address and flushes the old one. cpu3 uses the new
 * address. cpu2 clears the entry, which is still the same one, flushes the old address, and frees the page: the
 * translation of the new address is still in cpu3's TLB.
 *
 * A walk of the hardware reads pmd and entry in one step. Reclaim looks at the old address, then at the new one. Only
 * cpu3 has a TLB, and a flush is one step, in which all CPUs have acknowledged. The locks of the pmds are left out:
 * nobody but mremap() takes them here.
 */
import { array, bool, choice, flag, ghost, model, type StateOf } from 'mmucheck'
import { acquire, emptyPte, flushTlbPage, free, lifetime, lock, pte, release, tlb, touch, userCpu } from 'mmucheck/mmu'

const addresses = ['old', 'new'] as const
const from = 0
const to = 1
const cpu1 = 0
const cpu2 = 1

const params = {
  lock: choice(['none', 'page table lock', 'rmap lock'], 'rmap lock', 'what mremap() takes besides the locks of the pmds'),
  recheck: flag(false, 'who has taken the page table lock looks whether the pmd still points to the page table'),
}

const state = () => ({
  /** Whether the pmd of the old and of the new address points to the page table, which has one entry. */
  pmd: array(2, bool),
  pte: array(1, pte()),
  ptePtl: lock(2),
  rmap: lock(2),
  /** The translations of cpu3, by address. */
  tlb: tlb(2),
  page: ghost(lifetime),
})

type State = StateOf<typeof state>

export default model({
  name: 'mremap-pmd',
  title: 'mremap() moves a page table under reclaim, which then flushes the old address (CVE-2022-41222)',
  source: 'Linux commit 97113eb39fa7, "mm/mremap: hold the rmap lock in write mode when moving page table entries." (2021)',
  params,
  variants: {
    'as-it-was': { lock: 'none' },
    'page-table-lock': { lock: 'page table lock' },
    recheck: { lock: 'none', recheck: true },
    'page-table-lock-and-recheck': { lock: 'page table lock', recheck: true },
    fixed: {},
  },
  on: () => ({ cpu1: 1, cpu2: 2, cpu3: 3 }),
  state,
  init: (s) => {
    s.pmd[from] = true
    s.pte[0] = { ...emptyPte, P: true, A: true }
  },
  processes: (p) => ({
    cpu1: function* (s: State) {
      if (p.lock === 'rmap lock') yield* acquire(s.rmap, cpu1, 'mremap(): take_rmap_locks()')
      if (p.lock === 'page table lock') yield* acquire(s.ptePtl, cpu1, 'mremap(): spin_lock(pte_ptl)')
      yield 'move_normal_pmd(): pmd_clear(old)'
      s.pmd[from] = false
      yield* flushTlbPage(s.tlb, from, 'move_normal_pmd(): flush_tlb_range(old)')
      yield 'move_normal_pmd(): set pmd(new)'
      s.pmd[to] = true
      if (p.lock === 'page table lock') yield* release(s.ptePtl, cpu1, 'mremap(): spin_unlock(pte_ptl)')
      if (p.lock === 'rmap lock') yield* release(s.rmap, cpu1, 'mremap(): drop_rmap_locks()')
    },
    cpu2: function* (s: State) {
      yield* acquire(s.rmap, cpu2, 'reclaim: take the rmap lock')
      for (let va = 0; va < 2; va++) {
        yield `try_to_unmap_one(${addresses[va]}): look at the pmd`
        if (!s.pmd[va]) continue
        yield* acquire(s.ptePtl, cpu2, 'try_to_unmap_one(): spin_lock(pte_ptl)')
        if (s.pte[0].P && (!p.recheck || s.pmd[va])) {
          yield 'try_to_unmap_one(): ptep_get_and_clear()'
          s.pte[0] = emptyPte
          yield* flushTlbPage(s.tlb, va, `try_to_unmap_one(): flush_tlb_page(${addresses[va]})`)
          yield 'reclaim: free the page'
          free(s.page)
        }
        yield* release(s.ptePtl, cpu2, 'try_to_unmap_one(): spin_unlock(pte_ptl)')
      }
      yield* release(s.rmap, cpu2, 'reclaim: release the rmap lock')
    },
  }),
  rules: () => ({
    cpu3: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, va) => (s.pmd[va] ? s.pte[0] : null),
      onLoad: (s) => {
        touch(s.page)
      },
    }),
  }),
})
