/**
 * The race diagram: a trace as text, the way commit messages and mailing lists draw races. A column per CPU, and per
 * agent that is on none, time downwards, what each step did beside it; at the end what failed, and the values that made
 * it fail. Lines have no trailing spaces and, names permitting, at most `width` characters.
 */
import { at } from '../at.js'
import { changes, stillWaiting } from './changes.js'
import { columnsOf } from './columns.js'
import { ending } from './ending.js'
import { layOut, type Mark, type Row } from './layout.js'
import { formatPlain, formatSetting, printable } from './plain.js'
import type { Loop, Outcome, SourcePlace, StateView, Trace, TraceStep } from './trace.js'
import { indent, pack, wrap } from './wrap.js'

export interface DiagramOptions {
  /** 'shown' puts the line of the source in front of each step. */
  readonly places: 'hidden' | 'shown'
  /** Characters per line, from 60. */
  readonly width: number
  /** 'mail' leaves out what a mail does not need: all params but those of the first line, and who takes no step. */
  readonly extent: 'whole' | 'mail'
}

/** As commit messages are: a mail quotes them once or twice without breaking a line. */
export const defaultDiagram: DiagramOptions = { places: 'hidden', width: 75, extent: 'whole' }

/** The whole diagram, ending in a newline. */
export const diagram = (trace: Trace, options: DiagramOptions = defaultDiagram): string => {
  const sections = [header(trace, options), steps(trace, options), ending(trace, options.width)]
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map((line) => line.trimEnd()).join('\n'))
  return `${text.join('\n\n')}\n`
}

/** `lazy-mmu (drain-late, cpus=3): noLostUpdate is violated after 9 steps`. */
const headline = (trace: Trace): string => {
  const set = trace.settings.flatMap((name) => (Object.hasOwn(trace.params, name) ? [[name, trace.params[name]] as const] : []))
  const settings = set.map(([name, value]) => `${printable(name)}=${formatSetting(value ?? '')}`)
  const said = [...(trace.variant === null ? [] : [printable(trace.variant)]), ...settings].join(', ')
  return `${trace.model}${said === '' ? '' : ` (${said})`}: ${verdictOf(trace)}`
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

const header = (trace: Trace, { width, extent }: DiagramOptions): string[] => {
  const params = Object.entries(trace.params).map(([name, value]) => `${name}=${formatSetting(value)}`)
  const chosen = trace.initialChoices.map(formatPlain).join(', ')
  return [
    ...wrap(headline(trace), width, 4),
    ...(params.length === 0 || extent === 'mail' ? [] : indent(2, pack(params, width - 2))),
    ...(chosen === '' ? [] : indent(2, wrap(`init chose ${chosen}`, width - 2, 2))),
  ]
}

const steps = (trace: Trace, { width, places, extent }: DiagramOptions): string[] => {
  const marks = cycleMarks(trace)
  if (trace.steps.length === 0) return marks.map(({ text }) => text)
  const { columns, columnOf, whose, resting } = columnsOf(trace)
  const effects = effectsOfAll(trace)
  const placeOf = places === 'shown' ? placesOf(trace.steps) : () => ''
  const rows = trace.steps.map(
    (step, i): Row => ({
      column: at(columnOf, i),
      cell: `${at(whose, i)}${cellOf(step)}`,
      effects: at(effects, i),
      end: i === trace.steps.length - 1 ? fatalMark(trace.outcome) : '',
      place: placeOf(step.at),
    }),
  )
  const heads = columns.map(({ head }) => head)
  const still = resting.length === 0 || extent === 'mail' ? [] : wrap(`takes no step: ${resting.join(', ')}`, width, 2)
  const files = places === 'shown' ? filesOf(trace.steps) : []
  const source = files.length === 1 ? wrap(`lines of ${at(files, 0)}`, width, 2) : []
  const last = trace.steps.findLast(({ after }) => after !== null)?.after ?? trace.initial
  const waiting = stillWaiting(last)
  const stores = waiting.length === 0 ? [] : wrap(`still in store buffers: ${waiting.join(', ')}`, width, 2)
  const below = [...stores, ...still, ...source]
  return [...layOut(heads, rows, marks, width), ...(below.length === 0 ? [] : ['', ...below])]
}

const filesOf = (steps: readonly TraceStep[]): string[] => [...new Set(steps.map((step) => printable(step.at.file)))]

/** `:20` where all steps are of one file, else `lazy-mmu.ts:20`. */
const placesOf = (steps: readonly TraceStep[]): ((place: SourcePlace) => string) => {
  const isOne = filesOf(steps).length === 1
  return ({ file, line }) => `${isOne ? '' : (printable(file).split(/[/\\]/).at(-1) ?? '')}:${line}`
}

/** The lines around the steps that repeat. */
const cycleMarks = ({ loop, steps }: Trace): readonly Mark[] => {
  if (loop === undefined) return []
  if (loop.start === steps.length) return [{ row: steps.length, text: '-- nothing can take a step: it stays so for ever --' }]
  return [
    { row: loop.start, text: '-- cycle: repeats for ever --' },
    { row: steps.length, text: `-- back to step ${loop.start + 1} --` },
  ]
}

const cellOf = (step: TraceStep): string => {
  const chosen = step.choices.length === 0 ? '' : ` (${step.choices.map(formatPlain).join(', ')})`
  return `${printable(step.label)}${chosen}`
}

/** What each step did. */
const effectsOfAll = (trace: Trace): readonly (readonly string[])[] => {
  const tells = ghostsThatTell(trace)
  let before = trace.initial
  return trace.steps.map((step) => {
    const did = step.after === null ? (step.outcomes ?? []).map(printable) : effectsOf(step, before, step.after, trace.ghosts, tells)
    if (step.after !== null) before = step.after
    return did
  })
}

/** What the last step settles; nothing where it takes more than one state to see it. */
const fatalMark = ({ kind, property }: Outcome): string => {
  switch (kind) {
    case 'range':
      return '<- leaves its range'
    case 'assert':
      return '<- fails'
    case 'always':
    case 'bound':
      return `<- violates ${printable(property)}`
    default:
      return ''
  }
}

/**
 * Ghosts are books that properties keep, and those of other properties only get in the way. Where nothing was read, any
 * of them may matter.
 */
const ghostsThatTell = ({ outcome: { reads } }: Trace): ((change: string) => boolean) => {
  const read = new Set(reads.map(([location]) => firstName(location.replace(/^s\./, ''))))
  return (change) => reads.length === 0 || read.has(firstName(change))
}

/** What a loop asked of several, and got both answers, says nothing. */
const withoutBoth = (outcomes: readonly string[]): readonly string[] =>
  outcomes.filter((outcome) => {
    const [, asked, answer] = /^(.*): (yes|no)$/.exec(outcome) ?? []
    return asked === undefined || !outcomes.includes(`${asked}: ${answer === 'yes' ? 'no' : 'yes'}`)
  })

/**
 * `pte[0].P` of `pte[0].P: true -> false`, and of the outcomes `pte[0].P: yes` and `pte[0].P is true`: a change says
 * what was read before it.
 */
const locationOf = (effect: string): string => /^(\S+?)(?::| is ).*$/.exec(effect)?.[1] ?? effect

/** `written` of `written[0]: 0 -> 1`. */
const firstName = (location: string): string => /^[\w$]*/.exec(location)?.[0] ?? ''

const effectsOf = (
  step: TraceStep,
  before: StateView,
  after: StateView,
  ghosts: readonly string[],
  tells: (change: string) => boolean,
): string[] => {
  const { globals, locals, ghosts: ghostly } = changes(before, after, step, ghosts)
  // A choice stands beside the label already; the local that keeps it would say the same again.
  const told = locals.filter((local) => !step.choices.some((choice) => local.endsWith(` = ${formatPlain(choice)}`)))
  const changed = new Set(globals.map(locationOf))
  const outcomes = withoutBoth(step.outcomes ?? []).filter((outcome) => !changed.has(locationOf(outcome)))
  return [...outcomes, ...globals, ...told, ...ghostly.filter(tells).map((change) => `(${change})`)].map(printable)
}
