/**
 * What else contradicts itself, besides an engine and the oracle (see replay/disagreement.ts): two engines, and the
 * compiled code and the author's.
 */
import type { DisagreementDetails } from '../../replay/disagreement.js'
import type { Trace } from '../../trace/trace.js'

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

/**
 * Thrown where the two engines do not say the same. Always a bug of mmucheck; the details have the evidence of both
 * sides.
 */
export class EnginesDisagree extends Error {
  override readonly name = 'EnginesDisagree'
  readonly details: EnginesDisagreeDetails
  constructor(message: string, details: EnginesDisagreeDetails) {
    super(message)
    this.details = details
  }
}

export interface CodeDisagreesDetails extends Omit<DisagreementDetails, 'property'> {
  /** What the two differ about, and what each says of it: states as vectors in the order of the system's variables. */
  readonly what: string
  readonly compiled: unknown
  readonly javascript: unknown
  readonly variables: readonly string[]
}

/**
 * Thrown where the compiled code of a model and the author's own functions differ about a state that was run again.
 * Always a bug of mmucheck.
 */
export class CodeDisagrees extends Error {
  override readonly name = 'CodeDisagrees'
  readonly details: CodeDisagreesDetails
  constructor(message: string, details: CodeDisagreesDetails, options?: ErrorOptions) {
    super(message, options)
    this.details = details
  }
}
