/**
 * The life of a frame, or of whatever else is allocated and freed: a page, a page table, an mm. Only ghosts say whether
 * it was used after it was freed, or freed twice, so declare it so: `page: ghost(lifetime)`. What decides when it is
 * freed is the protocol's own (a reference count, a lock, a flush).
 */
import { bool, type Domain, record } from 'mmucheck'

/** What is known of the life of a frame. */
export interface Lifetime {
  isFree: boolean
  usedAfterFree: boolean
  freedTwice: boolean
}

/** Initially allocated, and in order. */
export const lifetime: Domain<Lifetime> = record({ isFree: bool, usedAfterFree: bool, freedTwice: bool })

/** It is given back; whoever reaches it from here on uses what may be another's. */
export const free = (of: Lifetime): void => {
  if (of.isFree) of.freedTwice = true
  of.isFree = true
}

/** It is allocated again. */
export const reuse = (of: Lifetime): void => {
  of.isFree = false
}

/** A load, a store or a walk that reaches it. */
export const touch = (of: Lifetime): void => {
  if (of.isFree) of.usedAfterFree = true
}
