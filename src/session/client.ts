/**
 * Runs tasks in a thread of their own, because solvers compute without a pause: ending the thread is their deadline,
 * keeps Ctrl-C working, and contains running out of memory.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { SolverName } from '../symbolic/solver/solver.js'
import { within } from '../within.js'
import { type Request, type Response, serve } from './serve.js'
import { type TaskName, type Tasks, work } from './tasks.js'

export interface RunOptions<Name extends TaskName> {
  /** From the call on, at least 0. By default there is no limit. */
  readonly seconds?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Tasks[Name]['progress']) => void
}

/**
 * `memory`: it was used up; `unavailable`: the machine gave a solver none. `last` is what the task reported last, null
 * for nothing.
 */
export type Ended<Name extends TaskName> =
  | { readonly kind: 'result'; readonly result: Tasks[Name]['result'] }
  | { readonly kind: 'time' | 'memory' | 'unavailable' | 'interrupted'; readonly last: Tasks[Name]['progress'] | null }

/** A thread that does one task after the other. What was loaded for one serves the next. */
export interface Session {
  /**
   * Ends with a result, or where the time is up, the memory is used up, or the signal comes; after these the next task
   * gets a new thread.
   * @throws Error that the task threw (its message and stack; its class where it is one of JavaScript's), and where a
   * task is under way already.
   */
  readonly run: <Name extends TaskName>(name: Name, input: Tasks[Name]['input'], options?: RunOptions<Name>) => Promise<Ended<Name>>
  /** Ends the thread. An idle session keeps no process alive, but holds its memory. */
  readonly close: () => Promise<void>
}

export interface SessionOptions {
  /** Loaded at once, beside what goes on here. */
  readonly solvers?: readonly SolverName[]
  /**
   * Of the thread's JavaScript heap, in units of 2^20 bytes; by default what Node gives to a thread. Solvers have
   * memory of their own, 2 GiB each.
   */
  readonly megabytes?: number
}

/**
 * This file is in `src/session/` or, built, in `dist/session/`: Node cannot start a thread from TypeScript source, so
 * there a task runs here, and nothing can end it.
 */
const isBuilt = import.meta.url.endsWith('.js')

/** A thread starts in a fraction of a second, on a machine that has other work to do in a few. */
const startSeconds = 60
/** It ends between two instructions of its code. */
const endSeconds = 30

/** Timers know no longer time, 24 days, and would take it for none. */
const longestMilliseconds = 2 ** 31 - 1

/** Starts a thread, before it is known what to do there: it is ready for a task some 200 ms later. */
export const startSession = (options: SessionOptions = {}): Session => {
  const open = isBuilt ? thread : here
  let place: Place | null = open(options)
  let isBusy = false

  const close = async (): Promise<void> => {
    const closing = place
    place = null
    await closing?.close()
  }

  const run = async <Name extends TaskName>(
    name: Name,
    input: Tasks[Name]['input'],
    { seconds, signal, onProgress = () => {} }: RunOptions<Name> = {},
  ): Promise<Ended<Name>> => {
    if (isBusy) throw new Error('a task is under way in this session')
    if (signal?.aborted === true) return { kind: 'interrupted', last: null }
    const at = place ?? open(options)
    place = at
    isBusy = true
    const { promise, resolve, reject } = deferred<Ended<Name>>()
    let last: Tasks[Name]['progress'] | null = null
    const take = (response: Response<Name>): void => {
      switch (response.kind) {
        case 'progress':
          last = response.progress
          return onProgress(response.progress)
        case 'result':
          return resolve({ kind: 'result', result: response.result })
        case 'memory':
        case 'unavailable':
          return resolve({ kind: response.kind, last })
        case 'failed':
          return reject(response.error)
      }
    }
    /** What was posted before the end still counts: this thread may have been too busy to see it. */
    const end = (kind: 'time' | 'memory' | 'interrupted'): void => {
      for (let one = receiveMessageOnPort(at.port); one !== undefined; one = receiveMessageOnPort(at.port)) take(one.message)
      resolve({ kind, last })
    }
    const outOfTime = (): void => end('time')
    const interrupted = (): void => end('interrupted')
    at.port.on('message', take)
    at.onDeath(({ error, isMemory }) => (isMemory ? end('memory') : reject(error)))
    at.hold()
    signal?.addEventListener('abort', interrupted)
    const timer = seconds === undefined ? undefined : setTimeout(outOfTime, Math.min(1000 * seconds, longestMilliseconds))
    let isReusable = false
    try {
      at.send({ kind: 'task', name, input })
      const ended = await promise
      isReusable = ended.kind === 'result'
      return ended
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupted)
      at.port.off('message', take)
      at.release()
      if (!isReusable) await close()
      isBusy = false
    }
  }
  return { run, close }
}

/** Runs one task in a thread that ends with it. */
export const runSymbolic = async <Name extends TaskName>(
  name: Name,
  input: Tasks[Name]['input'],
  options: RunOptions<Name> & SessionOptions = {},
): Promise<Ended<Name>> => {
  const session = startSession(options)
  try {
    return await session.run(name, input, options)
  } finally {
    await session.close()
  }
}

interface Death {
  readonly error: Error
  readonly isMemory: boolean
}

/** Where tasks are done. */
interface Place {
  readonly port: MessagePort
  readonly send: <Name extends TaskName>(request: Request<Name>) => void
  /** Who is told of its end, also of one that has come. */
  readonly onDeath: (listener: (death: Death) => void) => void
  /** While held it keeps the process alive. */
  readonly hold: () => void
  readonly release: () => void
  readonly close: () => Promise<void>
}

const thread = ({ solvers = [], megabytes }: SessionOptions): Place => {
  const { port1: port, port2 } = new MessageChannel()
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { port: port2 },
    transferList: [port2],
    // The hooks that load models are of no use there.
    execArgv: [],
    resourceLimits: megabytes === undefined ? {} : { maxOldGenerationSizeMb: megabytes },
  })
  let death: Death | null = null
  let listener: (death: Death) => void = () => {}
  const die = (one: Death): void => {
    death ??= one
    listener(death)
  }
  worker.on('error', (error) => die({ error, isMemory: 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' }))
  const ready = new Promise((resolve) => worker.once('message', resolve))
  within(startSeconds, 'the thread of the solvers to start', ready).catch((error: Error) => die({ error, isMemory: false }))
  worker.on('exit', (code) =>
    die({ error: new Error(`the thread of the solvers ended by itself, with exit code ${code}`), isMemory: false }),
  )
  worker.unref()
  const send: Place['send'] = (request): void => port.postMessage(request)
  send({ kind: 'load', solvers })
  return {
    port,
    send,
    onDeath: (told) => {
      listener = told
      if (death !== null) told(death)
    },
    hold: () => worker.ref(),
    release: () => {
      listener = () => {}
      worker.unref()
    },
    close: async () => {
      await within(endSeconds, 'the thread of the solvers to end', worker.terminate())
      port.close()
    },
  }
}

const here = ({ solvers = [] }: SessionOptions): Place => {
  const { port1: port, port2 } = new MessageChannel()
  serve(port2, work)
  port2.unref()
  const send: Place['send'] = (request): void => port.postMessage(request)
  send({ kind: 'load', solvers })
  return { port, send, onDeath: () => {}, hold: () => {}, release: () => {}, close: async () => port.close() }
}

const deferred = <T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void; readonly reject: (error: Error) => void } => {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
