/** What the search for liveness found, as the report has it: verdicts, and traces that the oracle has confirmed. */
import type { LivenessResult } from '../../explicit/graph/liveness.js'
import type { System } from '../../ir/system.js'
import type { Subject } from '../confirm/trace-of.js'
import { type ConfirmedTrace, traceOfExtreme, traceOfImpossible, traceOfLasso, traceOfStuck } from '../confirm/trace-of-liveness.js'
import type { Evidence } from '../report/evidence.js'
import { idlenessOfTrigger, notIdle } from '../report/idle.js'
import type { Finding } from '../report/report.js'

/** What has to be searched for besides what single states settle. */
export interface Wanted {
  readonly temporal: System['temporal']
  readonly extremes: System['extremes']
  readonly stuck: boolean
}

/** By name, what was found of everything wanted; `searched` is what the search for it was. */
export const reportLiveness = (
  subject: Subject,
  { temporal, extremes, stuck }: Wanted,
  result: LivenessResult,
  searched: Evidence,
): Map<string, Finding> => {
  const found = [
    ...temporal.map((property) => reportTemporal(subject, property, resultOf(result.temporal, property.name))),
    ...extremes.map(({ name }) => reportExtreme(subject, resultOf(result.extremes, name), result.complete)),
    ...(stuck ? [reportStuck(subject, result.stuck)] : []),
  ]
  return new Map(found.map((finding) => [finding.name, { ...finding, evidence: [searched, ...finding.evidence] }]))
}

/** What is open because the search for liveness was not even begun. */
export const reportOpen = ({ temporal, extremes, stuck }: Wanted, searched: Evidence): Map<string, Finding> => {
  const open = [...temporal, ...extremes, ...(stuck ? [{ name: 'stuck', kind: 'stuck' } as const] : [])]
  return new Map(open.map(({ name, kind }) => [name, { ...nothing, name, kind, verdict: 'incomplete', evidence: [searched] }]))
}

/** What the search of all states has shown by itself. */
export const reportNeverStuck = (searched: Evidence): Finding => ({
  ...nothing,
  name: 'stuck',
  kind: 'stuck',
  verdict: 'holds',
  evidence: [searched],
})

const nothing = { ...notIdle, length: null, loop: null, extreme: null, allowed: null, trace: null, switches: null, evidence: [] } as const

/** What is violated as the engine says, and nobody has seen it. */
export const noTrace: Evidence = { by: 'nobody', why: 'no trace' }

const resultOf = <T extends { readonly name: string }>(results: readonly T[], name: string): T => {
  const result = results.find((r) => r.name === name)
  if (result === undefined) throw new Error(`the search for liveness says nothing of '${name}'`)
  return result
}

const reportTemporal = (
  subject: Subject,
  { trigger }: System['temporal'][number],
  { name, kind, verdict, stem, cycle, isOwed }: LivenessResult['temporal'][number],
): Finding => {
  const idleness = trigger !== null && isOwed === false ? idlenessOfTrigger(subject.system, trigger) : notIdle
  const report: Finding = { ...nothing, ...idleness, name, kind, verdict }
  if (verdict !== 'violated') return report
  if (stem === null) return { ...report, evidence: [noTrace] }
  if (kind === 'alwaysPossible')
    return { ...report, length: stem.moves.length, switches: 'fewest', ...withEvidence(traceOfImpossible(subject, name, stem)) }
  if (cycle === null) throw new Error(`'${name}' is violated without a cycle`)
  const trace = traceOfLasso(subject, name, stem, cycle)
  return { ...report, length: stem.moves.length + cycle.length, loop: stem.moves.length, switches: 'fewest', trace }
}

const reportExtreme = (
  subject: Subject,
  { name, kind, value, schedule, unchosen }: LivenessResult['extremes'][number],
  complete: boolean,
): Finding => {
  const report: Finding = { ...nothing, name, kind, verdict: complete ? 'holds' : 'incomplete', extreme: value }
  if (value === null || schedule === null) return report
  const trace = traceOfExtreme(subject, name, value, schedule)
  const evidence: readonly Evidence[] = unchosen === null ? [] : [{ by: 'any schedule', limit: unchosen }]
  return { ...report, length: schedule.moves.length, trace, switches: unchosen === null ? 'fewest' : 'any', evidence }
}

const reportStuck = (subject: Subject, stuck: LivenessResult['stuck']): Finding => {
  if (stuck === null) throw new Error('the search for liveness says nothing of stuck processes')
  const { verdict, process, schedule } = stuck
  const report: Finding = { ...nothing, name: 'stuck', kind: 'stuck', verdict }
  if (verdict !== 'violated') return report
  if (process === null || schedule === null) return { ...report, evidence: [noTrace] }
  return { ...report, length: schedule.moves.length, switches: 'fewest', ...withEvidence(traceOfStuck(subject, process, schedule)) }
}

const withEvidence = ({ trace, confirmation }: ConfirmedTrace): Pick<Finding, 'trace' | 'evidence'> => ({ trace, evidence: [confirmation] })
