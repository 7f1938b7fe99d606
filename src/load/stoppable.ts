/**
 * Ctrl-C while an author's code runs: it may run for ever, and then no handler of ours gets its turn. So there is none meanwhile, and Ctrl-C has its
 * usual meaning: it ends the process at once, which at that time has nothing to report.
 */

const handlers = new Set<() => void>()
let running = 0

/** Has Ctrl-C call `handle`, except while an author's code is loaded and built. @returns what ends that. */
export const onCtrlC = (handle: () => void): (() => void) => {
  handlers.add(handle)
  if (running === 0) process.on('SIGINT', handle)
  return () => {
    handlers.delete(handle)
    process.off('SIGINT', handle)
  }
}

/** Runs what executes an author's modules, or functions that build a model. Calls may nest. @throws whatever `run` throws. */
export const stoppable = <T>(run: () => T): T => {
  if (running++ === 0) for (const handle of handlers) process.off('SIGINT', handle)
  let result: T
  try {
    result = run()
  } catch (error) {
    resume()
    throw error
  }
  if (result instanceof Promise) return result.finally(resume) as T
  resume()
  return result
}

const resume = (): void => {
  if (--running === 0) for (const handle of handlers) process.on('SIGINT', handle)
}
