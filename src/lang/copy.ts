/** A value apart from the state. It runs as it stands in the oracle; the compiler knows it by identity. */

/**
 * A copy of a value of any domain, with all that is in it: nothing that is stored later changes it. (A name alone is a
 * reference to where the value is; `{ ...x }` copies records, `[...x]` lists.) A range violation where it is a part of
 * the state that is not there any more.
 */
export const copy = <T>(x: T): T => apart(x) as T

const apart = (x: unknown): unknown => {
  if (typeof x !== 'object' || x === null) return x
  if (!(Symbol.iterator in x)) return Object.fromEntries(Object.entries(x).map(([name, part]) => [name, apart(part)]))
  return 'has' in x && 'size' in x ? new Set(x as Iterable<unknown>) : Array.from(x as Iterable<unknown>, apart)
}
