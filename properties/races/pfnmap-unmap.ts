/** What unmap_mapping_range() promises to a driver that takes its memory back. */
import { accepted, always, claims, properties, sometimes } from 'mmucheck'
import pfnmapUnmap from '../../models/races/pfnmap-unmap.ts'

export default properties(pfnmapUnmap, {
  /** Memory that the driver has freed is not used. */
  noUseAfterFree: always((s) => !s.usedAfterFree),
  /** Once unmap_mapping_range() has returned, nobody has a translation of the driver's memory. */
  nothingIsCached: always((s, _p, at) => (at.cpu1 !== null && at.cpu1 !== 'the driver frees the page') || s.tlb[0] === null),

  /** While a CPU has a translation whose entry is gone, whoever looks for the entry can see that a flush is pending. */
  cachedIsPending: always((s) => s.pte[0].P || s.tlb[0] === null || s.pending.count > 0),
  /** The VMA that the driver has found in the rmap stays there, and is not freed, until it has flushed. */
  foundStaysLinked: always(
    (s, _p, at) => s.linked || (at.cpu1 !== 'zap_pte_range(): ptep_get_and_clear()' && at.cpu1 !== 'unmap_mapping_range(): flush'),
  ),

  /** Each of the flushes finds the translation. */
  munmapFlushFinds: sometimes(
    (s, _p, at) => (at.cpu0 === 'tlb_end_vma(): tlb_flush_mmu_tlbonly()' || at.cpu0 === 'tlb_finish_mmu(): flush') && s.tlb[0] !== null,
  ),
  driverFlushFinds: sometimes((s, _p, at) => at.cpu1 === 'unmap_mapping_range(): flush' && s.tlb[0] !== null),
  /** munmap() has found the entry cleared, and goes on: the driver is about to flush. */
  munmapLeavesItToDriver: sometimes(
    (s, _p, at) => at.cpu0 === 'free_pgtables(): unlink_file_vma()' && at.cpu1 === 'unmap_mapping_range(): flush' && s.tlb[0] !== null,
  ),
  /** Both orders: the driver frees the page while munmap() is under way, having found a VMA or none, and before. */
  freedWithoutVma: sometimes((s, _p, at) => s.freed && !s.linked && at.cpu0 !== null),
  freedWithVma: sometimes((s, _p, at) => s.freed && at.cpu0 === 'free_pgtables(): unlink_file_vma()'),
  freedBefore: sometimes((s, _p, at) => s.freed && at.cpu0 === 'unmap_region(): tlb_gather_mmu()'),
})

/** Of the fix, the default. */
export const unneeded = accepted(pfnmapUnmap, [
  {
    change: 'another value: true → false in s.pte[0] = { ...emptyPte, P: true, A: true } (2 in init)',
    why: 'the workload: a page that has been accessed before; the hardware sets A at the first load otherwise',
    variant: 'fixed',
  },
  ...[
    'operand left out: p.nested && s.pending.count > 1 → p.nested (in cpu0)',
    'comparison: s.pending.count > 1 → s.pending.count >= 1 (in cpu0)',
    'off by one: 1 → 0 in () => (changed && !early) || (p.nested && s.pending.count > 1),',
  ].map((change) => ({
    change,
    why: 'munmap() has unlinked the VMA: whoever had found it is done, and its entry was flushed; to flush once more changes nothing',
    variant: 'fixed',
  })),
  {
    change: 'operand left out: p.nested && s.pending.count > 1 → p.nested (in mustFlush)',
    why: 'if the VMA is in the rmap and its entry is gone, munmap() is not through, so another flush is pending anyway',
    variant: 'fixed',
  },
])

const document = { kind: 'document', author: 'Peter Zijlstra', title: 'Linux commit b67fbebd4cf9', date: '2022' } as const
const botched = {
  kind: 'document',
  author: 'Jann Horn',
  title: 'stable patch "mm: Fix TLB flush for not-first PFNMAP mappings in unmap_region()"',
  date: '2022-09-16',
} as const
const both = ['noUseAfterFree', 'nothingIsCached'] as const

export const commits = claims(pfnmapUnmap, [
  {
    id: 'R15',
    quote:
      'unmap_mapping_range() will no-op once unmap_vmas() has unlinked the VMA; however munmap() will not yet have invalidated the TLBs. Therefore unmap_mapping_range() will complete while there are still (stale) TLB entries for the specified range.',
    short: 'unmap_mapping_range() will complete while there are still (stale) TLB entries for the specified range.',
    source: document,
    readings: [{ says: 'confirms', variant: 'as-it-was', property: [...both], expected: 'violated' }],
  },
  {
    id: 'R15 2',
    quote: 'Mitigate this by force flushing TLBs for VM_PFNMAP ranges.',
    source: document,
    onlyIf: 'unmap_mapping_range() flushes too while the flush of munmap() is pending',
    readings: [
      { says: 'confirms', variant: 'fixed', property: [...both], expected: 'holds' },
      {
        says: 'refutes',
        variant: 'without-nested',
        property: [...both],
        expected: 'violated',
        finding:
          'the fix of 2022 relies on that of 2017 (99baac21e458): the VMA is found, its entry is gone, and the flush is still to come',
      },
    ],
  },
  {
    id: 'R15 3',
    quote:
      'unmap_region() actually operates on a list of VMAs, and the variable "vma" merely points to the first VMA in that list. So if we want to check whether any of the VMAs we\'re operating on is PFNMAP or MIXEDMAP, we have to iterate through the list and check each VMA.',
    short: 'unmap_region() actually operates on a list of VMAs, and the variable "vma" merely points to the first',
    source: botched,
    readings: [
      { says: 'confirms', variant: 'first-vma-only', property: [...both], expected: 'violated' },
      { says: 'contrasts', variant: 'first-vma-is-pfnmap', property: [...both], expected: 'holds' },
    ],
  },
])
