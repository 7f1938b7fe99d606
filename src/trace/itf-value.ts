/**
 * State values in the Informal Trace Format (Apalache's ADR-015): integers are `{"#bigint": "7"}`, sets
 * `{"#set": [...]}`, records objects, lists arrays. An absent optional is Quint's `None`. Field names that start with
 * `#` get one more, so that no record can be taken for one of these forms.
 */
import { asList, asString, damaged, entries, field, type Json, type Node } from './json.js'
import { isArray, isSet, members } from './plain.js'
import type { Plain } from './trace.js'

const none: Json = { tag: 'None', value: { '#tup': [] } }

export const toItf = (value: Plain): Json => {
  if (value === null) return none
  if (typeof value === 'number') return { '#bigint': String(value) }
  if (typeof value !== 'object') return value
  if (isSet(value)) return { '#set': members(value).map(toItf) }
  if (isArray(value)) return value.map(toItf)
  return record(Object.entries(value as { readonly [field: string]: Plain }).map(([name, v]) => [escapeName(name), toItf(v)]))
}

/** @throws DiagnosticError MC012 where the value is none of the forms above. */
export const fromItf = (node: Node): Plain => {
  const { value } = node
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (Array.isArray(value)) return asList(node).map(fromItf)
  if (typeof value !== 'object' || value === null)
    throw damaged(node, 'a boolean, a string, {"#bigint": "n"}, {"#set": [...]}, a list or a record')
  if (Object.hasOwn(value, '#bigint')) return toInteger(field(node, '#bigint'))
  if (Object.hasOwn(value, '#set')) return new Set(asList(field(node, '#set')).map(toMember))
  if (JSON.stringify(value) === JSON.stringify(none)) return null
  return record(entries(node).map(([name, v]) => [unescapeName(name, v), fromItf(v)]))
}

const toInteger = (node: Node): number => {
  const text = asString(node)
  const value = Number(text)
  if (!/^(0|-?[1-9][0-9]*)$/.test(text) || !Number.isSafeInteger(value)) throw damaged(node, 'an integer in decimal digits')
  return value
}

const toMember = (node: Node): number => {
  const value = fromItf(node)
  if (typeof value !== 'number') throw damaged(node, 'an integer')
  return value
}

/** Unlike assignment, this makes `__proto__` a field like any other. */
export const record = <T>(fields: readonly (readonly [string, T])[]): { readonly [field: string]: T } => Object.fromEntries(fields)

export const escapeName = (name: string): string => (name.startsWith('#') ? `#${name}` : name)

export const unescapeName = (name: string, node: Node): string => {
  if (!name.startsWith('#')) return name
  if (!name.startsWith('##')) throw damaged(node, 'a field of a record, and those do not start with a single #')
  return name.slice(1)
}
