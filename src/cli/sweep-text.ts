/** The truth table as text: a line for each setting, then what it says of the knobs. */
import { formatStateCount } from '../check/format.js'
import { limitText } from '../check/limit.js'
import type { ParamSetting } from '../check/params.js'
import type { Knob } from '../sweep/knobs.js'
import { type Need, neighboursOf } from '../sweep/minimal.js'
import type { Cell, Sweep } from '../sweep.js'
import { printable } from '../trace/plain.js'
import { pack, wrap } from '../trace/wrap.js'
import { type Output, paint } from './output.js'

const width = 100

/** The whole table, ending in a newline. */
export const sweepText = (sweep: Sweep, output: Pick<Output, 'colours'>): string => {
  const sections = [heading(sweep), table(sweep, output), minimal(sweep), needs(sweep), [summary(sweep)]]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
  return `${text.join('\n\n')}\n`
}

const heading = ({ model, title, properties, variant, fixed }: Sweep): string[] => [
  ...wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2),
  `  which settings keep ${properties.join(', ')}`,
  ...(variant === null ? [] : [`  variant ${printable(variant)}`]),
  ...pack(Object.entries(fixed).map(assigned), width - 2).map((line) => `  ${line}`),
]

const assigned = ([name, value]: readonly [string, ParamSetting]): string => `${name}=${printable(String(value))}`

const table = ({ knobs, cells }: Sweep, output: Pick<Output, 'colours'>): string[] => {
  const columns = knobs.map((knob) => ({ knob, width: Math.max(knob.name.length, ...knob.values.map((value) => cellText(value).length)) }))
  const row = (text: (knob: Knob) => string): string => columns.map((column) => text(column.knob).padEnd(column.width)).join('  ')
  return [
    `  ${row(({ name }) => name)}`,
    `  ${columns.map((column) => '-'.repeat(column.width)).join('  ')}`,
    ...cells.map((cell) => `  ${row(({ name }) => cellText(cell.setting[name]))}  ${verdictText(cell, output)}`),
  ]
}

const cellText = (value: ParamSetting | undefined): string => (value === true ? 'on' : value === false ? 'off' : printable(String(value)))

const colours = { safe: 'green', unsafe: 'red', open: 'yellow', refused: 'yellow' } as const

const verdictText = (cell: Cell, output: Pick<Output, 'colours'>): string =>
  `${paint(output, colours[cell.verdict], cell.verdict.padEnd(7))}  ${reason(cell)}`

const reason = ({ verdict, violation, report, diagnostic }: Cell): string => {
  switch (verdict) {
    case 'safe':
      return report === null ? '' : formatStateCount(report.states)
    case 'unsafe':
      return violation === null ? '' : raceText(violation)
    case 'open':
      return report?.limit ? `incomplete: ${limitText(report.limit)}` : 'not searched'
    case 'refused':
      return diagnostic === null ? '' : `${diagnostic.code}: ${printable(diagnostic.message)}`
  }
}

const raceText = ({ property, length }: NonNullable<Cell['violation']>): string =>
  length === null ? `${property}: never reached` : `${property} after ${length} ${length === 1 ? 'step' : 'steps'}`

const minimal = (sweep: Sweep): string[] => {
  const { minimal, cells, knobs } = sweep
  if (!cells.some(({ verdict }) => verdict === 'safe')) return ['no setting is safe']
  if (minimal.length === 0) return []
  return [
    ...wrap(`minimal safe settings: every protection is needed (${protections(knobs)}; a number is the length of the race)`, width, 2),
    ...minimal.flatMap((cell, i) => {
      const number = `${i + 1}. `.padStart(6)
      const settings = pack(Object.entries(cell.setting).map(assigned), width - number.length)
      return [
        ...settings.map((line, j) => `${j === 0 ? number : ' '.repeat(number.length)}${line}`),
        ...knobs.flatMap((knob) => changes(cell, knob, sweep)).flatMap((line) => wrap(line, width - 8, 2).map((text) => `        ${text}`)),
      ]
    }),
  ]
}

/** `off, block=none`: what counts as "without". */
const protections = (knobs: readonly Knob[]): string => {
  const known = knobs.flatMap(({ name, without }) => (without === null ? [] : [`${name}=${cellText(without)}`]))
  return known.length === 0 ? 'none is named: see --over name=value' : `without them: ${known.join(', ')}`
}

/** What the other values of a knob would do, all else the same. That something could be protected as well says nothing. */
const changes = (cell: Cell, knob: Knob, { cells, properties }: Sweep): string[] => {
  const others = neighboursOf(cell, cells, knob).filter(
    ({ cell: other }) => knob.without === null || cell.setting[knob.name] !== knob.without || other.verdict !== 'safe',
  )
  const parts = (['unsafe', 'open', 'refused', 'safe'] as const).flatMap((verdict) => {
    const of = others.filter(({ cell: other }) => other.verdict === verdict)
    if (of.length === 0) return []
    const list = of.map(
      ({ value, cell: other }) => `${cellText(value)}${other.violation === null ? '' : ` (${brief(other.violation, properties)})`}`,
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
    case 'safe':
      return one ? 'is safe too' : 'are safe too'
  }
}

const needs = ({ needs, cells }: Sweep): string[] => {
  if (!cells.some(({ verdict }) => verdict === 'safe')) return []
  const left = Math.max(...needs.map(({ knob }) => knob.name.length)) + 2
  return [
    'what safety takes',
    ...needs.flatMap((need) =>
      wrap(needText(need), width - left - 2).map((line, i) => `  ${(i === 0 ? need.knob.name : '').padEnd(left)}${line}`),
    ),
  ]
}

const needText = ({ knob, safeValues, openValues, verdict }: Need): string => {
  const values = safeValues.map(cellText).join(', ')
  const without = knob.without === null ? '' : cellText(knob.without)
  switch (verdict) {
    case 'mandatory':
      return knob.without === null ? `only these are ever safe: ${values}` : `mandatory: no safe setting has ${without}`
    case 'not mandatory':
      return knob.without === null ? 'every value is safe in some setting' : `not mandatory: there are safe settings with ${without}`
    case 'never safe':
      return 'no setting is safe'
    case 'open':
      return `not known: settings with ${openValues.map(cellText).join(', ')} are not settled`
  }
}

const summary = ({ model, cells, minimal }: Sweep): string => {
  const count = (verdict: Cell['verdict']): number => cells.filter((cell) => cell.verdict === verdict).length
  const parts = [
    `${count('safe')} safe, ${minimal.length} of them minimal`,
    `${count('unsafe')} unsafe`,
    ...(count('open') === 0 ? [] : [`${count('open')} not settled`]),
    ...(count('refused') === 0 ? [] : [`${count('refused')} refused`]),
  ]
  return `${model}: ${cells.length} ${cells.length === 1 ? 'setting' : 'settings'}: ${parts.join(', ')}`
}
