/** Work that is done side by side: what is to be done, and what crosses the border between processes. */

import { CodeDisagrees, type CodeDisagreesDetails, EnginesDisagree, type EnginesDisagreeDetails } from '../../check/confirm/disagreement.js'
import type { Report } from '../../check/report/report.js'
import type { CheckOptions } from '../../check.js'
import { type Diagnostic, DiagnosticError } from '../../diagnostics.js'
import { Disagreement, type DisagreementDetails } from '../../replay/disagreement.js'
import type { Mutation, Outcome } from '../judge/judge.js'

/** What a process is asked to do. All of it is plain data. */
export type Job = CheckJob | JudgeJob

export interface CheckJob {
  readonly task: 'check'
  readonly target: string
  readonly options: Omit<CheckOptions, 'onProgress' | 'onSolving' | 'signal'>
}

/** To judge one mutant of a model as `options` set it. */
export interface JudgeJob extends Omit<CheckJob, 'task'> {
  readonly task: 'judge'
  readonly mutation: Mutation
}

/**
 * How a job ended. A wrong model is an answer, because other settings of it may be right; a bug of ours ends
 * everything.
 */
export type Ended =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** An exception: its class does not survive the way between processes. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly evidence:
    | { readonly kind: 'oracle'; readonly details: DisagreementDetails }
    | { readonly kind: 'code'; readonly details: CodeDisagreesDetails }
    | { readonly kind: 'engines'; readonly details: EnginesDisagreeDetails }
    | null
}

export const failureOf = (error: unknown): Extract<Ended, { kind: 'refused' | 'failed' }> => {
  if (error instanceof DiagnosticError) return { kind: 'refused', diagnostic: error.diagnostic }
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return { kind: 'failed', failure: { name, message, stack, evidence: evidenceOf(error) } }
}

const evidenceOf = (error: unknown): Failure['evidence'] => {
  if (error instanceof Disagreement && error.details !== null) return { kind: 'oracle', details: error.details }
  if (error instanceof CodeDisagrees) return { kind: 'code', details: error.details }
  return error instanceof EnginesDisagree ? { kind: 'engines', details: error.details } : null
}

/** The exception that `failureOf` was given, as far as it can be had again. */
export const errorOf = ({ name, message, stack, evidence }: Failure): Error => {
  switch (evidence?.kind) {
    case undefined:
      return Object.assign(new Error(message), { name, stack })
    case 'oracle':
      return Object.assign(new Disagreement(message, evidence.details), { stack })
    case 'code':
      return Object.assign(new CodeDisagrees(message, evidence.details), { stack })
    case 'engines':
      return Object.assign(new EnginesDisagree(message, evidence.details), { stack })
  }
}
