/** How verdicts were established, as data, and the one place that says so in words: never more than what was. */
import { match } from 'ts-pattern'
import { propertyKinds } from '../../ir/kinds.js'
import type { Unchosen } from '../../ir/limits.js'
import type { Answer } from '../../symbolic/search/settle.js'
import { formatCount, formatStateCount, formatStates } from './format.js'
import { limitText } from './limit.js'
import type { PropertyKind, ReportLimit, Verdict } from './report.js'

export type Evidence =
  /** So many states were seen, to this depth: all of them where `limit` is null or the property settled before it. */
  | {
      readonly by: 'search'
      readonly states: number
      /** Of so many orders of interchangeable members one was kept; 1 where all were. */
      readonly modulo: number
      /** Null where the deepest of them is not known. */
      readonly depth: number | null
      readonly limit: ReportLimit | null
    }
  /** A solver alone was asked whether what settles the property is reached. */
  | { readonly by: 'solver'; readonly answer: Answer; readonly limit: ReportLimit | null }
  /** A solver was asked after a search had answered, and says the same, or more. */
  | { readonly by: 'second engine'; readonly answer: Exclude<Answer, { readonly kind: 'open' }> }
  /** The oracle ran all that follows the trace's last state: so many states; null where they are too many. */
  | { readonly by: 'oracle'; readonly states: number | null; readonly most: number }
  /** The trace is just any of the shortest ones. */
  | { readonly by: 'any schedule'; readonly limit: Unchosen }
  | { readonly by: 'nobody'; readonly why: 'no trace' | 'not of states' }

export interface Settled {
  readonly kind: PropertyKind
  readonly verdict: Verdict
  readonly length: number | null
  /** See `PropertyReport`. */
  readonly loop: number | null
  readonly extreme: number | null
  readonly allowed: number | null
}

/** All of the evidence for a verdict, or why there is none, in one line. */
export const evidenceWords = (property: Settled, evidence: readonly Evidence[]): string =>
  evidence.map((one) => wordsOf(property, one)).join('; ')

const wordsOf = (property: Settled, evidence: Evidence): string =>
  match(evidence)
    .with({ by: 'search' }, (searched) => searchWords(property, searched))
    .with({ by: 'solver' }, ({ answer, limit }) => solverWords(property.kind, answer, limit))
    .with({ by: 'second engine', answer: { kind: 'never' } }, ({ answer }) => neverWords(answer))
    .with({ by: 'second engine', answer: { kind: 'reached' } }, ({ answer: { length } }) =>
      length === 0 ? 'confirmed by Z3' : `confirmed by Z3: none of ${length - 1} or fewer`,
    )
    .with(
      { by: 'oracle', states: null },
      ({ most }) => `that no path leads on is the engine's word: over ${formatCount(most)} states follow`,
    )
    .with({ by: 'oracle' }, ({ states }) => `confirmed by running all that follows: ${formatStateCount(states ?? 0)}`)
    .with({ by: 'any schedule' }, ({ limit }) => {
      return `any of the shortest ways: ${unchosenWords(limit)}`
    })
    .with({ by: 'nobody', why: 'no trace' }, () => 'not replayed: its trace was not found within the limits')
    .with({ by: 'nobody', why: 'not of states' }, () => 'not settled: this engine settles properties of states only (--engine explicit)')
    .exhaustive()

const unchosenWords = (limit: Unchosen): string => {
  const fewest = 'the one with the fewest switches'
  if (limit.kind === 'ways') return `${fewest} is not looked for among more than ${formatCount(limit.most)} states on them`
  return `to find ${fewest} would take more ${limit.kind === 'memory' ? 'memory (--memory)' : 'time (--time)'}`
}

const searchWords = (property: Settled, { states: count, modulo, depth, limit }: Extract<Evidence, { by: 'search' }>): string => {
  const states = formatStates(count, modulo)
  switch (property.verdict) {
    case 'holds':
      return holding(property, `explored exhaustively: ${states}`)
    case 'violated':
      return property.kind === 'sometimes' ? `not reached: explored exhaustively, ${states}` : violation(property)
    case 'incomplete':
      return `not settled: ${limitWords(limit)}; ${states} explored${depth === null ? '' : `, to depth ${depth}`}${soFar(property)}`
  }
}

const solverWords = (kind: PropertyKind, answer: Answer, limit: ReportLimit | null): string =>
  match(answer)
    .with({ kind: 'reached' }, ({ length }) => `${propertyKinds[kind].found}${after(length)}`)
    .with({ kind: 'never' }, (never) => `${kind === 'sometimes' ? 'never reached: ' : ''}${neverWords(never)}`)
    .with({ kind: 'open' }, ({ depth }) => `not settled: ${limitWords(limit)}; ${withinWords(depth)}`)
    .exhaustive()

const limitWords = (limit: ReportLimit | null): string => (limit === null ? 'the search did not end' : limitText(limit))

const neverWords = ({ because }: Extract<Answer, { kind: 'never' }>): string =>
  match(because)
    .with({ kind: 'invariant' }, () => 'proved by induction, certificate checked by Z3')
    .with({ kind: 'induction', k: 0 }, () => 'excluded by Z3 in any state whose values are in their ranges')
    .with({ kind: 'induction' }, ({ k }) => `proved by ${k}-induction with Z3`)
    .with({ kind: 'length' }, ({ length }) => `no way is ${steps(length)} long, and none of them reaches it`)
    .exhaustive()

/** Within how many steps a solver has excluded something; -1 for none. */
const withinWords = (depth: number): string =>
  depth < 0 ? 'nothing is known yet' : depth === 0 ? 'not in an initial state' : `none within ${steps(depth)}`

const holding = (property: Settled, explored: string): string => {
  const { kind, extreme, length } = property
  switch (kind) {
    case 'sometimes':
      return `reached${after(length)}`
    case 'maximum':
    case 'minimum':
      return extreme === null
        ? `no value: no state in which every process has returned; ${explored}`
        : `${extreme}, reached${after(length)}; ${explored}`
    case 'eventually':
    case 'leadsTo':
      return `${explored}, and their fair cycles`
    case 'bound':
      return `${explored}${extreme === null ? '' : `; greatest value ${tightness(property)}`}`
    case 'always':
    case 'alwaysPossible':
    case 'deadlock':
    case 'stuck':
    case 'assert':
    case 'range':
      return explored
  }
}

const tightness = ({ extreme, allowed }: Settled): string =>
  extreme === allowed ? `${extreme}: tight` : `${extreme} of ${allowed}: not tight`

const soFar = ({ kind, extreme }: Settled): string => {
  if (extreme === null) return ''
  return kind === 'minimum' ? `; least value ${extreme}` : `; greatest value ${extreme}`
}

const violation = (property: Settled): string => {
  const { kind, length } = property
  const { settledBy, found } = propertyKinds[kind]
  return settledBy === 'behaviour' ? never(property) : `${found}${after(length)}`
}

const never = ({ length, loop }: Settled): string => {
  if (length === null || loop === null) return 'a fair behaviour never comes to it'
  if (loop === length) return `never comes: everything stops ${loop === 0 ? 'in an initial state' : `after ${steps(loop)}`}`
  return `never comes: a fair cycle of ${steps(length - loop)} ${loop === 0 ? 'from an initial state' : `after ${steps(loop)}`}`
}

const steps = (n: number): string => `${n} ${n === 1 ? 'step' : 'steps'}`

const after = (length: number | null): string => {
  if (length === null) return ''
  return length === 0 ? ' in an initial state' : ` after ${steps(length)}, the fewest there are`
}
