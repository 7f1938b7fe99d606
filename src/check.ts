/**
 * Checks a model: what the command line does, for tests and other programs (`import { check } from 'mmucheck/check'`).
 */

import { collectCoverage } from './check/coverage.js'
import { established } from './check/established.js'
import { reportLiveness, reportOpen, type Wanted } from './check/liveness.js'
import { type ParamSetting, resolveParams } from './check/params.js'
import { builtIns, chooseProperties, type NamedProperties } from './check/properties.js'
import type { PropertyReport, Report, ReportLimit } from './check/report.js'
import { type Checkable, loadTarget, type Target } from './check/target.js'
import { withSizeExplained } from './check/too-large.js'
import { traceOf } from './check/trace-of.js'
import { unchangingProperties } from './check/unchanging.js'
import { compile } from './compile/compile.js'
import { DiagnosticError } from './diagnostics.js'
import { type LivenessResult, searchLiveness } from './explicit/liveness.js'
import { dumpWasm, type Progress, type SearchOptions, type SearchResult, search } from './explicit/search.js'
import type { System } from './ir/system.js'
import { placeOfFunction } from './load/stack.js'

export { Disagreement } from './check/disagreement.js'
export type { PropertyKind, PropertyReport, Report, ReportLimit, Unreached, Verdict } from './check/report.js'

export interface Limits {
  /** States to see at most. */
  readonly states?: number
  /** Steps from an initial state at most. */
  readonly depth?: number
  /** Bytes of memory for the states at most. */
  readonly bytes?: number
  /** Seconds of search at most. */
  readonly seconds?: number
}

export interface CheckOptions {
  /** A variant of the model; null for its defaults. */
  readonly variant?: string | null
  /** Params, as text or as values; they go before the variant's. */
  readonly settings?: readonly (readonly [name: string, value: ParamSetting])[]
  /** The properties to check besides the built-in ones; null for all. */
  readonly properties?: readonly string[] | null
  /** Sources of further invariants: `(s, p) => ...`. */
  readonly invariants?: readonly string[]
  readonly stop?: 'all settled' | 'first violation'
  readonly deadlock?: 'as the model says' | 'violation' | 'allowed'
  /** A process that can never take a step again while others can. By default a violation wherever a deadlock is one. */
  readonly stuck?: 'as the model says' | 'violation' | 'allowed'
  readonly limits?: Limits
  readonly onProgress?: (progress: Progress) => void
  /** Ends the search early; the report is then incomplete. */
  readonly signal?: AbortSignal
}

/** A model and its settings, compiled. */
export interface Prepared {
  readonly target: Target
  readonly variant: string | null
  readonly params: Readonly<Record<string, ParamSetting>>
  /** The params that differ from what the variant, or the defaults, say. */
  readonly settings: Readonly<Record<string, ParamSetting>>
  readonly properties: NamedProperties
  readonly system: System
  readonly stuck: 'violation' | 'allowed'
}

/**
 * Loads and compiles, and searches nothing.
 * @throws DiagnosticError for whatever is wrong with the model, the settings or the properties.
 */
export const prepare = async (target: Checkable, options: CheckOptions = {}): Promise<Prepared> => {
  const loaded = await loadTarget(target)
  const variant = options.variant ?? null
  const { params, settings } = resolveParams(loaded.model, variant, options.settings ?? [])
  const properties = chooseProperties(loaded, options.properties ?? null, options.invariants ?? [])
  const compiled = compile({ model: loaded.model, params, properties })
  const system = options.deadlock === 'violation' || options.deadlock === 'allowed' ? { ...compiled, deadlock: options.deadlock } : compiled
  const stuck = options.stuck === 'violation' || options.stuck === 'allowed' ? options.stuck : system.deadlock
  return { target: loaded, variant, params, settings, properties, system, stuck }
}

/**
 * Explores every reachable state, or as many as the limits allow, and settles every property, each with its own shortest
 * trace, which the oracle has replayed. `target` is the name of a model, a path, or the default export of a module of properties
 * or of a model (which must then have come through the loader or the Vite plugin).
 * @throws DiagnosticError as `prepare`; Disagreement where the oracle does not confirm what the engine found, which is a bug of ours.
 */
export const check = async (target: Checkable, options: CheckOptions = {}): Promise<Report> => {
  const prepared = await prepare(target, options)
  const { system, variant, params, settings } = prepared
  const { safety, liveness, wanted } = await searchAll(prepared, options)
  const { complete, states, transitions, depth, seconds, bytes, bytesPerState } = safety
  const limit = limitOf(safety.limit ?? liveness?.limit ?? null)
  const byState = safety.properties.map((found): PropertyReport => {
    const { name, kind, verdict, length, maximum, schedule } = found
    const trace = verdict === 'violated' && schedule !== null ? traceOf(prepared, found, schedule) : null
    const unconfirmed =
      verdict === 'violated' && length !== null && trace === null ? '; not replayed: its trace was not found before the search ended' : ''
    const settled = { kind, verdict, length, loop: null, maximum, allowed: system.properties.find((p) => p.name === name)?.max ?? null }
    return { ...settled, name, established: `${established(settled, safety, limit)}${unconfirmed}`, trace }
  })
  const reports = new Map([
    ...byState.map((report) => [report.name, report] as const),
    ...(liveness === null ? reportOpen(wanted, safety, limit) : reportLiveness(prepared, wanted, liveness, safety, limit)),
  ])
  return {
    model: prepared.target.model.name,
    modelFile: prepared.target.file,
    title: prepared.target.model.title ?? null,
    source: prepared.target.model.source ?? null,
    variant,
    params,
    settings,
    engine: 'explicit',
    complete: complete && (liveness?.complete ?? true),
    limit,
    states,
    transitions,
    depth,
    seconds,
    bytes,
    bytesPerState,
    deadlock: system.deadlock,
    stuck: prepared.stuck,
    liveness: liveness === null ? null : { seconds: liveness.seconds, bytes: liveness.bytes, bytesPerEdge: liveness.bytesPerEdge },
    ...collectCoverage(system, safety),
    unchanging: unchangingProperties(system),
    properties: [...Object.keys(prepared.properties), ...builtIns].flatMap((name) => reports.get(name) ?? []),
  }
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
    case 'time':
    case 'first':
    case 'interrupted':
      return limit
  }
}

/** The generated WebAssembly, or the transition system, as text. */
export const dump = async (target: Checkable, what: 'wasm' | 'ir', options: CheckOptions = {}): Promise<string> => {
  const prepared = await prepare(target, options)
  const { system } = prepared
  if (what === 'ir') return `${(await import('./ir/printer.js')).printSystem(system).trimEnd()}\n`
  return withSizeExplained(system, prepared.target.model, () => dumpWasm(system))
}
