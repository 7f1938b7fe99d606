/** The rows of a model's claims: made sure that each can be settled, and which of them one check settles. */
import { whyNotAsked } from '../../check/request/asked.js'
import { type ParamSetting, type ResolvedParams, resolveParams } from '../../check/request/params.js'
import { DiagnosticError } from '../../diagnostics.js'
import { builtInKinds, isBuiltIn } from '../../ir/kinds.js'
import type { ClaimRow } from '../../lang/claim.js'
import { nearest } from '../../load/find.js'
import type { Loaded, NamedClaims } from '../../load/load.js'
import { type AnyClaim, type AnyReading, unsettled } from './sentence.js'

/** A verdict that is asked for: a reading of a sentence in one setting, by one property. */
export interface Row {
  readonly claim: AnyClaim
  readonly reading: AnyReading
  readonly property: string
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
 * one that cannot be violated, and one whose verdict its sentence asks for already.
 */
export const rowsOf = (loaded: Loaded): Row[] =>
  loaded.claims.flatMap((named) => {
    const asked = new Set<string>()
    return named.claims.rows.map((given) => {
      const { params, ...row } = rowOf(loaded, named, given as AnyRow)
      // However a setting is written: one verdict could confirm the sentence and refute it.
      const key = JSON.stringify([row.claim.id, row.property, Object.entries(params)])
      if (asked.has(key))
        throw unsettled(named, row.claim, 'it asks for one verdict twice', 'leave it to one of its readings', {
          word: null,
          reading: row.reading,
        })
      asked.add(key)
      return row
    })
  })

type AnyRow = ClaimRow<Readonly<Record<string, unknown>>>

const rowOf = (loaded: Loaded, named: NamedClaims, row: AnyRow): Row & Pick<ResolvedParams, 'params'> => {
  const { sentence: claim, reading, property } = row
  requireProperty(loaded, named, { claim, reading, property })
  const variant = row.variant ?? null
  const names = Object.keys(loaded.model.params)
  // In the order of the params, however the row has them: the settings name the folder of the trace.
  const given = (Object.entries(row.settings ?? {}) as [string, ParamSetting][]).sort(([a], [b]) => names.indexOf(a) - names.indexOf(b))
  let resolved: ResolvedParams
  try {
    resolved = resolveParams(loaded.model, variant, given)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    const { code, message, hint } = error.diagnostic
    const wrong = code === 'MC007' ? variant : (given.map(([name]) => name).find((name) => message.includes(name)) ?? null)
    throw unsettled(named, claim, message, hint, { word: wrong, reading })
  }
  requireAsked(loaded, named, { claim, reading, property }, resolved.params)
  return { claim, reading, property, variant, settings: resolved.settings, params: resolved.params }
}

type Asking = Pick<Row, 'claim' | 'reading' | 'property'>

const requireAsked = (
  { model, properties }: Loaded,
  named: NamedClaims,
  { claim, reading, property: name }: Asking,
  params: Row['settings'],
): void => {
  const property = properties?.properties[name]
  const why = property === undefined ? null : whyNotAsked(model, name, property, params)
  if (why !== null)
    throw unsettled(named, claim, `'${name}' is ${why}`, 'claim it of a setting in which it is asked', { word: name, reading })
}

const requireProperty = ({ model, properties }: Loaded, named: NamedClaims, { claim, reading, property }: Asking): void => {
  const known = properties?.properties ?? {}
  if (isBuiltIn(property)) return
  if (!Object.hasOwn(known, property)) {
    const names = [...Object.keys(known), ...builtInKinds]
    const near = nearest(property, names)
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `it has: ${names.join(', ')}`
    throw unsettled(named, claim, `${model.name} has no property '${property}'`, hint, { word: property, reading })
  }
  const kind = known[property]?.kind
  if (kind === 'maximum' || kind === 'minimum')
    throw unsettled(named, claim, `'${property}' is a ${kind}, which cannot be violated`, 'claim a bound(measure, max) instead', {
      word: property,
      reading,
    })
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
