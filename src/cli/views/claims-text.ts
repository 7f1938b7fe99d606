/**
 * The table of claims as text that survives a mail: nothing is wider than 100 columns but names that cannot be broken.
 */

import { type Answer, type Answered, answersOf, readingsOf } from '../../campaign/claims/answer.js'
import type { ClaimResult, ModelClaims } from '../../campaign/claims/claims.js'
import { answerText, elsewhereText, foundText, rowText, tally, tallyText, writtenBy } from '../../campaign/claims/words.js'
import { runAgainOfAll, runAgainText } from '../../check/confirm/again/words.js'
import { formatSeconds, formatStateCount } from '../../check/report/format.js'
import { limitText } from '../../check/report/limit.js'
import { printable } from '../../trace/plain.js'
import { tracePaths } from '../../trace/store.js'
import { wrap } from '../../trace/wrap.js'
import { type Output, paint } from '../terminal/output.js'
import { width } from '../terminal/width.js'

/** By model and sentence, ending in a newline; `folder` is where the traces were written. */
export const claimsText = (models: readonly ModelClaims[], folder: string, output: Pick<Output, 'colours'>): string => {
  const answers = answersOf(models)
  const sections = models.flatMap(({ model, title }) => {
    const sentences = answers.filter((sentence) => sentence.model === model)
    if (sentences.length === 0) return []
    const heading = wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2)
    return [[...heading, ...sentences.flatMap((sentence) => ['', ...sentenceLines(sentence, folder, output)])]]
  })
  return `${[...sections, [...without(models), ...again(models), last(models, output)]].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

const sentenceLines = ({ claim, model, rows, answer, elsewhere }: Answered, folder: string, output: Pick<Output, 'colours'>): string[] => {
  const { id, quote } = claim
  const left = Math.max(6, id.length + 2)
  const quoted = wrap(`"${printable(quote)}"`, width - left).map((line, i) => `${(i === 0 ? id : '').padEnd(left)}${line}`)
  const by = indent(wrap(printable(writtenBy(claim)), width - left), left)
  const without = elsewhereText({ elsewhere })
  const answered = indent(
    wrap(printable(`${answerText(answer)}${without === null ? '' : `, ${without}`}`), width - left).map((line) =>
      paint(output, answerColour(answer), line),
    ),
    left,
  )
  const found = readingsOf(rows).flatMap(({ says, note, isFinding, rows: of }) => [
    ...of.flatMap((row) => rowLines(row, model, folder, output)),
    ...indent(wrap(printable(note === null ? says : `${says}${isFinding ? ', our finding' : ''}: ${note}`), width - 6), 6),
  ])
  return [...quoted, ...by, ...answered, ...found]
}

const answerColour = ({ kind }: Answer) => (kind === 'open' ? 'red' : kind === 'confirmed' ? 'green' : 'yellow')

const indent = (lines: readonly string[], by: number): string[] => lines.map((line) => `${' '.repeat(by)}${line}`)

const rowLines = (row: ClaimResult, model: string, folder: string, output: Pick<Output, 'colours'>): string[] => {
  const { reading, key, found, asExpected, report, property } = row
  const mark = asExpected ? 'ok' : found === 'incomplete' ? 'open' : 'DIFFERS'
  const expected = asExpected ? '' : `, expected: ${reading.expected}`
  const cost =
    report === null || report.states === null
      ? ''
      : `; ${formatStateCount(report.states)}, ${formatSeconds(report.seconds + (report.liveness?.seconds ?? 0))}`
  const limit = found === 'incomplete' && report?.limit ? `; ${limitText(report.limit)}` : ''
  const text = `${printable(rowText(row, model))}: ${key.property} ${foundText(row)}${expected}${cost}${limit}`
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
