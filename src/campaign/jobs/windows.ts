/** The windows of a model: what has to happen in a setting for its verdicts to say something. */
import type { Loaded } from '../../load/load.js'

/** The `sometimes` of a file of properties, but for those of which a row of claims says that they are never reached. */
export const windowsOf = ({ properties, claims }: Pick<Loaded, 'properties' | 'claims'>): string[] => {
  const denied = claims.flatMap(({ claims: { rows } }) =>
    rows.flatMap(({ property, expected }) => (expected === 'violated' ? [property] : [])),
  )
  return Object.entries(properties?.properties ?? {}).flatMap(([name, { kind }]) =>
    kind === 'sometimes' && !denied.includes(name) ? [name] : [],
  )
}
