/** What mprotect() promises, and what shows that the shootdown is needed. */
import { accepted, always, alwaysPossible, eventually, leadsTo, properties, sometimes } from 'mmucheck'
import { storeHits } from 'mmucheck/mmu'
import tlbShootdown from '../models/tlb-shootdown.ts'

export default properties(tlbShootdown, {
  /**
   * Once mprotect() has returned, no CPU can write to the page: memory forbids it, and no TLB allows it without asking
   * memory.
   */
  noWriteAfterMprotect: always((s) =>
    s.protectedPages.every((isProtected, page) => !isProtected || (!s.pte[page].W && s.tlb.every((cache) => !storeHits(cache, page)))),
  ),

  /**
   * mprotect() returns, whatever the hardware does meanwhile: all that it takes is that interrupts are served. So says
   * CPU 0; CPUs are alike.
   */
  mprotectReturns: leadsTo(
    (s) => s.mmapLock.owner === 0,
    (s) => s.mmapLock.owner !== 0,
  ),
  somePageIsProtected: eventually((s) => s.protectedPages.some((isProtected) => isProtected)),
  lockCanBeFree: alwaysPossible((s) => s.mmapLock.owner === null),

  /** The stale entry that everything is about does occur. */
  staleWritableTranslation: sometimes((s) => s.pte.some((entry, page) => !entry.W && s.tlb.some((cache) => storeHits(cache, page)))),
  allPagesProtected: sometimes((s) => s.protectedPages.every((isProtected) => isProtected)),
  /** User code reads without writing, and it can write to every page. */
  pageIsOnlyRead: sometimes((s) => s.pte.some((entry) => entry.A && !entry.D)),
  allPagesAreWritten: sometimes((s) => s.pte.every((entry) => entry.D)),
})

/** Of the textbook shootdown, the default. */
export const unneeded = accepted(tlbShootdown, [
  {
    change: "steps swapped: yield* acquire(s.mmapLock, cpu, 'mmap_write_lock()') yield 'pte_wrprotect()' const page = yield* ch…",
    why: 'the lock is for the interrupts and the page that they flush; an entry is only ever write-protected, which two CPUs may do at once',
  },
  {
    change: 'step split: flush(s.tlb[cpu], page) s.flushPage = page',
    why: 'flushPage is read by interrupted CPUs alone, and the interrupts come later, under the same lock',
  },
  ...[
    'always false: other === cpu || (p.dropOneIpi && other === p.cpus - 1)',
    'operand left out: other === cpu || (p.dropOneIpi && other === p.cpus - 1) → (p.dropOneIpi && other === p.cpus - 1)',
  ].map((change) => ({ change, why: 'a CPU that interrupts itself too flushes its own TLB once more, and acknowledges that' })),
  ...["one step later: s.pte[page].W = false yield 'invlpg'", "one step earlier: yield 'invlpg' flush(s.tlb[cpu], page)"].map((change) => ({
    change,
    why: 'the entry and the own TLB change in one step: less can happen in between than if they change in two, which is safe',
  })),
  {
    change: "another value: 'flushed' → 'idle' in s.ipi[cpu] = 'flushed'",
    why: 'the interrupted CPU flushes and acknowledges in one step: less happens in between, and the acknowledgement still means that it has flushed',
  },
  {
    change:
      'another value: false → true in for (let page = 0; page < p.pages; page++) s.pte[page] = { P: true, W: true, A: false, D: false, fr… (in init)',
    why: 'the workload: pages that have been accessed before; the hardware sets A at the first access otherwise',
  },
])
