/**
 * Parts of a model that can be wrong by themselves (processes, rules, `init`, properties): what is wrong with each is
 * shown at once.
 */
import { type Diagnostic, DiagnosticError } from '../../diagnostics.js'
import type { Context } from '../values/context.js'

/** More than these are no help. */
const mostErrors = 10

/** Compiles a part. One that is wrong is left out, and leaves the context as it was. */
export type Attempt = (part: () => void) => void

export interface Attempts {
  readonly attempt: Attempt
  /** Whether some part was wrong. */
  readonly failed: () => boolean
  /** @throws DiagnosticError with all that was wrong, if anything was. */
  readonly end: () => void
}

/** `all`: to go on behind the first error; else that one is thrown. */
export const createAttempts = (c: Context, all: boolean): Attempts => {
  const errors = new Map<string, Diagnostic>()
  const end = (): void => {
    const [first, ...others] = errors.values()
    if (first !== undefined) throw new DiagnosticError(first.code, first.message, first.hint, first.place, others)
  }
  return {
    attempt: (part) => {
      const before = { code: c.code, way: c.way }
      try {
        part()
      } catch (error) {
        // Behind an error nobody promises anything.
        if (!(error instanceof DiagnosticError)) end()
        if (!all || !(error instanceof DiagnosticError)) throw error
        const { diagnostic } = error
        const { code, message, place } = diagnostic
        // Instances of a process, and what calls a helper, are wrong in the same place.
        const key = place === null ? message : `${code} ${place.file}:${place.start}:${place.end}`
        if (!errors.has(key)) errors.set(key, diagnostic)
        c.code = before.code
        c.way = before.way
        if (errors.size === mostErrors) end()
      }
    },
    failed: () => errors.size > 0,
    end,
  }
}
