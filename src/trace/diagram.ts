/**
 * The race diagram: a trace as text, the way commit messages and mailing lists draw races. A column per agent that
 * takes part, time downwards, what each step changed at the right; at the end what failed, and the values that made it
 * fail. Lines have no trailing spaces and, names permitting, at most `width` characters.
 */
import { at } from '../at.js'
import { changes } from './changes.js'
import { longest } from './longest.js'
import { formatPlain, formatSetting, printable } from './plain.js'
import { readingsOf } from './readings.js'
import type { FairnessReason, Loop, Outcome, SourcePlace, StateView, Trace, TraceStep } from './trace.js'
import { pack, wrap } from './wrap.js'

export interface DiagramOptions {
  /** 'shown' adds `file:line` to every step. */
  readonly places: 'hidden' | 'shown'
  /** Characters per line, from 60. */
  readonly width: number
}

export const defaultDiagram: DiagramOptions = { places: 'hidden', width: 100 }

/** The whole diagram, ending in a newline. */
export const diagram = (trace: Trace, options: DiagramOptions = defaultDiagram): string => {
  const sections = [header(trace, options.width), steps(trace, options), ending(trace, options.width)]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
  return `${text.join('\n\n')}\n`
}

/** `lazy-mmu (drain-late): noLostUpdate is violated after 9 steps`. */
const headline = (trace: Trace): string => {
  const variant = trace.variant === null ? '' : ` (${printable(trace.variant)})`
  return `${trace.model}${variant}: ${verdictOf(trace)}`
}

const verdictOf = ({ outcome: { kind, property, message }, steps, loop }: Trace): string => {
  const name = printable(property)
  const { length } = steps
  const when = length === 0 ? 'in an initial state' : `after ${length} ${length === 1 ? 'step' : 'steps'}`
  switch (kind) {
    case 'always':
    case 'bound':
      return `${name} is violated ${when}`
    case 'sometimes':
      return `${name} is reached ${when}`
    case 'deadlock':
      return `deadlock ${when}`
    case 'eventually':
    case 'leadsTo':
      return `${name} is violated ${ever(length, loop)}`
    case 'alwaysPossible':
      return `${name} is out of reach ${when}`
    case 'stuck':
      return `${when} ${printable(message)}`
    case 'maximum':
    case 'minimum':
      return `${printable(message)} ${when}`
    case 'assert':
      return `an assertion fails in ${stepOrInit(length)}`
    case 'range':
      return `a value leaves its range in ${stepOrInit(length)}`
  }
}

const ever = (length: number, loop: Loop | undefined): string => {
  const start = loop?.start ?? length
  const stem = start === 0 ? 'from an initial state' : `after ${start} ${start === 1 ? 'step' : 'steps'}`
  if (start === length) return `${stem}, where everything stops`
  return `by a cycle of ${length - start} ${length - start === 1 ? 'step' : 'steps'} ${stem}`
}

const stepOrInit = (length: number): string => (length === 0 ? 'init' : `step ${length}`)

const header = (trace: Trace, width: number): string[] => {
  const params = Object.entries(trace.params).map(([name, value]) => `${name}=${formatSetting(value)}`)
  const chosen = trace.initialChoices.map(formatPlain).join(', ')
  return [
    ...wrap(headline(trace), width, 4),
    ...(params.length === 0 ? [] : indent(2, pack(params, width - 2))),
    ...(chosen === '' ? [] : indent(2, wrap(`init chose ${chosen}`, width - 2, 2))),
  ]
}

const indent = (n: number, lines: readonly string[]): string[] => lines.map((line) => `${' '.repeat(n)}${line}`)

interface Row {
  readonly agent: string
  readonly cell: string
  readonly effects: readonly string[]
  /** `[file:line]`, or empty. */
  readonly place: string
}

const rows = (trace: Trace, options: DiagramOptions): Row[] => {
  let before = trace.initial
  const tells = ghostsThatTell(trace)
  return trace.steps.map((step) => {
    const effects = step.after === null ? [failureMark(trace.outcome)] : effectsOf(step, before, step.after, trace.ghosts, tells)
    if (step.after !== null) before = step.after
    return { agent: step.agent, cell: cellOf(step), effects, place: options.places === 'shown' ? `[${lineOf(step.at)}]` : '' }
  })
}

const cellOf = (step: TraceStep): string => {
  const chosen = step.choices.length === 0 ? '' : ` (${step.choices.map(formatPlain).join(', ')})`
  return `${printable(step.label)}${chosen}`
}

const failureMark = ({ kind }: Outcome): string => (kind === 'range' ? '<- leaves its range' : '<- fails')

/**
 * Ghosts are books that properties keep, and those of other properties only get in the way. Where nothing was read, any
 * of them may matter.
 */
const ghostsThatTell = ({ outcome: { reads } }: Trace): ((change: string) => boolean) => {
  const read = new Set(reads.map(([location]) => firstName(location.replace(/^s\./, ''))))
  return (change) => reads.length === 0 || read.has(firstName(change))
}

/** `written` of `written[0]: 0 -> 1`. */
const firstName = (location: string): string => /^[\w$]*/.exec(location)?.[0] ?? ''

const effectsOf = (
  step: TraceStep,
  before: StateView,
  after: StateView,
  ghosts: readonly string[],
  tells: (change: string) => boolean,
): string[] => {
  const { globals, locals, ghosts: ghostly } = changes(before, after, step.agent, ghosts)
  // A choice stands beside the label already; the local that keeps it would say the same again.
  const told = locals.filter((local) => !step.choices.some((choice) => local.endsWith(` = ${formatPlain(choice)}`)))
  return [...globals, ...told, ...ghostly.filter(tells).map((change) => `(${change})`)].map(printable)
}

const lineOf = ({ file, line }: SourcePlace): string => `${printable(file)}:${line}`

/** Where each column starts and how wide the text in it may be. */
interface Layout {
  readonly agents: readonly { readonly name: string; readonly start: number; readonly width: number }[]
  readonly effects: { readonly start: number; readonly width: number }
}

const gap = 2
/** A label in fewer characters than this reads worse than `agent: label` in one column. */
const leastLabel = 18
/** Columns that start closer together are hard to tell apart. */
const leastColumn = 10
/** Changes in fewer characters than this are broken too often. */
const leastEffects = 38

const steps = (trace: Trace, options: DiagramOptions): string[] => {
  const all = rows(trace, options)
  const { before, after } = cycleMarks(trace)
  if (all.length === 0) return [...after]
  const movers = new Set(all.map(({ agent }) => agent))
  const moving = trace.agents.filter((agent) => movers.has(agent))
  const resting = trace.agents.filter((agent) => !movers.has(agent))
  const layout = columns(moving, all, options.width) ?? oneColumn(all, options.width)
  const still = resting.length === 0 ? [] : ['', ...wrap(`takes no step: ${resting.map(printable).join(', ')}`, options.width, 2)]
  const drawn = all.flatMap((row, i) => [...(i === trace.loop?.start ? before : []), ...drawRow(i + 1, row, layout)])
  return [...heading(layout), ...drawn, ...after, ...still]
}

/** The lines around the steps that repeat. */
const cycleMarks = ({ loop, steps }: Trace): { readonly before: readonly string[]; readonly after: readonly string[] } => {
  if (loop === undefined) return { before: [], after: [] }
  if (loop.start === steps.length) return { before: [], after: ['-- nothing can take a step: it stays so for ever --'] }
  return { before: ['-- cycle: repeats for ever --'], after: [`-- back to step ${loop.start + 1} --`] }
}

const numberWidth = (all: readonly Row[]): number => String(all.length).length + gap

/**
 * A column per agent, as wide as its longest label where that fits. Where it does not, columns start closer together
 * and a label runs on into the columns at its right, which are empty in its row; before they come too close, changes
 * are broken into lines. Null if even that leaves no room.
 */
const columns = (moving: readonly string[], all: readonly Row[], width: number): Layout | null => {
  const wide = effectsWidth(all, width)
  const narrow = Math.min(wide, leastEffects)
  const tries = [leastLabel, leastColumn].flatMap((least) => [wide, narrow].map((effects) => ({ least, effects })))
  for (const { least, effects } of tries) {
    const layout = columnsBeside(effects, least, moving, all, width)
    if (layout !== null) return layout
  }
  return null
}

/** Null where columns of at least so much leave no room for changes of this width. */
const columnsBeside = (effects: number, least: number, moving: readonly string[], all: readonly Row[], width: number): Layout | null => {
  const left = numberWidth(all)
  const room = width - left - effects - gap * moving.length
  const natural = moving.map((agent) => longest([agent, ...all.flatMap((row) => (row.agent === agent ? [row.cell] : []))]))
  const widths = squeeze(natural, moving, least, room)
  if (widths === null) return null
  const end = left + sum(widths) + gap * widths.length
  let start = left
  const agents = moving.map((name, i) => {
    const column = { name, start, width: end - gap - start }
    start += at(widths, i) + gap
    return column
  })
  return { agents, effects: { start: end, width: width - end } }
}

/**
 * Only the last column has none at its right to run on into, so the others give way first. Null where nothing is left
 * to take.
 */
const squeeze = (natural: readonly number[], names: readonly string[], least: number, room: number): readonly number[] | null => {
  const last = natural.length - 1
  const floor = (others: number, own: number): number[] =>
    natural.map((width, i) => Math.max(at(names, i).length, Math.min(width, i === last ? own : others)))
  const floors = [floor(leastLabel, at(natural, last)), floor(leastLabel, leastLabel), floor(least, leastLabel)]
  const widths = floors.reduce((narrowed, lowest) => shrink(narrowed, lowest, room), natural)
  return sum(widths) > room ? null : widths
}

const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width, 0)

/** Takes from the widest until the sum fits, or all have their least width. */
const shrink = (natural: readonly number[], least: readonly number[], room: number): readonly number[] => {
  const widths = [...natural]
  for (let excess = sum(widths) - room; excess > 0; excess--) {
    const widest = Math.max(...widths.filter((width, i) => width > at(least, i)))
    if (!Number.isFinite(widest)) break
    widths[widths.findIndex((width, i) => width === widest && width > at(least, i))] = widest - 1
  }
  return widths
}

/**
 * As wide as the longest single change, with a comma where another one follows, within limits that leave room for the
 * labels.
 */
const effectsWidth = (all: readonly Row[], width: number): number => {
  const parts = all.flatMap(({ effects, place }) => [...effects.map((part, i) => (i < effects.length - 1 ? `${part},` : part)), place])
  return Math.min(longest(parts), Math.floor(width * 0.45))
}

/** `agent: label` in one column, for more agents than fit side by side. */
const oneColumn = (all: readonly Row[], width: number): Layout => {
  const left = numberWidth(all)
  const effects = effectsWidth(all, width)
  const natural = longest(all.map((row) => namedCell(row)))
  const column = Math.max(20, Math.min(natural, width - left - effects - gap))
  return {
    agents: [{ name: '', start: left, width: column }],
    effects: { start: left + column + gap, width: Math.max(20, width - left - column - gap) },
  }
}

const namedCell = ({ agent, cell }: Row): string => `${agent}: ${cell}`

const heading = (layout: Layout): string[] => {
  const named = layout.agents.filter(({ name }) => name !== '')
  if (named.length === 0) return []
  const names = named.reduce((line, { name, start }) => line.padEnd(start) + name, '')
  const rules = named.reduce((line, { name, start }) => line.padEnd(start) + '-'.repeat(name.length), '')
  return [names, rules]
}

const drawRow = (number: number, row: Row, layout: Layout): string[] => {
  const column = layout.agents.find(({ name }) => name === row.agent) ?? at(layout.agents, 0)
  const cell = column.name === '' ? namedCell(row) : row.cell
  const left = wrap(cell, column.width, 2)
  const right = withPlace(pack(row.effects, layout.effects.width), row.place, layout.effects.width)
  const first = at(layout.agents, 0).start - gap
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const margin = i === 0 ? String(number).padStart(first) : ''
    return (margin.padEnd(column.start) + (left[i] ?? '')).padEnd(layout.effects.start) + (right[i] ?? '')
  })
}

const withPlace = (effects: readonly string[], place: string, width: number): string[] => {
  if (place === '') return [...effects]
  const last = effects.at(-1) ?? ''
  if (last === '') return wrap(place, width, 2)
  return last.length + 1 + place.length <= width ? [...effects.slice(0, -1), `${last} ${place}`] : [...effects, ...wrap(place, width, 2)]
}

const ending = (trace: Trace, width: number): string[] => {
  const { message, source, comment = '', at: place } = trace.outcome
  const where = place === null ? '' : ` (${lineOf(place)})`
  return [
    ...wrap(`${printable(message)}${where}`, width, 4),
    ...(comment === '' ? [] : indent(4, wrap(printable(comment), width - 4))),
    ...(source === ''
      ? []
      : indent(
          4,
          dedent(source).flatMap((line) => wrapSource(line, width - 4)),
        )),
    ...readings(trace, width),
    ...fairness(trace, width),
    ...waiting(trace, width),
  ]
}

/** Why nobody can say that the cycle ends because some agent gets its turn at last. */
const fairness = ({ loop, steps }: Trace, width: number): string[] => {
  if (loop === undefined || loop.start === steps.length) return []
  if (loop.fairness.length === 0) return ['  fair: the model asks for the fairness of no agent']
  const names = longest(loop.fairness.map(({ agent }) => agent))
  return [
    '  fair, because on the cycle',
    ...loop.fairness.flatMap(({ agent, fairness: demand, reason }) =>
      indent(4, wrap(`${printable(agent).padEnd(names)} ${reasonText(reason, demand)}`, width - 4, 6)),
    ),
  ]
}

const reasonText = (reason: FairnessReason, demand: 'weak' | 'strong'): string => {
  if (reason.kind === 'taken') return `takes ${numbered('step', reason.steps)}`
  if (demand === 'strong') return 'is never enabled'
  const [first, ...others] = reason.states
  if (first !== 0) return `is not enabled after ${numbered('step', reason.states)}`
  return `is not enabled in the initial state${others.length === 0 ? '' : ` and after ${numbered('step', others)}`}`
}

/** `step 5`, `steps 5, 7`; of many the first ones. */
const numbered = (what: string, numbers: readonly number[]): string => {
  const shown = numbers.slice(0, 8).join(', ')
  return `${what}${numbers.length === 1 ? '' : 's'} ${shown}${numbers.length > 8 ? ', ...' : ''}`
}

/**
 * A property's source as it stands in the file, its further lines moved left together: under the first where they close
 * it, else a little in.
 */
const dedent = (source: string): string[] => {
  const [first = '', ...rest] = source.replaceAll('\t', '  ').split('\n')
  const indentOf = (line: string): number => line.length - line.trimStart().length
  const common = Math.min(...rest.filter((line) => line.trim() !== '').map(indentOf))
  const closes = rest.filter((line) => indentOf(line) === common).every((line) => /^\s*[)}\]]/.test(line))
  return [first, ...rest.map((line) => `${closes ? '' : '  '}${line.slice(common)}`)].map((line) => line.trimEnd())
}

const wrapSource = (line: string, width: number): string[] => {
  const lead = line.length - line.trimStart().length
  return line.length <= width ? [line] : wrap(line.trimStart(), width - lead, 4).map((part) => ' '.repeat(lead) + part)
}

const readings = (trace: Trace, width: number): string[] => {
  const { shown, more } = readingsOf(trace)
  if (shown.length === 0) return []
  const names = Math.min(40, longest(shown.map(([location]) => location)))
  return [
    '  where',
    ...(more === 0 ? [] : [`    (${more} more that were read before)`]),
    ...shown.flatMap(([location, value]) => indent(4, wrap(`${printable(location).padEnd(names)} = ${formatPlain(value)}`, width - 4, 6))),
  ]
}

/** Where something stops for good: who stands where. */
const waiting = (trace: Trace, width: number): string[] => {
  const { kind } = trace.outcome
  const nobodySteps = kind === 'deadlock' || trace.loop?.start === trace.steps.length
  if (!nobodySteps && kind !== 'stuck' && kind !== 'alwaysPossible') return []
  const last = trace.steps.at(-1)?.after ?? trace.initial
  const names = longest(last.processes.map(({ agent }) => agent))
  return last.processes.flatMap(({ agent, at: label }) => {
    const doing = label === null ? 'has returned' : `${nobodySteps ? 'waits' : 'stands at'}: ${printable(label)}`
    return indent(4, wrap(`${agent.padEnd(names)} ${doing}`, width - 4, 6))
  })
}
