/** A process that has left a shared page table reaches nothing through it: not by hardware, nor by software. */
import { accepted, always, claims, type Document, properties, sometimes } from 'mmucheck'
import hugetlbSharedPmd from '../../models/races/hugetlb-shared-pmd.ts'

const shared = 0
const foreign = 1
const S = 1

export default properties(hugetlbSharedPmd, {
  /** P1 does not reach the huge page once that is free. */
  noUseAfterFree: always((s) => !s.usedFreed),
  /** P1 does not reach a page that only P2 has mapped: not through its TLB, */
  noForeignUse: always((s) => !s.usedForeign),
  /** nor by get_user_pages_fast(). */
  noForeignPin: always((s) => !s.pinnedForeign),
  /** A page that is pinned is not free. */
  pinnedIsNotFree: always((s) => !s.pinned || !s.freed),
  /** Nobody keeps the lock, and each has left S, or has it alone. */
  bothHaveLeft: always((s, _, at) => at.P1 !== null || at.P2 !== null || (s.iMmap.owner === null && !(s.linked[0] && s.linked[1]))),

  /** The windows: S is unshared, and P1's hardware has it cached; and P1's software walk is at it. */
  cachesS: sometimes((s) => !s.linked[0] && s.caches[0] === S),
  cachesPage: sometimes((s) => !s.linked[0] && s.caches[1] === shared),
  walksS: sometimes((s, _, at) => !s.linked[0] && at.gup === 'gup_fast(): read S, pin the page'),
  /** Both orders: P1 is the first to leave, or the last. */
  foreignIsMapped: sometimes((s, _, at) => s.entry === foreign && at.P1 === null && !s.linked[0]),
  lastIsP1: sometimes((s, _, at) => at.P1 === null && at.P2 === null && s.linked[0]! && s.freed),
  isFreed: sometimes((s) => s.freed && s.linked[1]!),
  isPinned: sometimes((s, _, at) => s.pinned && at.P1 === null && at.P2 === null && !s.freed),
  isUsed: sometimes((s) => s.used),
})

const flushes: Document = { kind: 'document', title: 'Linux commit a4a118f2eead', author: 'Nadav Amit', date: '2021-11-21' }
const gup: Document = { kind: 'document', title: 'Linux commit 1013af4f585f', author: 'Jann Horn', date: '2025-05-27' }
const byHardware = ['noUseAfterFree', 'noForeignUse'] as const

export const commits = claims(hugetlbSharedPmd, [
  {
    id: 'R18',
    quote:
      'This TLB flush must be performed before releasing the i_mmap_rwsem, in order to prevent an unshared PMDs page from being released and reused before the TLB flush took place.',
    short: 'This TLB flush must be performed before releasing the i_mmap_rwsem',
    source: flushes,
    readings: [
      { says: 'confirms', variant: 'as-it-was', property: byHardware, expected: 'violated', note: 'it was missing' },
      { says: 'confirms', variant: 'flush-after-the-lock', property: byHardware, expected: 'violated' },
      { says: 'confirms', variant: ['fixed-2021', 'fixed-2021-ipi', 'fixed'], property: byHardware, expected: 'holds' },
    ],
  },
  {
    id: 'R18 2',
    quote: 'If this happens in the middle of a concurrent gup_fast(), gup_fast() could end up walking the page tables of another process.',
    source: gup,
    onlyIf: 'a flush is no interrupt, or comes after the lock',
    readings: [
      { says: 'confirms', variant: ['fixed-2021', 'as-it-was', 'flush-after-the-lock'], property: 'noForeignPin', expected: 'violated' },
      {
        says: 'refutes',
        variant: 'fixed-2021-ipi',
        property: 'noForeignPin',
        expected: 'holds',
        note: 'where each flush interrupts, that of 2021 waits for gup_fast(), which has interrupts off',
      },
    ],
  },
  {
    id: 'R18 3',
    quote: 'Fix it with an explicit broadcast IPI through tlb_remove_table_sync_one()',
    source: gup,
    readings: [{ says: 'confirms', variant: 'fixed', property: ['noForeignPin', ...byHardware], expected: 'holds' }],
  },
])

const variant = 'fixed'

export const unneeded = accepted(hugetlbSharedPmd, [
  {
    change: "one step earlier: yield 'huge_pmd_unshare(): pud_clear()' s.linked[process] = false",
    variant,
    why: 'nobody else unmaps in between, under the lock',
  },
  {
    change: "always true: process === 0 && p.flush === 'under the lock'",
    variant,
    why: 'as if P2 flushed for P1: not needed, and no harm',
  },
  {
    change: "operand left out: process === 0 && p.flush === 'under the lock' → p.flush === 'under the lock'",
    variant,
    why: 'the same',
  },
  { change: 'always true: process === 0', variant, why: 'the same, for who is the last' },
  {
    change: "steps swapped: yield 'huge_ptep_get_and_clear()' s.entry = null yield* release(s.iMmap, process, 'i_mmap_unlock_wr…",
    variant,
    why: 'who is the last to unmap has S alone: the lock is needed to find that out',
  },
  {
    change: "swapped: s.entry = null yield* release(s.iMmap, process, 'i_mmap_unlock_write()')",
    variant,
    why: 'the same',
  },
  { change: 'step split', variant, why: 'a look at the pins and the free; P1 has no way to the page any more by then' },
  {
    change: 'operand left out: s.entry === shared && !s.freed → !s.freed',
    variant,
    why: 'a pin that is taken though S leads nowhere keeps the page from being free, which harms nobody here',
  },
  {
    change: 'comparison: s.entry === shared → s.entry !== shared',
    variant,
    why: 'the same; what is pinned of P2 is a property of its own',
  },
  {
    change: 'operand left out: s.caches[1] !== null && !s.irq.off → s.caches[1] !== null',
    variant,
    why: 'a program that ran during its own system call would do more than it can, and still no harm',
  },
])
