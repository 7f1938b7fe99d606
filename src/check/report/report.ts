/** What a check established. */

import type { PropertyKind } from '../../ir/kinds.js'
import type { Limit } from '../../ir/limits.js'
import type { Certificate } from '../../symbolic/certificate/certificate.js'
import type { SolverNames } from '../../symbolic/search/settle.js'
import type { Trace } from '../../trace/trace.js'
import type { Covered } from './coverage.js'
import type { Evidence } from './evidence.js'
import type { Idleness } from './idle.js'
import type { MemoryReport } from './memory.js'
import type { SymmetryReport } from './symmetry.js'

export type { PropertyKind } from '../../ir/kinds.js'
export type Verdict = 'holds' | 'violated' | 'incomplete'

/** Why a search ended before it had seen every state. */
export type ReportLimit =
  | Limit
  /** A solver used up the 2 GiB that it has, or was given none, or gave up. */
  | { readonly kind: 'solver'; readonly why: 'memory' | 'unavailable' | 'gave up' }

/** What engines say of a property. */
export interface Finding extends Idleness {
  readonly name: string
  readonly kind: PropertyKind
  readonly verdict: Verdict
  /** How the verdict was established, or why it was not. */
  readonly evidence: readonly Evidence[]
  /**
   * Steps of the shortest violation, or of the shortest way to a `sometimes` or an extreme value; of a behaviour that
   * goes on for ever, the steps to its cycle and those of the cycle. Null where there is none.
   */
  readonly length: number | null
  /**
   * Where the violation goes on for ever: the number of the state in which its cycle starts, `length` where nothing can
   * take a step there. Else null.
   */
  readonly loop: number | null
  /** The greatest value of a `bound` or `maximum` seen, the least of a `minimum`. */
  readonly extreme: number | null
  /** The greatest value that a `bound` allows; null for other kinds. It is tight where `extreme` is the same. */
  readonly allowed: number | null
  readonly trace: Trace | null
  /**
   * Whether the trace has as few switches between agents as a shortest one can have, or is just any of the shortest. Of
   * a behaviour that goes on for ever this is said of the way to its cycle. Null where there is no trace.
   */
  readonly switches: 'fewest' | 'any' | null
}

export interface PropertyReport extends Finding {
  /** Its evidence in words. */
  readonly established: string
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

export interface NotChecked {
  /** `deadlock` or `stuck`, or a property that is not asked in this setting. */
  readonly name: string
  /** Completes "it was not checked: ". */
  readonly why: string
}

/** What a solver was asked, and what came of it. */
export interface Solved {
  /** Of translating and solving. */
  readonly seconds: number
  /** The bits of a state, and the gates of the circuit; null where it did not get so far. */
  readonly bits: number | null
  readonly gates: number | null
  /** Who searched, and who proved. Z3 judges proofs. */
  readonly solvers: SolverNames
  /** An inductive invariant, checked by Z3 in a context of its own. Null where nothing was proved by one. */
  readonly certificate: Certificate | null
  /** It in words, a line for each clause: `never (cpu[0] at 'unlock' and lock = null)`. */
  readonly invariant: readonly string[]
  /** What it left open, and the steps within which that does not come about; -1 where nothing is known. */
  readonly open: readonly { readonly name: string; readonly depth: number }[]
  /** Why it ended before everything was settled; null where everything is. */
  readonly limit: ReportLimit | null
}

/** What was run again in JavaScript, without a difference, to whatever the engines say. */
export type RunAgain =
  | {
      readonly kind: 'run again'
      /**
       * States that were compared in all that the compiled code says of them; whether these are all that can be
       * reached.
       */
      readonly states: number
      readonly all: boolean
      readonly walks: number
      /**
       * Of what can be met; `soFar`: of what was met without seeing all states. Where no engine enumerates states, and
       * they are too many to do so here, of all that there is.
       */
      readonly steps: Covered
      readonly branches: Covered
      readonly soFar: boolean
      /** Ways of failing, by place, that were met in the states that were looked at. */
      readonly failures: Covered
      /** Values of conditions in properties that were met there; each has two. */
      readonly conditions: Covered
      /** Whether these are all that can be reached. */
      readonly lookedAt: { readonly states: number; readonly all: boolean }
      readonly seconds: number
    }
  | { readonly kind: 'nothing'; readonly why: 'not asked for' | 'interrupted' | 'too large' | 'no memory' }

/** A violated property, and its trace, which the oracle has replayed. */
export interface Race {
  readonly property: string
  readonly trace: Trace
}

export interface Report {
  readonly model: string
  readonly modelFile: string
  /** Under which name its traces are kept. */
  readonly home: string
  readonly title: string | null
  readonly source: string | null
  readonly variant: string | null
  readonly params: Readonly<Record<string, number | boolean | string>>
  /** The params that differ from what the variant, or the defaults, say. */
  readonly settings: Readonly<Record<string, number | boolean | string>>
  readonly engine: 'explicit' | 'bmc' | 'prove' | 'both'
  /**
   * Every reachable state was seen, and the graph of all of them where liveness asks for it; without the explicit
   * engine: every property is settled.
   */
  readonly complete: boolean
  readonly limit: ReportLimit | null
  /** Null where nothing of the model is said to be in memory. */
  readonly memory: MemoryReport | null
  /** Null where no states were enumerated. */
  readonly states: number | null
  readonly transitions: number | null
  /** Of the deepest state; without the explicit engine the steps within which nothing else is violated. */
  readonly depth: number
  /** Of the search alone, without loading, compiling and traces. */
  readonly seconds: number
  readonly bytes: number | null
  readonly bytesPerState: number | null
  /** Threads that searched; 1 where there were few states, null where none were enumerated. */
  readonly workers: number | null
  /** Of the built-in checks those that were not made, and properties that are not asked in this setting. */
  readonly notChecked: readonly NotChecked[]
  /** What was found out about interchangeable members; null where nobody looked for any. */
  readonly symmetry: SymmetryReport | null
  /** What the graph of all states took, where liveness was checked. */
  readonly liveness: { readonly states: number; readonly seconds: number; readonly bytes: number; readonly bytesPerEdge: number } | null
  /** Null where no solver was asked. */
  readonly solved: Solved | null
  /**
   * Steps that never fired; in an incomplete search, not so far. Only the explicit engine sees this; empty without it.
   */
  readonly neverFired: readonly Unreached[]
  readonly neverTaken: readonly Unreached[]
  /** Properties that nothing decides which some step changes: they say nothing about the protocol. */
  readonly unchanging: readonly string[]
  /** Ghosts that neither a property nor an assertion reads, by way of another ghost or not. */
  readonly unreadGhosts: readonly string[]
  readonly properties: readonly PropertyReport[]
  readonly oracle: RunAgain
}

/** The fields of a report that say what was asked, whatever was found. */
type AboutSubject =
  | 'model'
  | 'modelFile'
  | 'home'
  | 'title'
  | 'source'
  | 'variant'
  | 'params'
  | 'settings'
  | 'memory'
  | 'notChecked'
  | 'unchanging'
  | 'unreadGhosts'

export type Subject = Pick<Report, AboutSubject>

/** What engines found, before anything is run again and put into words. */
export interface Findings extends Omit<Report, 'oracle' | 'properties' | AboutSubject> {
  readonly properties: readonly Finding[]
}
