/** Params: the named settings of a model, known before it is compiled. */
import { ModelError } from './domain.js'

/**
 * A param whose value has the TypeScript type `T`. It is plain data, told apart by `kind`; make one by `size`, `flag`
 * or `choice`.
 */
export type Param<T = unknown> = (SizeParam | FlagParam | ChoiceParam) & { readonly [paramType]?: T }
declare const paramType: unique symbol

/** The param of `size(...)`: an integer from `min` to `max`, both included. */
export interface SizeParam {
  readonly kind: 'size'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly doc: string
}
/** The param of `flag(...)`. */
export interface FlagParam {
  readonly kind: 'flag'
  readonly default: boolean
  readonly doc: string
}
/** The param of `choice(...)`: one of `values`. */
export interface ChoiceParam {
  readonly kind: 'choice'
  readonly values: readonly string[]
  readonly default: string
  readonly doc: string
}

/** The params of a model, by name: what `--set` takes. */
export type Params = Readonly<Record<string, Param>>
/** The type of the value of one param. */
export type ParamValue<P> = P extends { readonly [paramType]?: infer T } ? Exclude<T, undefined> : never
/** The record of values that a model's functions get as `p`. */
export type ParamValues<P> = { readonly [K in keyof P]: ParamValue<P[K]> }

/**
 * A number of things: an integer from `min` (1 unless given) to `max` (64 unless given), by default `value`.
 * @throws ModelError if the default is no integer, or outside.
 */
export const size = (value: number, options: { min?: number; max?: number; doc?: string } = {}): Param<number> => {
  const { min = 1, max = 64, doc = '' } = options
  if (!Number.isInteger(value) || value < min || value > max) throw new ModelError(`size(${value}) is not an integer from ${min} to ${max}`)
  return { kind: 'size', default: value, min, max, doc }
}

/** A knob that is on or off, by default `value`; `doc` is what `mmucheck list` says of it. */
export const flag = (value: boolean, doc = ''): Param<boolean> => ({ kind: 'flag', default: value, doc })

/**
 * A knob with named settings, by default `value`; `doc` is what `mmucheck list` says of it.
 * @throws ModelError if the default is none of them.
 */
export const choice = <const V extends readonly [string, ...string[]]>(
  values: V,
  value: NoInfer<V[number]>,
  doc = '',
): Param<V[number]> => {
  if (!values.includes(value)) throw new ModelError(`choice: '${value}' is none of ${values.join(', ')}`)
  return { kind: 'choice', values, default: value, doc }
}
