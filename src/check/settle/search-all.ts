/** The searches of the explicit engine: all states, and where behaviours are asked about the graph of them. */
import { DiagnosticError } from '../../diagnostics.js'
import { type LivenessResult, searchLiveness } from '../../explicit/graph/liveness.js'
import { type SearchOptions, type SearchResult, search } from '../../explicit/search/search.js'
import { isFailureKind } from '../../ir/kinds.js'
import { placeOfFunction } from '../../load/stack.js'
import { withSizeExplained } from '../report/too-large.js'
import type { Prepared } from '../request/prepare.js'
import type { Target } from '../request/target.js'
import type { Wanted } from './temporal.js'

/** What is searched. */
export type Searchable = Pick<Prepared, 'system' | 'target' | 'stuck'>

export interface Searched {
  readonly safety: SearchResult
  /** What is left for the search over the graph of all states. */
  readonly wanted: Wanted
  /** Null where nothing was wanted of it, or the first search did not see all states. */
  readonly liveness: LivenessResult | null
}

/**
 * First all states, and then, where something is asked about behaviours, the graph of them. Limits are for both
 * together. That no process gets stuck the first search can show as well; it is not asked where the graph is needed
 * anyway.
 */
export const searchAll = async ({ system, target, stuck }: Searchable, options: SearchOptions): Promise<Searched> => {
  const { temporal, extremes, processes } = system
  const asked = stuck !== 'allowed' && processes.length > 0
  const { limits = {} } = options
  const safety = await withSizeExplained(system, target.model, () => search(system, { ...options, stuck: asked && temporal.length === 0 }))
  const wanted = { temporal, extremes, stuck: asked && !safety.neverStuck }
  requireInitialState(target, safety)
  const isWanted = temporal.length > 0 || extremes.length > 0 || wanted.stuck
  if (!safety.complete || !isWanted) return { safety, wanted, liveness: null }
  const { seconds } = limits
  const left = seconds === undefined ? {} : { seconds: Math.max(0, seconds - safety.seconds) }
  const liveness = await withSizeExplained(system, target.model, () =>
    searchLiveness(system, { ...ofAllStates(options), limits: { ...limits, ...left }, stuck: wanted.stuck }),
  )
  // What is said of the limit is what was asked for, not what was left of it.
  const limit = liveness.limit?.kind === 'time' && seconds !== undefined ? { ...liveness.limit, seconds } : liveness.limit
  return { safety, wanted, liveness: { ...liveness, limit } }
}

/** Behaviours are those of single members. */
const ofAllStates = ({ sorts: _sorts, later: _later, ...options }: SearchOptions): SearchOptions => options

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
