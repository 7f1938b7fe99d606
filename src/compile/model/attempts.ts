/**
 * Parts of a model that can be wrong by themselves (processes, rules, `init`, properties): what is wrong with each is
 * shown at once.
 */
import { type Diagnostic, DiagnosticError, type Place } from '../../diagnostics.js'
import type { Context } from '../values/context.js'
import { shapesDiffer } from '../values/flow.js'
import { sourcePlace } from '../values/site.js'
import { ShapesDiffer } from '../values/type.js'

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

/** That the call stack was too small for a part, at the author's statement that was being compiled. */
export const tooDeep = (place: Place | null): DiagnosticError =>
  new DiagnosticError('MC402', 'a step of this model is too long to compile', 'make its loops shorter, or split it with a yield', place)

export const isTooDeep = (error: unknown): boolean => error instanceof RangeError && /call stack/i.test(error.message)

/** What is wrong with a part, where that is found far from any place of the author's. */
const placed = (c: Context, error: unknown): unknown => {
  const { at } = c.code
  const place = at === null ? null : sourcePlace(c, at.file, at)
  if (isTooDeep(error)) return tooDeep(place)
  if (error instanceof ShapesDiffer) return shapesDiffer(error, 'an element of the list', place)
  return error
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
      } catch (thrown) {
        const error = placed(c, thrown)
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
