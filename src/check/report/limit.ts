/** The limits of a search, in words. */
import { mostMemory } from '../../explicit/program/ceiling.js'
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
      return `the limit of ${formatBytes(limit.bytes)} of memory was reached (--memory)`
    case 'part of the graph':
      return `a part of the graph of states could not grow: the states, and the transitions, can have ${formatBytes(mostMemory)} each`
    case 'part of the search':
      return `a part of the search could not grow: the states that wait at a worker, and those of a shard, can have ${formatBytes(mostMemory)} each (--workers, for more parts)`
    case 'unavailable':
      return `the machine gives no memory for a search${addresses}`
    case 'time':
      return `the limit of ${formatSeconds(limit.seconds)} was reached (--time)`
    case 'first':
      return 'the search stopped at the first violation (--first)'
    case 'interrupted':
      return 'the search was interrupted'
    case 'died':
      return `a thread of the search died: ${limit.why}`
    case 'solver':
      return solverText(limit.why)
  }
}

/** What is short is rarely memory itself. */
const addresses = ': WebAssembly reserves 10 GiB of addresses, which a limit on them (ulimit -v) does not allow'

const solverText = (why: Extract<ReportLimit, { kind: 'solver' }>['why']): string => {
  switch (why) {
    case 'memory':
      return 'the solver ran out of its memory of 2 GiB'
    case 'unavailable':
      return `the machine gives the solver no memory${addresses}`
    case 'gave up':
      return 'the solver gave up'
  }
}
