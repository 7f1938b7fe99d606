import type { Met } from './coverage.js'
import type { Findings } from './report.js'

/** What engines found, and what they met on the way. */
export interface Found {
  readonly findings: Findings
  /** Which steps and branches were met; null where no state was enumerated. */
  readonly coverage: Met | null
}
