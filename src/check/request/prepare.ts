/**
 * From what is asked for to what engines get: the model is loaded, its params set, its properties chosen, and all of it
 * compiled.
 */
import { compile, type PropertyParts } from '../../compile/model/compile.js'
import type { Progress } from '../../explicit/search/search.js'
import type { Limits } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import type { Progress as SolvingProgress } from '../../symbolic/search/settle.js'
import type { NotChecked, Race } from '../report/report.js'
import { whyNotAsked } from './asked.js'
import type { EngineChoice } from './engine-choice.js'
import { type ParamSetting, resolveParams } from './params.js'
import { chooseProperties, type NamedProperties } from './properties.js'
import { type Checkable, loadTarget, type Target } from './target.js'

/**
 * How much is run again in JavaScript. 'beside': what coverage asks for, and then as long as solvers compute. A number
 * of seconds, in which they count too; 'quarter': at most a quarter of the time of the whole check; 'all': every state
 * that can be reached.
 */
export type OracleExtent = 'beside' | 'quarter' | 'all' | 'none' | { readonly seconds: number }

/**
 * Whether the explicit engine keeps one state for all that differ only in the order of interchangeable members. 'auto':
 * of those that are found and proved, where a search gets large; 'on': of these from the start, and of all agents of
 * `each(n)`, which have to be interchangeable; names: of these sorts, which have to be. Properties of behaviours are
 * settled without.
 */
export type SymmetryChoice = 'auto' | 'on' | 'off' | readonly string[]

export interface CheckOptions {
  /**
   * By default `both in time`, and `explicit` where the search is limited to some states, steps, memory or the first
   * violation.
   */
  readonly engine?: EngineChoice
  /**
   * Whether what a proof finds is made as small as possible, which takes longer and is easier to read. By default it is
   * as found.
   */
  readonly invariant?: 'as found' | 'minimal'
  /** A variant of the model; null for its defaults. */
  readonly variant?: string | null
  /** Params, as text or as values; they go before the variant's. */
  readonly settings?: readonly (readonly [name: string, value: ParamSetting])[]
  /**
   * The properties to check besides the built-in ones; null for all. To name `deadlock` or `stuck` asks for it,
   * whatever the model says.
   */
  readonly properties?: readonly string[] | null
  /** Sources of further invariants: `(s, p) => ...`. */
  readonly invariants?: readonly string[]
  readonly stop?: 'all settled' | 'first violation'
  readonly deadlock?: 'as the model says' | 'violation' | 'allowed'
  /** A process that can never take a step again while others can. By default a violation wherever a deadlock is one. */
  readonly stuck?: 'as the model says' | 'violation' | 'allowed'
  readonly limits?: Limits
  /** Threads that search where there are many states, from 1 to 64; by default one for each core. */
  readonly workers?: number
  /** By default 'auto'. */
  readonly symmetry?: SymmetryChoice
  /** By default 'beside'. */
  readonly oracle?: OracleExtent
  /** Of the random numbers by which states to be run again are chosen; by default 1. */
  readonly seed?: number
  readonly onProgress?: (progress: Progress) => void
  /**
   * Where a search takes longer: a violation as soon as its shortest trace is known, while the search goes on. It is in
   * the report too.
   */
  readonly onRace?: (race: Race) => void
  /** What a solver has settled so far. */
  readonly onSolving?: (progress: SolvingProgress) => void
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
  /** The chosen ones that are not asked in this setting, and why; they are not among `properties`. */
  readonly notAsked: readonly NotChecked[]
  readonly system: System
  /** `violation`: looked for, though nobody asks for it. */
  readonly stuck: 'asked for' | 'violation' | 'allowed'
}

/**
 * Loads and compiles, and searches nothing. `parts`: whether parts of properties can be crossed out, to see which of
 * them ever matter.
 * @throws DiagnosticError for whatever is wrong with the model, the settings or the properties.
 */
export const prepare = async (target: Checkable, options: CheckOptions = {}, parts: PropertyParts = 'fixed'): Promise<Prepared> => {
  const loaded = await loadTarget(target)
  const variant = options.variant ?? null
  const { params, settings } = resolveParams(loaded.model, variant, options.settings ?? [])
  const { properties, notAsked } = askedHere(loaded, params, chooseProperties(loaded, options.properties ?? null, options.invariants ?? []))
  const compiled = compile({ model: loaded.model, params, properties, parts })
  const isAsked = (name: 'deadlock' | 'stuck'): boolean => {
    const { [name]: said = 'as the model says', properties: named } = options
    return said === 'violation' || (said === 'as the model says' && named?.includes(name) === true)
  }
  const deadlock = isAsked('deadlock') ? 'violation' : options.deadlock === 'allowed' ? 'allowed' : compiled.deadlock
  const system: System = { ...compiled, deadlock }
  // Wherever a deadlock is a violation.
  const stuck = isAsked('stuck') ? 'asked for' : options.stuck === 'allowed' ? 'allowed' : deadlock
  return { target: loaded, variant, params, settings, properties, notAsked, system, stuck }
}

/** Tells the properties that are asked in a setting from the others; what is wrong in any of the file is said. */
const askedHere = (
  { model, properties: all }: Target,
  params: Prepared['params'],
  chosen: NamedProperties,
): Pick<Prepared, 'properties' | 'notAsked'> => {
  const why = new Map(
    Object.entries({ ...all?.properties, ...chosen }).map(([name, property]) => [name, whyNotAsked(model, name, property, params)]),
  )
  return {
    properties: Object.fromEntries(Object.entries(chosen).filter(([name]) => why.get(name) === null)),
    notAsked: Object.keys(chosen).flatMap((name) => {
      const reason = why.get(name) ?? null
      return reason === null ? [] : [{ name, why: reason }]
    }),
  }
}
