/** The rows of a model's claims: made sure that each can be settled, and which of them one check settles. */
import { whyNotAsked } from '../../check/request/asked.js'
import { type ParamSetting, type ResolvedParams, resolveParams } from '../../check/request/params.js'
import { DiagnosticError, type Place } from '../../diagnostics.js'
import { builtInKinds, isBuiltIn } from '../../ir/kinds.js'
import type { Claim } from '../../lang/claim.js'
import { nearest } from '../../load/find.js'
import type { Loaded, NamedClaims } from '../../load/load.js'
import { shown } from '../../load/shown.js'
import { sourceOf } from '../../load/source.js'

export type AnyClaim = Claim<Readonly<Record<string, unknown>>>

/** A row, and how it sets the model. */
export interface Row {
  readonly claim: AnyClaim
  readonly variant: string | null
  /** The params that differ from what the variant, or the defaults, say. */
  readonly settings: Readonly<Record<string, ParamSetting>>
}

/** Rows that have the same settings, and so take one check. */
export interface Group {
  readonly variant: string | null
  readonly settings: Readonly<Record<string, ParamSetting>>
  readonly rows: readonly Row[]
}

/**
 * The rows in the order of the file.
 * @throws DiagnosticError MC016 for a row that names a variant, a param, a value or a property that the model has not,
 * or one that cannot be violated.
 */
export const rowsOf = (loaded: Loaded): Row[] =>
  loaded.claims.flatMap((named) => named.claims.rows.map((claim) => rowOf(loaded, named, claim as AnyClaim)))

const rowOf = (loaded: Loaded, named: NamedClaims, claim: AnyClaim): Row => {
  requireProperty(loaded, named, claim)
  const variant = claim.variant ?? null
  const names = Object.keys(loaded.model.params)
  // In the order of the params, however the row has them: the settings name the folder of the trace.
  const given = (Object.entries(claim.settings ?? {}) as [string, ParamSetting][]).sort(([a], [b]) => names.indexOf(a) - names.indexOf(b))
  let resolved: ResolvedParams
  try {
    resolved = resolveParams(loaded.model, variant, given)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    const { code, message, hint } = error.diagnostic
    const wrong = code === 'MC007' ? variant : (given.map(([name]) => name).find((name) => message.includes(name)) ?? null)
    throw unsettled(named, claim, message, hint, wrong)
  }
  requireAsked(loaded, named, claim, resolved.params)
  return { claim, variant, settings: resolved.settings }
}

const requireAsked = ({ model, properties }: Loaded, named: NamedClaims, claim: AnyClaim, params: Row['settings']): void => {
  const property = properties?.properties[claim.property]
  const why = property === undefined ? null : whyNotAsked(model, claim.property, property, params)
  if (why !== null)
    throw unsettled(named, claim, `'${claim.property}' is ${why}`, 'claim it of a setting in which it is asked', claim.property)
}

const requireProperty = ({ model, properties }: Loaded, named: NamedClaims, claim: AnyClaim): void => {
  const { property } = claim
  const known = properties?.properties ?? {}
  if (isBuiltIn(property)) return
  if (!Object.hasOwn(known, property)) {
    const names = [...Object.keys(known), ...builtInKinds]
    const near = nearest(property, names)
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has: ${names.join(', ')}`
    throw unsettled(named, claim, `${model.name} has no property '${property}'`, hint, property)
  }
  const kind = known[property]?.kind
  if (kind === 'maximum' || kind === 'minimum')
    throw unsettled(named, claim, `'${property}' is a ${kind}, which cannot be violated`, 'claim a bound(measure, max) instead', property)
}

const unsettled = (named: NamedClaims, claim: AnyClaim, message: string, hint: string, wrong: string | null): DiagnosticError =>
  new DiagnosticError('MC016', `claim ${claim.id}: ${message}`, hint, placeOf(named, wrong ?? claim.id))

/** Rows are data and know no place: the wrong word itself, where the claims have it first, else their export. */
const placeOf = ({ name, file }: NamedClaims, word: string): Place => {
  const { text } = sourceOf(file)
  const place = { file: shown(file), text }
  const start = Math.max(0, text.search(new RegExp(`\\bexport const ${name.replaceAll('$', '\\$')}\\b`)))
  const escaped = word.replaceAll(/[^\w\s]/g, '\\$&')
  const at = (from: number): Place | null => {
    const found = new RegExp(`(?<=['"\`])${escaped}(?=['"\`])|(?<![\\w$])${escaped}(?=\\s*:)`).exec(text.slice(from))
    return found === null ? null : { ...place, start: from + found.index, end: from + found.index + word.length }
  }
  return at(start) ?? at(0) ?? { ...place, start, end: start }
}

/** In the order of their first rows. */
export const groupsOf = (rows: readonly Row[]): Group[] => {
  const groups = new Map<string, { variant: string | null; settings: Row['settings']; rows: Row[] }>()
  for (const row of rows) {
    const { variant, settings } = row
    const key = JSON.stringify([variant, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { variant, settings, rows: [row] })
    else group.rows.push(row)
  }
  return [...groups.values()]
}
