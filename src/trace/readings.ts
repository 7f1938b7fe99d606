/** What a predicate read, as it is shown under a race: the locations that decide, in the order of the state. */
import { at } from '../at.js'
import { isArray, isRecord } from './plain.js'
import type { Outcome, Plain, StateView, Trace } from './trace.js'

export interface Readings {
  readonly shown: Outcome['reads']
  /** How many were read before these, and are left out. */
  readonly more: number
}

/** The last of them are shown: a predicate stops reading where it is decided. */
const mostReads = 24

export const readingsOf = ({ outcome: { reads }, initial, steps }: Trace): Readings => {
  const { globals } = steps.at(-1)?.after ?? initial
  const shown = reads
    .slice(-mostReads)
    .map((read) => ({ read, rank: rankOf(read[0], globals) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .map(({ read }) => read)
  return { shown, more: reads.length - shown.length }
}

/**
 * Where `s.pte[1].P` stands in the state: the position of each name on the way, declared first first. What has no
 * position there stands before what has.
 */
const rankOf = (location: string, globals: StateView['globals']): readonly number[] => {
  let at: Plain | undefined = globals
  return (location.replace(/^s\b/, '').match(/[^.[\]()]+/g) ?? []).map((name) => {
    const here: Plain | undefined = at
    if (here !== undefined && isRecord(here)) {
      at = here[name]
      return Object.keys(here).indexOf(name)
    }
    const isNumber = /^\d+$/.test(name)
    at = here !== undefined && isArray(here) && isNumber ? here[Number(name)] : undefined
    return isNumber ? Number(name) : -1
  })
}

const compare = (a: readonly number[], b: readonly number[]): number => {
  const first = a.findIndex((rank, i) => rank !== b[i])
  return first < 0 ? a.length - b.length : at(a, first) - (b[first] ?? Number.NEGATIVE_INFINITY)
}
