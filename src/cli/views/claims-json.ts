/** The claims as the one JSON object that `--json` prints. */

import { type Answered, answersOf, shortestOf } from '../../campaign/claims/answer.js'
import type { ClaimResult, ModelClaims } from '../../campaign/claims/claims.js'
import { confirmationOf, shortQuote, tally } from '../../campaign/claims/words.js'
import { tracePaths } from '../../trace/store.js'

/** One line, ending in a newline. */
export const claimsJson = (models: readonly ModelClaims[], folder: string, exitCode: number): string => {
  const object = {
    models: models.map(({ model, title, rows }) => ({ model, title, rows: rows.map((row) => rowObject(row, folder)) })),
    sentences: answersOf(models).map((sentence) => sentenceObject(sentence, folder)),
    ...tally(models.flatMap(({ rows }) => rows)),
    exitCode,
  }
  return `${JSON.stringify(object)}\n`
}

const sentenceObject = ({ claim, model, rows, answer, elsewhere }: Answered, folder: string): object => {
  const shortest = shortestOf(rows)
  return {
    id: claim.id,
    quote: claim.quote,
    short: shortQuote(claim),
    source: claim.source,
    by: claim.by ?? null,
    model,
    answer: answer.kind,
    onlyIf: answer.kind === 'only if' ? answer.condition : null,
    rows: rows.length,
    elsewhere,
    shortest: shortest === null ? null : tracePaths(folder, shortest.key).itf,
  }
}

const rowObject = ({ claim, reading, key, sizes, found, asExpected, vacuity, report, property }: ClaimResult, folder: string): object => ({
  id: claim.id,
  says: reading.says,
  note: reading.note ?? null,
  finding: reading.finding ?? null,
  variant: key.variant,
  settings: key.settings,
  sizes,
  property: key.property,
  expected: reading.expected,
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
