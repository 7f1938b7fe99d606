/** How a verdict was established, in words: never more than what was. */
import { formatStateCount } from './format.js'
import { limitText } from './limit.js'
import type { PropertyKind, ReportLimit, Verdict } from './report.js'

export interface Settled {
  readonly kind: PropertyKind
  readonly verdict: Verdict
  readonly length: number | null
  /** The greatest value of a `bound` seen. */
  readonly maximum: number | null
}

export interface Explored {
  readonly complete: boolean
  readonly states: number
  readonly depth: number
}

export const established = (property: Settled, explored: Explored, limit: ReportLimit | null): string => {
  const greatest = property.maximum === null ? '' : `; greatest value ${property.maximum}`
  switch (property.verdict) {
    case 'holds':
      return property.kind === 'sometimes'
        ? `reached ${after(property.length)}`
        : `explored exhaustively: ${formatStateCount(explored.states)}${greatest}`
    case 'violated':
      return property.kind === 'sometimes'
        ? `not reached: explored exhaustively, ${formatStateCount(explored.states)}`
        : `${violation(property)} ${after(property.length)}`
    case 'incomplete':
      return `not settled: ${limit === null ? 'the search did not end' : limitText(limit)}; ${formatStateCount(explored.states)} explored, to depth ${explored.depth}${greatest}`
  }
}

const violation = ({ kind }: Settled): string => {
  switch (kind) {
    case 'always':
    case 'sometimes':
      return 'false'
    case 'bound':
      return 'exceeded'
    case 'deadlock':
      return 'deadlock'
    case 'assert':
    case 'range':
      return 'fails'
  }
}

const after = (length: number | null): string => {
  if (length === null) return ''
  return length === 0 ? 'in an initial state' : `after ${length} ${length === 1 ? 'step' : 'steps'}, the fewest there are`
}
