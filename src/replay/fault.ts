/** How an author's code fails: what the search calls a violation of `range` or `assert`. */

import type { FailureKind } from '../ir/kinds.js'

/** A value outside its domain, an index outside its array, an overfull queue. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

export interface StepFailure {
  readonly kind: FailureKind
  readonly message: string
  /** The exception, for its stack. */
  readonly error: Error
}

/**
 * What an exception out of an author's code means: a failure of the step, or null where the way through the step is
 * blocked.
 * @throws the exception itself where it is neither: then the model is wrong, not the protocol.
 */
export const failureOf = (error: unknown): StepFailure | null => {
  if (!(error instanceof Error)) throw error
  switch (error.name) {
    case 'Blocked':
      return null
    case 'AssertionFailed':
      return { kind: 'assert', message: error.message === '' ? 'the assertion does not hold' : error.message, error }
    case 'Fault':
      return { kind: 'range', message: error.message, error }
    case 'TypeError':
      // V8 names what was null in many ways; a function that does not exist is none of them.
      if (/\b(null|undefined)\b|is not iterable/.test(error.message)) return { kind: 'range', message: error.message, error }
  }
  // ts-pattern's `.exhaustive()`, whose error has no name of its own.
  if (error.message.startsWith('Pattern matching error: ')) return { kind: 'range', message: error.message, error }
  throw error
}
