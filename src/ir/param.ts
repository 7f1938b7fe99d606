/** Params that are left free: variables that the first choices of `init` set. */
import { at } from '../at.js'
import type { System, Vector } from './system.js'
import { elements } from './system.js'

/** Values of free params, by name: of a flag a boolean, of a choice one of its strings. */
export type ParamSettings = Readonly<Record<string, boolean | string>>

/** A param that is a variable of the system. */
export interface FreeParam {
  readonly param: string
  /** The number of the variable. */
  readonly variable: number
  /** What its values 0, 1, ... stand for. */
  readonly values: readonly (boolean | string)[]
}

/** The free params of a system, in the order in which `init` chooses them. */
export const paramsOf = (system: System): FreeParam[] =>
  system.variables.flatMap(({ id, role, values }) =>
    role.kind === 'param' && values !== undefined ? [{ param: role.param, variable: id, values }] : [],
  )

/**
 * What a choice code of `init` says: values for the free params, and the code of the same choices in a system that was
 * compiled for these values, whose radix is `radix`. @throws RangeError for a code that no way through `init` has.
 */
export const settingOf = (system: System, init: number, radix: number = system.radix): { params: ParamSettings; init: number } => {
  const params: Record<string, boolean | string> = {}
  let left = init
  for (const { param, values } of paramsOf(system)) {
    params[param] = valueAt(values, left % system.radix)
    left = Math.floor(left / system.radix)
  }
  return { params, init: recode(left, system.radix, radix) }
}

/**
 * The values of the free params in a state. Linear in the number of variables. @throws RangeError for a vector that is
 * no state of this system.
 */
export const settingIn = (system: System, vector: Vector): ParamSettings => {
  const params: Record<string, boolean | string> = {}
  let position = 0
  for (const v of system.variables) {
    if (v.role.kind === 'param') params[v.role.param] = valueAt(v.values ?? [], at(vector, position))
    position += elements(v)
  }
  return params
}

const valueAt = (values: readonly (boolean | string)[], i: number): boolean | string => {
  const value = values[i]
  if (value === undefined) throw new RangeError(`a free param has no value number ${i}`)
  return value
}

/**
 * The choices of a code of radix `from`, as a code of radix `to`; both must exceed every choice. Linear in the number
 * of choices.
 */
export const recode = (code: number, from: number, to: number): number =>
  code === 0 ? 0 : (code % from) + to * recode(Math.floor(code / from), from, to)
