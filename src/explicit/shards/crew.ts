/**
 * The workers of a search. Each has a thread; where there is one only, or threads cannot be started, they take turns
 * here.
 */
import { Worker } from 'node:worker_threads'
import type { Limit } from '../../ir/limits.js'
import { atOnce, isStopped, type Pace, type Sliced } from '../program/pace.js'
import { controlOf, endings } from './control.js'
import { type Outcome, type Setup, work } from './work.js'

/** What a thread says. */
export type FromThread =
  | { readonly kind: 'ready'; readonly id: unknown }
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly why: string }

/** What the workers came to; or why they did not get there. */
export type Ended =
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome[]; readonly stopped: Limit | null }
  | { readonly kind: 'died'; readonly why: string }

export interface Crew {
  readonly run: (setups: readonly Setup[], pace: Pace, options: CrewOptions) => Promise<Ended>
  readonly close: () => void
}

export interface CrewOptions {
  /** About every 50 ms. */
  readonly onTurn: () => void
  readonly seconds: number | undefined
  readonly signal: AbortSignal | undefined
}

/** Node cannot start a thread from TypeScript source. */
const isBuilt = import.meta.url.endsWith('.js')

/** Gets so many workers ready. */
export const startCrew = (workers: number): Crew => (workers > 1 && isBuilt ? threads(workers) : inTurns)

const inTurns: Crew = {
  run: async (setups, pace, { onTurn }) => {
    const works = together(setups)
    const ended = await pace.run(works, onTurn)
    if (!isStopped(ended)) return { kind: 'done', outcomes: ended, stopped: null }
    for (const { control } of setups) controlOf(control).stop(endings.asked)
    return { kind: 'done', outcomes: atOnce(works), stopped: ended.stopped }
  },
  close: () => {},
}

/** All of them, a slice of each in turn. */
function* together(setups: readonly Setup[]): Sliced<Outcome[]> {
  const outcomes = new Map<number, Outcome>()
  const works = setups.map((setup) => work(setup, 'turns'))
  while (outcomes.size < works.length)
    for (const [i, one] of works.entries()) {
      if (outcomes.has(i)) continue
      const { done, value } = one.next()
      if (done === true) outcomes.set(i, value)
      yield
    }
  return setups.flatMap((_, i) => outcomes.get(i) ?? [])
}

const turnMilliseconds = 50

const threads = (workers: number): Crew => {
  const started = Array.from({ length: workers }, (_, id) => {
    const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: id, stdout: false, stderr: false })
    worker.unref()
    return worker
  })
  const close = (): void => {
    for (const worker of started) void worker.terminate()
  }
  return {
    run: async (setups, pace, { onTurn, seconds, signal }) => {
      const [first] = setups
      if (first === undefined) throw new Error('no worker has anything to do')
      const control = controlOf(first.control)
      const outcomes = started.map((worker, i) => outcomeOf(worker, setups[i]))
      let stopped: Limit | null = null
      const stop = (limit: Limit): void => {
        stopped ??= limit
        control.stop(endings.asked)
      }
      const onAbort = (): void => stop({ kind: 'interrupted' })
      signal?.addEventListener('abort', onAbort)
      const timer = setInterval(() => {
        onTurn()
        if (seconds !== undefined && pace.seconds() >= seconds) stop({ kind: 'time', seconds })
      }, turnMilliseconds)
      try {
        return { kind: 'done', outcomes: await Promise.all(outcomes), stopped }
      } catch (error) {
        control.stop(endings.died)
        return { kind: 'died', why: error instanceof Error ? error.message : String(error) }
      } finally {
        clearInterval(timer)
        signal?.removeEventListener('abort', onAbort)
      }
    },
    close,
  }
}

/** @throws Error where the thread fails, or ends without an outcome. */
const outcomeOf = (worker: Worker, setup: Setup | undefined): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const end = (): void => {
      worker.off('message', take)
      worker.off('error', fail)
      worker.off('exit', exit)
    }
    const fail = (error: Error): void => {
      end()
      reject(error)
    }
    const exit = (code: number): void => fail(new Error(`it ended with code ${code}`))
    const take = (message: FromThread): void => {
      if (message.kind === 'failed') fail(new Error(message.why))
      if (message.kind !== 'done') return
      end()
      resolve(message.outcome)
    }
    worker.ref()
    worker.on('message', take)
    worker.on('error', fail)
    worker.on('exit', exit)
    worker.postMessage(setup)
  })
