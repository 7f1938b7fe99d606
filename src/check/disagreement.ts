/** Thrown where the oracle, running the author's own functions, does not confirm what an engine found. Always a bug of mmucheck. */
import type { Schedule } from '../ir/schedule.js'

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
