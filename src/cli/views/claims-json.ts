/** The claims as the one JSON object that `--json` prints. */

import type { ClaimResult, ModelClaims } from '../../campaign/claims/claims.js'
import { confirmationOf, tally } from '../../campaign/claims/words.js'
import { tracePaths } from '../../trace/store.js'

/** One line, ending in a newline. */
export const claimsJson = (models: readonly ModelClaims[], folder: string, exitCode: number): string => {
  const object = {
    models: models.map(({ model, title, rows }) => ({ model, title, rows: rows.map((row) => rowObject(row, folder)) })),
    ...tally(models.flatMap(({ rows }) => rows)),
    exitCode,
  }
  return `${JSON.stringify(object)}\n`
}

const rowObject = ({ claim, key, found, asExpected, vacuity, report, property }: ClaimResult, folder: string): object => ({
  id: claim.id,
  quote: claim.quote,
  source: claim.source,
  reading: claim.reading ?? null,
  variant: key.variant,
  settings: key.settings,
  property: claim.property,
  expected: claim.expected,
  found,
  asExpected,
  vacuity,
  length: property?.length ?? null,
  maximum: property?.kind === 'bound' ? property.extreme : null,
  confirmation: confirmationOf({ report, property }),
  states: report?.states ?? null,
  complete: report?.complete ?? false,
  limit: report?.limit ?? null,
  seconds: report === null ? null : report.seconds + (report.liveness?.seconds ?? 0),
  oracle: report?.oracle ?? null,
  trace: found === 'violated' && property?.trace ? tracePaths(folder, key).itf : null,
})
