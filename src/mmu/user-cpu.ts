/**
 * A CPU that runs a user program, as the protocols of a kernel see it: at any time it loads, stores, and forgets a
 * translation. Rules for a model to take as they are, or to spread next to its own.
 */
import { choose, type Steps, when } from 'mmucheck'
import { allowsStore, storeFaults } from './page-fault.js'
import type { Pte } from './pte.js'
import { flush, forgetDirty, load, loadHits, store, storeHits, type Tlb } from './tlb.js'

/** An access that has completed. */
export interface Access {
  page: number
  /** The frame that it has reached. */
  frame: number
  /** The translation was walked for, and not yet there. */
  walked: boolean
}

/** A store that has faulted. */
export interface Fault {
  page: number
  /** Memory allows the store: the translation that did not is older. */
  spurious: boolean
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
  /** What becomes of it when a store faults, which drops the translation; without it a store that faults just waits. */
  onFault?: (s: S, fault: Fault, cpu: number) => void
  /** Whether translations say that an entry is dirty, as on x86; where they do not, every store walks to set D. */
  cachesD?: boolean
}

/**
 * `load`, `store`, `page fault` and `TLB eviction` of any page, each one step: see `load` and `store` for what a walk
 * does in it.
 */
export const userCpu = <S>({
  tlb,
  entry,
  onLoad,
  onStore,
  onFault,
  cachesD = true,
}: UserCpu<S>): Record<string, (s: S, cpu?: number) => Steps> => ({
  ...(onLoad === undefined ? {} : { load: access({ tlb, entry, cachesD, hits: loadHits, completes: load, then: onLoad }) }),
  ...(onStore === undefined ? {} : { store: access({ tlb, entry, cachesD, hits: storeHits, completes: store, then: onStore }) }),
  ...(onFault === undefined
    ? {}
    : {
        'page fault': function* (s: S, cpu = 0) {
          const page = yield* choose(tlb(s, cpu).length)
          const found = entry(s, page, cpu)
          when(storeFaults(tlb(s, cpu), page, found))
          onFault(s, { page, spurious: allowsStore(found) }, cpu)
        },
      }),
  'TLB eviction': function* (s: S, cpu = 0) {
    const page = yield* choose(tlb(s, cpu).length)
    when(flush(tlb(s, cpu), page))
  },
})

/** The rule for one kind of access. */
const access = <S>({
  tlb,
  entry,
  cachesD,
  hits,
  completes,
  then,
}: Pick<UserCpu<S>, 'tlb' | 'entry' | 'cachesD'> & {
  hits: (tlb: Tlb, page: number) => boolean
  completes: (tlb: Tlb, page: number, entry: Pte) => boolean
  then: (s: S, access: Access, cpu: number) => void
}) =>
  function* (s: S, cpu = 0): Steps {
    const page = yield* choose(tlb(s, cpu).length)
    const cached = hits(tlb(s, cpu), page)
    const found = entry(s, page, cpu)
    when(found === null ? cached : completes(tlb(s, cpu), page, found))
    if (!cachesD) forgetDirty(tlb(s, cpu), page)
    then(s, { page, frame: tlb(s, cpu)[page]!.frame, walked: !cached }, cpu)
  }
