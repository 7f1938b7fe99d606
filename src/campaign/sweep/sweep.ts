/** Checks properties under every combination of some params: what `mmucheck sweep` does. */

import type { Report } from '../../check/report/report.js'
import { type Vacuity, vacuityOf } from '../../check/report/vacuity.js'
import { resolveParams } from '../../check/request/params.js'
import { chooseProperties } from '../../check/request/properties.js'
import type { Limits, OracleExtent } from '../../check.js'
import { type Diagnostic, DiagnosticError } from '../../diagnostics.js'
import { isFailureKind } from '../../ir/kinds.js'
import { loadModel } from '../../load/load.js'
import type { Ended, Job } from '../jobs/job.js'
import { type RunOptions, runJobs } from '../jobs/run.js'
import { windowsOf } from '../jobs/windows.js'
import { type Knob, knobsOf, type Setting, settingsOf } from './knobs.js'
import { type Judged, minimalSafe, type Need, needsOf } from './minimal.js'

export interface SweepOptions extends RunOptions {
  /**
   * The knobs, as `name`, or as `name=value` with the value that means "without this protection"; null for all flags
   * and choices that neither `settings` nor the variant sets. A knob that is named here and set too is swept.
   */
  readonly over?: readonly string[] | null
  /** What must hold. At least one. */
  readonly properties: readonly string[]
  /** How the other params are set. */
  readonly variant?: string | null
  readonly settings?: Parameters<typeof resolveParams>[2]
  readonly limits?: Limits
  /** By default 'quarter'. */
  readonly oracle?: OracleExtent
  readonly seed?: number
}

export interface Cell extends Judged {
  /**
   * Of the violated properties the one with the shortest violation, and its steps (null for a `sometimes`, which is
   * never reached).
   */
  readonly violation: { readonly property: string; readonly length: number | null } | null
  /** Why nothing is said of a setting in which nothing is violated. */
  readonly vacuity: Vacuity | null
  /** Null where the model was refused, or the search never ran. */
  readonly report: Report | null
  /** Why the model was refused: `init` leaves no initial state, the state is too wide. */
  readonly diagnostic: Diagnostic | null
}

export interface Sweep {
  readonly model: string
  readonly title: string | null
  /** As the command line names it. */
  readonly target: string
  readonly properties: readonly string[]
  readonly variant: string | null
  readonly knobs: readonly Knob[]
  /** The params that are not swept. */
  readonly fixed: Setting
  readonly cells: readonly Cell[]
  readonly minimal: readonly Cell[]
  readonly needs: readonly Need[]
}

/**
 * Checks all combinations, side by side. A setting is safe if all of `properties` hold and no assertion or range fails:
 * a step that fails leads nowhere, so a property may hold only because of it. Deadlocks and stuck processes count where
 * they are among `properties`. It is vacuous, not safe, where one of `properties` says nothing of it, or a `sometimes`
 * that is asked there is never reached.
 * @throws DiagnosticError as `check`, where the model, the params or the properties are wrong whatever the combination,
 * and MC005 for an unknown knob, MC017 where there are more than 10,000 combinations; Disagreement as `check`.
 */
export const sweep = async (target: string, options: SweepOptions): Promise<Sweep> => {
  const { over = null, properties, variant = null, settings = [], limits = {}, oracle = 'quarter', seed = 1 } = options
  const loaded = await loadModel(target)
  const { params } = resolveParams(loaded.model, variant, settings)
  const set = [...settings.map(([name]) => name), ...Object.keys(variant === null ? {} : (loaded.model.variants?.[variant] ?? {}))]
  const knobs = knobsOf(loaded.model, over, set)
  chooseProperties(loaded, properties, [])
  const windows = windowsOf(loaded)
  const combinations = settingsOf(knobs)
  const ended = await runJobs(
    combinations.map((setting) =>
      jobOf(target, [...new Set([...properties, ...windows])], variant, [...settings, ...Object.entries(setting)], {
        limits,
        oracle,
        seed,
      }),
    ),
    options,
  )
  const cells = combinations.map((setting, i) => cellOf(setting, properties, windows, ended[i] ?? null))
  if (cells.every(({ verdict }) => verdict === 'refused')) throw errorOfFirst(cells)
  return {
    model: loaded.model.name,
    title: loaded.model.title ?? null,
    target,
    properties,
    variant,
    knobs,
    fixed: Object.fromEntries(Object.entries(params).filter(([name]) => !knobs.some((knob) => knob.name === name))),
    cells,
    minimal: minimalSafe(cells, knobs),
    needs: needsOf(cells, knobs),
  }
}

const jobOf = (
  target: string,
  properties: readonly string[],
  variant: string | null,
  settings: NonNullable<Job['options']['settings']>,
  rest: Pick<Job['options'], 'limits' | 'oracle' | 'seed'>,
): Job => ({
  task: 'check',
  target,
  options: {
    variant,
    settings,
    properties,
    deadlock: properties.includes('deadlock') ? 'violation' : 'as the model says',
    stuck: properties.includes('stuck') ? 'violation' : 'allowed',
    ...rest,
  },
})

const nothing = { violation: null, vacuity: null, report: null, diagnostic: null } as const

const cellOf = (setting: Setting, properties: readonly string[], windows: readonly string[], ended: Ended | null): Cell => {
  if (ended?.kind === 'refused') return { ...nothing, setting, verdict: 'refused', diagnostic: ended.diagnostic }
  if (ended?.kind !== 'report') return { ...nothing, setting, verdict: 'open' }
  const { report } = ended
  const asked = report.properties.filter(({ name }) => properties.includes(name) || isFailureKind(name))
  const [shortest] = asked
    .filter(({ verdict }) => verdict === 'violated')
    .sort((a, b) => (a.length ?? Number.POSITIVE_INFINITY) - (b.length ?? Number.POSITIVE_INFINITY) || 0)
  const violation = shortest === undefined ? null : { property: shortest.name, length: shortest.length }
  const isHolding = violation === null && asked.every((property) => property.verdict === 'holds')
  const vacuity = isHolding ? vacuityOf(report, properties, windows) : null
  const areWindowsKnown = report.properties.every(({ name, verdict }) => !windows.includes(name) || verdict !== 'incomplete')
  const held = vacuity !== null ? 'vacuous' : areWindowsKnown ? 'safe' : 'open'
  const verdict = violation !== null ? 'unsafe' : isHolding ? held : 'open'
  return { ...nothing, setting, verdict, violation, vacuity, report }
}

const errorOfFirst = (cells: readonly Cell[]): Error => {
  const diagnostic = cells[0]?.diagnostic ?? null
  if (diagnostic === null) return new Error('there is nothing to sweep')
  const { code, message, hint, place } = diagnostic
  return new DiagnosticError(code, message, hint, place)
}
