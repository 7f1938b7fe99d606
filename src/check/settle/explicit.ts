/** The explicit engine: every reachable state is seen, or as many as the limits allow. */
import { at } from '../../at.js'
import { DiagnosticError } from '../../diagnostics.js'
import { type LivenessResult, searchLiveness } from '../../explicit/graph/liveness.js'
import { type SearchResult, search } from '../../explicit/search/search.js'
import { builtInKinds, isFailureKind, type PropertyKind, propertyKinds } from '../../ir/kinds.js'
import { placeOfFunction } from '../../load/stack.js'
import { traceOf } from '../confirm/trace-of.js'
import { collectCoverage } from '../report/coverage.js'
import type { Evidence } from '../report/evidence.js'
import type { Found } from '../report/found.js'
import { type Idleness, idlenessOf, idlenessOfBound, notIdle } from '../report/idle.js'
import type { Finding, Findings } from '../report/report.js'
import { withSizeExplained } from '../report/too-large.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'
import type { Target } from '../request/target.js'
import type { Engine } from './engine.js'
import { noTrace, reportLiveness, reportOpen, type Wanted } from './temporal.js'

/** Settles all kinds of properties. Throws DiagnosticError where nothing is reachable, or the system is too large. */
export const explicit: Engine = {
  settles: new Set(Object.keys(propertyKinds) as PropertyKind[]),
  computes: 'here',
  warmUp: () => {},
  settle: (prepared, _before, options) => explore(prepared, options),
}

const explore = async (prepared: Prepared, options: CheckOptions): Promise<Found> => {
  const { system } = prepared
  const { safety, liveness, wanted } = await searchAll(prepared, options)
  const { complete, states, transitions, depth, seconds, bytes, bytesPerState } = safety
  const limit = safety.limit ?? liveness?.limit ?? null
  const searched: Evidence = { by: 'search', states, depth, limit }
  const byState = safety.properties.map((found): Finding => {
    const { name, kind, verdict, length, maximum, schedule, unchosen } = found
    const trace = verdict === 'violated' && schedule !== null ? traceOf(prepared, found, schedule) : null
    const settled = {
      kind,
      verdict,
      length,
      loop: null,
      extreme: maximum,
      allowed: system.safety.find((p) => p.name === name)?.max ?? null,
    }
    const switches = trace === null ? null : unchosen === null ? 'fewest' : 'any'
    const unconfirmed = verdict === 'violated' && length !== null && trace === null ? [noTrace] : []
    const any: readonly Evidence[] = trace === null || unchosen === null ? [] : [{ by: 'any schedule', limit: unchosen }]
    const idleness = complete && verdict === 'holds' ? idlenessIn(prepared, name, safety, maximum) : notIdle
    return { ...settled, ...idleness, name, evidence: [searched, ...unconfirmed, ...any], trace, switches }
  })
  const reports = new Map([
    ...byState.map((report) => [report.name, report] as const),
    ...(liveness === null ? reportOpen(wanted, searched) : reportLiveness(prepared, wanted, liveness, searched)),
  ])
  const findings: Findings = {
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
    properties: [...Object.keys(prepared.properties), ...builtInKinds].flatMap((name) => reports.get(name) ?? []),
  }
  return { findings, coverage: safety }
}

/** What never mattered of a property that holds of all states. */
const idlenessIn = ({ system }: Prepared, name: string, { idle }: SearchResult, maximum: number | null): Idleness => {
  const crossable = system.crossable.findIndex((one) => one.name === name)
  if (crossable >= 0) return idlenessOf(system, at(system.crossable, crossable), at(idle, crossable))
  const bound = system.safety.find((property) => property.name === name && property.kind === 'bound')
  return bound === undefined ? notIdle : idlenessOfBound(system, bound, maximum)
}

interface Searched {
  readonly safety: SearchResult
  /** What is left for the search over the graph of all states. */
  readonly wanted: Wanted
  /** Null where nothing was wanted of it, or the first search did not see all states. */
  readonly liveness: LivenessResult | null
}

/**
 * First all states, and then, where something is asked about behaviours, the graph of them. Limits are for both
 * together.
 */
const searchAll = async ({ system, target, stuck }: Prepared, options: CheckOptions): Promise<Searched> => {
  const { temporal, extremes, processes } = system
  const wanted = { temporal, extremes, stuck: stuck !== 'allowed' && processes.length > 0 }
  const { limits = {}, deadlock: _asked, ...rest } = options
  const given = { ...rest, limits }
  const safety = await withSizeExplained(system, target.model, () => search(system, given))
  requireInitialState(target, safety)
  const isWanted = temporal.length > 0 || extremes.length > 0 || wanted.stuck
  if (!safety.complete || !isWanted) return { safety, wanted, liveness: null }
  const { seconds } = limits
  const left = seconds === undefined ? {} : { seconds: Math.max(0, seconds - safety.seconds) }
  const liveness = await withSizeExplained(system, target.model, () =>
    searchLiveness(system, { ...given, limits: { ...limits, ...left }, stuck: wanted.stuck }),
  )
  // What is said of the limit is what was asked for, not what was left of it.
  const limit = liveness.limit?.kind === 'time' && seconds !== undefined ? { ...liveness.limit, seconds } : liveness.limit
  return { safety, wanted, liveness: { ...liveness, limit } }
}

/** Where nothing is reachable everything would hold. */
const requireInitialState = ({ model }: Target, { complete, states, properties }: SearchResult): void => {
  if (!complete || states > 0 || properties.some(({ kind, verdict }) => isFailureKind(kind) && verdict === 'violated')) return
  throw new DiagnosticError(
    'MC307',
    `'${model.name}' has no initial state: every way through \`init\` is blocked`,
    'leave a way: `choose` from something that is not empty, `when` a condition that can hold',
    placeOfFunction(model.init),
  )
}
