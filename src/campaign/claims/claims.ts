/** Settles the claims of the literature that models make rows of: what `mmucheck claims` does. */
import { fieldOf } from '../../at.js'
import type { PropertyReport, Report, Verdict } from '../../check/report/report.js'
import { type Vacuity, vacuityOf } from '../../check/report/vacuity.js'
import type { ParamSetting } from '../../check/request/params.js'
import type { EngineChoice, Limits, OracleExtent } from '../../check.js'
import { DiagnosticError } from '../../diagnostics.js'
import type { Model } from '../../lang/model.js'
import { type Loaded, loadModel } from '../../load/load.js'
import type { TraceKey } from '../../trace/store.js'
import type { Trace } from '../../trace/trace.js'
import type { Job } from '../jobs/job.js'
import { type RunOptions, runJobs } from '../jobs/run.js'
import { windowsOf } from '../jobs/windows.js'
import { type Group, groupsOf, type Row, rowsOf } from './row.js'
import { type AnyClaim, type AnyReading, idsOf, requireHomes, requireSentences } from './sentence.js'

/** A row of a claim, and what was found. */
export interface ClaimResult {
  /** The sentence, and the reading of it that the row is of. */
  readonly claim: AnyClaim
  readonly reading: AnyReading
  /** The name of the model. */
  readonly model: string
  /** The model, how it was set, and the property: what names the files of the trace too. */
  readonly key: TraceKey
  /** The sizes that its variant sets to others than the model's defaults, and the row to no others. */
  readonly sizes: Readonly<Record<string, ParamSetting>>
  /** 'incomplete' also where the search never ran. */
  readonly found: Verdict
  /** The verdict is the expected one, and says something of the setting. */
  readonly asExpected: boolean
  /** Why a property that holds says nothing of the setting; null where it says something, as far as anybody knows. */
  readonly vacuity: Vacuity | null
  /** Null where the search never ran. */
  readonly report: Report | null
  readonly property: PropertyReport | null
}

export interface ModelClaims {
  readonly model: string
  readonly title: string | null
  /** Those of its defaults. */
  readonly sizes: Readonly<Record<string, ParamSetting>>
  /** As the command line names it. */
  readonly target: string
  /** In the order of the file of properties. Empty where the model makes no claims. */
  readonly rows: readonly ClaimResult[]
  /** By the number of a sentence, the models that have readings of it too and were not settled here. */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>
}

export interface ClaimsOptions extends RunOptions {
  /**
   * Models that are only read, to see which sentences are theirs too; one that does not load has none. By default the
   * targets are all there are.
   */
  readonly beside?: readonly string[]
  readonly limits?: Limits
  /** By default `explicit`. */
  readonly engine?: EngineChoice
  /** By default 'quarter'. */
  readonly oracle?: OracleExtent
  readonly seed?: number
}

/**
 * Settles all rows of the models that `targets` name, rows of the same settings by one check, checks side by side.
 * @throws DiagnosticError as `check`, and MC016 for a claim that cannot be settled; Disagreement as `check`.
 */
export const settleClaims = async (targets: readonly string[], options: ClaimsOptions = {}): Promise<readonly ModelClaims[]> => {
  const models: (Loaded & { readonly target: string })[] = []
  for (const target of targets) models.push({ target, ...(await loadModel(target)) })
  requireSentences(models)
  const { beside = null } = options
  const others = beside === null ? null : (await besides(beside)).filter(({ file }) => models.every((one) => one.file !== file))
  requireHomes(models, others)
  const loaded = models.map((one) => ({ ...one, rows: rowsOf(one), windows: windowsOf(one) }))
  const work = loaded.flatMap(({ target, rows, windows }) =>
    groupsOf(rows).map((group) => ({ group, job: jobOf(target, windows, group, options) })),
  )
  const ended = await runJobs(
    work.map(({ job }) => job),
    options,
  )
  const reports = new Map<Row, Report | null>()
  for (const [i, { group }] of work.entries()) {
    const one = ended[i] ?? null
    if (one?.kind === 'refused') {
      const { code, message, hint, place } = one.diagnostic
      throw new DiagnosticError(code, message, hint, place)
    }
    for (const row of group.rows) reports.set(row, one?.kind === 'report' ? one.report : null)
  }
  return loaded.map(({ target, model, home, rows, windows }) => ({
    model: model.name,
    title: model.title ?? null,
    sizes: sizesOf(model),
    target,
    rows: rows.map((row) => resultOf(model, home, row, reports.get(row) ?? null, windows)),
    elsewhere: new Map(
      rows.map(({ claim: { id } }) => [id, (others ?? []).filter((one) => idsOf(one).has(id)).map((one) => one.model.name)]),
    ),
  }))
}

/** What is wrong with a model that nobody asked about is told when somebody does. */
const besides = async (targets: readonly string[]): Promise<readonly Loaded[]> => {
  const loaded: Loaded[] = []
  for (const target of targets)
    try {
      loaded.push(await loadModel(target))
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
    }
  return loaded
}

/**
 * What nobody asks about is not searched for: behaviours, and processes that are stuck, take the graph of all states.
 * The windows are looked at: where one is not reached, what holds says nothing.
 */
const jobOf = (
  target: string,
  windows: readonly string[],
  { variant, settings, rows }: Group,
  { limits = {}, engine = 'explicit', oracle = 'quarter', seed = 1 }: ClaimsOptions,
): Job => {
  const named = [...new Set(rows.map(({ property }) => property))]
  return {
    task: 'check',
    target,
    options: {
      engine,
      variant,
      settings: Object.entries(settings),
      properties: [...new Set([...named, ...windows])],
      deadlock: named.includes('deadlock') ? 'violation' : 'as the model says',
      stuck: named.includes('stuck') ? 'violation' : 'allowed',
      limits,
      oracle,
      seed,
    },
  }
}

const resultOf = (model: Model, home: string, row: Row, report: Report | null, windows: readonly string[]): ClaimResult => {
  const { claim, reading, variant, settings } = row
  const property = report?.properties.find(({ name }) => name === row.property) ?? null
  const found = property?.verdict ?? 'incomplete'
  const vacuity = found === 'holds' && report !== null ? vacuityOf(report, [row.property], windows) : null
  return {
    claim,
    reading,
    model: model.name,
    sizes: sizesOfVariant(model, row),
    key: { home, variant, settings, property: row.property },
    found,
    asExpected: found === reading.expected && (vacuity === null) === (reading.vacuous === undefined),
    vacuity,
    report,
    property,
  }
}

const sizesOf = ({ params }: Model): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(params).flatMap(([name, param]) => (param.kind === 'size' ? [[name, param.default]] : [])))

const sizesOfVariant = (model: Model, { variant, settings }: Row): ClaimResult['sizes'] => {
  const set = (variant === null ? {} : fieldOf(model.variants ?? {}, variant)) as Readonly<Record<string, ParamSetting>>
  return Object.fromEntries(
    Object.entries(sizesOf(model)).flatMap(([name, size]) => {
      const value = set[name] ?? size
      return value === size || Object.hasOwn(settings, name) ? [] : [[name, value]]
    }),
  )
}

/** Each trace of a violated row, once, whatever the number of rows that it settles. */
export const tracesOf = (models: readonly ModelClaims[]): { readonly key: TraceKey; readonly trace: Trace }[] => {
  const traces = new Map<string, { key: TraceKey; trace: Trace }>()
  for (const { key, found, property } of models.flatMap(({ rows }) => rows)) {
    const trace = property?.trace ?? null
    if (found === 'violated' && trace !== null) traces.set(JSON.stringify(key), { key, trace })
  }
  return [...traces.values()]
}
