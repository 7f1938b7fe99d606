/** A model that is loaded once more, as if one of its files were edited. */
import type { Properties } from '../../lang/property.js'
import type { Changed } from '../../load/changed.js'
import { loadChanged } from '../../load/load.js'

/** The model with its properties; with none where it has none. Only for a built package: see load.ts. */
export const reloaded = async (target: string, changed: Changed): Promise<Properties> => {
  const { model, properties } = await loadChanged(target, changed)
  return { ...(properties ?? { kind: 'properties', properties: {} }), model }
}
