/** Values of the state as text, and the comparison of two of them. */
import { at, fieldOf } from '../at.js'
import type { Plain } from './trace.js'

export type PlainRecord = { readonly [field: string]: Plain }

export const isSet = (value: Plain): value is ReadonlySet<number> => value instanceof Set
export const isArray = (value: Plain): value is readonly Plain[] => Array.isArray(value)
export const isRecord = (value: Plain): value is PlainRecord =>
  typeof value === 'object' && value !== null && !isSet(value) && !isArray(value)

/**
 * A value on one line: `[0, 1]`, `{at: 0, value: 1}`, `{0, 2}` for a set, `null` for an absent optional. The flags of a
 * record are told by their names, as in `{P, !W, frame: 1}`. Strings stand bare where that cannot be misread.
 */
export const formatPlain = (value: Plain): string => {
  if (value === null) return 'null'
  if (typeof value === 'string') return formatString(value)
  if (typeof value !== 'object') return String(value)
  if (isSet(value)) return `{${members(value).join(', ')}}`
  if (isArray(value)) return `[${value.map(formatPlain).join(', ')}]`
  const fields = Object.entries(value as PlainRecord).map(([field, v]) =>
    v === true ? field : v === false ? `!${field}` : `${field}: ${formatPlain(v)}`,
  )
  return `{${fields.join(', ')}}`
}

const bare = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const misread = new Set(['null', 'true', 'false'])

const formatString = (text: string): string =>
  bare.test(text) && !misread.has(text) ? text : `'${printable(text).replaceAll("'", "\\'")}'`

/**
 * The value of a param, as it stands in a list of settings with commas between them: quoted, as a shell takes it, where
 * it has a comma itself.
 */
export const formatSetting = (value: number | boolean | string): string => {
  const text = printable(String(value))
  return text.includes(',') ? `'${text}'` : text
}

/** Members in ascending order, whatever the order in which they were added. */
export const members = (value: ReadonlySet<number>): number[] => [...value].sort((a, b) => a - b)

/** Structural equality; sets compare as sets, records field by field in any order. */
export const equalPlain = (a: Plain, b: Plain): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isSet(a) || isSet(b)) return isSet(a) && isSet(b) && a.size === b.size && members(a).every((m) => b.has(m))
  if (isArray(a) || isArray(b)) return isArray(a) && isArray(b) && a.length === b.length && a.every((v, i) => equalPlain(v, at(b, i)))
  const left = a as PlainRecord
  const right = b as PlainRecord
  const fields = Object.keys(left)
  return (
    fields.length === Object.keys(right).length &&
    fields.every((f) => Object.hasOwn(right, f) && equalPlain(fieldOf(left, f), fieldOf(right, f)))
  )
}

/**
 * Labels and names on one line, without control characters: a stray escape sequence must not reach a terminal or break
 * a mail.
 */
export const printable = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '?')
