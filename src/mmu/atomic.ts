/**
 * Locked instructions on any location: each reads and writes in one access, and so in one step. Call them after the
 * `yield` that names the access.
 *
 * A location is what it is part of, and its name there: `(s.pte, at)` an element of an array, `(s.spte, 'W')` a field
 * of a record, `(s, 'bitmap')` a variable. A plain read is `copy(s.pte[at])`, a plain write is `s.pte[at] = value`.
 */
import { copy, same } from 'mmucheck'

/**
 * `xchg(&of[at], value)`: stores `value` and returns what was there. `ptep_get_and_clear()` is `xchg` with `emptyPte`.
 */
export const xchg = <T, K extends keyof T>(of: T, at: K, value: T[K]): T[K] => {
  const old = copy(of[at])
  of[at] = value
  return old
}

/**
 * `cmpxchg(&of[at], expected, value)`: stores `value` if what is there still equals `expected`, and returns what was
 * there in either case, so it succeeded if `same(returned, expected)`.
 */
export const cmpxchg = <T, K extends keyof T>(of: T, at: K, expected: T[K], value: T[K]): T[K] => {
  const old = copy(of[at])
  if (same(old, expected)) of[at] = value
  return old
}

/** `try_cmpxchg(&of[at], &expected, value)`: as `cmpxchg`, and says whether it has stored. */
export const tryCmpxchg = <T, K extends keyof T>(of: T, at: K, expected: T[K], value: T[K]): boolean => {
  const succeeds = same(of[at], expected)
  if (succeeds) of[at] = value
  return succeeds
}
