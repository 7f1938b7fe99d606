/** How the params of a model are set: its defaults, then a variant, then what the command line says. */
import { fieldOf } from '../../at.js'
import { DiagnosticError } from '../../diagnostics.js'
import type { Model } from '../../lang/model.js'
import type { Param, Params } from '../../lang/param.js'
import { allowed, takes } from '../../lang/param-values.js'

export type ParamSetting = number | boolean | string

export interface ResolvedParams {
  readonly params: Readonly<Record<string, ParamSetting>>
  /** Those that differ from what the variant, or the defaults, say. */
  readonly settings: Readonly<Record<string, ParamSetting>>
}

/**
 * The value of every param. Settings may be given as text, as from a command line, or as values; a later one of the
 * same name wins.
 * @throws DiagnosticError MC005 for an unknown param, MC006 for a value it does not take, MC007 for an unknown variant.
 */
export const resolveParams = (
  model: Model,
  variant: string | null,
  settings: readonly (readonly [name: string, value: ParamSetting])[],
): ResolvedParams => {
  const defaults = Object.entries(model.params).map(([name, param]) => [name, param.default] as const)
  const base: Readonly<Record<string, ParamSetting>> = { ...Object.fromEntries(defaults), ...variantOf(model, variant) }
  const given = Object.fromEntries(settings.map(([name, value]) => [name, parseValue(name, paramOf(model.params, name), value)]))
  const changed = Object.entries(given).filter(([name, value]) => base[name] !== value)
  return { params: { ...base, ...given }, settings: Object.fromEntries(changed) }
}

const variantOf = (model: Model, variant: string | null): Readonly<Record<string, ParamSetting>> => {
  if (variant === null) return {}
  const variants = model.variants ?? {}
  if (!Object.hasOwn(variants, variant)) {
    const names = Object.keys(variants)
    const hint = names.length === 0 ? `${model.name} has no variants` : `${model.name} has: ${names.join(', ')}`
    throw new DiagnosticError('MC007', `${model.name} has no variant '${variant}'`, hint)
  }
  return fieldOf(variants, variant) as Readonly<Record<string, ParamSetting>>
}

const paramOf = (params: Params, name: string): Param => {
  if (Object.hasOwn(params, name)) return fieldOf(params, name)
  const names = Object.entries(params).map(([known, param]) => `${known}: ${allowed(param)}`)
  throw new DiagnosticError(
    'MC005',
    `there is no param '${name}'`,
    names.length === 0 ? 'this model has no params' : `the params are\n${names.join('\n')}`,
  )
}

const parseValue = (name: string, param: Param, given: ParamSetting): ParamSetting => {
  const value = typeof given === 'string' ? fromText(param, given) : given
  if (takes(param, value)) return value
  throw new DiagnosticError('MC006', `${name}=${String(given)} is not allowed`, `${name} takes ${allowed(param)}`)
}

const fromText = (param: Param, text: string): unknown => {
  switch (param.kind) {
    case 'size':
      return /^[0-9]+$/.test(text) ? Number(text) : text
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'choice':
      return text
  }
}
