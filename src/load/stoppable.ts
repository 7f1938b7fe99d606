/**
 * Ctrl-C while an author's code runs: it may run for ever, and then no handler of ours gets its turn. So there is none
 * meanwhile, and Ctrl-C has its usual meaning: it ends the process at once, which at that time has nothing to report.
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

/** What has been built once ends, and so it will again. */
const ended = new WeakSet<object>()

/**
 * Builds a model by its author's functions, as `stoppable` does. Only the first time: a Ctrl-C that waits for its turn
 * is lost where our handler goes, and later there is a search to end, and a report to give.
 * @throws whatever `build` throws.
 */
export const stoppableOnce = <T>(model: object, build: () => T): T => {
  if (ended.has(model)) return build()
  const built = stoppable(build)
  ended.add(model)
  return built
}

/**
 * Runs what executes an author's modules, or functions that build a model. Calls may nest. @throws whatever `run`
 * throws.
 */
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
