/**
 * Checks a model: what the command line does, for tests and other programs (`import { check } from 'mmucheck/check'`).
 */
import { type Account, openAccount } from './check/confirm/again/account.js'
import { alone, beside, type Confirmed } from './check/confirm/again/beside.js'
import { evidenceWords } from './check/report/evidence.js'
import type { Found } from './check/report/found.js'
import type { Report } from './check/report/report.js'
import type { SymmetryReport } from './check/report/symmetry.js'
import { withSizeExplained } from './check/report/too-large.js'
import { engineOf } from './check/request/engine-choice.js'
import { type CheckOptions, type Prepared, prepare } from './check/request/prepare.js'
import { subjectOf } from './check/request/subject.js'
import type { Checkable } from './check/request/target.js'
import { agreed } from './check/settle/agree.js'
import { type Stage, stagesOf } from './check/settle/engines.js'
import { reportSymmetry } from './check/settle/symmetry.js'
import { dumpWasm } from './explicit/search/search.js'

export { CodeDisagrees, EnginesDisagree } from './check/confirm/disagreement.js'
export { failuresOf } from './check/report/failures.js'
export type { PropertyKind, PropertyReport, Report, ReportLimit, Unreached, Verdict } from './check/report/report.js'
export type { EngineChoice } from './check/request/engine-choice.js'
export { type CheckOptions, type OracleExtent, type Prepared, prepare, type SymmetryChoice } from './check/request/prepare.js'
export type { Limits } from './ir/limits.js'
export { Disagreement } from './replay/disagreement.js'

/**
 * Settles every property, with one engine or with several; each violation has its own shortest trace, which the oracle
 * has replayed. `target` is the name of a model, a path, or the default export of a module of properties or of a model
 * (which must then have come through the loader or the Vite plugin). What `options` does not say is as on the command
 * line. Time and memory of the explicit engine grow with the number of reachable states, of which it keeps some 4 to 40
 * bytes each. A limit that is hit is no exception: the report is incomplete, and says which.
 * @throws DiagnosticError as `prepare`, and where the system is too large for an engine; Disagreement where the
 * engines, or an engine and the oracle, do not agree, which is a bug of ours.
 */
export const check = async (target: Checkable, options: CheckOptions = {}): Promise<Report> => {
  const account = openAccount()
  const stages = stagesOf(engineOf(options))
  const parts = stages.some(({ engine }) => engine.parts === 'crossable') ? 'crossable' : 'fixed'
  const prepared = await prepare(target, options, parts)
  const { findings, oracle } = await confirmed(prepared, stages, options, account)
  return {
    ...subjectOf(prepared, new Set(stages.flatMap(({ engine }) => [...engine.settles]))),
    ...findings,
    properties: findings.properties.map((finding) => ({ ...finding, established: evidenceWords(finding, finding.evidence) })),
    oracle,
  }
}

/** What the engines find one after the other, and what is run again of it. */
const confirmed = async (prepared: Prepared, stages: readonly Stage[], options: CheckOptions, account: Account): Promise<Confirmed> => {
  for (const { engine } of stages.slice(1)) engine.warmUp()
  let before: Found | null = null
  for (const stage of stages) {
    if (before !== null && !stage.isWanted(before.findings)) continue
    const settle = settling(prepared, stage, before, options)
    if (stage.engine.computes === 'in a thread') return beside(prepared, before?.coverage ?? null, options, account, settle)
    before = await settle(options.signal)
  }
  if (before === null) throw new Error('no engine was asked')
  return alone(prepared, before, options, account)
}

/** One engine's turn, and what it found together with those before it. */
const settling =
  (prepared: Prepared, { engine, options: optionsOf }: Stage, before: Found | null, options: CheckOptions) =>
  async (signal: AbortSignal | undefined): Promise<Found> => {
    const given = optionsOf(options, before?.findings ?? null)
    const now = await engine.settle(prepared, before?.findings ?? null, signal === undefined ? given : { ...given, signal })
    return before === null ? now : { findings: agreed(prepared, before.findings, now.findings), coverage: before.coverage }
  }

/**
 * What in a model is interchangeable, and where not why; nothing is searched. @throws DiagnosticError as `prepare`.
 */
export const symmetry = async (target: Checkable, options: CheckOptions = {}): Promise<{ readonly model: string } & SymmetryReport> => {
  const prepared = await prepare(target, options, 'crossable')
  return { model: prepared.target.model.name, ...(await reportSymmetry(prepared, options)) }
}

/**
 * The generated WebAssembly, or the transition system, as text that ends in a line end; nothing is searched.
 * @throws DiagnosticError as `prepare`, and where the system is too large for WebAssembly.
 */
export const dump = async (target: Checkable, what: 'wasm' | 'ir', options: CheckOptions = {}): Promise<string> => {
  // As a search gets it.
  const prepared = await prepare(target, options, 'crossable')
  const { system } = prepared
  if (what === 'ir') return `${(await import('./ir/printer.js')).printSystem(system).trimEnd()}\n`
  return withSizeExplained(system, prepared.target.model, () => dumpWasm(system))
}
