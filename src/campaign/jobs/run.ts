/** Does jobs side by side, a process for each core. */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { usableMemory } from '../../explicit/program/ceiling.js'
import { within } from '../../within.js'
import { type Ended, errorOf, type Job } from './job.js'
import { runJob } from './run-job.js'

export interface RunOptions {
  /** Processes at most, at least 1; by default one for each core. */
  readonly processes?: number
  /** After each job. */
  readonly onDone?: (done: number, of: number) => void
  readonly signal?: AbortSignal
}

/**
 * This file is in `src/` or, built, in `dist/`: Node cannot start a process from TypeScript source, so there everything
 * runs here.
 */
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Runs all jobs; the answer has them in the same order. Null stands for a job that the signal kept from ending.
 * @throws Disagreement, or whatever else a job threw that is a bug of ours.
 */
export const runJobs = async (jobs: readonly Job[], options: RunOptions = {}): Promise<readonly (Ended | null)[]> => {
  const { processes = availableParallelism(), onDone = () => {}, signal } = options
  const ended: (Ended | null)[] = jobs.map(() => null)
  const stopped = new AbortController()
  const until = signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal])
  let next = 0
  let done = 0
  const count = Math.min(processes, jobs.length)
  const places = isBuilt && count > 1 ? Array.from({ length: count }, child) : [here]
  const work = async (place: Place): Promise<void> => {
    while (next < jobs.length && !until.aborted) {
      const i = next++
      const one = await place.run(sharing(jobs[i]!, places.length), until)
      if (one?.kind === 'failed') throw errorOf(one.failure)
      ended[i] = one
      if (one !== null) onDone(++done, jobs.length)
    }
  }
  try {
    await Promise.all(places.map(work))
  } finally {
    stopped.abort()
    for (const place of places) place.close()
  }
  return ended
}

/** Searches that run side by side share the cores of the machine, and its memory where no limit was asked for. */
const sharing = (job: Job, places: number): Job => {
  if (places === 1) return job
  const { limits = {} } = job.options
  const { bytes = Math.floor(usableMemory() / places) } = limits
  return { ...job, options: { ...job.options, limits: { ...limits, bytes }, workers: 1 } }
}

/** Where jobs run, one at a time. */
interface Place {
  /** Null where the signal came first. */
  readonly run: (job: Job, signal: AbortSignal) => Promise<Ended | null>
  readonly close: () => void
}

const here: Place = {
  run: async (job, signal) => {
    const ended = await runJob(job, signal)
    return isInterrupted(ended) ? null : ended
  },
  close: () => {},
}

const isInterrupted = (ended: Ended): boolean =>
  (ended.kind === 'report' && ended.report.limit?.kind === 'interrupted') ||
  (ended.kind === 'outcome' && ended.outcome.kind === 'incomplete' && ended.outcome.limit.kind === 'interrupted')

const child = (): Place => {
  const process = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), { serialization: 'advanced' })
  const ready = within(startSeconds, 'a process that checks to start', new Promise((resolve) => process.once('message', resolve)))
  // Who waits for it is told; a process that is let go of before anyone does is no error.
  ready.catch(() => {})
  return { run: (job, signal) => ask(process, ready, job, signal), close: () => process.kill() }
}

/** A process starts in a fraction of a second, on a machine that has other work to do in a few. */
const startSeconds = 60

const ask = (process: ChildProcess, ready: Promise<unknown>, job: Job, signal: AbortSignal): Promise<Ended | null> =>
  new Promise((resolve, reject) => {
    let isSettled = false
    const settle = (): void => {
      isSettled = true
      process.off('message', answer)
      process.off('exit', gone)
      process.off('error', broken)
      signal.removeEventListener('abort', abort)
    }
    const answer = (ended: unknown): void => {
      settle()
      resolve(ended as Ended)
    }
    const abort = (): void => {
      settle()
      process.kill()
      resolve(null)
    }
    const broken = (error: Error): void => {
      settle()
      reject(error)
    }
    const gone = (code: number | null, by: string | null): void =>
      broken(new Error(`a process that was to ${job.task} ${job.target} ended by itself: ${by ?? `exit code ${code}`}`))
    process.on('exit', gone)
    process.on('error', broken)
    signal.addEventListener('abort', abort)
    ready.then(() => {
      if (isSettled) return
      process.on('message', answer)
      process.send(job)
    }, broken)
  })
