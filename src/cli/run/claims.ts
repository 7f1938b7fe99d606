/** The verb `claims`: settles the rows, stores the traces, reports. */
import { type ClaimResult, settleClaims, tracesOf } from '../../campaign/claims/claims.js'
import { modelNames } from '../../load/find.js'
import { storeTrace } from '../../trace/store.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { UsageError } from '../terminal/units.js'
import { watchedJobs } from '../terminal/watched.js'
import type { ClaimsRequest } from '../verbs/claims.js'
import { claimsJson } from '../views/claims-json.js'
import { claimsMarkdown } from '../views/claims-markdown.js'
import { claimsText } from '../views/claims-text.js'

/**
 * Settles the claims of one model, or of all. The traces of violated rows are written where `check` writes them.
 * @returns the exit code.
 */
export const runClaims = async (
  { target, format, engine, limits, oracle, seed, processes, folder }: ClaimsRequest,
  output: Output,
): Promise<number> => {
  const { result: models, isInterrupted } = await watchedJobs(output, 'settings', processes, (jobs) =>
    settleClaims(target === null ? modelNames(process.cwd()) : [target], {
      ...{ engine, limits, oracle, seed, ...jobs },
      ...(target === null ? {} : { beside: modelNames(process.cwd()) }),
    }),
  )
  const rows = models.flatMap((model) => model.rows)
  if (rows.length === 0)
    throw new UsageError(target === null ? 'no model in models/ has claims' : `${models[0]?.model ?? target} has no claims`)
  for (const { key, trace } of tracesOf(models)) await storeTrace(folder, key, trace)
  const exitCode = isInterrupted ? exitCodes.interrupted : exitCodeOfClaims(rows)
  if (format === 'json') output.out(claimsJson(models, folder, exitCode))
  else if (format === 'markdown') output.out(claimsMarkdown(models))
  else output.out(claimsText(models, folder, output))
  return exitCode
}

/** A verdict that differs beats one that is open. */
export const exitCodeOfClaims = (rows: readonly Pick<ClaimResult, 'asExpected' | 'found'>[]): number => {
  if (rows.some(({ asExpected, found }) => !asExpected && found !== 'incomplete')) return exitCodes.safety
  return rows.some(({ asExpected }) => !asExpected) ? exitCodes.incomplete : exitCodes.holds
}
