/** Keeps long work in slices: after each, the event loop turns where it is time to, and limits are looked at. */
import type { Limit } from './search.js'

/** What work comes to where a limit is hit. */
export interface Stopped {
  readonly stopped: Limit
}

export const isStopped = (x: object): x is Stopped => 'stopped' in x

export interface Pace {
  /** To be awaited every few milliseconds. Null, or the limit that was hit. Every 50 ms the event loop turns, and `onTurn` is called. */
  readonly turn: (onTurn?: () => void) => Promise<Stopped | null>
  /** Null, or the limit on memory where so many bytes are too many. */
  readonly room: (bytes: number) => Stopped | null
  readonly seconds: () => number
}

export interface PaceOptions {
  /** In bytes. */
  readonly memory: number
  readonly seconds?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const sliceMilliseconds = 50

/** The clock starts now. */
export const startPace = ({ memory, seconds: most, signal }: PaceOptions): Pace => {
  const started = performance.now()
  let sliceEnd = started + sliceMilliseconds
  const seconds = (): number => (performance.now() - started) / 1000
  return {
    seconds,
    room: (bytes) => (bytes > memory ? { stopped: { kind: 'memory', bytes: memory } } : null),
    turn: async (onTurn) => {
      if (most !== undefined && seconds() >= most) return { stopped: { kind: 'time', seconds: most } }
      if (performance.now() >= sliceEnd) {
        onTurn?.()
        await new Promise<void>((resolve) => setImmediate(resolve))
        sliceEnd = performance.now() + sliceMilliseconds
      }
      return signal?.aborted === true ? { stopped: { kind: 'interrupted' } } : null
    },
  }
}
