/** The report of a check as text: the races first, then what was established. Plain enough for a mail. */
import { runAgainText } from '../../check/confirm/again/words.js'
import { formatBytes, formatCount, formatSeconds, formatStateCount, formatStates } from '../../check/report/format.js'
import { limitText } from '../../check/report/limit.js'
import type { PropertyReport, Report, ReportLimit, Verdict } from '../../check/report/report.js'
import { isBuiltIn } from '../../ir/kinds.js'
import { defaultDiagram, diagram } from '../../trace/diagram.js'
import { formatSetting, printable } from '../../trace/plain.js'
import type { Trace } from '../../trace/trace.js'
import { pack, wrap } from '../../trace/wrap.js'
import { type Output, paint } from '../terminal/output.js'
import { diagramWidth, width } from '../terminal/width.js'
import { type Extent, hints } from './hints-text.js'
import { memoryLines } from './memory-text.js'
import { symmetryLines } from './symmetry-text.js'

export interface ReportOptions {
  /** 'shown' adds `file:line` to every step of a race. */
  readonly places: 'hidden' | 'shown'
  /** Characters per line of a race, where somebody asked for so many. */
  readonly width: number | null
  readonly hints: Extent
  /** Where the trace of a property was written. */
  readonly storedAt: (property: string) => string | null
  /** Properties whose races were shown while the search went on. */
  readonly shown: ReadonlySet<string>
  /** Where the certificate was written, if it was. */
  readonly certificate: string | null
}

/** The whole report, ending in a newline. */
export const formatReport = (report: Report, options: ReportOptions, output: Pick<Output, 'colours' | 'columns'>): string => {
  const races = report.properties.flatMap(({ name, verdict, trace }) =>
    verdict === 'violated' && trace !== null && !options.shown.has(name) ? [trace] : [],
  )
  const parts = [
    ...races.map((trace) => raceText(trace, options, output)),
    lines([...heading(report), '', ...verdicts(report, options, output)]),
    lines([
      ...statistics(report, options),
      ...invariant(report, options),
      ...unchecked(report),
      ...hints(report, options.hints, width),
      ...lastLines(report, output),
    ]),
  ]
  return parts.join('\n')
}

/** The diagram of one race. */
export const raceText = (trace: Trace, options: Pick<ReportOptions, 'places' | 'width'>, output: Pick<Output, 'columns'>): string =>
  diagram(trace, { places: options.places, width: diagramWidth(output, options.width), extent: 'whole' })

/** The races for a mail; where there is none, the last line of the report. */
export const formatMail = (report: Report, { places, width: asked }: Pick<ReportOptions, 'places' | 'width'>): string => {
  const races = report.properties.flatMap(({ verdict, trace }) => (verdict === 'violated' && trace !== null ? [trace] : []))
  if (races.length === 0) return `${summary(report, { colours: false })}\n`
  return races.map((trace) => mailText(trace, { places, width: asked })).join('\n')
}

export const mailText = (trace: Trace, { places, width: asked }: Pick<ReportOptions, 'places' | 'width'>): string =>
  diagram(trace, { places, width: asked ?? defaultDiagram.width, extent: 'mail' })

const lines = (list: readonly string[]): string => `${list.join('\n')}\n`

const heading = ({ model, title, source, variant, params }: Report): string[] => {
  const settings = Object.entries(params).map(([name, value]) => `${name}=${formatSetting(value)}`)
  return [
    ...wrap(title === null ? model : `${model}: ${printable(title)}`, width, 2),
    ...(source === null ? [] : indent(wrap(printable(source), width - 2, 2))),
    ...(variant === null ? [] : [`  variant ${printable(variant)}`]),
    ...indent(pack(settings, width - 2)),
  ]
}

const indent = (list: readonly string[]): string[] => list.map((line) => `  ${line}`)

const verdicts = ({ properties }: Report, options: ReportOptions, output: Pick<Output, 'colours'>): string[] => {
  const names = Math.min(32, Math.max(0, ...properties.map(({ name }) => name.length)))
  const left = 2 + 'incomplete'.length + 2 + names + 2
  return properties.flatMap((property) => {
    const stored = options.storedAt(property.name)
    const text = [...wrap(establishedText(property), width - left), ...(stored === null ? [] : [stored])]
    const name = printable(property.name).padEnd(names)
    return text.map((line, i) => (i === 0 ? `  ${verdictWord(property.verdict, output)}  ${name}  ${line}` : `${' '.repeat(left)}${line}`))
  })
}

const establishedText = ({ established, vacuous }: PropertyReport): string =>
  vacuous ? `${established}; vacuous: it never comes to ask for anything` : established

const colours = { holds: 'green', violated: 'red', incomplete: 'yellow' } as const

/** Padded before it is coloured: escape sequences have no width. */
const verdictWord = (verdict: Verdict, output: Pick<Output, 'colours'>): string =>
  paint(output, colours[verdict], verdict.padEnd('incomplete'.length))

const statistics = (report: Report, options: ReportOptions): string[] => [
  ...memoryLines(report.memory),
  ...explored(report),
  ...solving(report, options),
  ...wrap(runAgainText(report.oracle), width, 2),
]

const explored = ({ states, transitions, depth, seconds, bytes, bytesPerState, workers, liveness, symmetry, limit }: Report): string[] => {
  if (states === null || transitions === null || bytes === null || bytesPerState === null) return []
  const own = seconds - (symmetry?.givenUp?.seconds ?? 0)
  const rate = own > 0 ? ` (${formatCount(states / own)} states/s)` : ''
  return [
    `${formatStates(states, symmetry?.orders ?? 1)}, ${formatCount(transitions)} transitions, depth ${depth}`,
    ...(symmetry === null ? [] : symmetryLines(symmetry)),
    `${formatSeconds(own)} of search${workers === null || workers === 1 ? '' : ` by ${workers} workers`}${rate}, ${formatBytes(bytes)}, ${bytesPerState.toFixed(1)} bytes per state`,
    ...(liveness === null
      ? []
      : [
          `${formatSeconds(liveness.seconds)} of search for liveness${(symmetry?.orders ?? 1) === 1 ? '' : `, ${limit === null ? 'in all' : 'of all states'} ${formatStateCount(liveness.states)}`}, ${formatBytes(liveness.bytes)}${ofEdges(liveness.bytesPerEdge)}`,
        ]),
  ]
}

/** Extreme values are found without a graph. */
const ofEdges = (bytesPerEdge: number): string => (bytesPerEdge === 0 ? '' : `, ${bytesPerEdge.toFixed(1)} bytes per edge`)

const solving = ({ solved, states }: Report, { certificate: file }: ReportOptions): string[] => {
  if (solved === null) return []
  const { seconds, bits, gates, certificate, open, limit } = solved
  const circuit = bits === null || gates === null ? '' : `: a state of ${bits} bits, ${formatCount(gates)} gates`
  const clauses = file === null || certificate === null ? '' : `; an invariant of ${formatCount(certificate.invariant.length)} clauses`
  const names = open.map(
    ({ name, depth }) => `${printable(name)}${depth < 1 ? '' : ` (none within ${depth} ${depth === 1 ? 'step' : 'steps'})`}`,
  )
  return [
    ...wrap(`${formatSeconds(seconds)} of solving${circuit}${clauses}`, width, 2),
    ...(states === null || open.length === 0 ? [] : wrap(`not confirmed by Z3${unconfirmedWhy(limit)}: ${names.join(', ')}`, width, 2)),
  ]
}

const unconfirmedWhy = (limit: ReportLimit | null): string => (limit?.kind === 'solver' ? ` (${limitText(limit)})` : ' in this time')

/** A longer invariant is read in its file. */
const mostClauses = 16

const invariant = ({ solved }: Report, { certificate }: ReportOptions): string[] => {
  if (solved === null || certificate === null || solved.invariant.length === 0) return []
  const shown = solved.invariant.slice(0, mostClauses)
  const more = solved.invariant.length - shown.length
  return [
    `inductive invariant (${certificate}):`,
    ...shown.flatMap((clause) => indent(wrap(clause, width - 2, 2))),
    ...(more === 0 ? [] : [`  and ${formatCount(more)} more clauses`]),
  ]
}

/** What somebody might take for checked. */
const unchecked = ({ notChecked, properties }: Report): string[] => {
  return [
    ...(properties.every(({ kind }) => isBuiltIn(kind)) ? ['no property of the model was checked: only what is built in'] : []),
    ...notChecked.flatMap(({ name, why }) => wrap(`${name} was not checked: ${why}`, width, 2)),
  ]
}

/** The last line, and the only one with `--quiet`: never more than was established. */
export const summary = (report: Report, output: Pick<Output, 'colours'>): string => {
  const { model, verdict, colour, says } = ending(report)
  return `${model}: ${paint(output, colour, verdict)}${says}`
}

interface Ending {
  readonly model: string
  readonly verdict: Verdict
  readonly colour: 'red' | 'yellow' | 'green'
  readonly says: string
}

const ending = (report: Report): Ending => {
  const { model, properties, limit, complete } = report
  const of = (verdict: Verdict): readonly PropertyReport[] => properties.filter((property) => property.verdict === verdict)
  const violated = of('violated')
  const open = of('incomplete')
  const ended = limit === null ? '' : `; incomplete: ${limitText(limit)}`
  if (violated.length > 0) {
    const names = violated.map(({ name }) => printable(name)).join(', ')
    const says = `: ${names} (${violated.length} of ${properties.length})${open.length > 0 ? ended : ''}`
    return { model, verdict: 'violated', colour: 'red', says }
  }
  if (open.length > 0 || !complete)
    return {
      ...{ model, verdict: 'incomplete', colour: 'yellow' },
      says: `: ${limit === null ? openText(open) : limitText(limit)}; no violation so far`,
    }
  const all = properties.length === 1 ? '1 property' : `all ${properties.length} properties`
  return { model, verdict: 'holds', colour: 'green', says: `: ${all}, ${means(report)}` }
}

/** As `summary`, on as many lines as it takes. Colours have no width. */
const lastLines = (report: Report, output: Pick<Output, 'colours'>): string[] => {
  const { model, verdict, colour, says } = ending(report)
  const [first = '', ...rest] = wrap(`${model}: ${verdict}${says}`, width, 2)
  return [first.replace(`: ${verdict}`, `: ${paint(output, colour, verdict)}`), ...rest]
}

/** Without a limit something is open because the engine cannot settle it. */
const openText = (open: readonly PropertyReport[]): string =>
  open.length === 0 ? 'the search did not end' : `not settled: ${open.map(({ name }) => printable(name)).join(', ')}`

/** What the verdict rests on. */
const means = ({ states, solved, symmetry }: Report): string => {
  const explored = states === null ? [] : [`explored exhaustively: ${formatStates(states, symmetry?.orders ?? 1)}`]
  const isConfirmed = solved !== null && solved.limit === null
  const proof = solved?.certificate == null ? 'settled by Z3' : 'proved by induction, certificate checked by Z3'
  return [
    ...explored,
    ...(isConfirmed
      ? [states === null ? proof : `confirmed by Z3${solved.certificate === null ? '' : ': proved by induction, certificate checked'}`]
      : []),
  ].join('; ')
}
