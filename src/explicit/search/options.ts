/** What a search is told, and what it says of itself. */
import type { Limits } from '../../ir/limits.js'
import type { Modulo, Sort } from '../../ir/symmetry/sort.js'
import type { Asked } from '../program/doubts.js'
import type { LargeOptions } from '../shards/large-search.js'
import type { PropertyResult } from './results.js'

export interface SearchOptions {
  /** Bytes are for table, queue and buffers; by default 80 % of the machine's memory. */
  readonly limits?: Limits
  readonly stop?: 'all settled' | 'first violation'
  /** Looks for states in which a process that has not returned can never step again. */
  readonly stuck?: boolean
  /** Instead of what the system says. */
  readonly deadlock?: 'violation' | 'allowed'
  /**
   * For which properties a shortest schedule is wanted: for violated ones (the default), for reached `sometimes` too,
   * or for none.
   */
  readonly schedules?: 'violations' | 'all' | 'none'
  /** Their members are interchangeable, as was proved: one state is kept for all that differ only in their order. */
  readonly sorts?: readonly Sort[]
  /**
   * Where a search knows so many states at the end of a level, it asks for such sorts, which takes no more than the
   * seconds that are left; where there are any it begins anew.
   */
  readonly later?: { readonly states: number; readonly modulo: (seconds: number) => Promise<Modulo> }
  /** Threads that search where there are many states, from 1 to 64; by default one for each core. */
  readonly workers?: number
  /** When a search is large, and how it is divided then: for tests, which walk every path on small models. */
  readonly large?: { readonly from: number; readonly tiny?: LargeOptions['tiny'] }
  /** Called about every 50 ms. */
  readonly onProgress?: (progress: Progress) => void
  /**
   * Called where a search takes longer and its first violation of a property has its schedule, while it goes on. What
   * it throws ends the search.
   */
  readonly onViolation?: (violated: PropertyResult) => void
  /** Ends the search as `interrupted`; then no more schedules are made. */
  readonly signal?: AbortSignal
}

/** What the generated code is asked. */
export const askedBy = ({ stuck = false, sorts = [] }: SearchOptions): Asked => ({ stuck, sorts })

export interface Progress {
  /** What is searched: the states, those modulo symmetry, or the graph of all states for properties of behaviours. */
  readonly phase: 'states' | 'modulo symmetry' | 'behaviours'
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** States that wait to be expanded. */
  readonly queue: number
  readonly bytes: number
  /** Bytes that may be in use. */
  readonly mostBytes: number
  /** Properties of states that are violated so far. */
  readonly violated: number
  readonly seconds: number
}
