/**
 * Which settings of a model's flags and choices are safe, found by a solver for all of them at once: what `mmucheck
 * synthesize` does, as a function.
 */
import { performance } from 'node:perf_hooks'
import { fieldOf } from '../../at.js'
import { whyNotAsked } from '../../check/request/asked.js'
import { resolveParams } from '../../check/request/params.js'
import { chooseProperties } from '../../check/request/properties.js'
import { solvers } from '../../check/settle/answers.js'
import { DiagnosticError } from '../../diagnostics.js'
import { isSafetyKind, propertyKinds } from '../../ir/kinds.js'
import { loadModel } from '../../load/load.js'
import { startSession } from '../../session/client.js'
import { type SynthesizeProgress, unsettledTable } from '../../symbolic/free/settings.js'
import { windowsOf } from '../jobs/windows.js'
import { knobsOf, type Setting } from '../sweep/knobs.js'
import { type Settle, type Synthesis, settingAt, synthesize, withWindows } from './truth-table.js'

export interface SynthesizeOptions {
  /** The flags and choices; null for all that are not set. */
  readonly over?: readonly string[] | null
  /** What must hold: properties of states, or `deadlock`. */
  readonly properties: readonly string[]
  readonly variant?: string | null
  /** Params that are not asked about. */
  readonly settings?: readonly (readonly [name: string, value: number | boolean | string])[]
  /** Of solving at most. */
  readonly seconds?: number | null
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: SynthesizeProgress) => void
}

export interface Synthesized extends Synthesis {
  readonly model: string
  readonly title: string | null
  readonly properties: readonly string[]
  readonly variant: string | null
  /** The params that are not asked about. */
  readonly fixed: Setting
  readonly seconds: number
  /** Why settings may be open. */
  readonly ended: 'settled' | 'time' | 'memory' | 'unavailable' | 'interrupted'
}

/**
 * Settles every setting: it is safe if all of `properties` hold and no assertion or range fails, and vacuous if then a
 * `sometimes` is never reached, as `sweep` has it. Whether a property says something solvers do not look at.
 * @throws DiagnosticError as `sweep`, and MC005 where a size is asked about.
 */
export const synthesizeModel = async (target: string, options: SynthesizeOptions): Promise<Synthesized> => {
  const { over = null, properties, variant = null, settings = [], seconds = null, signal, onProgress = () => {} } = options
  const loaded = await loadModel(target)
  const { model } = loaded
  const { params } = resolveParams(model, variant, settings)
  const set = [...settings.map(([name]) => name), ...Object.keys(variant === null ? {} : (model.variants?.[variant] ?? {}))]
  const names = knobsOf(model, over, set).map(({ name }) => name)
  const size = names.find((name) => model.params[name]?.kind === 'size')
  if (size !== undefined)
    throw new DiagnosticError(
      'MC005',
      `'${size}' is a size, and no flag or choice`,
      `mmucheck sweep ${target} --over ${size} tries its values one by one`,
    )
  const chosen = chooseProperties(loaded, properties, [])
  const witness = Object.entries(chosen).find(([, { kind }]) => !isSafetyKind(kind) || propertyKinds[kind].finding !== 'violates')
  if (witness !== undefined)
    throw new DiagnosticError(
      'MC008',
      `'${witness[0]}' is no property that states violate`,
      'ask for an `always`, a `bound` or deadlock; `mmucheck sweep` tries settings one by one and takes all kinds',
    )
  const started = performance.now()
  const deadline = seconds === null ? null : started + 1000 * seconds
  const session = startSession({ solvers: ['z3', 'cadical'] })
  let ended: Synthesized['ended'] = 'settled'
  const settle: Settle = async (system, properties, question) => {
    const left = deadline === null ? {} : { seconds: Math.max(0, (deadline - performance.now()) / 1000) }
    if (ended === 'time' || ended === 'interrupted') return unsettledTable(system)
    const one = await session.run(
      'synthesize',
      { system, properties, question, solvers },
      { ...left, ...(signal === undefined ? {} : { signal }), onProgress },
    )
    if (one.kind === 'result') return one.result
    ended = one.kind
    return one.last?.table ?? unsettledTable(system)
  }
  try {
    const settled = await synthesize({ model, params, properties: chosen }, names, properties, settle)
    const windows = chooseProperties(loaded, windowsOf(loaded), [])
    const isAsked = (window: string, cell: number): boolean =>
      whyNotAsked(model, window, fieldOf(windows, window), { ...params, ...settingAt(settled, cell) }) === null
    const synthesis = await withWindows(settled, { model, params, properties: windows }, Object.keys(windows), settle, isAsked)
    return {
      ...synthesis,
      model: model.name,
      title: model.title ?? null,
      properties,
      variant,
      fixed: Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name))),
      seconds: (performance.now() - started) / 1000,
      ended,
    }
  } finally {
    await session.close()
  }
}
