/**
 * Checks a model: what the command line does, for tests and other programs (`import { check } from 'mmucheck/check'`).
 */
import { openAccount } from './check/confirm/again/account.js'
import { alone, beside } from './check/confirm/again/beside.js'
import type { Report } from './check/report/report.js'
import { withSizeExplained } from './check/report/too-large.js'
import { type CheckOptions, prepare } from './check/request/prepare.js'
import type { Checkable } from './check/request/target.js'
import { confirm, isToBeConfirmed } from './check/settle/both.js'
import { reportExplored } from './check/settle/explicit.js'
import { reportSolved } from './check/settle/symbolic.js'
import { dumpWasm } from './explicit/search/search.js'
import { withSession } from './session/pool.js'

export { CodeDisagrees, EnginesDisagree } from './check/confirm/disagreement.js'
export type { PropertyKind, PropertyReport, Report, ReportLimit, Unreached, Verdict } from './check/report/report.js'
export { type CheckOptions, type Engine, type Limits, type OracleExtent, type Prepared, prepare } from './check/request/prepare.js'
export { Disagreement } from './replay/disagreement.js'

/**
 * Settles every property, with one engine or with both; each violation comes with its own shortest trace, which the oracle has replayed. `target` is the name of a model, a path, or
 * the default export of a module of properties or of a model (which must then have come through the loader or the Vite plugin).
 * @throws DiagnosticError as `prepare`; Disagreement where the engines, or an engine and the oracle, do not agree, which is a bug of ours.
 */
export const check = async (target: Checkable, options: CheckOptions = {}): Promise<Report> => {
  const account = openAccount()
  const prepared = await prepare(target, options)
  const { engine = 'explicit' } = options
  switch (engine) {
    case 'explicit': {
      const { findings, coverage } = await reportExplored(prepared, options)
      return alone(prepared, findings, coverage, options, account)
    }
    case 'bmc':
    case 'prove':
      return beside(prepared, null, options, account, (signal) => reportSolved(prepared, engine, { ...options, signal }))
    case 'both':
    case 'both in time':
      // The solvers load while the states are enumerated.
      return withSession(async (session) => {
        const { findings, coverage } = await reportExplored(prepared, options)
        if (!isToBeConfirmed(findings, engine)) return alone(prepared, findings, coverage, options, account)
        return beside(prepared, coverage, options, account, (signal) =>
          confirm(prepared, findings, session, engine, { ...options, signal }),
        )
      })
  }
}

/** The generated WebAssembly, or the transition system, as text. */
export const dump = async (target: Checkable, what: 'wasm' | 'ir', options: CheckOptions = {}): Promise<string> => {
  const prepared = await prepare(target, options)
  const { system } = prepared
  if (what === 'ir') return `${(await import('./ir/printer.js')).printSystem(system).trimEnd()}\n`
  return withSizeExplained(system, prepared.target.model, () => dumpWasm(system))
}
