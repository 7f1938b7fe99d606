/** A trace: the states and steps from an initial state to the one that settles a property. */

import { type PropertyKind, propertyKinds } from '../ir/kinds.js'

/** A value of the state as people know it. Sets are JavaScript sets of integers. */
export type Plain = number | boolean | string | null | readonly Plain[] | ReadonlySet<number> | { readonly [field: string]: Plain }

export interface ProcessView {
  readonly agent: string
  /** The label of the step that the process takes next; null where it has returned. */
  readonly at: string | null
  /** The locals that are alive, by the author's name. */
  readonly locals: Readonly<Record<string, Plain>>
}

export interface StateView {
  /** The variables of `state`, ghosts too. */
  readonly globals: Readonly<Record<string, Plain>>
  readonly processes: readonly ProcessView[]
}

export interface SourcePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface TraceStep {
  readonly agent: string
  readonly label: string
  /** The values chosen in this step, in order. */
  readonly choices: readonly Plain[]
  readonly at: SourcePlace
  /** What decided in it, in its author's words: `pmd is table`, `pte unchanged: yes`. Absent where nobody said it. */
  readonly outcomes?: readonly string[]
  /** The locals that it changed and a later step reads. Absent where nobody said it: it may be all of them. */
  readonly told?: readonly string[]
  /** The state after the step; null where the step fails (an assert or a range). */
  readonly after: StateView | null
}

/** Every kind of property that a trace can settle. */
export const outcomeKinds = Object.keys(propertyKinds) as readonly PropertyKind[]

/** Why a trace ends where it does. */
export interface Outcome {
  readonly property: string
  readonly kind: PropertyKind
  /** The property's source text; for a failed step the source of what failed. */
  readonly source: string
  /** What its author says of it: the comment before it, on one line. Absent where there is none. */
  readonly comment?: string
  readonly at: SourcePlace | null
  /** In words: `noLostUpdate does not hold`, `pte[1] = 4 is outside range(0, 3)`, who waits for what in a deadlock. */
  readonly message: string
  /** The state locations that the predicate read last, and their values: `['s.pte[0]', 1]`. */
  readonly reads: readonly (readonly [location: string, value: Plain])[]
}

/** Why a cycle that repeats for ever leaves no agent waiting longer than the model's `fairness` allows. */
export type FairnessReason =
  /** By number, from 1: the steps of the cycle that the agent takes. */
  | { readonly kind: 'taken'; readonly steps: readonly number[] }
  /**
   * By number, from 0: states of the cycle in which the agent is disabled; for a strongly fair one these are all of
   * them.
   */
  | { readonly kind: 'disabled'; readonly states: readonly number[] }

export interface AgentFairness {
  readonly agent: string
  readonly fairness: 'weak' | 'strong'
  readonly reason: FairnessReason
}

/** How a trace goes on for ever: the last step leads to a state that was there before. */
export interface Loop {
  /**
   * The number of the state in which the cycle starts, 0 the initial one; the last state of `steps` is the same one
   * again. Where it is the last state itself, nothing can take a step there: it stays for ever.
   */
  readonly start: number
  /** The agents of which the model demands fairness, in column order. */
  readonly fairness: readonly AgentFairness[]
}

/** Who takes steps. Agents of one CPU share a column of the race diagram. */
export interface TraceAgent {
  readonly name: string
  /** The CPU that it is on, by number; null where it is on none, or nothing is said of it. */
  readonly cpu: number | null
}

export interface Trace {
  readonly model: string
  /** The file of the model, as it is shown to people; a stored trace is compared with the model of today through it. */
  readonly modelFile: string
  /** SHA-256 over the sources of the model that the trace belongs to, hexadecimal. */
  readonly modelHash: string
  readonly variant: string | null
  /** The params that are set otherwise than the variant, or the defaults, have them. */
  readonly settings: readonly string[]
  readonly params: Readonly<Record<string, number | boolean | string>>
  /** All agents, in the order of the model. */
  readonly agents: readonly TraceAgent[]
  /** The names of the globals that are ghosts. */
  readonly ghosts: readonly string[]
  readonly initial: StateView
  /** The values chosen by `init`. */
  readonly initialChoices: readonly Plain[]
  readonly steps: readonly TraceStep[]
  /** Of a behaviour that never comes to what it owes; absent where the trace ends with its last state. */
  readonly loop?: Loop
  readonly outcome: Outcome
}
