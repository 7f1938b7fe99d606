/** What is interchangeable, as text. */
import { formatCount, formatSeconds, formatStateCount } from '../../check/report/format.js'
import type { SortReport, SymmetryReport } from '../../check/report/symmetry.js'
import { printable } from '../../trace/plain.js'
import { wrap } from '../../trace/wrap.js'
import { width } from '../terminal/width.js'

/** In a report: modulo what states were counted, and which agents are not interchangeable. */
export const symmetryLines = ({ modulo, orders, seconds, sorts, givenUp }: SymmetryReport): string[] => {
  const named = modulo.map(({ name, members }) => `${printable(name)} (${members})`)
  const used = `modulo the ${formatCount(orders)} orders of ${named.join(' and ')}: interchangeable, proved in ${formatSeconds(seconds)}`
  const told = sorts.filter(({ agents, verdict }) => agents.length > 0 && verdict !== 'interchangeable')
  const anew =
    givenUp === null ? '' : `; begun anew after a search of ${formatStateCount(givenUp.states)} in ${formatSeconds(givenUp.seconds)}`
  return [...(modulo.length === 0 ? [] : wrap(`${used}${anew}`, width, 2)), ...told.flatMap(sortLines)]
}

/** Of a sort that is not used: why. */
const sortLines = (sort: SortReport): string[] => wrap(`${printable(sort.name)}: ${verdictText(sort)}`, width, 2)

const verdictText = ({ members, verdict, why, at }: SortReport): string => {
  const place = at === null ? '' : ` (${at.file}:${at.line})`
  const because = why === null ? '' : `: ${printable(why)}${place}`
  switch (verdict) {
    case 'interchangeable':
      return `${members} members, interchangeable`
    case 'not interchangeable':
      return `${members} members, not interchangeable${because}`
    case 'open':
      return `${members} members, of which nothing is known${because}`
  }
}

/** All that was found, for `--symmetry report`. */
export const formatSymmetry = (model: string, { sorts, orders, seconds }: SymmetryReport): string => {
  const listed = sorts.flatMap(sortLines)
  const proved = sorts.filter(({ verdict }) => verdict === 'interchangeable')
  const summary =
    proved.length === 0
      ? `${model}: nothing is interchangeable`
      : `${model}: one state stands for up to ${formatCount(orders)} (${formatSeconds(seconds)} of solving)`
  return [...listed, summary, ''].join('\n')
}
