/** The limits of a search, in words. */
import { mostMemory } from '../explicit/ceiling.js'
import { formatBytes, formatCount, formatSeconds } from './format.js'
import type { ReportLimit } from './report.js'

/** Which limit ended the search, and what raises it. */
export const limitText = (limit: ReportLimit): string => {
  switch (limit.kind) {
    case 'states':
      return `the limit of ${formatCount(limit.states)} states was reached (--max-states)`
    case 'depth':
      return `the limit of depth ${formatCount(limit.depth)} was reached (--max-depth)`
    case 'memory':
      return limit.bytes >= mostMemory
        ? `the ${formatBytes(mostMemory)} of memory were used up that a search can have at most`
        : `the limit of ${formatBytes(limit.bytes)} of memory was reached (--memory)`
    case 'time':
      return `the limit of ${formatSeconds(limit.seconds)} was reached (--time)`
    case 'first':
      return 'the search stopped at the first violation (--first)'
    case 'interrupted':
      return 'the search was interrupted'
    case 'solver':
      return limit.why === 'memory' ? 'the solver ran out of its memory of 2 GiB' : 'the solver gave up'
  }
}
