/**
 * Names of the elements of a state and of their values, as the author wrote them: what certificates are stored and
 * printed in, and what bits are called in files for other tools. A name stands for one element only and a value's name
 * for one code only: where the author's are not unique, `#` and a number tell them apart.
 */
import { at } from '../../at.js'
import { elements, type Location, type System, unflatten, type Variable } from '../../ir/system.js'

/** What of a system gives them. */
export type Named = Pick<System, 'variables' | 'agents' | 'processes'>

export type ValueName = string | number | boolean

export interface ElementName {
  readonly variable: number
  readonly element: number
  /** `cpu[0] at`, `pte.P[1]`, `lock.owner?`. */
  readonly name: string
  /** By code. */
  readonly values: readonly ValueName[]
  /** How statements about it read. */
  readonly kind: 'location' | 'boolean' | 'presence' | 'integer' | 'enum'
}

/**
 * Of all elements, in the order of vectors. Values are listed only of those that are asked for: an integer may have
 * 2^32.
 */
export const elementNames = (system: Named): readonly ElementName[] => {
  const all = system.variables.flatMap((variable) => Array.from({ length: elements(variable) }, (_, element) => ({ variable, element })))
  const names = unique(
    all.map(({ variable, element }) => {
      const index = unflatten(element, variable.dims).map((i) => `[${i}]`)
      return `${nameOfAll(system, variable)}${index.join('')}`
    }),
  )
  const known = new Map<Variable, readonly ValueName[]>()
  const valuesIn = (variable: Variable): readonly ValueName[] => {
    const values = known.get(variable) ?? valuesOf(system, variable)
    known.set(variable, values)
    return values
  }
  return all.map(({ variable, element }, i) => ({
    variable: variable.id,
    element,
    name: at(names, i),
    get values() {
      return valuesIn(variable)
    },
    kind: kindOf(variable),
  }))
}

/** What all elements of a variable are called, without their indices. */
export const nameOfAll = ({ agents, processes }: Named, { name, role }: Variable): string =>
  role.kind === 'location' ? `${at(agents, at(processes, role.process).agent).name} at` : name

const kindOf = ({ name, role, lo, hi, values }: Variable): ElementName['kind'] => {
  if (role.kind === 'location') return 'location'
  if (values !== undefined) return values.every((value) => typeof value === 'boolean') ? 'boolean' : 'enum'
  return name.endsWith('?') && lo >= 0 && hi <= 1 ? 'presence' : 'integer'
}

const valuesOf = ({ processes }: Named, variable: Variable): readonly ValueName[] => {
  const { role, lo, hi, values } = variable
  const integers = Array.from({ length: hi - lo + 1 }, (_, code) => lo + code)
  if (role.kind === 'location') {
    const { locations } = at(processes, role.process)
    const labels = unique(locations.map(locationName))
    return integers.map((id) => at(labels, id))
  }
  if (kindOf(variable) === 'presence') return integers.map((value) => value === 1)
  return values === undefined ? integers : integers.map((_, code) => at(values, code))
}

const locationName = ({ label, final }: Location): string => (final ? 'returned' : label)

/** Puts `#` and the position behind names that are there several times. */
const unique = (names: readonly string[]): readonly string[] => {
  const count = new Map<string, number>()
  for (const name of names) count.set(name, (count.get(name) ?? 0) + 1)
  const taken = new Set(names)
  return names.map((name, i) => {
    if (count.get(name) === 1) return name
    let made = `${name}#${i}`
    while (taken.has(made)) made += '#'
    taken.add(made)
    return made
  })
}

/**
 * That an element has one of some codes, neither none nor all: `cpu[0] at 'a' | 'b'`, `pte.P[1]`, `not locked`, `owner
 * = null`, `2 <= n <= 4`, `n != 3`.
 */
export const printStatement = ({ name, values, kind }: ElementName, codes: readonly number[]): string => {
  const sorted = [...codes].sort((a, b) => a - b)
  const rest = values.map((_, code) => code).filter((code) => !sorted.includes(code))
  const isFewer = rest.length < sorted.length
  const alternatives = (chosen: readonly number[]): string => chosen.map((code) => shown(at(values, code))).join(' | ')
  switch (kind) {
    case 'boolean':
      return at(values, at(sorted, 0)) === true ? name : `not ${name}`
    case 'presence':
      return `${withoutMark(name)} ${at(values, at(sorted, 0)) === true ? '!=' : '='} null`
    case 'location':
      return isFewer ? `${name.slice(0, -' at'.length)} not at ${alternatives(rest)}` : `${name} ${alternatives(sorted)}`
    case 'enum':
      return isFewer ? `${name} != ${alternatives(rest)}` : `${name} = ${alternatives(sorted)}`
    case 'integer': {
      const [first, last] = [at(sorted, 0), at(sorted, -1)]
      if (first === last) return `${name} = ${at(values, first)}`
      if (rest.length === 1 && first === 0 && last === values.length - 1) return `${name} != ${at(values, at(rest, 0))}`
      if (last - first >= sorted.length) return `${name} in {${sorted.map((code) => at(values, code)).join(', ')}}`
      if (first === 0) return `${name} <= ${at(values, last)}`
      return last === values.length - 1 ? `${name} >= ${at(values, first)}` : `${at(values, first)} <= ${name} <= ${at(values, last)}`
    }
  }
}

/** As it stands in a statement: texts quoted. */
export const shown = (value: ValueName): string => (typeof value === 'string' ? `'${value}'` : String(value))

/** `tlb?[1]` is whether there is a `tlb[1]`. */
const withoutMark = (name: string): string => name.replace(/\?(?=(\[\d+\])*(#\d+#*)?$)/, '')
