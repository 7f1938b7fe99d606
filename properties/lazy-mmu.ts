/**
 * What must hold of lazy MMU mode, with the claims that it settles: PROTOCOLS C1b.2 (leave before the unlock), C1b.5 (the read hazard)
 * and C1b.7 (drain, then flush the TLB, then free).
 */
import { always, properties, type StateOf, sometimes } from 'mmucheck'
import lazyMmu from '../models/lazy-mmu.ts'

type State = StateOf<typeof lazyMmu>

const atRest = (s: State): boolean => s.ptl.owner === null && s.deferred.every((queue) => queue.length === 0)

export default properties(lazyMmu, {
  /** C1b.5, C1b.2: with the lock free and nothing queued, memory holds all that the kernel has done. */
  noLostUpdate: always((s) => !atRest(s) || s.pte.every((entry, at) => entry.P === s.written[at].P && entry.W === s.written[at].W)),
  /** C1b.7: no freed page can be reached, neither by a walk nor through the TLB. */
  noUseAfterFree: always(
    (s) => s.pte.every((entry) => !entry.P || !s.freed[entry.frame]) && s.tlb.every((entry) => entry === null || !s.freed[entry.frame]),
  ),
  /** C1b.2: whoever takes the lock finds a page table to which nothing is still to be added. */
  nothingQueuedOutsideTheLock: always((s) => s.deferred.every((queue, cpu) => queue.length === 0 || s.ptl.owner === cpu)),

  /** The windows in which things go wrong are really entered. */
  hypercallFills: sometimes((s, p) => s.deferred.some((queue) => queue.length === Math.min(p.depth, p.ptes))),
  hardwareUsesAnEntryBeingCleared: sometimes((s) =>
    s.deferred.some((queue) => queue.some((update) => !update.value.P && s.tlb[update.at] !== null)),
  ),
  pagesAreFreed: sometimes((s) => s.freed.every((freed) => freed)),
})
