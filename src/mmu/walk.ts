/**
 * A hardware walk of one address through several levels, a step for each, with the paging-structure caches between them
 * (Intel SDM, volume 3, "Paging-Structure Caches"): what is read at one level is cached, and a later step goes on from
 * there, whatever has become of the entry meanwhile. So the hardware may read a page table that has been freed, until
 * the caches are flushed: by `flushAll`, or of several addresses by `invlpg`. Where a walk may be one step, see `load`
 * and `store`.
 */
import { choose, type Steps, when } from 'mmucheck'
import { flush, type Translations } from './tlb.js'

/** One CPU's walker; `cpu` is the instance where the rules are those of `each`, and else 0. */
export interface Walker<S> {
  /** The labels of the steps, from the top level down. */
  levels: readonly string[]
  /** Where the walk begins: the table to which CR3 points; null while something else is loaded. */
  root: (s: S, cpu: number) => number | null
  /** By level, what has been read: the table of the next level; of the last level, the frame. */
  caches: (s: S, cpu: number) => Translations<number>
  /** Reads the entry for the address in a table; null for one that is not present, which is not cached. */
  read: (s: S, table: number, cpu: number) => number | null
}

/** A rule for each level, which reads an entry of it and caches that, and `evict`, of any level. */
export const walker = <S>({ levels, root, caches, read }: Walker<S>): Record<string, (s: S, cpu?: number) => Steps | void> => {
  const steps = levels.map((label, level) => {
    const step = (s: S, cpu = 0): void => {
      const cached = caches(s, cpu)
      const table = level === 0 ? root(s, cpu) : (cached[level - 1] as number | null)
      when(root(s, cpu) !== null && table !== null && cached[level] === null)
      cached[level] = read(s, table, cpu)
    }
    return [label, step] as const
  })
  return {
    ...Object.fromEntries(steps),
    evict: function* (s: S, cpu = 0): Steps {
      const level = yield* choose(caches(s, cpu).length)
      when(flush(caches(s, cpu), level))
    },
  }
}

/**
 * INVLPG of an address, `walks` being by address what a CPU caches by level. It drops the translation of this address
 * alone, which is at the last level, and what is cached of upper levels for all addresses.
 */
export const invlpg = (walks: Translations<number>[], address: number): void => {
  for (let at = 0; at < walks.length; at++) {
    const levels = walks[at]!.length
    for (let level = 0; level < levels; level++) if (at === address || level < levels - 1) walks[at]![level] = null
  }
}
