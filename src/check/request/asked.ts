/** In which settings a property is asked. */
import { DiagnosticError } from '../../diagnostics.js'
import type { Model } from '../../lang/model.js'
import type { AnyProperty } from '../../lang/property.js'
import { behind, placeOfFunction } from '../../load/stack.js'
import { type ParamSetting, resolveParams } from './params.js'

type Setting = Readonly<Record<string, ParamSetting>>

/**
 * Why a property is not asked in a setting; null where it is.
 * @throws DiagnosticError MC014 for a variant that the model has not, and for a condition that is none.
 */
export const whyNotAsked = (model: Model, name: string, property: AnyProperty<never, never>, params: Setting): string | null => {
  if (property.kind !== 'sometimes') return null
  const { in: variants, where } = property.asked
  const isIn = (variants ?? []).map((variant) => isOfVariant(model, name, variant, property, params)).includes(true)
  if (variants !== undefined && !isIn) return `not asked here, only in ${variants.join(', ')}`
  if (where === undefined) return null
  const asked: unknown = (where as (p: Setting) => unknown)(Object.freeze({ ...params }))
  if (typeof asked === 'boolean') return asked ? null : 'not asked here: its condition on the params does not hold'
  throw new DiagnosticError(
    'MC014',
    `\`where\` of the property '${name}' gives no boolean`,
    'it says of the params whether the property is asked: where: (p) => p.depth > 1',
    placeOfFunction(where),
  )
}

/** A setting is of a variant if its flags and choices are. Sizes may differ. */
const isOfVariant = (model: Model, name: string, variant: string, property: AnyProperty<never, never>, params: Setting): boolean => {
  const predicate = placeOfFunction('predicate' in property ? property.predicate : null)
  if (!Object.hasOwn(model.variants ?? {}, variant))
    throw new DiagnosticError(
      'MC014',
      `the property '${name}' is asked in '${variant}', which is no variant of ${model.name}`,
      `${model.name} has: ${Object.keys(model.variants ?? {}).join(', ') || 'none'}`,
      predicate === null ? null : (behind(predicate, predicate.end, [variant]) ?? predicate),
    )
  const own = resolveParams(model, variant, []).params
  return Object.entries(model.params).every(([param, { kind }]) => kind === 'size' || own[param] === params[param])
}
