/**
 * The element of a list that must be there: `i` counts from 0, or from the end where it is negative, as in
 * `Array.prototype.at`.
 * @throws Error where there is none, which is always a fault of ours: an offset that silently became undefined, or 0,
 * would be a wrong answer.
 */
export const at = <T>(list: ArrayLike<T>, i: number): T => {
  const index = i < 0 ? list.length + i : i
  const element = list[index]
  if (element === undefined && !(index in list)) throw new RangeError(`no element ${i} in a list of ${list.length}`)
  return element as T
}

/** The field of a record that must be there. @throws Error as `at` does. */
export const fieldOf = <T>(record: Readonly<Record<string, T>>, name: string): T => {
  if (!Object.hasOwn(record, name)) throw new RangeError(`no '${name}' among ${Object.keys(record).join(', ')}`)
  return record[name] as T
}
