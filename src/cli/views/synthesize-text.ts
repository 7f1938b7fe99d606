/** What `synthesize` found as text: formulas over the knobs, and how they were established. */

import { formulaText } from '../../campaign/synthesize/formula-text.js'
import type { Synthesized } from '../../campaign/synthesize/synthesize.js'
import { formatCount, formatSeconds } from '../../check/report/format.js'
import { formatSetting, printable } from '../../trace/plain.js'
import { pack, wrap } from '../../trace/wrap.js'
import { type Output, paint } from '../terminal/output.js'
import { width } from '../terminal/width.js'

/** The whole answer, ending in a newline. */
export const synthesizeText = (found: Synthesized, output: Pick<Output, 'colours'>): string => {
  const sections = [
    heading(found),
    safe(found, output),
    vacuous(found, output),
    unsafe(found, output),
    rest(found, output),
    [summary(found)],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

const heading = ({ model, title, properties, variant, fixed, knobs }: Synthesized): string[] => [
  ...wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2),
  `  which settings keep ${properties.join(', ')}`,
  ...(variant === null ? [] : [`  variant ${printable(variant)}`]),
  ...pack(
    Object.entries(fixed).map(([name, value]) => `${name}=${formatSetting(value)}`),
    width - 2,
  ).map((line) => `  ${line}`),
  ...wrap(`over ${knobs.map(({ name, values }) => `${name} (${values.length})`).join(', ')}`, width - 2, 2).map((line) => `  ${line}`),
]

type Kind = Synthesized['cells'][number]['verdict']['kind']

const countOf = ({ cells }: Synthesized, ...kinds: readonly Kind[]): number =>
  cells.filter(({ verdict }) => kinds.includes(verdict.kind)).length

const settings = (n: number): string => `${formatCount(n)} ${n === 1 ? 'setting' : 'settings'}`

const formulaLines = (formula: Synthesized['safe']): string[] => [
  ...wrap(printable(formulaText(formula)), width - 4, 2).map((line) => `    ${line}`),
  ...(formula.exact ? [] : ['    (a shorter formula may exist)']),
]

const safe = (found: Synthesized, output: Pick<Output, 'colours'>): string[] => {
  const n = countOf(found, 'safe')
  if (n === 0) return []
  return [`  ${paint(output, 'green', 'safe')}: ${settings(n)}, ${proofs(found)}`, ...formulaLines(found.safe)]
}

const proofs = ({ parts }: Synthesized): string => {
  const kinds = parts.map(({ settled }) => settled?.table.proof?.kind ?? null)
  const byInduction = kinds.includes('invariant') ? ['proved by induction, invariants checked by Z3'] : []
  return [...byInduction, ...(kinds.includes('length') ? ['all ways end, and Z3 found no violation on any'] : [])].join('; ')
}

const vacuous = (found: Synthesized, output: Pick<Output, 'colours'>): string[] => {
  const closed = found.cells.flatMap(({ verdict }) => (verdict.kind === 'vacuous' ? [verdict.windows] : []))
  if (closed.length === 0) return []
  const windows = [...new Set(closed.flat())].map(printable).join(', ')
  return [
    ...wrap(
      `  ${paint(output, 'yellow', 'vacuous')}: nothing is violated in ${settings(closed.length)}, but not all of these are reached: ${windows}`,
      width,
      4,
    ),
    ...formulaLines(found.vacuous),
  ]
}

const unsafe = (found: Synthesized, output: Pick<Output, 'colours'>): string[] => {
  const lengths = found.cells.flatMap(({ verdict }) => (verdict.kind === 'unsafe' ? [verdict.length] : []))
  if (lengths.length === 0) return []
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)]
  const length = least === most ? `${least} steps` : `${least} to ${most} steps`
  return [
    `  ${paint(output, 'red', 'unsafe')}: ${settings(lengths.length)}, with shortest races of ${length}`,
    ...formulaLines(found.unsafe),
  ]
}

const rest = (found: Synthesized, output: Pick<Output, 'colours'>): string[] => {
  const open = found.cells.flatMap(({ verdict }) => (verdict.kind === 'open' ? [verdict.depth] : []))
  const refused = countOf(found, 'refused')
  if (open.length + refused === 0) return []
  const depth = Math.min(...open)
  const parts = [
    ...(open.length === 0 ? [] : [`${settings(open.length)} open${depth < 0 ? '' : `, no race within ${depth} steps`}`]),
    ...(refused === 0 ? [] : [`${settings(refused)} refused: the model does not compile, or has no initial state`]),
  ]
  return [`  ${paint(output, 'yellow', 'rest')}: ${parts.join('; ')}`, ...formulaLines(found.rest)]
}

const summary = (found: Synthesized): string => {
  const { model, cells, seconds, ended, parts } = found
  const systems = parts.length === 1 ? '' : `; ${formatCount(parts.length)} systems, because some knobs shape the model`
  const limit =
    ended === 'settled'
      ? ''
      : `; ended early: ${ended === 'time' ? 'the time was up' : ended === 'memory' ? 'a solver ran out of memory' : ended === 'unavailable' ? 'the machine gives the solver no memory' : 'interrupted'}`
  return `${model}: ${formatCount(countOf(found, 'safe'))} of ${settings(cells.length)} safe, in ${formatSeconds(seconds)}${systems}${limit}`
}
