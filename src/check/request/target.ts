/** What to check: a name or path to load, or a module's default export. */
import { DiagnosticError } from '../../diagnostics.js'
import type { Fields } from '../../lang/domain.js'
import type { Model } from '../../lang/model.js'
import type { Params } from '../../lang/param.js'
import type { Properties } from '../../lang/property.js'
import { loadModel, modelHash, sourcesOf } from '../../load/load.js'
import { functionInfo } from '../../load/registry.js'
import { shown } from '../../load/shown.js'

export interface Target {
  readonly model: Model
  readonly properties: Properties | null
  /** As it is shown to people. */
  readonly file: string
  /** Under which name its traces are kept. */
  readonly home: string
  readonly hash: string
}

/** A name, a path, or a module's default export, whatever its params and state: their types matter to authors only. */
export type Checkable =
  | string
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'properties'; readonly model: { readonly kind: 'model'; readonly name: string } }

/** @throws DiagnosticError MC001 to MC004, MC009, MC010, MC014, MC015 */
export const loadTarget = async (target: Checkable): Promise<Target> => {
  if (typeof target === 'string') {
    const { model, properties, file, home, sources } = await loadModel(target)
    return { model, properties, file: shown(file), home, hash: modelHash(sources) }
  }
  const loaded = target as Model<Params, Fields> | Properties<Params, Fields>
  const properties = loaded.kind === 'properties' ? loaded : null
  const model = loaded.kind === 'properties' ? loaded.model : loaded
  const files = filesOf(model, properties)
  const [file] = files
  if (file === undefined)
    throw new DiagnosticError(
      'MC004',
      `the source of model '${model.name}' is not known`,
      'give check() a path, or load the module through the Vite plugin mmucheck/vite',
    )
  return { model, properties, file: shown(file), home: model.name, hash: modelHash(sourcesOf(model, file)) }
}

/** The files of the functions that stand in the definitions themselves, the model's first. */
const filesOf = (model: Model, properties: Properties | null): string[] => {
  const predicates = Object.values(properties?.properties ?? {}).map((property) =>
    'measure' in property ? property.measure : property.predicate,
  )
  const functions: readonly unknown[] = [model.state, model.init, model.processes, model.rules, ...predicates]
  return [...new Set(functions.flatMap((fn) => functionInfo(fn)?.file ?? []))]
}
