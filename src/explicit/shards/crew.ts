/**
 * The workers of a search. Each has a thread; where there is one only, or threads cannot be started, they take turns
 * here.
 */
import { Worker } from 'node:worker_threads'
import type { Limit } from '../../ir/limits.js'
import { atOnce, isStopped, type Pace, type Sliced } from '../program/pace.js'
import { controlOf } from './control.js'
import { type Outcome, type Setup, work } from './work.js'

/** What a thread says. */
export type FromThread = { readonly kind: 'done'; readonly outcome: Outcome } | { readonly kind: 'failed'; readonly why: string }

/** What the workers came to; or why they did not get there. */
export type Ended =
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome[]; readonly stopped: Limit | null }
  | { readonly kind: 'died'; readonly why: string }

export interface Crew {
  /** `onTurn` is called about every 50 ms. @throws what `onTurn` throws. */
  readonly run: (setups: readonly Setup[], pace: Pace, onTurn: () => void) => Promise<Ended>
  readonly close: () => void
}

/** Node cannot start a thread from TypeScript source. */
const isBuilt = import.meta.url.endsWith('.js')

/** Gets so many workers ready. */
export const startCrew = (workers: number): Crew => {
  const threads = workers > 1 && isBuilt ? startThreads(workers) : null
  return threads === null ? inTurns : together(threads)
}

const inTurns: Crew = {
  run: async (setups, pace, onTurn) => {
    const works = turns(setups)
    const ended = await pace.run(works, onTurn)
    if (!isStopped(ended)) return { kind: 'done', outcomes: ended, stopped: null }
    for (const { control } of setups.slice(0, 1)) controlOf(control).stop('asked')
    return { kind: 'done', outcomes: atOnce(works), stopped: ended.stopped }
  },
  close: () => {},
}

/** A slice of each in turn. */
function* turns(setups: readonly Setup[]): Sliced<Outcome[]> {
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

interface Thread {
  readonly worker: Worker
  /** Fails when the thread does, or ends. */
  readonly ended: Promise<never>
}

/** Null where not so many can be started. */
const startThreads = (workers: number): readonly Thread[] | null => {
  const started: Thread[] = []
  try {
    for (let i = 0; i < workers; i++) started.push(startThread())
    return started
  } catch {
    for (const { worker } of started) void worker.terminate()
    return null
  }
}

const startThread = (): Thread => {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { stdout: false, stderr: false })
  worker.unref()
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`it ended with code ${code}`)))
  })
  // Who waits for it is told; one that is let go of before is no error.
  ended.catch(() => {})
  return { worker, ended }
}

const turnMilliseconds = 50

const together = (threads: readonly Thread[]): Crew => ({
  run: async (setups, pace, onTurn) => {
    const [first] = setups
    if (first === undefined) throw new Error('no worker has anything to do')
    const control = controlOf(first.control)
    let stopped: Limit | null = null
    let timer: NodeJS.Timeout | undefined
    const watched = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        stopped ??= pace.limit()
        if (stopped !== null) control.stop('asked')
        try {
          onTurn()
        } catch (error) {
          control.stop('asked')
          reject(error)
        }
      }, turnMilliseconds)
    })
    watched.catch(() => {})
    const outcomes = Promise.all(threads.map((thread, i) => outcomeOf(thread, setups[i])))
    try {
      const ended = outcomes.then(
        (done): Ended => ({ kind: 'done', outcomes: done, stopped }),
        (error: unknown): Ended => {
          control.stop('died')
          return { kind: 'died', why: error instanceof Error ? error.message : String(error) }
        },
      )
      return await Promise.race([ended, watched])
    } finally {
      clearInterval(timer)
    }
  },
  close: () => {
    for (const { worker } of threads) void worker.terminate()
  },
})

/** @throws Error where the thread fails, or ends without an outcome. */
const outcomeOf = ({ worker, ended }: Thread, setup: Setup | undefined): Promise<Outcome> => {
  const said = new Promise<Outcome>((resolve, reject) => {
    worker.once('message', (message: FromThread) => {
      switch (message.kind) {
        case 'done':
          return resolve(message.outcome)
        case 'failed':
          return reject(new Error(message.why))
      }
    })
  })
  worker.ref()
  worker.postMessage(setup)
  return Promise.race([said, ended])
}
