/** Work that takes long, at a terminal: a line says how far it is, and Ctrl-C ends it early. */
import { onInterrupt } from './interrupt.js'
import { jobsLine } from './jobs-line.js'
import type { Output } from './output.js'

interface Watched<T> {
  readonly result: T
  readonly isInterrupted: boolean
}

/** Works until it is done or interrupted; the line is gone then, and Ctrl-C means what it did before. */
export const watched = async <T>(
  output: Pick<Output, 'err' | 'terminal'>,
  line: { readonly clear: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Watched<T>> => {
  const { signal, release } = onInterrupt(output.terminal === null ? () => {} : output.err)
  try {
    const result = await work(signal)
    return { result, isInterrupted: signal.aborted }
  } finally {
    line.clear()
    release()
  }
}

/** What is to be known by those who do many things side by side. */
interface JobOptions {
  readonly onDone: (done: number, of: number) => void
  readonly signal: AbortSignal
  readonly processes?: number
}

/** Jobs, `processes` at a time; null for one for each core. `things`: what is searched one by one. */
export const watchedJobs = <T>(
  output: Output,
  things: 'settings' | 'mutants',
  processes: number | null,
  work: (options: JobOptions) => Promise<T>,
): Promise<Watched<T>> => {
  const line = jobsLine(output, things)
  const atOnce = processes === null ? {} : { processes }
  return watched(output, line, (signal) => work({ onDone: line.show, signal, ...atOnce }))
}
