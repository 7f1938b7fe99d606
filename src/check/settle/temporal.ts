/** What the search for liveness found, as the report has it: verdicts, and traces that the oracle has confirmed. */
import type { LivenessResult } from '../../explicit/graph/liveness.js'
import type { System } from '../../ir/system.js'
import type { Subject } from '../confirm/trace-of.js'
import { traceOfExtreme, traceOfImpossible, traceOfLasso, traceOfStuck } from '../confirm/trace-of-liveness.js'
import { type Explored, established, type Settled, unchosenWords } from '../report/established.js'
import type { PropertyReport, ReportLimit } from '../report/report.js'

/** What has to be searched for besides what single states settle. */
export interface Wanted {
  readonly temporal: System['temporal']
  readonly extremes: System['extremes']
  readonly stuck: boolean
}

/** By name, a report of everything wanted. */
export const reportLiveness = (
  subject: Subject,
  { temporal, extremes, stuck }: Wanted,
  result: LivenessResult,
  explored: Explored,
  limit: ReportLimit | null,
): Map<string, PropertyReport> => {
  const reports = [
    ...temporal.map(({ name }) => reportTemporal(subject, found(result.temporal, name))),
    ...extremes.map(({ name }) => reportExtreme(subject, found(result.extremes, name), result.complete)),
    ...(stuck ? [reportStuck(subject, result.stuck)] : []),
  ]
  return new Map(
    reports.map(({ confirmation, ...report }) => [
      report.name,
      { ...report, established: [established(report, explored, limit), ...(confirmation === '' ? [] : [confirmation])].join('; ') },
    ]),
  )
}

/** What is open because the search for liveness was not even begun. */
export const reportOpen = (
  { temporal, extremes, stuck }: Wanted,
  explored: Explored,
  limit: ReportLimit | null,
): Map<string, PropertyReport> => {
  const open = [...temporal, ...extremes, ...(stuck ? [{ name: 'stuck', kind: 'stuck' } as const] : [])]
  return new Map(
    open.map(({ name, kind }) => {
      const report = { ...nothing, name, kind, verdict: 'incomplete' } as const
      return [name, { ...report, established: established(report, explored, limit) }]
    }),
  )
}

/** A report whose text is still to be written, and what was confirmed beyond the replay. */
type Draft = Omit<PropertyReport, 'established'> & Settled & { readonly confirmation: string }

const nothing = { length: null, loop: null, extreme: null, allowed: null, trace: null, switches: null, confirmation: '' } as const

const found = <T extends { readonly name: string }>(results: readonly T[], name: string): T => {
  const result = results.find((r) => r.name === name)
  if (result === undefined) throw new Error(`the search for liveness says nothing of '${name}'`)
  return result
}

const reportTemporal = (subject: Subject, { name, kind, verdict, stem, cycle }: LivenessResult['temporal'][number]): Draft => {
  const report: Draft = { ...nothing, name, kind, verdict }
  if (verdict !== 'violated') return report
  if (stem === null) return { ...report, confirmation: notReplayed }
  if (kind === 'alwaysPossible')
    return { ...report, length: stem.moves.length, switches: 'fewest', ...traceOfImpossible(subject, name, stem) }
  if (cycle === null) throw new Error(`'${name}' is violated without a cycle`)
  const trace = traceOfLasso(subject, name, stem, cycle)
  return { ...report, length: stem.moves.length + cycle.length, loop: stem.moves.length, switches: 'fewest', trace }
}

const reportExtreme = (
  subject: Subject,
  { name, kind, value, schedule, unchosen }: LivenessResult['extremes'][number],
  complete: boolean,
): Draft => {
  const report: Draft = { ...nothing, name, kind, verdict: complete ? 'holds' : 'incomplete', extreme: value }
  if (value === null || schedule === null) return report
  const trace = traceOfExtreme(subject, name, value, schedule)
  const confirmation = unchosen === null ? '' : unchosenWords(unchosen)
  return { ...report, length: schedule.moves.length, trace, switches: unchosen === null ? 'fewest' : 'any', confirmation }
}

const reportStuck = (subject: Subject, stuck: LivenessResult['stuck']): Draft => {
  if (stuck === null) throw new Error('the search for liveness says nothing of stuck processes')
  const { verdict, process, schedule } = stuck
  const report: Draft = { ...nothing, name: 'stuck', kind: 'stuck', verdict }
  if (verdict !== 'violated') return report
  if (process === null || schedule === null) return { ...report, confirmation: notReplayed }
  return { ...report, length: schedule.moves.length, switches: 'fewest', ...traceOfStuck(subject, process, schedule) }
}

export const notReplayed = 'not replayed: its trace was not found within the limits'
