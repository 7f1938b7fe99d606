/** How many of several searches are done, and how long the rest may take: on a terminal only, rewritten in place. */
import type { Output } from './output.js'

export interface JobsLine {
  readonly show: (done: number, of: number) => void
  readonly clear: () => void
}

/** `things`: what is searched one by one. */
export const jobsLine = ({ err, terminal }: Output, things: 'settings' | 'mutants'): JobsLine => {
  if (terminal === null) return { show: () => {}, clear: () => {} }
  const start = performance.now()
  const left = (done: number, of: number): string =>
    done === of ? '' : `, about ${Math.ceil(((performance.now() - start) / 1000 / done) * (of - done))} s left`
  return {
    show: (done, of) => err(`\r\u001b[K${`${done} of ${of} ${things}${left(done, of)}`.slice(0, terminal - 1)}`),
    clear: () => err('\r\u001b[K'),
  }
}
