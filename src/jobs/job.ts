/** Checks that run side by side: what is to be checked, and what crosses the border between processes. */
import { Disagreement, type DisagreementDetails } from '../check/disagreement.js'
import type { Report } from '../check/report.js'
import type { CheckOptions } from '../check.js'
import { type Diagnostic, DiagnosticError } from '../diagnostics.js'

/** One check. All of it is plain data. */
export interface Job {
  readonly target: string
  readonly options: Omit<CheckOptions, 'onProgress' | 'signal'>
}

/** How a job ended. A wrong model is an answer, because other settings of it may be right; a bug of ours ends everything. */
export type Ended =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** An exception: its class does not survive the way between processes. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly details: DisagreementDetails | null
}

export const failureOf = (error: unknown): Exclude<Ended, { kind: 'report' }> => {
  if (error instanceof DiagnosticError) return { kind: 'refused', diagnostic: error.diagnostic }
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return { kind: 'failed', failure: { name, message, stack, details: error instanceof Disagreement ? error.details : null } }
}

/** The exception that `failureOf` was given, as far as it can be had again. */
export const errorOf = ({ name, message, stack, details }: Failure): Error =>
  Object.assign(details === null ? Object.assign(new Error(message), { name }) : new Disagreement(message, details), { stack })
