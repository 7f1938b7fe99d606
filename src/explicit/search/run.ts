/** Runs a search in one machine. */
import type { Limit } from '../../ir/limits.js'
import type { Machine } from '../program/machine.js'
import { isStopped, type Pace, startPace } from '../program/pace.js'
import { running, runningUpTo } from '../program/running.js'
import { stopReasons } from '../store/store.js'
import type { Progress, SearchOptions } from './options.js'

/** What a search says of itself while it runs; `noted` is the memory in front of its queue. */
export interface Turn extends Omit<Progress, 'mostBytes' | 'violated' | 'phase'> {
  readonly noted: () => DataView
}

const turnOf = (machine: Machine, seconds: number): Turn => ({
  states: machine.globals.states,
  transitions: machine.globals.transitions,
  depth: machine.globals.depth,
  queue: machine.globals.left + machine.globals.queued,
  bytes: machine.bytes(),
  seconds,
  noted: machine.view,
})

export interface Run {
  readonly limit: Limit | null
  readonly seconds: number
}

/** Runs a search that was set up, until nothing is left or a limit is hit. What waits then is looked at. */
export const runToTheEnd = async (machine: Machine, options: SearchOptions, bytes: number): Promise<Run> => {
  const { limits: { seconds, depth } = {}, signal, onProgress } = options
  const pace = startPace({ bytes, seconds, signal })
  const { limit } = await runUpTo(machine, Number.POSITIVE_INFINITY, pace, { depth, bytes }, ({ noted: _noted, ...turn }) =>
    onProgress?.({ ...turn, phase: 'behaviours', mostBytes: bytes, violated: 0 }),
  )
  await lookAtTheRest(machine, limit, pace)
  return { limit, seconds: pace.seconds() }
}

/** The same, or until so many states are known and all that wait are of one level: then the search has become large. */
export const runUpTo = async (
  machine: Machine,
  states: number,
  pace: Pace,
  { depth, bytes }: { readonly depth: number | undefined; readonly bytes: number },
  onTurn: (turn: Turn) => void,
): Promise<{ readonly limit: Limit | null; readonly isLarge: boolean }> => {
  const end = await pace.run(runningUpTo(machine, states), () => onTurn(turnOf(machine, pace.seconds())))
  const limit = (): Limit | null => {
    if (isStopped(end)) return end.stopped
    switch (machine.globals.stop) {
      case stopReasons.states:
        return { kind: 'states', states: machine.globals.state_limit }
      case stopReasons.memory:
        return { kind: 'memory', bytes }
      case stopReasons.settled:
        return { kind: 'first' }
      default:
        return isCut(machine.globals, depth) ? { kind: 'depth', depth } : null
    }
  }
  return end === 'large' ? { limit: null, isLarge: true } : { limit: limit(), isLarge: false }
}

/** Whether what is left was not expanded for its depth. */
export const isCut = (reached: { readonly depth: number; readonly states: number }, depth: number | undefined): depth is number =>
  depth !== undefined && reached.depth >= depth && reached.states > 0

/**
 * Where a limit of states or of memory has ended a search, looks at the states that wait in the queue, without
 * expanding them: they are reachable. The limit of time, or the signal, ends it.
 */
export const lookAtTheRest = async (machine: Machine, limit: Limit | null, pace: Pace): Promise<void> => {
  if (limit?.kind !== 'states' && limit?.kind !== 'memory') return
  machine.globals.stop = 0
  machine.globals.max_depth = 0
  await pace.run(running(machine))
}
