/** Where sentences stand, in words and in order. */
import type { Mail, Source } from '../../lang/claim.js'

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** `28 July 2006`, `July 2008`, `2008` of an ISO date; null for what is none. */
export const dateOf = (date: string): string | null => {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(date) ?? []
  if (year === undefined) return null
  const name = month === undefined ? '' : months[Number(month) - 1]
  const time = day === undefined ? 0 : Date.parse(`${date}T00:00:00Z`)
  // Date.parse takes the 31st of a month of 30 days for the 1st of the next.
  if (name === undefined || Number.isNaN(time) || (day !== undefined && new Date(time).toISOString().slice(0, 10) !== date)) return null
  return [day === undefined ? '' : String(Number(day)), name, year].filter((part) => part !== '').join(' ')
}

/** `Kevin Tian, xen-devel, 21 February 2008, "[PATCH][RFC]Remove lock on first guest table walk"`. */
export const sourceText = (source: Source): string => {
  switch (source.kind) {
    case 'mail':
      return parts(source.author, source.list, dateOf(source.date), aboutMail(source))
    case 'document':
      return parts(source.author, source.title, source.date === undefined ? null : dateOf(source.date))
    case 'own':
      return source.title
  }
}

/** `21 February 2008: Kevin Tian, xen-devel`. */
export const mailHeading = ({ author, list, date }: Mail): string => `${dateOf(date)}: ${parts(author, list)}`

/** Its subject, and what goes with it; null where neither is known. */
export const aboutMail = ({ subject, with: and }: Mail): string | null =>
  parts(subject === undefined ? null : `"${subject}"`, and === undefined ? null : `with ${and}`) || null

const parts = (...all: readonly (string | null | undefined)[]): string =>
  all.filter((part) => part !== null && part !== undefined).join(', ')

/** By date, those of an unknown day after those of the same month or year, undated ones last. */
export const bySource = (a: Source, b: Source): number => {
  const [left, right] = [sortKey(a), sortKey(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

const sortKey = (source: Source): string => (source.kind === 'own' ? '' : (source.date ?? '')).padEnd('2008-07-31'.length, '~')
