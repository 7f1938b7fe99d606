/** The claims as a page of Markdown: no times, so that it is the same on every machine. It is docs/CLAIMS.md. */

import type { ClaimResult, ModelClaims } from '../../campaign/claims/claims.js'
import { foundText, sentencesOf, settingsText, tallyText } from '../../campaign/claims/words.js'
import { formatCount } from '../../check/report/format.js'
import { printable } from '../../trace/plain.js'
import { tracePaths } from '../../trace/store.js'

const head = `# Claims

What people wrote about these protocols, and what the models say to it. A row is one claim under one setting:
\`npm run claims\` settles all of them, and fails where a verdict is not the expected one. A verdict is about the model in
[models/](../models), at the size that it is set to: *holds* means that every reachable state was searched, *violated*
that there is a race, of which the link shows the shortest. This page is made by \`mmucheck claims --markdown\`.
`

/** Ends in a newline. Links lead from a folder beside `counterexamples/`. */
export const claimsMarkdown = (models: readonly ModelClaims[]): string => {
  const settled = models.filter(({ rows }) => rows.length > 0)
  return [head, ...settled.map(section), `${tallyText(models.flatMap(({ rows }) => rows))}.\n`].join('\n')
}

const section = ({ model, title, rows }: ModelClaims): string => {
  const heading = title === null ? `## ${model}` : `## ${model}: ${asText(title)}`
  return [heading, '', ...sentencesOf(rows).flatMap(sentence)].join('\n')
}

const sentence = (rows: readonly ClaimResult[]): string[] => {
  const claim = rows[0]?.claim
  if (claim === undefined) return []
  return [
    `### ${asText(claim.id)}`,
    '',
    ...paragraph(claim.quote, '> '),
    '>',
    ...paragraph(`(${claim.source})`, '> '),
    '',
    '| settings | property | expected | found | states |',
    '|---|---|---|---|---|',
    ...rows.map(line),
    '',
    ...[...new Set(rows.flatMap(({ claim: { reading } }) => reading ?? []))].flatMap((reading) => [...paragraph(reading), '']),
  ]
}

const line = (row: ClaimResult): string => {
  const { claim, key, asExpected, found, property, report } = row
  const words = asExpected ? foundText(row) : `**${foundText(row)}**`
  const path = tracePaths('../counterexamples', key).text.replaceAll('\\', '/')
  const shown = found === 'violated' && property?.trace ? `[${words}](${linkTo(path)})` : words
  const states = report === null || report.states === null ? '' : formatCount(report.states)
  return `| ${[asText(settingsText(key.variant, key.settings)), `\`${claim.property}\``, claim.expected, shown, states].join(' | ')} |`
}

/** `%` in the name of a file is a character of its own. */
const linkTo = (path: string): string => path.replaceAll('%', '%25')

/** Text that Markdown leaves as it is, for one line. */
const asText = (text: string): string => startAsText(printable(text).replaceAll(/[\\`*_[\]|<>#]/g, '\\$&'))

/** What would begin a list at the start of a line. */
const startAsText = (line: string): string => line.replace(/^([-+]|\d+[.)])/, '\\$1')

/** The same in lines of at most 120 columns; a longer word has a line of its own. */
const paragraph = (text: string, prefix = ''): string[] => {
  const lines: string[] = []
  for (const word of asText(text).split(/\s+/)) {
    const line = lines.at(-1)
    if (line !== undefined && prefix.length + line.length + 1 + word.length <= 119) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => prefix + startAsText(line))
}
