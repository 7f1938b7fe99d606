/**
 * Ctrl-C: the first ends the search, so that its report can be printed; the second ends the process at once, as any
 * does before there is a search.
 */
import { exit } from '../../load/contained.js'
import { onCtrlC } from '../../load/stoppable.js'
import { exitCodes } from './exit.js'

export interface Interrupt {
  readonly signal: AbortSignal
  /** Gives Ctrl-C its usual meaning back. */
  readonly release: () => void
}

export const onInterrupt = (say: (text: string) => void): Interrupt => {
  const controller = new AbortController()
  const handle = (): void => {
    if (controller.signal.aborted) exit(exitCodes.interrupted)
    controller.abort()
    say('interrupted: ending the search (again to quit at once)\n')
  }
  return { signal: controller.signal, release: onCtrlC(handle) }
}
