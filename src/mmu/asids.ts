/**
 * An allocator of ASIDs with generations, as that of arm64 (Linux arch/arm64/mm/context.c): there are fewer ASIDs than
 * address spaces, so who finds none free starts a new generation, in which every address space is to get another one
 * when it is switched to next. What CPUs run at that moment keeps its ASID.
 */
import { array, assert, bool, type Domain, index, record } from 'mmucheck'

/** The allocator's state. Of generations it knows the current one: that an older one comes again is not modelled. */
export interface Asids {
  /** `mm->context.id` of each address space: the ASID, and whether it is of the current generation. */
  id: { current: boolean; asid: number }[]
  /** `asid_map`: which ASIDs of the current generation are taken. */
  map: boolean[]
}

/**
 * An allocator of ASIDs 0..asids-1 for `mms` address spaces, of which none has one yet. @throws ModelError if either is
 * < 1.
 */
export const asids = (mms: number, asids: number): Domain<Asids> =>
  record({ id: array(mms, record({ current: bool, asid: index(asids) })), map: array(asids, bool) })

/**
 * `new_context()`, part of one step, under `cpu_asid_lock`: sees to it that `mm` has an ASID of the current generation,
 * while CPUs run the address spaces `running`. An assertion fails where these have all ASIDs.
 * @returns whether that began a new generation, in which all TLBs have to be flushed first.
 */
export const newContext = (allocator: Asids, mm: number, running: readonly number[]): boolean => {
  if (allocator.id[mm]!.current) return false
  const rollOver = allocator.map.every((taken) => taken)
  if (rollOver) {
    for (let asid = 0; asid < allocator.map.length; asid++) allocator.map[asid] = false
    for (let other = 0; other < allocator.id.length; other++) {
      const keeps = running.includes(other)
      allocator.id[other]!.current = keeps
      if (keeps) allocator.map[allocator.id[other]!.asid] = true
    }
  }
  const free = allocator.map.findIndex((taken) => !taken)
  assert(free >= 0, 'all ASIDs are those of running address spaces')
  allocator.map[free] = true
  allocator.id[mm] = { current: true, asid: free }
  return rollOver
}
