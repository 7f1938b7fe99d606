/**
 * The TLB of one CPU, and the hardware walker that fills it, as x86 has them (Intel SDM volume 3, "Accessed and Dirty
 * Flags" and "Caching Translation Information"). The environment of every protocol: let rules call `load`, `store` and
 * `flush` at any time, for hardware may walk, speculate and evict whenever it likes.
 *
 * A walk's leaf read, permission check, update of A (of D too for a store) and TLB fill are one atomic step, because
 * the update is a locked operation that checks the entry again. So no A or D bit ever appears in an entry whose P is
 * false.
 */
import { array, bool, type Domain, index, optional, record, type Steps, type ValueOf } from 'mmucheck'
import { orAccessedDirty, type Pte } from './pte.js'

/** A cached translation: as the entry was when it was walked, which is the reason for all shootdowns. */
export interface TlbEntry {
  frame: number
  W: boolean
  /** The dirty bit was already set in memory: a store need not walk again to set it. */
  D: boolean
}

/** The translations that one CPU caches, by page; null where it caches none. */
export type Tlb = (TlbEntry | null)[]

/**
 * The TLB of one CPU for `pages` pages that map `frames` frames; initially empty. @throws ModelError if either is < 1.
 */
export const tlb = (pages: number, frames = 1): Domain<Tlb> => array(pages, optional(record({ frame: index(frames), W: bool, D: bool })))

/** Whether a load of `page` needs no walk: any cached translation serves it. */
export const loadHits = (cache: Tlb, page: number): boolean => cache[page] !== null

/**
 * Whether a store to `page` needs no walk: the cached translation is writable and known to be dirty. So nothing in
 * memory can stop this store any more. Where only D is missing, the hardware walks again to set it (a "D-assist").
 */
export const storeHits = (cache: Tlb, page: number): boolean => {
  const entry = cache[page] as TlbEntry | null
  return entry !== null && entry.W && entry.D
}

/**
 * A load of `page`, which `entry` maps: a hit, or a walk that sets A and fills the TLB.
 * @returns false for a page fault (no step of memory or TLB is taken then).
 */
export const load = (cache: Tlb, page: number, entry: Pte): boolean => {
  if (loadHits(cache, page)) return true
  if (!entry.P) return false
  orAccessedDirty(entry, 'load')
  cache[page] = { frame: entry.frame, W: entry.W, D: entry.D }
  return true
}

/**
 * A store to `page`, which `entry` maps: a hit, or a walk that checks P and W in memory, sets A and D, and fills the
 * TLB.
 * @returns false for a page fault (no step of memory or TLB is taken then).
 */
export const store = (cache: Tlb, page: number, entry: Pte): boolean => {
  if (storeHits(cache, page)) return true
  if (!entry.P || !entry.W) return false
  orAccessedDirty(entry, 'store')
  cache[page] = { frame: entry.frame, W: true, D: true }
  return true
}

/**
 * Of a TLB that does not cache D, after each `load` and `store`: every store walks then, and is subject to what memory
 * says at that time.
 */
export const forgetDirty = (cache: Tlb, page: number): void => {
  const entry = cache[page] as TlbEntry | null
  if (entry !== null) entry.D = false
}

/** Translations by page or by tag, each in any form; null where there is none. */
export type Translations<T> = (T | null)[]

/**
 * Translations that are told apart by `tags` tags (PCID, ASID, VPID), so that they outlive a switch of address spaces;
 * of one page each, in the domain `of`. Initially empty. @throws ModelError if tags < 1.
 */
export const taggedTlb = <D extends Domain>(tags: number, of: D): Domain<Translations<ValueOf<D>>> => array(tags, optional(of)) as never

/**
 * `invlpg`: forgets the translation of one page, or under one tag. An eviction by the hardware is the same.
 * @returns whether there was one.
 */
export const flush = <T>(cache: Translations<T>, at: number): boolean => {
  const cached = cache[at] !== null
  cache[at] = null
  return cached
}

/** `flush_tlb_page()`, where it may be one step: the translation is gone, and whoever had to has acknowledged. */
export function* flushTlbPage<T>(cache: Translations<T>, at: number, label = 'flush_tlb_page()'): Steps {
  yield label
  flush(cache, at)
}

/**
 * Forgets all translations: a write to CR3, where there are no global ones, or a flush that takes those too (INVPCID, a
 * change of CR4.PGE). @returns whether there was one.
 */
export const flushAll = <T>(cache: Translations<T>): boolean => {
  const cached = cache.some((entry) => entry !== null)
  for (let at = 0; at < cache.length; at++) cache[at] = null
  return cached
}

/**
 * Forgets all translations that are not global, as a write to CR3 does; `isGlobal` says so of what is cached, and under
 * what page or tag. @returns whether there was one.
 */
export const flushNonGlobal = <T>(cache: Translations<T>, isGlobal: (translation: T, at: number) => boolean): boolean => {
  let cached = false
  for (let at = 0; at < cache.length; at++) {
    const translation = cache[at]
    if (translation === null || isGlobal(translation as T, at)) continue
    cache[at] = null
    cached = true
  }
  return cached
}
