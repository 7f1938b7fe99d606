/** A schedule: which agent takes which step with which choices. What an engine finds and the oracle replays. */

/** One step of a schedule: which step, and which way through it. */
export interface Move {
  /** An index into `System.steps`. */
  readonly step: number
  /** The choice code of the way through the step; see `End` in system.ts. */
  readonly choice: number
}

/** A path from an initial state, by the choices alone: states follow from it. */
export interface Schedule {
  /** The choice code of `init`. */
  readonly init: number
  readonly moves: readonly Move[]
  /** The last move fails (an assert or a range) instead of leading to a state. */
  readonly fails: boolean
}
