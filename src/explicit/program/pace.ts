/**
 * Long work, a slice at a time. Work is a generator that pauses every few milliseconds; whoever runs it says what
 * happens in the pauses: at a pace the event loop turns, progress is shown, limits and the signal are looked at; at
 * once nothing does. V8 replaces no running WebAssembly loop with optimised code, so that calls into it are short
 * anyway.
 */
import type { Limit } from '../../ir/limits.js'

/** Between two slices; or, with the bytes that will be in use in all, before memory is taken. */
export type Pause = undefined | { readonly bytes: number }

export type Sliced<T> = Generator<Pause, T, void>

/** What work comes to where a limit is hit. */
export interface Stopped {
  readonly stopped: Limit
}

export const isStopped = (x: unknown): x is Stopped => typeof x === 'object' && x !== null && 'stopped' in x

export interface Pace {
  /**
   * Runs work to its end, or until a limit is hit: then it is left where it is. Every 50 ms the event loop turns, and
   * `onTurn` is called.
   */
  readonly run: <T>(work: Sliced<T>, onTurn?: () => void) => Promise<T | Stopped>
  /** The limit of time, or the signal, where it is there by now. */
  readonly limit: () => Limit | null
  /** Whether so many bytes may be in use. */
  readonly hasRoom: (bytes: number) => boolean
  readonly seconds: () => number
}

export interface PaceOptions {
  /** In bytes. */
  readonly bytes: number
  readonly seconds?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const sliceMilliseconds = 50

/** The clock starts now. */
export const startPace = ({ bytes: mostBytes, seconds: most, signal }: PaceOptions): Pace => {
  const started = performance.now()
  let sliceEnd = started + sliceMilliseconds
  const seconds = (): number => (performance.now() - started) / 1000
  const hasRoom = (bytes: number): boolean => bytes <= mostBytes
  const limit = (): Limit | null => {
    if (most !== undefined && seconds() >= most) return { kind: 'time', seconds: most }
    return signal?.aborted === true ? { kind: 'interrupted' } : null
  }
  const turn = async (onTurn?: () => void): Promise<Limit | null> => {
    if (performance.now() >= sliceEnd) {
      onTurn?.()
      await new Promise<void>((resolve) => setImmediate(resolve))
      sliceEnd = performance.now() + sliceMilliseconds
    }
    return limit()
  }
  return {
    limit,
    hasRoom,
    seconds,
    run: async (work, onTurn) => {
      for (;;) {
        const { done, value } = work.next()
        if (done === true) return value
        if (value !== undefined) {
          if (!hasRoom(value.bytes)) return { stopped: { kind: 'memory', bytes: mostBytes } }
          continue
        }
        const stopped = await turn(onTurn)
        if (stopped !== null) return { stopped }
      }
    },
  }
}

/** Runs work to its end without a pause. */
export const atOnce = <T>(work: Sliced<T>): T => {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}
