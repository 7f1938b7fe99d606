/**
 * A CPU that runs a user program, as the protocols of a kernel see it: at any time it loads, stores, and forgets a
 * translation. Rules for a model to take as they are, or to spread next to its own.
 */
import { choose, type Steps, when } from 'mmucheck'
import type { Pte } from './pte.js'
import { flush, load, loadHits, store, storeHits, type Tlb } from './tlb.js'

/** What the program runs on; `cpu` is the instance where the rules are those of `each`, and else 0. */
export interface UserCpu<S> {
  tlb: (s: S, cpu: number) => Tlb
  /** The entry at which a walk of `page` ends; null where the upper levels lead to none. */
  entry: (s: S, page: number) => Pte | null
  /** What becomes of it when a load has completed; without it the program only stores. */
  onLoad?: (s: S, page: number, cpu: number) => void
  /** What becomes of it when a store to `frame` has completed; without it the program only loads. */
  onStore?: (s: S, frame: number, cpu: number) => void
}

/** `load`, `store` and `TLB eviction` of any page, each one step: see `load` and `store` for what a walk does in it. */
export const userCpu = <S>({ tlb, entry, onLoad, onStore }: UserCpu<S>): Record<string, (s: S, cpu?: number) => Steps> => ({
  ...(onLoad === undefined
    ? {}
    : {
        load: function* (s: S, cpu = 0) {
          const page = yield* choose(tlb(s, cpu).length)
          const found = entry(s, page)
          when(loadHits(tlb(s, cpu), page) || (found !== null && load(tlb(s, cpu), page, found)))
          onLoad(s, page, cpu)
        },
      }),
  ...(onStore === undefined
    ? {}
    : {
        store: function* (s: S, cpu = 0) {
          const page = yield* choose(tlb(s, cpu).length)
          const found = entry(s, page)
          when(storeHits(tlb(s, cpu), page) || (found !== null && store(tlb(s, cpu), page, found)))
          onStore(s, tlb(s, cpu)[page]!.frame, cpu)
        },
      }),
  'TLB eviction': function* (s: S, cpu = 0) {
    const page = yield* choose(tlb(s, cpu).length)
    when(loadHits(tlb(s, cpu), page))
    flush(tlb(s, cpu), page)
  },
})
