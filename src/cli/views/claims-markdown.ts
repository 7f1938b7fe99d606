/**
 * The claims as a page of Markdown that can be read as text too: a summary, an index, and each sentence with its
 * readings. No times, so that it is the same on every machine. It is docs/CLAIMS.md.
 */

import { type Answer, type Answered, answersOf, type ReadingResult, readingsOf, shortestOf } from '../../campaign/claims/answer.js'
import type { ClaimResult, ModelClaims } from '../../campaign/claims/claims.js'
import { aboutMail, bySource, mailHeading, sourceText } from '../../campaign/claims/source.js'
import {
  answerWords,
  elsewhereText,
  foundText,
  paramsText,
  rowText,
  shortQuote,
  stepsText,
  tallyText,
  writtenBy,
} from '../../campaign/claims/words.js'
import { formatCount } from '../../check/report/format.js'
import type { Mail, Source } from '../../lang/claim.js'
import { printable } from '../../trace/plain.js'
import { tracePaths } from '../../trace/store.js'

const head = `# Claims

What people wrote about these protocols, and what the models say to it. The [summary](#summary) has each sentence in a
line. The [index](#index) leads to its readings: the settings of a model that answer it, each with a property and the
verdict. \`npm run claims\` settles all of them, and fails where a verdict is not the expected one.

A sentence is *confirmed* or *refuted* if all readings of it say so; where they differ, it is right *only if* what is
named. Of a proposal that means that it is safe. A sentence is *open* as long as a verdict is not the expected one. A
reading that *contrasts* with it shows what would be in a setting of which it does not speak, and so does a race after
*else*.

The first part of a sentence's number, up to the point or the space, is the debate to which it belongs; a letter or a
word in it was given to what was added later. Sentences stand with the model that answers them, by their numbers.

A verdict is about the model in [models/](../models), at the sizes that are said there; where the row says others, or in
parentheses the variant that it names, at those. *Holds* means that every reachable state was searched, *violated* that
there is a race, of which the link shows the shortest. This page is made by \`mmucheck claims --markdown\`.
`

/** Ends in a newline. Links lead from a folder beside `counterexamples/`. */
export const claimsMarkdown = (models: readonly ModelClaims[]): string => {
  const protocols = protocolsOf(models)
  return [
    head,
    ...summary(protocols),
    `${tallyText(models.flatMap(({ rows }) => rows))}.`,
    '',
    ...index(protocols),
    ...protocols.flatMap(({ heading, sizes, sentences }) => [`## ${heading}`, '', ...sizesLine(sizes), ...sentences.flatMap(section)]),
  ]
    .join('\n')
    .replace(/\n*$/, '\n')
}

/** A model, and the sentences that stand with it. */
interface Protocol {
  readonly heading: string
  readonly model: string
  /** The sizes of its defaults, `cpus=2, ptes=2`; empty where it has none. */
  readonly sizes: string
  /** By their numbers. */
  readonly sentences: readonly Answered[]
  /** The first mail; null where nobody wrote one about it. */
  readonly mail: Mail | null
}

/** Those that mails are about by the date of the first one, then the others in the order of the models. */
const protocolsOf = (models: readonly ModelClaims[]): Protocol[] => {
  const answers = answersOf(models).toSorted(byNumber)
  return models
    .map(({ model, title, sizes }) => {
      const sentences = answers.filter((sentence) => sentence.model === model)
      return {
        heading: title === null ? asText(model) : `${asText(model)}: ${asText(title)}`,
        model,
        sizes: paramsText(sizes),
        sentences,
        mail: mailsOf(sentences)[0] ?? null,
      }
    })
    .filter(({ sentences }) => sentences.length > 0)
    .toSorted((a, b) => (a.mail !== null && b.mail !== null ? bySource(a.mail, b.mail) : Number(a.mail === null) - Number(b.mail === null)))
}

const { compare } = new Intl.Collator('en', { numeric: true })

const byNumber = (a: Answered, b: Answered): number => compare(a.claim.id, b.claim.id)

const mailsOf = (sentences: readonly Answered[]): Mail[] =>
  sentences.flatMap(({ claim: { source } }) => (source.kind === 'mail' ? [source] : [])).toSorted(bySource)

/** A line for each sentence: by mail, and the others by the date of their source. What has no sentences is left out. */
const summary = (protocols: readonly Protocol[]): string[] => {
  const all = protocols.flatMap(({ sentences }) => sentences).toSorted(byNumber)
  const documents = (some: readonly Protocol[]): string[] => table(some.flatMap(({ sentences }) => sentences.filter(isFrom('document'))))
  return [
    '## Summary',
    '',
    ...titled('The mails', mails(all.filter(isFrom('mail')))),
    ...titled('Written elsewhere', documents(protocols.filter(({ mail }) => mail !== null))),
    ...titled('Not in the mails', documents(protocols.filter(({ mail }) => mail === null))),
    ...titled('Our own findings', findings(all)),
    ...titled('From our own pages', table(all.filter(isFrom('own')))),
  ]
}

const isFrom =
  (kind: Source['kind']) =>
  ({ claim }: Answered): boolean =>
    claim.source.kind === kind

const titled = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`### ${title}`, '', ...lines])

const mails = (sentences: readonly Answered[]): string[] => {
  const texts = new Map(mailsOf(sentences).map((mail) => [sourceText(mail), mail]))
  return [...texts].flatMap(([text, mail]) => {
    const about = aboutMail(mail)
    return [
      `#### ${asText(mailHeading(mail))}`,
      '',
      ...(about === null ? [] : [...paragraph(about), '']),
      '| sentence | in a few words | answer | shortest race |',
      '|---|---|---|---|',
      ...sentences.filter(({ claim }) => sourceText(claim.source) === text).map((sentence) => cells(inShort(sentence))),
      '',
    ]
  })
}

const table = (sentences: readonly Answered[]): string[] =>
  sentences.length === 0
    ? []
    : [
        '| sentence | from | in a few words | answer | shortest race |',
        '|---|---|---|---|---|',
        ...sentences
          .toSorted((a, b) => bySource(a.claim.source, b.claim.source))
          .map((sentence) => cells(inShort(sentence).toSpliced(1, 0, asText(sourceText(sentence.claim.source))))),
        '',
      ]

const inShort = ({ claim, answer, rows, elsewhere }: Answered): string[] => [
  linkToSentence(claim.id),
  asText(`"${shortQuote(claim)}"${claim.by === undefined ? '' : ` (${claim.by})`}`),
  answerCell(answer, elsewhere),
  race(rows),
]

const findings = (sentences: readonly Answered[]): string[] => {
  const lines = sentences.flatMap(({ claim, rows }) =>
    readingsOf(rows)
      .filter(({ isFinding }) => isFinding)
      .map(({ note, rows: found }) => cells([linkToSentence(claim.id), asText(note ?? ''), found.map(foundCell).join('; ')])),
  )
  if (lines.length === 0) return []
  const about = 'They are about the protocols as they are modelled here. Nobody has confirmed them of the code itself.'
  return [about, '', '| sentence | finding | found |', '|---|---|---|', ...lines, '']
}

const index = (protocols: readonly Protocol[]): string[] => {
  const items = (some: readonly Protocol[]): string[] =>
    some.flatMap(({ heading, model, sentences }) => {
      const links = sentences.map(({ claim }) => linkToSentence(claim.id))
      const listed = links.map((link, i) => (i < links.length - 1 ? `${link},` : link))
      return fill([`[${asText(model)}](#${anchorOf(heading)}):`, ...listed], '* ', '  ')
    })
  const [ofMails, others] = [protocols.filter(({ mail }) => mail !== null), protocols.filter(({ mail }) => mail === null)]
  const between = ofMails.length > 0 && others.length > 0 ? ['', 'Not in the mails:', ''] : []
  return ['## Index', '', ...items(ofMails), ...between, ...items(others), '']
}

const sizesLine = (sizes: string): string[] => (sizes === '' ? [] : [...paragraph(`Sizes where nothing else is said: ${sizes}.`), ''])

/** A sentence, its answer and its readings. */
const section = ({ claim, model, rows, answer, elsewhere }: Answered): string[] => {
  const readings = readingsOf(rows)
  // What fits stands in its row; what is long, or of several rows, below the table with a number.
  const below = readings.filter(({ note, rows: { length } }) => note !== null && (length > 1 || note.length > 60))
  const noted = ({ note, isFinding }: ReadingResult, number: number): string =>
    number > 0 ? ` (${number})` : note === null ? '' : `${isFinding ? ', our finding' : ''}: ${asText(note)}`
  return [
    `### ${asText(claim.id)}`,
    '',
    ...paragraph(claim.quote, '> '),
    '>',
    ...paragraph(`(${writtenBy(claim)})`, '> '),
    '',
    ...fill(answerCell(answer, elsewhere).split(' '), '', ''),
    '',
    '| settings | property | expected | found | states | reading |',
    '|---|---|---|---|---|---|',
    ...readings.flatMap((reading) =>
      reading.rows.map((row) => line(row, model, `${reading.says}${noted(reading, below.indexOf(reading) + 1)}`)),
    ),
    '',
    ...below.flatMap(({ note, isFinding }, i) =>
      fill(`${isFinding ? 'our finding: ' : ''}${asText(note ?? '')}`.split(/\s+/), `${i + 1}. `, '   '),
    ),
    ...(below.length > 0 ? [''] : []),
  ]
}

const line = (row: ClaimResult, at: string, reading: string): string => {
  const {
    report,
    reading: { expected },
    key,
  } = row
  const states = report === null || report.states === null ? '' : formatCount(report.states)
  return cells([asText(rowText(row, at)), `\`${key.property}\``, expected, foundCell(row), states, reading])
}

const foundCell = (row: ClaimResult): string => {
  const words = row.asExpected ? foundText(row) : `**${foundText(row)}**`
  return row.found === 'violated' && row.property?.trace ? linkToRace(row, words) : words
}

const answerCell = (answer: Answer, elsewhere: readonly string[]): string => {
  const [word, rest] = answerWords(answer)
  const without = elsewhereText({ elsewhere })
  return `**${word}**${asText(rest)}${without === null ? '' : `, ${asText(without)}`}`
}

const race = (rows: readonly ClaimResult[]): string => {
  const shortest = shortestOf(rows)
  if (shortest === null) return ''
  const link = linkToRace(shortest, stepsText(shortest.property?.length ?? null) || 'race')
  return shortest.reading.says === 'contrasts' ? `else ${link}` : link
}

const cells = (all: readonly string[]): string => `| ${all.join(' | ')} |`

const linkToSentence = (id: string): string => `[${asText(id)}](#${anchorOf(asText(id))})`

/** `%` in the name of a file is a character of its own. */
const linkToRace = ({ key }: ClaimResult, words: string): string =>
  `[${words}](${tracePaths('../counterexamples', key).text.replaceAll('\\', '/').replaceAll('%', '%25')})`

/** What GitHub makes of a heading, to be linked to. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')

/** Text that Markdown leaves as it is, for one line. */
const asText = (text: string): string => startAsText(printable(text).replaceAll(/[\\`*_[\]|<>#]/g, '\\$&'))

/** What would begin a list at the start of a line. */
const startAsText = (text: string): string => text.replace(/^(\d+(?=[.)])|(?=[-+]))/, '$1\\')

/** The same in lines of at most 120 columns; a longer word has a line of its own. */
const paragraph = (text: string, prefix = ''): string[] => fill(asText(text).split(/\s+/), prefix, prefix)

/** Words that are Markdown already, in lines. */
const fill = (words: readonly string[], first: string, others: string): string[] => {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && others.length + last.length + 1 + word.length <= 119) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((text, i) => (i === 0 ? first : others) + startAsText(text))
}
