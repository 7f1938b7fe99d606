/** The oracle and the compiler, or an engine, disagree about what a model does: always a bug of mmucheck. */
import type { Schedule } from '../ir/schedule.js'

/** What an engine said: a schedule to a property, for a model with some params. */
export interface DisagreementDetails {
  readonly model: string
  readonly modelHash: string
  readonly params: Readonly<Record<string, number | boolean | string>>
  readonly property: string
  readonly schedule: Schedule
}

export class Disagreement extends Error {
  override readonly name = 'Disagreement'
  /** Null where what an engine said is not known: the oracle alone does not know whom it contradicts. */
  readonly details: DisagreementDetails | null
  constructor(message: string, details: DisagreementDetails | null = null, options?: ErrorOptions) {
    super(message, options)
    this.details = details
  }
}
