/** What mprotect() promises, and what shows that the shootdown is needed. */
import { always, alwaysPossible, eventually, leadsTo, properties, sometimes } from 'mmucheck'
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
})
