/** What is said of a claim, in words that text and Markdown share. */

import { vacuityText } from '../../check/report/vacuity.js'
import type { ParamSetting } from '../../check/request/params.js'
import { isSafetyKind } from '../../ir/kinds.js'
import { formatSetting } from '../../trace/plain.js'
import type { ClaimResult } from './claims.js'

/** Consecutive rows that settle one sentence. */
export const sentencesOf = (rows: readonly ClaimResult[]): ClaimResult[][] => {
  const sentences: ClaimResult[][] = []
  for (const row of rows) {
    const last = sentences.at(-1)
    const { id, quote, source } = row.claim
    const before = last?.[0]?.claim
    if (last !== undefined && before?.id === id && before.quote === quote && before.source === source) last.push(row)
    else sentences.push([row])
  }
  return sentences
}

/** `as-coded, cpus=3`, `default`. */
export const settingsText = (variant: string | null, settings: Readonly<Record<string, ParamSetting>>): string => {
  const changed = Object.entries(settings).map(([name, value]) => `${name}=${formatSetting(value)}`)
  const all = [...(variant === null ? [] : [variant]), ...changed]
  return all.length === 0 ? 'default' : all.join(', ')
}

/** `violated after 4 steps`, `holds, at most 3`, `holds, but is vacuous: ...`, `not settled`. */
export const foundText = ({ claim, found, property, vacuity }: ClaimResult): string => {
  const { vacuous } = claim
  if (vacuity !== null) return vacuous === undefined ? `holds, but is vacuous: ${vacuityText(vacuity)}` : `holds: ${vacuous}`
  if (vacuous !== undefined && found === 'holds') return `holds, and is not vacuous, as it says: ${vacuous}`
  const length = property?.length ?? null
  const steps = length === null ? '' : `${length} ${length === 1 ? 'step' : 'steps'}`
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
