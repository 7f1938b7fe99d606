/**
 * Schedules of violations while the search goes on: the search is breadth first, so that the first violation of a
 * property that it finds is a shortest one, however long it goes on.
 */
import type { PropertyResult } from './results.js'
import type { Scheduled, Target } from './schedule.js'

/** A violation that was found. */
export interface Violated {
  readonly target: Target
  readonly result: PropertyResult
}

export interface Early {
  /** What is violated so far; `onSchedule` is given one at a time, with its schedule. */
  readonly look: (violated: readonly Violated[], onSchedule: (result: PropertyResult) => void) => void
  /** All schedules that were made, by the number of their property; what is under way is waited for. */
  readonly end: () => Promise<ReadonlyMap<number, Scheduled>>
}

/** A search that takes no longer shows its races at its end. */
const quietSeconds = 1
/** One is begun only while less than this part of the time so far went into them: each is a search to its depth. */
const mostShare = 0.3

/** `seconds` have passed since the search began; `schedule` makes the schedule to a target, where it can. */
export const earlySchedules = (seconds: () => number, schedule: (target: Target) => Promise<Scheduled | null>): Early => {
  const made = new Map<number, Scheduled>()
  const tried = new Set<number>()
  /** What a look before has seen: another thread may have been writing then. */
  let seen = new Map<number, number>()
  let spent = 0
  let underWay: Promise<void> | null = null
  const make = async ({ target, result }: Violated, onSchedule: (result: PropertyResult) => void): Promise<void> => {
    tried.add(target.property)
    const begun = seconds()
    const scheduled = await schedule(target)
    spent += seconds() - begun
    if (scheduled === null) return
    made.set(target.property, scheduled)
    onSchedule({ ...result, ...scheduled })
  }
  return {
    look: (violated, onSchedule) => {
      if (underWay !== null || seconds() < quietSeconds || spent > mostShare * seconds()) return
      const open = violated.filter(({ target: { property, length } }) => !tried.has(property) && seen.get(property) === length)
      seen = new Map(violated.map(({ target: { property, length } }) => [property, length]))
      const first = open.toSorted((a, b) => a.target.length - b.target.length)[0]
      if (first === undefined) return
      // What fails is told to whoever waits for the end, and keeps the next one from being begun.
      underWay = make(first, onSchedule)
      underWay.then(
        () => {
          underWay = null
        },
        () => {},
      )
    },
    end: async () => {
      await underWay
      return made
    },
  }
}
