/**
 * What became of the mutants, as text: survivors first, then by step what notices its changes, then by property how
 * many it notices, then the score.
 */

import type { Outcome } from '../../campaign/judge/judge.js'
import { asksWhy, type Judged, type Kills, type Mutated } from '../../campaign/mutate/mutate.js'
import type { ShownMutant } from '../../campaign/mutate/show.js'
import { formatCount } from '../../check/report/format.js'
import { limitText } from '../../check/report/limit.js'
import { formatSetting, printable } from '../../trace/plain.js'
import { pack, wrap } from '../../trace/wrap.js'
import { type Output, paint } from '../terminal/output.js'
import { width } from '../terminal/width.js'

/** So many mutants of a kind that says nothing bad are listed; the rest with `--full`. */
const few = 5

/** Ends in a newline. */
export const mutateText = (mutated: Mutated, extent: 'short' | 'full', output: Pick<Output, 'colours'>): string => {
  const { mutants, kills } = mutated
  const of = (kind: string): readonly Judged[] => mutants.filter(({ outcome }) => outcome?.kind === kind)
  const survived = of('survived')
  const explained = survived.filter(({ accepted }) => accepted !== null)
  const merged = survived.filter((mutant) => mutant.accepted === null && !asksWhy(mutant))
  const most = extent === 'full' ? Number.POSITIVE_INFINITY : few
  const sections = [
    heading(mutated),
    ...survived.filter(asksWhy).map((mutant) => survivor(mutant, output)),
    explained.length === 0 ? [] : ['explained:', ...explained.flatMap(explanation)],
    ...[merged]
      .filter((list) => list.length > 0)
      .map((list) => short('no property needs the yield between these steps and the ones before:', list, most)),
    short('not settled:', of('incomplete'), Number.POSITIVE_INFINITY),
    short('outside the language:', of('invalid'), extent === 'full' ? most : 0),
    extent === 'full' ? short('killed:', of('killed'), most) : [],
    extent === 'full' ? short('unchanged:', of('unchanged'), most) : [],
    ...groups(mutants, 'file').map(byStep),
    table(kills),
    summary(mutated),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')}\n`
}

const heading = ({ model, title, variant, settings, mutants }: Mutated): string[] => [
  ...wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2),
  ...(variant === null ? [] : [`  variant ${printable(variant)}`]),
  ...pack(
    Object.entries(settings).map(([name, value]) => `${name}=${formatSetting(value)}`),
    width - 2,
  ).map((line) => `  ${line}`),
  `  ${formatCount(mutants.length)} small changes`,
]

const place = ({ shownFile, line }: Pick<Judged, 'shownFile' | 'line'>): string => `${printable(shownFile)}:${line}`

/** One mutant by itself: what is changed. */
export const shownText = (mutant: ShownMutant): string =>
  `${[`mutant ${mutant.number}  ${place(mutant)}  ${mutant.operator}`, ...codeLines(mutant)].join('\n')}\n\n`

const survivor = (mutant: Judged, output: Pick<Output, 'colours'>): string[] => [
  `${paint(output, 'red', 'survived')}  ${mutant.number}  ${place(mutant)}  ${mutant.operator}`,
  ...codeLines(mutant),
]

/** What goes and what comes, without the indentation that all of it has; of long code the beginning and the end. */
const codeLines = ({ code }: Pick<Judged, 'code'>): string[] => {
  const lines = code.flatMap(({ before, after }) => [before ?? '', after ?? '']).filter((text) => text.trim() !== '')
  const indent = Math.min(...lines.map((text) => text.search(/\S/)))
  const side = (sign: string, texts: readonly (string | null)[]): string[] => {
    const written = texts.flatMap((text) =>
      text === null || text.trim() === '' ? [] : [`    ${sign} ${cut(printable(text.slice(indent)))}`],
    )
    return written.length <= 8 ? written : [...written.slice(0, 4), `    ${sign} …`, ...written.slice(-3)]
  }
  return [
    ...side(
      '-',
      code.map(({ before }) => before),
    ),
    ...side(
      '+',
      code.map(({ after }) => after),
    ),
  ]
}

const cut = (text: string): string => (text.length > width - 6 ? `${text.slice(0, width - 7)}…` : text)

const explanation = (mutant: Judged): string[] => [
  `  ${mutant.number}  ${place(mutant)}  ${printable(mutant.change)}`,
  ...wrap(`    ${printable(mutant.accepted?.why ?? '')}`, width, 4),
]

const short = (title: string, mutants: readonly Judged[], most: number): string[] => {
  if (mutants.length === 0 || most === 0) return []
  const shownOnes = mutants.slice(0, most)
  const rest = mutants.length - shownOnes.length
  return [title, ...shownOnes.map(line), ...(rest === 0 ? [] : [`  … and ${formatCount(rest)} more (--full)`])]
}

const line = (mutant: Judged): string => `  ${mutant.number}  ${place(mutant)}  ${printable(mutant.change)}${becoming(mutant)}`

const becoming = ({ outcome }: Judged): string => {
  switch (outcome?.kind) {
    case 'killed':
      return `: ${noticedBy(outcome)}`
    case 'unchanged':
      return `: the same ${outcome.same}`
    case 'invalid':
      return `: ${outcome.diagnostic.code} ${outcome.diagnostic.message}`
    case 'incomplete':
      return `: ${limitText(outcome.limit)}`
    default:
      return ''
  }
}

const noticedBy = ({ by: [first] }: Extract<Outcome, { kind: 'killed' }>): string =>
  first === undefined ? 'killed' : first.steps === null ? first.property : `${first.property} after ${formatCount(first.steps)}`

const groups = (mutants: readonly Judged[], by: 'file' | 'line'): Judged[][] =>
  [...new Set(mutants.map((mutant) => mutant[by]))].map((one) => mutants.filter((mutant) => mutant[by] === one))

/** Each line of the author's that something is changed on, and what became of that. */
const byStep = (mutants: readonly Judged[]): string[] => {
  const digits = Math.max(...mutants.map(({ line }) => String(line).length))
  const [first] = mutants
  if (first === undefined) return []
  return [
    `by step, in ${printable(first.shownFile)}:`,
    ...groups(mutants, 'line').flatMap((changes) => [
      ...changes.slice(0, 1).map(({ line, source }) => `  ${String(line).padStart(digits)}  ${cut(printable(source))}`),
      ...wrap(`${' '.repeat(digits + 4)}${changes.map(inShort).join('; ')}`, width, digits + 6),
    ]),
  ]
}

/** Where it is of the whole line, the line says what it is about. */
const inShort = (mutant: Judged): string => {
  const { number, operator, change, source } = mutant
  const about = printable(change.slice(operator.length + 2).replace(/ \(\d+\)$/, ''))
  const isConstant = operator === 'another value' || operator === 'off by one'
  const named = isConstant
    ? about.slice(0, about.indexOf(' in '))
    : about.includes(' → ')
      ? about
      : about.startsWith(source)
        ? operator
        : `${operator}: ${about}`
  return `${number} ${named.length > longestName ? `${named.slice(0, longestName - 1)}…` : named}: ${inWords(mutant)}`
}

const longestName = 50

const inWords = ({ outcome, accepted }: Judged): string => {
  switch (outcome?.kind) {
    case 'killed':
      return noticedBy(outcome)
    case 'unchanged':
      return 'nothing changes'
    case 'survived':
      return accepted === null ? 'survives' : 'survives, explained'
    case 'invalid':
      return outcome.diagnostic.code
    case 'incomplete':
      return 'not settled'
    default:
      return 'interrupted'
  }
}

const table = (kills: readonly Kills[]): string[] => {
  const name = Math.max('property'.length, ...kills.map(({ property }) => property.length))
  return [
    `${'property'.padEnd(name)}  notices first  alone`,
    ...kills.map(
      ({ property, first, alone }) =>
        `${property.padEnd(name)}  ${formatCount(first).padStart('notices first'.length)}  ${formatCount(alone).padStart('alone'.length)}${first === 0 ? '  notices nothing' : alone === 0 ? '  nothing that others do not notice' : ''}`,
    ),
  ]
}

const summary = ({ model, mutants }: Mutated): string[] => {
  const count = (kind: string): number => mutants.filter(({ outcome }) => outcome?.kind === kind).length
  const [killed, survived] = [count('killed'), count('survived')]
  const judged = killed + survived
  const open = mutants.filter(asksWhy).length
  const words = [
    `${formatCount(killed)} of ${formatCount(judged)} killed${judged === 0 ? '' : ` (${Math.floor((100 * killed) / judged)} %)`}`,
    `${formatCount(survived)} survived`,
    `${formatCount(open)} of them unexplained`,
    `${formatCount(count('unchanged'))} changed nothing`,
    `${formatCount(count('invalid'))} outside the language`,
    ...(count('incomplete') === 0 ? [] : [`${formatCount(count('incomplete'))} not settled`]),
    ...(mutants.every(({ outcome }) => outcome !== null) ? [] : ['interrupted']),
  ]
  return wrap(`${model}: ${words.join(', ')}`, width, 2)
}
