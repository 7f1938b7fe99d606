/** How many of several searches are done: on a terminal only, rewritten in place, gone at the end. */
import type { Output } from './output.js'

export interface JobsLine {
  readonly show: (done: number, of: number) => void
  readonly clear: () => void
}

export const jobsLine = ({ err, terminal }: Output): JobsLine => {
  if (terminal === null) return { show: () => {}, clear: () => {} }
  return {
    show: (done, of) => err(`\r\u001b[K${`${done} of ${of} settings`.slice(0, terminal - 1)}`),
    clear: () => err('\r\u001b[K'),
  }
}
