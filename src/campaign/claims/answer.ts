/** What the models say to a sentence: computed from what was found, never written down. */
import type { Says } from '../../lang/claim.js'
import type { ClaimResult, ModelClaims } from './claims.js'
import type { AnyClaim } from './sentence.js'

/** A sentence, with all that was found of it. */
export interface Answered {
  readonly claim: AnyClaim
  /** The model with which it stands. */
  readonly model: string
  /** Of whatever models. */
  readonly rows: readonly ClaimResult[]
  /** Models that have readings of it too, and were not asked: the answer is without them. */
  readonly elsewhere: readonly string[]
  readonly answer: Answer
}

/** What follows for a sentence from all its rows. */
export type Answer =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'refuted' }
  /** Some readings confirm it, others refute it; this is what tells them apart. */
  | { readonly kind: 'only if'; readonly condition: string }
  /** A verdict is not the expected one, or was not found, so that nothing follows from the readings. */
  | { readonly kind: 'open'; readonly why: 'differs' | 'not settled' }

/** Each sentence once, in the order of the models and of their files. */
export const answersOf = (models: readonly ModelClaims[]): Answered[] => {
  const sentences = new Map<string, ClaimResult[]>()
  for (const row of models.flatMap(({ rows }) => rows)) {
    const { id } = row.claim
    sentences.set(id, [...(sentences.get(id) ?? []), row])
  }
  return [...sentences.values()].flatMap((rows) => {
    const first = rows[0]
    if (first === undefined) return []
    const { claim } = first
    // A run of one model may be without the one with which the sentence stands.
    const { model } = rows.find((row) => row.model === claim.model) ?? first
    const atHome = [...rows.filter((row) => row.model === model), ...rows.filter((row) => row.model !== model)]
    const elsewhere = models.flatMap((one) => one.elsewhere.get(claim.id) ?? [])
    return [{ claim, model, rows: atHome, elsewhere: [...new Set(elsewhere)], answer: answerOf(rows) }]
  })
}

const answerOf = (rows: readonly ClaimResult[]): Answer => {
  if (rows.some(({ asExpected, found }) => !asExpected && found !== 'incomplete')) return { kind: 'open', why: 'differs' }
  if (rows.some(({ asExpected }) => !asExpected)) return { kind: 'open', why: 'not settled' }
  const has = (says: Says): boolean => rows.some(({ reading }) => reading.says === says)
  if (!has('refutes')) return { kind: 'confirmed' }
  if (!has('confirms')) return { kind: 'refuted' }
  const conditions = new Set(rows.flatMap(({ claim }) => claim.onlyIf ?? []))
  return { kind: 'only if', condition: [...conditions].join(', and ') }
}

/** The row with the shortest race that was found: of a setting of which the sentence speaks, if there is one. */
export const shortestOf = (rows: readonly ClaimResult[]): ClaimResult | null => {
  const races = rows.filter(({ found, property }) => found === 'violated' && property?.trace)
  const own = races.filter(({ reading }) => reading.says !== 'contrasts')
  const length = ({ property }: ClaimResult): number => property?.length ?? Number.POSITIVE_INFINITY
  return (own.length > 0 ? own : races).toSorted((a, b) => length(a) - length(b))[0] ?? null
}

/** The rows that are told the same. */
export interface ReadingResult {
  readonly says: Says
  readonly note: string | null
  readonly isFinding: boolean
  readonly rows: readonly ClaimResult[]
}

/** In the order of their first rows. Readings that only differ in their settings are one. */
export const readingsOf = (rows: readonly ClaimResult[]): ReadingResult[] => {
  const readings = new Map<unknown, ReadingResult>()
  for (const row of rows) {
    const { reading } = row
    const { says } = reading
    const note = reading.finding ?? reading.note ?? null
    const isFinding = reading.finding !== undefined
    const key = note === null ? reading : JSON.stringify([says, note, isFinding])
    readings.set(key, { says, note, isFinding, rows: [...(readings.get(key)?.rows ?? []), row] })
  }
  return [...readings.values()]
}
