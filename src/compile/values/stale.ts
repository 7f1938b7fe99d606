/** References to the state from before a yield. */
import type { Context } from './context.js'
import { refuse, type Site } from './site.js'

export const stale = (c: Context, what: string, { file, node }: Site): never =>
  refuse(
    c,
    'MC301',
    file,
    node,
    `${what} was read before a yield; by now it may have changed`,
    'copy it with { ...x } before the yield, or read it again after',
  )
