/** What a check established. */
import type { Outcome, Trace } from '../trace/trace.js'

export type PropertyKind = Outcome['kind']
export type Verdict = 'holds' | 'violated' | 'incomplete'

/** Why a search ended before it had seen every state. */
export type ReportLimit =
  | { readonly kind: 'states'; readonly states: number }
  | { readonly kind: 'depth'; readonly depth: number }
  | { readonly kind: 'memory'; readonly bytes: number }
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'first' }
  | { readonly kind: 'interrupted' }

export interface PropertyReport {
  readonly name: string
  readonly kind: PropertyKind
  readonly verdict: Verdict
  /** In words, how the verdict was established, or why it was not. */
  readonly established: string
  /**
   * Steps of the shortest violation, or of the shortest way to a `sometimes` or an extreme value; of a behaviour that goes on for ever, the steps
   * to its cycle and those of the cycle. Null where there is none.
   */
  readonly length: number | null
  /** Where the violation goes on for ever: the number of the state in which its cycle starts, `length` where nothing can take a step there. Else null. */
  readonly loop: number | null
  /** The greatest value of a `bound` or `maximum` seen, the least of a `minimum`. */
  readonly maximum: number | null
  /** The greatest value that a `bound` allows; null for other kinds. It is tight where `maximum` is the same. */
  readonly allowed: number | null
  readonly trace: Trace | null
}

/** Something in the source that the search never came by. */
export interface Unreached {
  /** The agents it belongs to: `cpu` for all instances, or some by name; null for a branch. */
  readonly agents: string | null
  /** A step's label, or what kind of branch it is. */
  readonly text: string
  readonly file: string
  readonly line: number
  /** Where the agent calls the helper that it stands in; null where it stands in no helper. */
  readonly from: { readonly file: string; readonly line: number } | null
}

export interface Report {
  readonly model: string
  readonly modelFile: string
  readonly title: string | null
  readonly source: string | null
  readonly variant: string | null
  readonly params: Readonly<Record<string, number | boolean | string>>
  /** The params that differ from what the variant, or the defaults, say. */
  readonly settings: Readonly<Record<string, number | boolean | string>>
  readonly engine: 'explicit'
  /** Every reachable state was seen, and the graph of all of them where liveness asks for it. */
  readonly complete: boolean
  readonly limit: ReportLimit | null
  readonly states: number
  readonly transitions: number
  readonly depth: number
  /** Of the search alone, without loading, compiling and traces. */
  readonly seconds: number
  readonly bytes: number
  readonly bytesPerState: number
  readonly deadlock: 'violation' | 'allowed'
  /** Whether a process that can never take a step again is a violation. */
  readonly stuck: 'violation' | 'allowed'
  /** What the graph of all states took, where liveness was checked. */
  readonly liveness: { readonly seconds: number; readonly bytes: number; readonly bytesPerEdge: number } | null
  /** Steps that never fired; in an incomplete search, not so far. */
  readonly neverFired: readonly Unreached[]
  readonly neverTaken: readonly Unreached[]
  /** Properties that read nothing that any step changes: they say nothing about the protocol. */
  readonly unchanging: readonly string[]
  readonly properties: readonly PropertyReport[]
}
