/** The exit codes, and what is exited with when. */
import type { PropertyReport, Report } from '../../check/report/report.js'
import type { DiagnosticCode } from '../../diagnostics.js'
import { propertyKinds } from '../../ir/kinds.js'

export const exitCodes = {
  holds: 0,
  /** Also a process that is stuck while others go on. */
  deadlock: 11,
  /** An `always` or `bound` that is violated, or a `sometimes` that is never reached. */
  safety: 12,
  /** An `eventually`, `leadsTo` or `alwaysPossible` that is violated. */
  liveness: 13,
  /** A failed `assert`, or a value outside its range. */
  assertion: 14,
  incomplete: 20,
  /** The command line: unknown flags, models, params, properties. */
  usage: 64,
  /** What the user's files say: the model, its properties, or a damaged trace. */
  data: 65,
  /** Our bug: the engine and the oracle disagree, or something unforeseen was thrown. */
  internal: 70,
  /** A counterexample or another file could not be written (`EX_CANTCREAT` of sysexits). */
  cannotWrite: 73,
  interrupted: 130,
} as const

/**
 * The exit code of a check. An interrupted one is 130, whatever it had found. Otherwise a violation beats "incomplete",
 * and of several violations the one with the smallest code counts: deadlock, safety, liveness, assertions.
 */
export const exitCodeOf = (report: Report): number => {
  if (report.limit?.kind === 'interrupted') return exitCodes.interrupted
  const codes = report.properties.filter(({ verdict }) => verdict === 'violated').map(violationCode)
  if (codes.length > 0) return Math.min(...codes)
  return report.properties.some(({ verdict }) => verdict === 'incomplete') ? exitCodes.incomplete : exitCodes.holds
}

const violationCode = ({ kind }: PropertyReport): number => exitCodes[propertyKinds[kind].exit]

const usageCodes: ReadonlySet<DiagnosticCode> = new Set(['MC001', 'MC005', 'MC006', 'MC007', 'MC008', 'MC017', 'MC028'])

/**
 * The exit code for a diagnostic: what was asked for does not exist (64), a file cannot be written (73), or the model
 * is wrong (65).
 */
export const exitCodeOfDiagnostic = (code: DiagnosticCode): number => {
  if (usageCodes.has(code)) return exitCodes.usage
  return code === 'MC011' ? exitCodes.cannotWrite : exitCodes.data
}
