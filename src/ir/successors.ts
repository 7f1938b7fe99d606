/**
 * What follows a state: who can step in it, in which ways, and where each leads. Two sources say it. The engine's
 * compiled code says it of any state. The oracle, which runs the author's own functions, says it of a state that a
 * schedule leads to: a process knows more than its state says, namely its generator, which cannot be set to a state.
 * What the two say of the same state is the same, except in words; whoever shows, draws or steps through a model needs
 * only this.
 */
import type { FailureKind } from './kinds.js'
import type { Vector } from './system.js'

/** How a way fails. */
export interface WayFailure {
  readonly kind: FailureKind
  /** What went wrong, in words. The oracle's are about this very state, the engine's about the step. */
  readonly message: string
}

/** One way through a step that is not blocked: a transition, or a failure. */
export interface Way {
  /** Its choice code; see `End` in system.ts. With the step's number it is a `Move`. */
  readonly choice: number
  /** The state that it leads to; null where it fails. */
  readonly to: Vector | null
  /** Null where it leads on. */
  readonly failure: WayFailure | null
}

/** A step at which an agent stands, and all ways through it. */
export interface StepWays {
  /** An index into `System.steps`, which says where its code is and what it waits for; -1 is `init`. */
  readonly step: number
  /** As people know it. Where the author computes it, the oracle has the label itself, and the engine its source. */
  readonly label: string
  /**
   * By their choices, the first choice first. Where there are none the step is blocked: what it waits for does not
   * hold, or there is nothing to choose.
   */
  readonly ways: readonly Way[]
  /** Whether all failing ways are among them; the engine has room for so many of a state. */
  readonly hasAllFailing: boolean
}

/** What an agent can do in a state. */
export interface AgentWays {
  /** An index into `System.agents`. */
  readonly agent: number
  /**
   * Of a process the one step at which it stands, none where it has returned; of rules all, in the order of
   * `System.steps`.
   */
  readonly steps: readonly StepWays[]
}

/** All that can happen in a state. */
export interface Successors {
  readonly state: Vector
  /** All of the system's agents, in their order. */
  readonly agents: readonly AgentWays[]
}

/** Says what follows a state. `At` is how it is told which: by the state itself, or by a schedule that leads there. */
export interface SuccessorSource<At> {
  /** The ways through `init`: where they lead are the initial states. */
  readonly initial: () => StepWays
  readonly successors: (at: At) => Successors
}
