/** What is said of a claim, in words that text and Markdown share. */

import { vacuityText } from '../../check/report/vacuity.js'
import type { ParamSetting } from '../../check/request/params.js'
import { isSafetyKind } from '../../ir/kinds.js'
import { formatSetting } from '../../trace/plain.js'
import type { Answer, Answered } from './answer.js'
import type { ClaimResult } from './claims.js'
import type { AnyClaim } from './sentence.js'
import { sourceText } from './source.js'

/** `Keir Fraser, in: Zachary Amsden, virtualization, 28 July 2006`. */
export const writtenBy = ({ by, source }: AnyClaim): string => (by === undefined ? sourceText(source) : `${by}, in: ${sourceText(source)}`)

/** The quote in a few words. */
export const shortQuote = ({ short, quote }: AnyClaim): string => {
  if (short !== undefined) return short
  const limit = 80
  if (quote.length <= limit) return quote
  const end = quote.lastIndexOf(' ', limit)
  return `${quote.slice(0, end > 0 ? end : limit)} …`
}

/** `confirmed`, `only if nothing blocks faults`, `open: not settled`. */
export const answerText = (answer: Answer): string => {
  const [word, rest] = answerWords(answer)
  return `${word}${rest}`
}

/** What an answer that only some of the models were asked for is without; null where all were. */
export const elsewhereText = ({ elsewhere }: Pick<Answered, 'elsewhere'>): string | null =>
  elsewhere.length === 0 ? null : `by this model alone: it has readings of ${elsewhere.join(', ')} too`

/** The same in two parts, of which the first is the answer in a word or two. */
export const answerWords = (answer: Answer): readonly [string, string] => {
  switch (answer.kind) {
    case 'confirmed':
    case 'refuted':
      return [answer.kind, '']
    case 'only if':
      return [answer.kind, ` ${answer.condition}`]
    case 'open':
      return [answer.kind, answer.why === 'differs' ? ': a verdict is not the expected one' : ': not settled']
  }
}

/** `as-coded, cpus=3`, `default`. */
export const settingsText = (variant: string | null, settings: Readonly<Record<string, ParamSetting>>): string => {
  const all = [variant ?? '', paramsText(settings)].filter((part) => part !== '')
  return all.length === 0 ? 'default' : all.join(', ')
}

/** `cpus=3, ptes=1` */
export const paramsText = (settings: Readonly<Record<string, ParamSetting>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${formatSetting(value)}`)
    .join(', ')

/**
 * The same of a row that stands with the sentences of `model`, and names its own where it is of another one. The sizes
 * that a variant sets follow its name: `as-coded (ptes=1), cpus=3`.
 */
export const rowText = ({ model, key: { variant, settings }, sizes }: ClaimResult, at: string): string => {
  const inside = paramsText(sizes)
  const named = variant === null || inside === '' ? variant : `${variant} (${inside})`
  return `${model === at ? '' : `${model}: `}${settingsText(named, settings)}`
}

/** `8 steps`. */
export const stepsText = (length: number | null): string => (length === null ? '' : `${length} ${length === 1 ? 'step' : 'steps'}`)

/** `violated after 4 steps`, `holds, at most 3`, `holds, but is vacuous: ...`, `not settled`. */
export const foundText = ({ reading, found, property, vacuity }: ClaimResult): string => {
  const { vacuous } = reading
  if (vacuity !== null) return vacuous === undefined ? `holds, but is vacuous: ${vacuityText(vacuity)}` : `holds: ${vacuous}`
  if (vacuous !== undefined && found === 'holds') return `holds, and is not vacuous, as it says: ${vacuous}`
  const steps = stepsText(property?.length ?? null)
  switch (found) {
    case 'incomplete':
      return 'not settled'
    case 'violated':
      return property?.kind === 'sometimes' ? 'violated: never reached' : steps === '' ? 'violated' : `violated after ${steps}`
    case 'holds': {
      const maximum = property?.kind === 'bound' ? property.extreme : null
      if (maximum !== null) return `holds: at most ${maximum}${maximum === property?.allowed ? ', and that is reached' : ''}`
      return property?.kind === 'sometimes' && steps !== '' ? `holds: reached after ${steps}` : 'holds'
    }
  }
}

/** What a solver said to a row: it settled it too; it did not get to the end; or it was not asked, as of behaviours. */
export const confirmationOf = ({ property, report }: Pick<ClaimResult, 'property' | 'report'>): 'confirmed' | 'open' | 'not asked' => {
  const solved = report?.solved ?? null
  if (solved === null || property === null || !isSafetyKind(property.kind)) return 'not asked'
  return solved.open.some(({ name }) => name === property.name) ? 'open' : 'confirmed'
}

/** `; by Z3 too: 340 of 352, 12 not within the time`. */
const confirmedText = (rows: readonly ClaimResult[]): string => {
  const count = (wanted: ReturnType<typeof confirmationOf>): number => rows.filter((row) => confirmationOf(row) === wanted).length
  const [confirmed, open] = [count('confirmed'), count('open')]
  if (confirmed + open === 0) return ''
  return `; by Z3 too: ${confirmed} of ${confirmed + open}${open === 0 ? '' : `, ${open} not within the time`}`
}

export interface Tally {
  readonly expected: number
  readonly different: number
  readonly open: number
}

export const tally = (rows: readonly ClaimResult[]): Tally => ({
  expected: rows.filter(({ asExpected }) => asExpected).length,
  different: rows.filter(({ asExpected, found }) => !asExpected && found !== 'incomplete').length,
  open: rows.filter(({ found }) => found === 'incomplete').length,
})

/** `44 rows: 42 as expected, 1 differs, 1 open`. */
export const tallyText = (rows: readonly ClaimResult[]): string => {
  const { expected, different, open } = tally(rows)
  const parts = [
    `${expected} as expected`,
    ...(different === 0 ? [] : [`${different} ${different === 1 ? 'differs' : 'differ'}`]),
    ...(open === 0 ? [] : [`${open} not settled`]),
  ]
  return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}: ${parts.join(', ')}${confirmedText(rows)}`
}
