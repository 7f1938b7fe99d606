/** Which properties are checked: those of the file, or the ones asked for, and the ad hoc invariants. */

import { fieldOf } from '../../at.js'
import { DiagnosticError, type Place } from '../../diagnostics.js'
import { builtInKinds, isBuiltIn } from '../../ir/kinds.js'
import { type AnyProperty, always } from '../../lang/property.js'
import { nearest } from '../../load/find.js'
import { compilePredicate } from '../../load/load.js'
import { placeOfFunction } from '../../load/stack.js'
import type { Target } from './target.js'

export type NamedProperties = Readonly<Record<string, AnyProperty<never, never>>>

/**
 * The named properties, or those in `names` (a built-in one may be named too: it is on anyhow), and then each invariant
 * as `invariant-1`, `invariant-2`, ...
 * @throws DiagnosticError MC008 for an unknown name, MC009 where a property has a built-in name, MC002 for an invariant
 * that is no function.
 */
export const chooseProperties = (
  target: Pick<Target, 'model' | 'properties'>,
  names: readonly string[] | null,
  invariants: readonly string[],
): NamedProperties => {
  const all: NamedProperties = target.properties?.properties ?? {}
  const clash = builtInKinds.find((name) => Object.hasOwn(all, name))
  if (clash !== undefined)
    throw new DiagnosticError(
      'MC009',
      `a property is named '${clash}', as the built-in one`,
      'give it another name',
      placeOfProperty(fieldOf(all, clash)),
    )
  for (const name of names ?? []) if (!Object.hasOwn(all, name) && !isBuiltIn(name)) throw unknownProperty(target, name, Object.keys(all))
  const chosen = Object.entries(all).filter(([name]) => names === null || names.includes(name))
  return Object.fromEntries([...chosen, ...adHoc(invariants, all)])
}

const placeOfProperty = (property: AnyProperty<never, never>): Place | null =>
  placeOfFunction('measure' in property ? property.measure : property.predicate)

const adHoc = (invariants: readonly string[], all: NamedProperties): [string, AnyProperty<never, never>][] => {
  let number = 0
  return invariants.map((text) => {
    do number++
    while (Object.hasOwn(all, `invariant-${number}`))
    return [`invariant-${number}`, always(compilePredicate(text))]
  })
}

const unknownProperty = (target: Pick<Target, 'model'>, name: string, known: readonly string[]): DiagnosticError => {
  const near = nearest(name, known)
  const hint = known.length === 0 ? 'it has none' : near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has: ${known.join(', ')}`
  return new DiagnosticError('MC008', `${target.model.name} has no property '${name}'`, hint)
}
