/** Whether two values are equal. It runs as it stands in the oracle; the compiler knows it by identity. */
import { copy } from './copy.js'

/**
 * Whether two values of any domain are equal: records, arrays, queues, sets, unions and what is in them, by their
 * contents. (`===` asks whether two objects are one.) A range violation where one of them is a part of the state that
 * is not there any more.
 */
export const same = <T>(a: T | null | undefined, b: NoInfer<T> | null | undefined): boolean => areEqual(copy(a), copy(b))

const areEqual = (a: unknown, b: unknown): boolean => {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b
  if (a instanceof Set || b instanceof Set)
    return a instanceof Set && b instanceof Set && a.size === b.size && [...a].every((x) => b.has(x))
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))]
  return left.length === right.size && left.every(([name, x]) => right.has(name) && areEqual(x, right.get(name)))
}
