/**
 * What the author may have overlooked: code that the search never came by, properties that say nothing, ghosts that
 * nobody reads.
 */
import { formatCount } from '../../check/report/format.js'
import { idleWords } from '../../check/report/idle.js'
import type { PropertyReport, Report, Unreached } from '../../check/report/report.js'
import { printable } from '../../trace/plain.js'
import { wrap } from '../../trace/wrap.js'

type Hints = Pick<Report, 'properties' | 'neverFired' | 'neverTaken' | 'unchanging' | 'unreadGhosts' | 'complete' | 'params'>

/** `short` leaves out what would push the verdicts off the screen. */
export type Extent = 'short' | 'full'

const mostOfEach = 5

export const hints = (
  { properties, neverFired, neverTaken, unchanging, unreadGhosts, complete, params }: Hints,
  extent: Extent,
  width: number,
): string[] => {
  const ever = complete ? '' : ' so far'
  const here = Object.keys(params).length === 0 ? '' : ' with these params'
  const list = (title: string, items: readonly string[]): string[] => {
    const shown = extent === 'full' ? items : items.slice(0, mostOfEach)
    const more = items.length - shown.length
    return [
      ...(items.length === 0 ? [] : [`${title}:`]),
      ...shown.flatMap((item) => wrap(item, width - 2, 2).map((line) => `  ${line}`)),
      ...(more === 0 ? [] : [`  … and ${formatCount(more)} more (--full)`]),
    ]
  }
  return [
    ...list(`never fired${ever}`, neverFired.map(formatUnreached)),
    ...list(`never taken${ever}`, neverTaken.map(formatUnreached)),
    ...list('properties hold without these parts of them', properties.flatMap(idleTexts)),
    ...list('no step changes what decides these, so they say nothing about the protocol', unchanging.map(printable)),
    ...list(`ghosts that neither a property nor an assertion reads${here}`, unreadGhosts.map(printable)),
  ]
}

const idleTexts = ({ name, idle }: PropertyReport): string[] =>
  idle.map(({ kind, text, file, line }) => `${printable(name)}: ${printable(text)} ${idleWords[kind]} (${printable(file)}:${line})`)

const formatUnreached = ({ agents, text, file, line, from }: Unreached): string => {
  const where = [{ file, line }, ...(from === null ? [] : [from])].map((place) => `${printable(place.file)}:${place.line}`).join(', from ')
  return `${agents === null ? '' : `${agents}: `}${printable(text)} (${where})`
}
