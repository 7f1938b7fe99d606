/** Interchangeable identities, `ids(n)`: they have no order, nothing is computed from them, and no number is one. */
import type { Context } from './context.js'
import { refuse, type Site, textOf } from './site.js'
import type { Value } from './value.js'

/** Whether a value is one of them, or may be absent. */
export const isIdentity = (v: Value): boolean => (v.k === 'optional' ? isIdentity(v.of) : v.k === 'int' && v.ids === true)

/** Whether an author has written a number there, `2` or `x = 2`, and not what stands for one, as an agent's own. */
export const isWritten = (c: Context, { file, node }: Site): boolean => /^([^=]+=\s*)?[-+(]*\d[\d_]*\)*$/.test(textOf(c, file, node))

export const refuseIdentity = (c: Context, what: string, { file, node }: Site): never =>
  refuse(
    c,
    'MC213',
    file,
    node,
    `${what}: identities of ids(n) are only compared with each other and used as indices`,
    'write index(n) or range(lo, hi) in `state` where the number means something; take one by `yield* choose(n)`, or that of an agent',
  )
