/** The truth table as text: a line for each setting, or for all that are alike; then what it says of the knobs. */

import { type Folded, fold } from '../../campaign/sweep/fold.js'
import type { Knob } from '../../campaign/sweep/knobs.js'
import { type Need, neighboursOf } from '../../campaign/sweep/minimal.js'
import type { Cell, Sweep } from '../../campaign/sweep/sweep.js'
import { runAgainOfAll, runAgainText } from '../../check/confirm/again/words.js'
import { formatCount, formatStateCount } from '../../check/report/format.js'
import { limitText } from '../../check/report/limit.js'
import { vacuityText } from '../../check/report/vacuity.js'
import type { ParamSetting } from '../../check/request/params.js'
import { formatSetting, printable } from '../../trace/plain.js'
import { pack, wrap } from '../../trace/wrap.js'
import { type Output, paint } from '../terminal/output.js'
import { width } from '../terminal/width.js'
import { totalStoreOrder } from './memory-text.js'

/** The whole table, ending in a newline. */
export const sweepText = (sweep: Sweep, output: Pick<Output, 'colours'>): string => {
  const sections = [heading(sweep), table(sweep, output), minimal(sweep), needs(sweep), [...memory(sweep), ...again(sweep), summary(sweep)]]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
  return `${text.join('\n\n')}\n`
}

const heading = ({ model, title, properties, variant, fixed }: Sweep): string[] => [
  ...wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2),
  `  which settings keep ${properties.join(', ')}`,
  ...(variant === null ? [] : [`  variant ${printable(variant)}`]),
  ...pack(Object.entries(fixed).map(assigned), width - 2).map((line) => `  ${line}`),
]

/** What is safe with store buffers is so with buffers of this size. */
const memory = ({ cells }: Sweep): string[] => {
  const sizes = new Set(cells.flatMap(({ report }) => (report?.memory?.model === 'tso' ? [report.memory.storeBuffer] : [])))
  return sizes.size === 0 ? [] : [totalStoreOrder(Math.max(...sizes))]
}

const again = ({ cells }: Sweep): string[] => {
  const all = runAgainOfAll(cells.flatMap(({ report }) => report?.oracle ?? []))
  return all === null ? [] : wrap(runAgainText(all), width, 2)
}

const assigned = ([name, value]: readonly [string, ParamSetting | null]): string =>
  `${name}=${value === null ? 'any' : formatSetting(value)}`

const table = ({ knobs, cells }: Sweep, output: Pick<Output, 'colours'>): string[] => {
  if (knobs.length === 0)
    return [...cells.map((cell) => `  ${verdictText([cell], output)}`), 'there is nothing to sweep: --over names knobs, sizes too']
  const lines = fold(cells, knobs, ({ cells: [cell] }) => (cell.verdict === 'safe' ? '' : cell.verdict + reason([cell])))
  const textOf = (line: Folded<Cell>, { name }: Knob): string => (line.setting[name] === null ? 'any' : cellText(line.setting[name]))
  const columns = knobs.map((knob) => ({ knob, width: Math.max(knob.name.length, ...lines.map((line) => textOf(line, knob).length)) }))
  const row = (text: (knob: Knob) => string): string => columns.map((column) => text(column.knob).padEnd(column.width)).join('  ')
  return [
    `  ${row(({ name }) => name)}`,
    `  ${columns.map((column) => '-'.repeat(column.width)).join('  ')}`,
    ...lines.map((line) => `  ${row((knob) => textOf(line, knob))}  ${verdictText(line.cells, output)}`),
  ]
}

const cellText = (value: ParamSetting | undefined): string => (value === true ? 'on' : value === false ? 'off' : printable(String(value)))

const colours = { safe: 'green', vacuous: 'yellow', unsafe: 'red', open: 'yellow', refused: 'yellow' } as const

/** In a list with commas between the values. */
const listed = (value: ParamSetting | undefined): string => (typeof value === 'string' ? formatSetting(value) : cellText(value))

/** Of settings that are alike. */
type Alike = Folded<Cell>['cells']

const verdictText = (cells: Alike, output: Pick<Output, 'colours'>): string => {
  const [{ verdict }] = cells
  return `${paint(output, colours[verdict], verdict.padEnd(7))}  ${reason(cells)}`
}

const reason = (cells: Alike): string => {
  const [{ verdict, violation, vacuity, report, diagnostic }] = cells
  switch (verdict) {
    case 'safe':
      return statesText(cells.flatMap((cell) => cell.report?.states ?? []))
    case 'vacuous':
      return vacuity === null ? '' : vacuityText(vacuity)
    case 'unsafe':
      return violation === null ? '' : raceText(violation)
    case 'open':
      return report?.limit ? `incomplete: ${limitText(report.limit)}` : 'not searched'
    case 'refused':
      return diagnostic === null ? '' : `${diagnostic.code}: ${printable(diagnostic.message)}`
  }
}

const statesText = (counts: readonly number[]): string => {
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  if (counts.length === 0) return ''
  return least === most ? formatStateCount(least) : `${formatCount(least)} to ${formatStateCount(most)}`
}

const raceText = ({ property, length }: NonNullable<Cell['violation']>): string =>
  length === null ? `${property}: never reached` : `${property} after ${length} ${length === 1 ? 'step' : 'steps'}`

const minimal = (sweep: Sweep): string[] => {
  const { minimal, cells, knobs } = sweep
  if (knobs.length === 0) return []
  if (!cells.some(({ verdict }) => verdict === 'safe')) return ['no setting is safe']
  if (cells.every(({ verdict }) => verdict === 'safe')) return ['every setting is safe']
  if (minimal.length === 0) return []
  const changesOf = ({ setting, cells: [cell] }: Folded<Cell>, without: Knob | null): string[] =>
    knobs.filter((knob) => knob !== without && setting[knob.name] !== null).flatMap((knob) => changes(cell, knob, sweep))
  const lines = fold(minimal, knobs, (line, knob) => JSON.stringify(changesOf(line, knob)))
  return [
    ...wrap(`minimal safe settings: every protection is needed (${protections(sweep)}; a number is the length of the race)`, width, 2),
    ...lines.flatMap((line, i) => {
      const number = `${i + 1}. `.padStart(6)
      const settings = pack(Object.entries(line.setting).map(assigned), width - number.length)
      return [
        ...settings.map((text, j) => `${j === 0 ? number : ' '.repeat(number.length)}${text}`),
        ...changesOf(line, null).flatMap((text) => wrap(text, width - 8, 2).map((part) => `        ${part}`)),
      ]
    }),
  ]
}

/**
 * `off, block=none`: what counts as "without". A knob that no safe setting turns on protects nothing, nor one that
 * changes nothing.
 */
const protections = ({ needs, cells }: Sweep): string => {
  const known = needs.flatMap(({ knob, safeValues }) => {
    const { name, without } = knob
    const protects = without !== null && safeValues.some((value) => value !== without) && decides(knob, cells)
    return protects ? [`${name}=${listed(without)}`] : []
  })
  return known.length === 0 ? 'none is named: see --over name=value' : `without them: ${known.join(', ')}`
}

/**
 * What the other values of a knob would do, all else the same. That something could be protected as well says nothing.
 */
const changes = (cell: Cell, knob: Knob, { cells, properties }: Sweep): string[] => {
  const others = neighboursOf(cell, cells, knob).filter(
    ({ cell: other }) => knob.without === null || cell.setting[knob.name] !== knob.without || other.verdict !== 'safe',
  )
  const parts = (['unsafe', 'open', 'refused', 'vacuous', 'safe'] as const).flatMap((verdict) => {
    const of = others.filter(({ cell: other }) => other.verdict === verdict)
    if (of.length === 0) return []
    const list = of.map(
      ({ value, cell: other }) => `${listed(value)}${other.violation === null ? '' : ` (${brief(other.violation, properties)})`}`,
    )
    return [`${list.join(', ')} ${does(verdict, of.length)}`]
  })
  return parts.length === 0 ? [] : [`${knob.name}: ${parts.join('; ')}`]
}

/** `16`; with the name of the property where that is not plain. */
const brief = ({ property, length }: NonNullable<Cell['violation']>, properties: readonly string[]): string =>
  `${properties.length === 1 && properties[0] === property ? '' : `${property} `}${length ?? 'never reached'}`

const does = (verdict: Cell['verdict'], number: number): string => {
  const one = number === 1
  switch (verdict) {
    case 'unsafe':
      return one ? 'breaks it' : 'break it'
    case 'open':
      return one ? 'is not settled' : 'are not settled'
    case 'refused':
      return one ? 'is no setting' : 'are no settings'
    case 'vacuous':
      return one ? 'is vacuous' : 'are vacuous'
    case 'safe':
      return one ? 'is safe too' : 'are safe too'
  }
}

const needs = ({ needs, cells }: Sweep): string[] => {
  if (needs.length === 0 || !cells.some(({ verdict }) => verdict === 'safe')) return []
  const left = Math.max(...needs.map(({ knob }) => knob.name.length)) + 2
  return [
    'what safety takes',
    ...needs.flatMap((need) =>
      wrap(decides(need.knob, cells) ? needText(need) : 'makes no difference here', width - left - 2).map(
        (line, i) => `  ${(i === 0 ? need.knob.name : '').padEnd(left)}${line}`,
      ),
    ),
  ]
}

/** Whether settings that differ in the knob alone have different verdicts. */
const decides = ({ name }: Knob, cells: readonly Cell[]): boolean => {
  const verdicts = new Map<string, Cell['verdict']>()
  return cells.some(({ setting, verdict }) => {
    const others = JSON.stringify(Object.entries(setting).filter(([other]) => other !== name))
    const known = verdicts.get(others) ?? verdict
    verdicts.set(others, known)
    return known !== verdict
  })
}

const needText = ({ knob, safeValues, openValues, vacuousValues, verdict }: Need): string => {
  const values = safeValues.map(listed).join(', ')
  const without = knob.without === null ? '' : listed(knob.without)
  switch (verdict) {
    case 'mandatory':
      return knob.without === null ? `only these are ever safe: ${values}` : `mandatory: no safe setting has ${without}`
    case 'not mandatory':
      if (without !== '' && safeValues.length === 1) return `no protection: every safe setting has ${without}`
      return knob.without === null ? 'every value is safe in some setting' : `not mandatory: there are safe settings with ${without}`
    case 'never safe':
      return 'no setting is safe'
    case 'open':
      return `not known: settings with ${openValues.map(listed).join(', ')} are not settled`
    case 'vacuous':
      return `not known: settings with ${vacuousValues.map(listed).join(', ')} are vacuous (a sometimes that belongs to some settings only says so: where)`
  }
}

const summary = ({ model, cells, minimal }: Sweep): string => {
  const count = (verdict: Cell['verdict']): number => cells.filter((cell) => cell.verdict === verdict).length
  const parts = [
    `${count('safe')} safe, ${minimal.length} of them minimal`,
    ...(count('vacuous') === 0 ? [] : [`${count('vacuous')} vacuous`]),
    `${count('unsafe')} unsafe`,
    ...(count('open') === 0 ? [] : [`${count('open')} not settled`]),
    ...(count('refused') === 0 ? [] : [`${count('refused')} refused`]),
  ]
  return `${model}: ${cells.length} ${cells.length === 1 ? 'setting' : 'settings'}: ${parts.join(', ')}`
}
