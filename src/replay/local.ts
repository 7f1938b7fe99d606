/**
 * Locals of processes in vectors. Their types are inferred by the compiler, so they are taken apart by what
 * `LiveLocal.suffix` says of each variable: `.field`, `?` for "there", `#len` for the length of a list, `#idx` for the
 * indices of a reference.
 */
import { elements, unflatten, type Variable } from '../ir/system.js'
import type { Plain } from '../trace/trace.js'
import { Disagreement } from './disagreement.js'
import { isSet } from './members.js'
import { locationOf, plainCopy } from './state.js'

const tokens = (suffix: string): string[] => suffix.match(/\.[^.?#]+|\?|#len|#idx/g) ?? []

/** The elements of one variable of a local that has this value. */
export const encodeLocal = (variable: Variable, suffix: string, value: unknown): number[] => {
  const location = locationOf(value)
  const path = tokens(suffix)
  if (path.at(-1) === '#idx') return [...(location?.indices ?? [])]
  const plain = plainCopy(value)
  return Array.from({ length: elements(variable) }, (_, i) => encodeElement(variable, path, unflatten(i, variable.dims), plain))
}

/**
 * Where a value has no part of this name: an element beyond a list's end, a field of another variant, a payload that is
 * not there.
 */
const absent = Symbol('absent')

const encodeElement = (variable: Variable, path: readonly string[], index: readonly number[], value: unknown): number => {
  const rest = [...index]
  const intoLists = (from: unknown): unknown => {
    let at = from
    while (Array.isArray(at) && rest.length > 0) {
      const i = rest.shift()!
      at = i < at.length ? at[i] : absent
    }
    return at
  }
  let at = intoLists(value)
  for (const token of path) {
    if (token === '#len') return Array.isArray(at) ? at.length : 0
    if (token === '?') return Number(at !== null && at !== undefined && at !== absent)
    at = intoLists(fieldOf(at, token.slice(1)))
  }
  if (isSet(at)) return Number(at.has(rest[0]!))
  return scalar(variable, at)
}

/**
 * The field of a record; of a union's value also the fields of the variant that it is, which stand under the variant's
 * name.
 */
const fieldOf = (value: unknown, field: string): unknown => {
  if (typeof value !== 'object' || value === null) return absent
  if (Object.hasOwn(value, field)) return (value as Record<string, unknown>)[field]
  return Object.values(value).includes(field) ? value : absent
}

const scalar = (variable: Variable, value: unknown): number => {
  const position = variable.values?.indexOf(value as string | boolean) ?? -1
  if (position >= 0) return variable.lo + position
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'string')
    throw new Disagreement(
      `'${value}' is none of the values that the compiler expects for '${variable.name}': ${variable.values?.join(', ') ?? 'integers'}`,
    )
  return variable.lo <= 0 && variable.hi >= 0 && variable.values === undefined ? 0 : variable.lo
}

export interface LocalLeaf {
  readonly suffix: string
  readonly variable: Variable
  readonly values: readonly number[]
}

/** The value of a local, from all its variables. */
export const raiseLocal = (leaves: readonly LocalLeaf[]): Plain =>
  raise(leaves.map(({ suffix, ...rest }) => ({ ...rest, path: tokens(suffix).filter((token) => token !== '#idx'), index: [] })))

interface OpenLeaf {
  readonly path: readonly string[]
  readonly variable: Variable
  readonly values: readonly number[]
  /** Indices that are settled, of the first dimensions. */
  readonly index: readonly number[]
}

const elementOf = ({ variable, values, index }: OpenLeaf): number =>
  values[index.reduce((n, i, d) => n * variable.dims[d]! + i, 0)] ?? variable.lo

const raise = (leaves: readonly OpenLeaf[]): Plain => {
  const [first] = leaves
  if (first === undefined) return null
  const open = ({ variable, index }: OpenLeaf): number => variable.dims.length - index.length
  const length = leaves.find(({ path }) => path[0] === '#len')
  if (length !== undefined && open(length) === 0) {
    const others = leaves.filter((leaf) => leaf !== length)
    return Array.from({ length: elementOf(length) }, (_, i) => raise(others.map((leaf) => ({ ...leaf, index: [...leaf.index, i] }))))
  }
  const there = leaves.find(({ path }) => path[0] === '?')
  if (there !== undefined && open(there) === 0) return elementOf(there) === 0 ? null : raise(leaves.filter((leaf) => leaf !== there))
  if (leaves.every((leaf) => open(leaf) > 0))
    return Array.from({ length: first.variable.dims[first.index.length]! }, (_, i) =>
      raise(leaves.map((leaf) => ({ ...leaf, index: [...leaf.index, i] }))),
    )
  if (first.path.length === 0) {
    const element = elementOf(first)
    return first.variable.values?.[element - first.variable.lo] ?? element
  }
  const fields = new Map<string, OpenLeaf[]>()
  for (const leaf of leaves) {
    const [field = '', ...path] = leaf.path
    const name = field.slice(1)
    fields.set(name, [...(fields.get(name) ?? []), { ...leaf, path }])
  }
  return Object.fromEntries([...fields].map(([name, of]) => [name, raise(of)]))
}
