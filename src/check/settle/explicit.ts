/** The report of the explicit engine: every reachable state is seen, or as many as the limits allow. */
import { DiagnosticError } from '../../diagnostics.js'
import { type LivenessResult, searchLiveness } from '../../explicit/graph/liveness.js'
import { type SearchOptions, type SearchResult, search } from '../../explicit/search/search.js'
import { builtIns } from '../../ir/built-in.js'
import { placeOfFunction } from '../../load/stack.js'
import { traceOf } from '../confirm/trace-of.js'
import { type Coverage, collectCoverage } from '../report/coverage.js'
import { established, unchosenWords } from '../report/established.js'
import type { Findings, PropertyReport, ReportLimit } from '../report/report.js'
import { withSizeExplained } from '../report/too-large.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'
import { subjectOf } from '../request/subject.js'
import type { Target } from '../request/target.js'
import { notReplayed, reportLiveness, reportOpen, type Wanted } from './temporal.js'

/**
 * Searches, and settles every property, each with its own shortest trace, which the oracle has replayed.
 * @throws DiagnosticError where nothing is reachable or the system is too large; Disagreement where the oracle does not confirm what the engine found.
 */
export const reportExplored = async (prepared: Prepared, options: CheckOptions): Promise<Explored> => {
  const { system } = prepared
  const { safety, liveness, wanted } = await searchAll(prepared, options)
  const { complete, states, transitions, depth, seconds, bytes, bytesPerState } = safety
  const limit = limitOf(safety.limit ?? liveness?.limit ?? null)
  const byState = safety.properties.map((found): PropertyReport => {
    const { name, kind, verdict, length, maximum, schedule, unchosen } = found
    const trace = verdict === 'violated' && schedule !== null ? traceOf(prepared, found, schedule) : null
    const settled = { kind, verdict, length, loop: null, maximum, allowed: system.properties.find((p) => p.name === name)?.max ?? null }
    const switches = trace === null ? null : unchosen === null ? 'fewest' : 'any'
    const unconfirmed = verdict === 'violated' && length !== null && trace === null ? [notReplayed] : []
    const any = trace === null || unchosen === null ? [] : [unchosenWords(unchosen)]
    const said = [established(settled, safety, limit), ...unconfirmed, ...any].join('; ')
    return { ...settled, name, established: said, trace, switches }
  })
  const reports = new Map([
    ...byState.map((report) => [report.name, report] as const),
    ...(liveness === null ? reportOpen(wanted, safety, limit) : reportLiveness(prepared, wanted, liveness, safety, limit)),
  ])
  const findings: Findings = {
    ...subjectOf(prepared),
    engine: 'explicit',
    complete: complete && (liveness?.complete ?? true),
    limit,
    states,
    transitions,
    depth,
    seconds,
    bytes,
    bytesPerState,
    liveness: liveness === null ? null : { seconds: liveness.seconds, bytes: liveness.bytes, bytesPerEdge: liveness.bytesPerEdge },
    ...collectCoverage(system, safety),
    solved: null,
    properties: [...Object.keys(prepared.properties), ...builtIns].flatMap((name) => reports.get(name) ?? []),
  }
  return { findings, coverage: safety }
}

export interface Explored {
  readonly findings: Findings
  readonly coverage: Coverage
}

interface Searched {
  readonly safety: SearchResult
  /** What is left for the search over the graph of all states. */
  readonly wanted: Wanted
  /** Null where nothing was wanted of it, or the first search did not see all states. */
  readonly liveness: LivenessResult | null
}

/** First all states, and then, where something is asked about behaviours, the graph of them. Limits are for both together. */
const searchAll = async ({ system, target, stuck }: Prepared, options: CheckOptions): Promise<Searched> => {
  const { temporal, extremes, processes } = system
  const wanted = { temporal, extremes, stuck: stuck === 'violation' && processes.length > 0 }
  const limits = searchOptions(options)
  const safety = await withSizeExplained(system, target.model, () => search(system, limits))
  requireInitialState(target, safety)
  const isWanted = temporal.length > 0 || extremes.length > 0 || wanted.stuck
  if (!safety.complete || !isWanted) return { safety, wanted, liveness: null }
  const { seconds } = limits
  const left = seconds === undefined ? {} : { seconds: Math.max(0, seconds - safety.seconds) }
  const liveness = await withSizeExplained(system, target.model, () => searchLiveness(system, { ...limits, ...left, stuck: wanted.stuck }))
  // What is said of the limit is what was asked for, not what was left of it.
  const limit = liveness.limit?.kind === 'time' && seconds !== undefined ? { ...liveness.limit, seconds } : liveness.limit
  return { safety, wanted, liveness: { ...liveness, limit } }
}

/** Where nothing is reachable everything would hold. */
const requireInitialState = ({ model }: Target, { complete, states, properties }: SearchResult): void => {
  if (!complete || states > 0 || properties.some(({ kind, verdict }) => (kind === 'assert' || kind === 'range') && verdict === 'violated'))
    return
  throw new DiagnosticError(
    'MC307',
    `'${model.name}' has no initial state: every way through \`init\` is blocked`,
    'leave a way: `choose` from something that is not empty, `when` a condition that can hold',
    placeOfFunction(model.init),
  )
}

const searchOptions = ({ limits = {}, stop, onProgress, signal }: CheckOptions): SearchOptions => ({
  ...(limits.states === undefined ? {} : { maxStates: limits.states }),
  ...(limits.depth === undefined ? {} : { maxDepth: limits.depth }),
  ...(limits.bytes === undefined ? {} : { memory: limits.bytes }),
  ...(limits.seconds === undefined ? {} : { seconds: limits.seconds }),
  ...(stop === 'first violation' ? { first: true } : {}),
  ...(onProgress === undefined ? {} : { onProgress }),
  ...(signal === undefined ? {} : { signal }),
})

const limitOf = (limit: SearchResult['limit']): ReportLimit | null => {
  switch (limit?.kind) {
    case undefined:
      return null
    case 'states':
      return { kind: 'states', states: limit.max }
    case 'depth':
      return { kind: 'depth', depth: limit.max }
    case 'memory':
    case 'unavailable':
    case 'time':
    case 'first':
    case 'interrupted':
      return limit
  }
}
