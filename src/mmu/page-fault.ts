/**
 * Page faults of stores, the spurious ones too. A fault drops the translation by which it came (Intel SDM, volume 3,
 * "Operations that Invalidate TLBs and Paging-Structure Caches"): so where an entry was made writable without a flush,
 * a CPU that has it read-only faults once, and not again ("Optional Invalidation").
 */
import type { Pte } from './pte.js'
import { flush, storeHits, type Tlb } from './tlb.js'

/** Whether memory allows a store; `entry` is null where the upper levels lead to none. */
export const allowsStore = (entry: Pte | null): boolean => entry?.P === true && entry.W

/**
 * A store to `page` that faults: what is cached is read-only, whatever memory says by now, or a walk is needed and
 * memory does not allow it. The translation is dropped.
 * @returns false where the store cannot fault (no step is taken then).
 */
export const storeFaults = (cache: Tlb, page: number, entry: Pte | null): boolean => {
  const readOnly = cache[page] !== null && !cache[page]!.W
  const faults = readOnly || (!storeHits(cache, page) && !allowsStore(entry))
  if (faults) flush(cache, page)
  return faults
}
