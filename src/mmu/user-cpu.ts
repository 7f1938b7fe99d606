/**
 * A CPU that runs a user program, as the protocols of a kernel see it: at any time it loads, stores, and forgets a
 * translation. Rules for a model to take as they are, or to spread next to its own.
 */
import { choose, type Steps, when } from 'mmucheck'
import type { Pte } from './pte.js'
import { flush, load, loadHits, store, storeHits, type Tlb } from './tlb.js'

/** An access that has completed. */
export interface Access {
  page: number
  /** The frame that it has reached. */
  frame: number
  /** The translation was walked for, and not yet there. */
  walked: boolean
}

/** What the program runs on; `cpu` is the instance where the rules are those of `each`, and else 0. */
export interface UserCpu<S> {
  tlb: (s: S, cpu: number) => Tlb
  /** The entry at which a walk of `page` ends; null where the upper levels lead to none. */
  entry: (s: S, page: number, cpu: number) => Pte | null
  /** What becomes of it when a load has completed; without it the program only stores. */
  onLoad?: (s: S, load: Access, cpu: number) => void
  /** What becomes of it when a store has completed; without it the program only loads. */
  onStore?: (s: S, store: Access, cpu: number) => void
}

/** `load`, `store` and `TLB eviction` of any page, each one step: see `load` and `store` for what a walk does in it. */
export const userCpu = <S>({ tlb, entry, onLoad, onStore }: UserCpu<S>): Record<string, (s: S, cpu?: number) => Steps> => ({
  ...(onLoad === undefined ? {} : { load: access({ tlb, entry, hits: loadHits, completes: load, then: onLoad }) }),
  ...(onStore === undefined ? {} : { store: access({ tlb, entry, hits: storeHits, completes: store, then: onStore }) }),
  'TLB eviction': function* (s: S, cpu = 0) {
    const page = yield* choose(tlb(s, cpu).length)
    when(flush(tlb(s, cpu), page))
  },
})

/** The rule for one kind of access. */
const access = <S>({
  tlb,
  entry,
  hits,
  completes,
  then,
}: Pick<UserCpu<S>, 'tlb' | 'entry'> & {
  hits: (tlb: Tlb, page: number) => boolean
  completes: (tlb: Tlb, page: number, entry: Pte) => boolean
  then: (s: S, access: Access, cpu: number) => void
}) =>
  function* (s: S, cpu = 0): Steps {
    const page = yield* choose(tlb(s, cpu).length)
    const cached = hits(tlb(s, cpu), page)
    const found = entry(s, page, cpu)
    when(found === null ? cached : completes(tlb(s, cpu), page, found))
    then(s, { page, frame: tlb(s, cpu)[page]!.frame, walked: !cached }, cpu)
  }
