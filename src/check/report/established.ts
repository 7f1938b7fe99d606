/** How a verdict was established, in words: never more than what was. */
import type { Limit } from '../../explicit/search/search.js'
import { formatStateCount } from './format.js'
import { limitText } from './limit.js'
import type { PropertyKind, ReportLimit, Verdict } from './report.js'

export interface Settled {
  readonly kind: PropertyKind
  readonly verdict: Verdict
  readonly length: number | null
  /** See `PropertyReport`. */
  readonly loop: number | null
  readonly extreme: number | null
  readonly allowed: number | null
}

export interface Explored {
  readonly complete: boolean
  readonly states: number
  readonly depth: number
}

export const established = (property: Settled, explored: Explored, limit: ReportLimit | null): string => {
  const states = formatStateCount(explored.states)
  switch (property.verdict) {
    case 'holds':
      return holding(property, `explored exhaustively: ${states}`)
    case 'violated':
      return property.kind === 'sometimes' ? `not reached: explored exhaustively, ${states}` : violation(property)
    case 'incomplete':
      return `not settled: ${limit === null ? 'the search did not end' : limitText(limit)}; ${states} explored, to depth ${explored.depth}${soFar(property)}`
  }
}

const holding = (property: Settled, explored: string): string => {
  const { kind, extreme, length } = property
  switch (kind) {
    case 'sometimes':
      return `reached ${after(length)}`
    case 'maximum':
    case 'minimum':
      return extreme === null
        ? `no value: no state in which every process has returned; ${explored}`
        : `${extreme}, reached ${after(length)}; ${explored}`
    case 'eventually':
    case 'leadsTo':
      return `${explored}, and their fair cycles`
    case 'bound':
      return `${explored}${extreme === null ? '' : `; greatest value ${tightness(property)}`}`
    default:
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
  switch (kind) {
    case 'always':
    case 'sometimes':
      return `false ${after(length)}`
    case 'bound':
      return `exceeded ${after(length)}`
    case 'deadlock':
      return `deadlock ${after(length)}`
    case 'assert':
    case 'range':
      return `fails ${after(length)}`
    case 'alwaysPossible':
      return `out of reach ${after(length)}`
    case 'stuck':
      return `a process can never take a step again ${after(length)}`
    case 'eventually':
    case 'leadsTo':
      return never(property)
    case 'maximum':
    case 'minimum':
      return 'cannot be violated'
  }
}

const never = ({ length, loop }: Settled): string => {
  if (length === null || loop === null) return 'a fair behaviour never comes to it'
  if (loop === length) return `never comes: everything stops ${loop === 0 ? 'in an initial state' : `after ${steps(loop)}`}`
  return `never comes: a fair cycle of ${steps(length - loop)} ${loop === 0 ? 'from an initial state' : `after ${steps(loop)}`}`
}

const steps = (n: number): string => `${n} ${n === 1 ? 'step' : 'steps'}`

/** What to say of a trace that is just any of the shortest ones. */
export const unchosenWords = (limit: Limit): string => {
  const why = limit.kind === 'memory' ? 'would take more memory (--memory)' : 'would take more time (--time)'
  return `any of the shortest ways: to find the one with the fewest switches ${why}`
}

export const after = (length: number | null): string => {
  if (length === null) return ''
  return length === 0 ? 'in an initial state' : `after ${steps(length)}, the fewest there are`
}
