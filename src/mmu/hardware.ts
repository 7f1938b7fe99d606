/**
 * The translations of one page as the hardware fills, uses and drops them, whatever an entry looks like: for protocols
 * that ask who still has a translation, not what its bits are (those are in `userCpu`).
 *
 * The Intel SDM (volume 3, "Caching Translation Information") lets the hardware walk at any time, speculatively too,
 * with what is loaded at that time; it caches nothing of an entry that is not present; and what it has cached under a
 * tag (PCID, ASID, VPID) stays, also while another address space is loaded, until it is flushed or just dropped.
 */
import { choose, type Steps, when } from 'mmucheck'
import { flush, type Translations } from './tlb.js'

/** One CPU's hardware; `cpu` is the instance where the rules are those of `each`, and else 0. */
export interface Hardware<S, T> {
  /** By tag. */
  tlb: (s: S, cpu: number) => Translations<T>
  /** The tag under which the page is translated now; null where what is loaded has it not. */
  tag: (s: S, cpu: number) => number | null
  /** What a walk finds; null for what is not present. */
  walk: (s: S, cpu: number) => T | null
  /** Whether the program runs, which uses what the hardware fills at any time; if left out, always. */
  runs?: (s: S, cpu: number) => boolean
  /** What becomes of it when the program uses a translation. */
  onUse: (s: S, translation: T, cpu: number) => void
}

/** `fill`, `use` and `evict`, each one step. A use needs a translation: an access that walks is a `fill` before it. */
export const hardware = <S, T>({ tlb, tag, walk, runs = () => true, onUse }: Hardware<S, T>) => ({
  fill: (s: S, cpu = 0): void => {
    const now = tag(s, cpu)
    when(now !== null && tlb(s, cpu)[now] === null)
    const found = walk(s, cpu)
    when(found !== null)
    tlb(s, cpu)[now] = found
  },
  use: (s: S, cpu = 0): void => {
    const now = tag(s, cpu)
    when(now !== null && runs(s, cpu))
    const translation = tlb(s, cpu)[now]
    when(translation !== null)
    onUse(s, translation as T, cpu)
  },
  evict: function* (s: S, cpu = 0): Steps {
    const at = yield* choose(tlb(s, cpu).length)
    when(flush(tlb(s, cpu), at))
  },
})
