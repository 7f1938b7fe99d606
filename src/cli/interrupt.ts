/** Ctrl-C: the first ends the search, so that its report can be printed; the second ends the process at once. */
import { exitCodes } from './exit.js'

export interface Interrupt {
  readonly signal: AbortSignal
  /** Gives Ctrl-C its usual meaning back. */
  readonly release: () => void
}

export const onInterrupt = (say: (text: string) => void): Interrupt => {
  const controller = new AbortController()
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
    say('interrupted: ending the search (again to quit at once)\n')
  }
  process.on('SIGINT', handle)
  return { signal: controller.signal, release: () => process.off('SIGINT', handle) }
}
