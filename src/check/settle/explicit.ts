/** The explicit engine: every reachable state is seen, or as many as the limits allow. */
import { at } from '../../at.js'
import type { PropertyResult, SearchResult } from '../../explicit/search/search.js'
import { builtInKinds, type PropertyKind, propertyKinds } from '../../ir/kinds.js'
import type { Limit } from '../../ir/limits.js'
import { ordersOf } from '../../ir/symmetry/sort.js'
import type { Trace } from '../../trace/trace.js'
import { traceOf } from '../confirm/trace-of.js'
import { collectCoverage } from '../report/coverage.js'
import type { Evidence } from '../report/evidence.js'
import type { Found } from '../report/found.js'
import { type Idleness, idlenessOf, idlenessOfBound, notIdle } from '../report/idle.js'
import type { Finding, Findings } from '../report/report.js'
import type { CheckOptions, Prepared } from '../request/prepare.js'
import type { Engine } from './engine.js'
import { searchAll } from './search-all.js'
import { confirmWithout, symmetryOf } from './symmetry.js'
import { noTrace, reportLiveness, reportNeverStuck, reportOpen } from './temporal.js'

/** Settles all kinds of properties. Throws DiagnosticError where nothing is reachable, or the system is too large. */
export const explicit: Engine = {
  settles: new Set(Object.keys(propertyKinds) as PropertyKind[]),
  parts: 'crossable',
  computes: 'here',
  warmUp: () => {},
  settle: (prepared, _before, options) => explore(prepared, options),
}

/** A limit of time is what was asked for, whatever a proof of symmetry has left of it. */
const asAsked = (limit: Limit | null, { limits: { seconds } = {} }: CheckOptions): Limit | null =>
  limit?.kind === 'time' && seconds !== undefined ? { ...limit, seconds } : limit

const explore = async (prepared: Prepared, options: CheckOptions): Promise<Found> => {
  const { system } = prepared
  // What is to become of deadlocks and stuck processes the system and the target say.
  const { deadlock: _deadlock, stuck: _stuck, symmetry: _choice, onRace, ...asked } = options
  const shown = new Map<string, Trace>()
  const onViolation = (found: PropertyResult): void => {
    if (found.schedule === null || onRace === undefined) return
    const trace = traceOf(prepared, found, found.schedule)
    shown.set(found.name, trace)
    onRace({ property: found.name, trace })
  }
  const symmetry = await symmetryOf(prepared, options)
  const { safety, liveness, wanted } = await searchAll(
    { ...prepared, system: symmetry.system },
    { ...asked, ...symmetry.options, ...(onRace === undefined ? {} : { onViolation }) },
  )
  if (options.engine === 'both') await confirmWithout(prepared, safety, asked)
  const { complete, states, transitions, depth, seconds, bytes, bytesPerState, workers } = safety
  const limit = asAsked(safety.limit ?? liveness?.limit ?? null, options)
  const modulo = ordersOf(safety.sorts)
  const searched: Evidence = { by: 'search', states, modulo, depth, limit }
  const byState = safety.properties.map((found): Finding => {
    const { name, kind, verdict, length, maximum, schedule, unchosen } = found
    const trace = verdict === 'violated' && schedule !== null ? (shown.get(name) ?? traceOf(prepared, found, schedule)) : null
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
    ...(safety.neverStuck ? [['stuck', reportNeverStuck(searched)] as const] : []),
    ...(liveness === null
      ? reportOpen(wanted, searched)
      : reportLiveness(prepared, wanted, liveness, { by: 'search', states: liveness.states, modulo: 1, depth: null, limit })),
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
    workers,
    symmetry: symmetry.report(safety),
    liveness:
      liveness === null
        ? null
        : { states: liveness.states, seconds: liveness.seconds, bytes: liveness.bytes, bytesPerEdge: liveness.bytesPerEdge },
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
