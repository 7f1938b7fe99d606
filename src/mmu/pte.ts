/**
 * The page-table entry: present, writable, accessed, dirty, and the frame that it maps. Every function here is part of
 * one atomic step: call it after the `yield` that names the access.
 *
 * A read is `{ ...table[at] }` (what `pte_t old = *ptep` is in C) and a plain write is `table[at] = value`; both are
 * one memory access, so they belong into two steps. What the locked instructions do in one access is in atomic.ts.
 */
import { bool, type Domain, index, record } from 'mmucheck'

/** A page-table entry, as far as the protocols of the field depend on it. */
export interface Pte {
  /** Present: the hardware may use the entry. */
  P: boolean
  /** Writable. */
  W: boolean
  /** Accessed: set by the hardware when it walks the entry, cleared by software only. */
  A: boolean
  /** Dirty: set by the hardware when it walks the entry for a store, cleared by software only. */
  D: boolean
  /** The page frame that the entry maps; without meaning where P is false. */
  frame: number
}

/** A page-table entry that maps one of `frames` page frames; initially `emptyPte`. @throws ModelError if frames < 1. */
export const pte = (frames = 1): Domain<Pte> => record({ P: bool, W: bool, A: bool, D: bool, frame: index(frames) })

/** `pte_none()`: the entry that maps nothing. */
export const emptyPte: Pte = { P: false, W: false, A: false, D: false, frame: 0 }

/** Whether two entries are equal in every bit. */
export const samePte = (a: Pte, b: Pte): boolean => a.P === b.P && a.W === b.W && a.A === b.A && a.D === b.D && a.frame === b.frame

/**
 * A locked OR of the accessed bit, and for a store of the dirty bit: how a hardware walker updates an entry. It adds
 * bits and never removes one, which Xen's MMU_PT_UPDATE_PRESERVE_AD (Xen commit 2a34bc2edd) relies on.
 */
export const orAccessedDirty = (entry: Pte, access: 'load' | 'store'): void => {
  entry.A = true
  if (access === 'store') entry.D = true
}
