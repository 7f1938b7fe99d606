/** Models of the repository as the exports see them, and what the explicit engine says of them. */
import type { Model, Properties } from 'mmucheck'
import { compile } from '../../src/compile/model/compile.ts'
import { type PropertyResult, search } from '../../src/explicit/search/search.ts'
import type { System } from '../../src/ir/system.ts'
import type { Target } from '../../src/symbolic/circuit/circuit.ts'
import { type Translation, translate } from '../../src/symbolic/circuit/translate.ts'

export type Settings = Readonly<Record<string, number | boolean | string>>

export interface Exported {
  readonly model: Model
  readonly params: Settings
  readonly system: System
  readonly translation: Translation
  readonly states: number
  /**
   * The targets, and of each the length of the shortest way to it, null where the explicit engine says that there is
   * none.
   */
  readonly lengths: readonly (readonly [Target, number | null])[]
}

/** The default export of a module of properties, whatever its params and state. */
export type Claimed = { readonly kind: 'properties'; readonly model: { readonly kind: 'model'; readonly name: string } }

/**
 * A model with its default params, changed by those of a variant, changed by `settings`. @throws Error if the explicit
 * search is not complete.
 */
export const exported = async (claimed: Claimed, variant: string | null, settings: Settings = {}): Promise<Exported> => {
  const { model, properties } = claimed as unknown as Properties & { readonly model: Model }
  const defaults = Object.fromEntries(Object.entries(model.params).map(([name, param]) => [name, param.default]))
  const changed = variant === null ? {} : model.variants?.[variant]
  if (changed === undefined) throw new Error(`no variant '${variant}'`)
  const params = { ...defaults, ...changed, ...settings } as Settings
  const system = compile({ model, params, properties })
  const translation = translate(system)
  const result = await search(system)
  if (!result.complete) throw new Error('the explicit search is not complete')
  const found = new Map(result.properties.map((property): [string, PropertyResult] => [property.name, property]))
  const lengths = translation.circuit.targets.map((target): [Target, number | null] => {
    const property = found.get(target.name)
    if (property === undefined) throw new Error(`the explicit engine knows no '${target.name}'`)
    return [target, property.length]
  })
  return { model, params, system, translation, states: result.states, lengths }
}
