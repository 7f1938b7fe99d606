/**
 * munmap() of memory that a driver has mapped by frame number (VM_PFNMAP), while the driver takes it back
 * (CVE-2022-39188). munmap() clears the entries, takes the VMA out of the rmap, and flushes the TLBs last. The driver
 * calls unmap_mapping_range(), which finds no VMA and returns, and frees the memory, which nobody else has a reference
 * to. A CPU that has the translation from before still uses it.
 *
 * The fix flushes before the VMA leaves the rmap. unmap_mapping_range() then finds the VMA, waits with the lock of the
 * rmap until it is through, or comes when all is flushed. If it finds the VMA and an entry that is cleared already, it
 * flushes only because it sees that another flush is pending (`madvise-free`).
 *
 * The first rewrite for stable kernels asked only the first of the VMAs that munmap() removes whether it is VM_PFNMAP;
 * here the memory of the driver is in the first, or in one behind ordinary memory. Only the user's CPU has a TLB here,
 * and a flush is one step, in which all CPUs have acknowledged. The page table lock is one step for each access.
 */
import { array, bool, choice, flag, ghost, model, type StateOf, until } from 'mmucheck'
import { acquire, emptyPte, finish, flush, flushPending, flushTlbPage, gather, lock, pte, release, tlb, userCpu, xchg } from 'mmucheck/mmu'

const params = {
  flush: choice(
    ['at the end', 'before unlinking, if the first VMA is VM_PFNMAP', 'before unlinking'],
    'before unlinking',
    'when munmap() flushes',
  ),
  first: flag(false, "the driver's VMA is the first that munmap() removes"),
  nested: flag(true, 'who finds nothing to flush flushes if another flush is pending'),
}

const state = () => ({
  pte: array(1, pte()),
  /** The translation of the user's CPU. */
  tlb: tlb(1),
  /** mm->tlb_flush_pending. */
  pending: flushPending(2),
  /** The VMA is in the rmap of the mapping, which i_mmap_rwsem protects; cpu1 holds it. */
  linked: bool,
  iMmap: lock(1),
  freed: ghost(bool),
  usedAfterFree: ghost(bool),
})

type State = StateOf<typeof state>

export default model({
  name: 'pfnmap-unmap',
  title: 'munmap() takes a VMA out of the rmap before it flushes (CVE-2022-39188)',
  source: 'Linux commit b67fbebd4cf9, "mmu_gather: Force tlb-flush VM_PFNMAP vmas" (2022); Jann Horn',
  params,
  variants: {
    'as-it-was': { flush: 'at the end' },
    'first-vma-only': { flush: 'before unlinking, if the first VMA is VM_PFNMAP' },
    'first-vma-is-pfnmap': { flush: 'before unlinking, if the first VMA is VM_PFNMAP', first: true },
    'without-nested': { nested: false },
    fixed: {},
  },
  on: () => ({ cpu0: 0, cpu1: 1, cpu2: 2 }),
  state,
  init: (s) => {
    s.pte[0] = { ...emptyPte, P: true, A: true }
    s.linked = true
  },
  processes: (p) => {
    const early = p.flush === 'before unlinking' || (p.flush !== 'at the end' && p.first)
    return {
      cpu0: function* (s: State) {
        yield* gather(s.pending, 'unmap_region(): tlb_gather_mmu()')
        yield 'unmap_vmas(): ptep_get_and_clear()'
        const changed = xchg(s.pte, 0, emptyPte).P
        if (early && changed) yield* flushTlbPage(s.tlb, 0, 'tlb_end_vma(): tlb_flush_mmu_tlbonly()')
        yield until('free_pgtables(): unlink_file_vma()', () => s.iMmap.owner === null)
        s.linked = false
        yield* finish(
          s.pending,
          () => (changed && !early) || (p.nested && s.pending.count > 1),
          () => flush(s.tlb, 0),
        )
      },
      cpu1: function* (s: State) {
        yield* acquire(s.iMmap, 0, 'unmap_mapping_range(): i_mmap_lock()')
        if (s.linked) {
          yield* gather(s.pending, 'unmap_mapping_range(): tlb_gather_mmu()')
          yield 'zap_pte_range(): ptep_get_and_clear()'
          const changed = xchg(s.pte, 0, emptyPte).P
          const mustFlush = (): boolean => changed || (p.nested && s.pending.count > 1)
          yield* finish(s.pending, mustFlush, () => flush(s.tlb, 0), 'unmap_mapping_range()')
        }
        yield* release(s.iMmap, 0, 'unmap_mapping_range(): i_mmap_unlock()')
        yield 'the driver frees the page'
        s.freed = true
      },
    }
  },
  rules: () => ({
    cpu2: userCpu({
      tlb: (s: State) => s.tlb,
      entry: (s, page) => s.pte[page],
      onLoad: (s) => {
        s.usedAfterFree = s.usedAfterFree || s.freed
      },
    }),
  }),
})
