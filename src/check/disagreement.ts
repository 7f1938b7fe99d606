/** Thrown where the oracle, running the author's own functions, does not confirm what an engine found. Always a bug of mmucheck. */
import type { Schedule } from '../ir/schedule.js'
import type { Trace } from '../trace/trace.js'

export interface DisagreementDetails {
  readonly model: string
  readonly modelHash: string
  readonly params: Readonly<Record<string, number | boolean | string>>
  readonly property: string
  readonly schedule: Schedule
}

export class Disagreement extends Error {
  override readonly name = 'Disagreement'
  readonly details: DisagreementDetails
  constructor(message: string, details: DisagreementDetails, options?: ErrorOptions) {
    super(message, options)
    this.details = details
  }
}

export interface EnginesDisagreeDetails extends Omit<DisagreementDetails, 'schedule'> {
  /** What the explicit engine says of the property. */
  readonly explicit: {
    readonly verdict: string
    readonly length: number | null
    readonly established: string
    readonly trace: Trace | null
  }
  /** What the solver says, with its schedule or its certificate where there is one. */
  readonly solver: object
}

/** Thrown where the two engines do not say the same. Always a bug of mmucheck; the details have the evidence of both sides. */
export class EnginesDisagree extends Error {
  override readonly name = 'EnginesDisagree'
  readonly details: EnginesDisagreeDetails
  constructor(message: string, details: EnginesDisagreeDetails) {
    super(message)
    this.details = details
  }
}
