/**
 * The table of claims as text that survives a mail: nothing is wider than 78 columns but names that cannot be broken.
 */

import type { ClaimResult, ModelClaims } from '../../campaign/claims/claims.js'
import { foundText, sentencesOf, settingsText, tally, tallyText } from '../../campaign/claims/words.js'
import { runAgainOfAll, runAgainText } from '../../check/confirm/again/words.js'
import { formatSeconds, formatStateCount } from '../../check/report/format.js'
import { limitText } from '../../check/report/limit.js'
import { printable } from '../../trace/plain.js'
import { tracePaths } from '../../trace/store.js'
import { wrap } from '../../trace/wrap.js'
import { type Output, paint } from '../terminal/output.js'

const width = 78

/** By model and sentence, ending in a newline; `folder` is where the traces were written. */
export const claimsText = (models: readonly ModelClaims[], folder: string, output: Pick<Output, 'colours'>): string => {
  const sections = models.filter(({ rows }) => rows.length > 0).map((model) => section(model, folder, output))
  return `${[...sections, [...without(models), ...again(models), last(models, output)]].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const section = ({ model, title, rows }: ModelClaims, folder: string, output: Pick<Output, 'colours'>): string[] => {
  const heading = wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2)
  return [...heading, ...sentencesOf(rows).flatMap((sentence) => ['', ...sentenceLines(sentence, folder, output)])]
}

const sentenceLines = (rows: readonly ClaimResult[], folder: string, output: Pick<Output, 'colours'>): string[] => {
  const claim = rows[0]?.claim
  if (claim === undefined) return []
  const { id, quote, source } = claim
  const left = Math.max(6, id.length + 2)
  const quoted = wrap(`"${printable(quote)}"`, width - left).map((line, i) => `${(i === 0 ? id : '').padEnd(left)}${line}`)
  const by = indent(wrap(printable(source), width - left), left)
  const found = rows.flatMap((row, i) => [
    ...rowLines(row, folder, output),
    ...(row.claim.reading === undefined || row.claim.reading === rows[i + 1]?.claim.reading
      ? []
      : indent(wrap(printable(row.claim.reading), width - 6), 6)),
  ])
  return [...quoted, ...by, ...found]
}

const indent = (lines: readonly string[], by: number): string[] => lines.map((line) => `${' '.repeat(by)}${line}`)

const rowLines = (row: ClaimResult, folder: string, output: Pick<Output, 'colours'>): string[] => {
  const { claim, key, found, asExpected, report, property } = row
  const mark = asExpected ? 'ok' : found === 'incomplete' ? 'open' : 'DIFFERS'
  const expected = asExpected ? '' : `, expected: ${claim.expected}`
  const cost =
    report === null || report.states === null
      ? ''
      : `; ${formatStateCount(report.states)}, ${formatSeconds(report.seconds + (report.liveness?.seconds ?? 0))}`
  const limit = found === 'incomplete' && report?.limit ? `; ${limitText(report.limit)}` : ''
  const text = `${printable(settingsText(key.variant, key.settings))}: ${claim.property} ${foundText(row)}${expected}${cost}${limit}`
  // A number stays with its unit.
  const [first = '', ...rest] = wrap(text.replaceAll(/(\d) (?=(states?|s|steps?)\b)/g, '$1\u00a0'), width - 11).map((one) =>
    one.replaceAll('\u00a0', ' '),
  )
  const trace = found === 'violated' && property?.trace ? [tracePaths(folder, key).text] : []
  return [`  ${paint(output, colour(row), mark.padEnd(7))}  ${first}`, ...indent([...rest, ...trace], 11)]
}

const colour = ({ asExpected, found }: ClaimResult) => (asExpected ? 'green' : found === 'incomplete' ? 'yellow' : 'red')

/** Models that are not in the table must not be taken for settled ones. */
const without = (models: readonly ModelClaims[]): string[] => {
  const names = models.filter(({ rows }) => rows.length === 0).map(({ model }) => model)
  return names.length === 0 ? [] : wrap(`no claims: ${names.join(', ')}`, width, 2)
}

/** Rows that one check settles were run again once. */
const again = (models: readonly ModelClaims[]): string[] => {
  const reports = new Set(models.flatMap(({ rows }) => rows.flatMap(({ report }) => report ?? [])))
  const all = runAgainOfAll([...reports].map(({ oracle }) => oracle))
  return all === null ? [] : wrap(runAgainText(all), width, 2)
}

const last = (models: readonly ModelClaims[], output: Pick<Output, 'colours'>): string => {
  const rows = models.flatMap((model) => model.rows)
  const { different, open } = tally(rows)
  return paint(output, different > 0 ? 'red' : open > 0 ? 'yellow' : 'green', tallyText(rows))
}
