/** The sentences that models answer: made sure that each stands once, and that its readings make an answer. */
import { DiagnosticError } from '../../diagnostics.js'
import type { Claim, Reading, Says, Source } from '../../lang/claim.js'
import type { Loaded, NamedClaims } from '../../load/load.js'
import { placeOfClaim } from './place.js'
import { misshapeOf } from './shape.js'
import { dateOf, sourceText } from './source.js'

export type AnyClaim = Claim<Readonly<Record<string, unknown>>>
export type AnyReading = Reading<Readonly<Record<string, unknown>>>

/**
 * @throws DiagnosticError MC016 for two sentences of one number, a sentence that stands twice, a short form that is no
 * excerpt, a date that is none, and readings that make no answer: neither confirmed nor refuted, or both without an
 * `onlyIf`, or an `onlyIf` without both.
 */
export const requireSentences = (loaded: readonly Pick<Loaded, 'claims'>[]): void => {
  const parts = new Map<string, AnyClaim[]>()
  const numbers = new Map<string, string>()
  for (const { claims } of loaded) {
    const ids = new Set<string>()
    for (const named of claims)
      for (const claim of named.claims.sentences as readonly AnyClaim[]) {
        const wrongly = misshapeOf(claim)
        if (wrongly !== null)
          throw unsettled(named, claim, wrongly.message, wrongly.hint, {
            word: wrongly.wrong,
            reading: wrongly.reading as AnyReading | null,
          })
        const { id, quote } = claim
        if (ids.has(id)) throw unsettled(named, claim, 'it stands here twice', 'put its readings together', { word: id })
        ids.add(id)
        const number = numbers.get(quote) ?? id
        if (number !== id) throw unsettled(named, claim, `this sentence is ${number} already`, 'put its readings together', { word: id })
        numbers.set(quote, id)
        const others = parts.get(id) ?? []
        if (others.some((other) => !isSame(other, claim)))
          throw unsettled(named, claim, 'another sentence has this number', 'give each a number of its own', { word: id })
        parts.set(id, [...others, claim])
        requireForm(named, claim)
        requireAnswer(named, claim, [claim])
        requireAnswer(named, claim, [...others, claim])
      }
  }
}

/** The numbers of a model's sentences, as far as they have any. */
export const idsOf = ({ claims }: Pick<Loaded, 'claims'>): ReadonlySet<string> =>
  new Set(claims.flatMap(({ claims: { sentences } }) => (sentences as readonly AnyClaim[]).flatMap((claim) => claim?.id ?? [])))

type Claiming = Pick<Loaded, 'model' | 'claims'>

/**
 * `others` are models that are not settled. Where some are, there may be more that nobody knows of here.
 * @throws DiagnosticError MC016 for a sentence that stands with a model that has no reading of it.
 */
export const requireHomes = (models: readonly Claiming[], others: readonly Claiming[] | null): void => {
  const all = [...models, ...(others ?? [])]
  for (const { claims } of models)
    for (const named of claims)
      for (const claim of named.claims.sentences as readonly AnyClaim[]) {
        const { id, model: home } = claim
        const isKnown = others === null || all.some(({ model }) => model.name === home)
        const homes = all.filter((one) => idsOf(one).has(id)).map(({ model }) => model.name)
        if (home === undefined || homes.includes(home) || !isKnown) continue
        const hint = `the models that have one: ${homes.join(', ')}`
        throw unsettled(named, claim, `it stands with '${home}', which has no reading of it`, hint, { word: home })
      }
}

/** Of two models. */
const isSame = (a: AnyClaim, b: AnyClaim): boolean =>
  a.quote === b.quote && a.by === b.by && a.short === b.short && sourceText(a.source) === sourceText(b.source)

const requireForm = (named: NamedClaims, claim: AnyClaim): void => {
  const { short, source } = claim
  if (short !== undefined && !isExcerpt(short, claim.quote))
    throw unsettled(named, claim, 'its short form has words that the quote has not', "use the quote's words, and … for what is left out", {
      word: short,
    })
  const date = dateIn(source)
  if (date !== null && dateOf(date) === null)
    throw unsettled(named, claim, `'${date}' is no date`, "write '2008', '2008-07' or '2008-07-31'", { word: null })
  const reading = claim.readings.find(({ note, finding }) => note !== undefined && finding !== undefined)
  if (reading !== undefined)
    throw unsettled(named, claim, 'a reading has a note and a finding', 'a finding is a note of our own: write one of the two', {
      word: 'finding',
      reading,
    })
}

const dateIn = (source: Source): string | null => (source.kind === 'own' ? null : (source.date ?? null))

/** Whether the parts of `short` stand in the quote, one after the other. */
const isExcerpt = (short: string, quote: string): boolean => {
  let from = 0
  return short.split('…').every((part) => {
    const at = quote.indexOf(part.trim(), from)
    from = at + part.trim().length
    return at >= 0
  })
}

const requireAnswer = (named: NamedClaims, claim: AnyClaim, parts: readonly AnyClaim[]): void => {
  const all = parts.flatMap(({ readings }) => readings)
  const has = (says: Says): boolean => all.some((reading) => reading.says === says)
  const depends = parts.some(({ onlyIf }) => onlyIf !== undefined)
  if (!has('confirms') && !has('refutes'))
    throw unsettled(named, claim, 'no reading confirms or refutes it', "say of one: says: 'confirms', or 'refutes'", { word: null })
  if (has('confirms') && has('refutes') && !depends)
    throw unsettled(named, claim, 'it is confirmed and refuted', "say on what it depends: onlyIf: '...'", { word: null })
  if (depends && !(has('confirms') && has('refutes')))
    throw unsettled(named, claim, 'its readings show no condition', 'onlyIf needs one that confirms it and one that refutes it', {
      word: null,
    })
}

/** What is wrong in a sentence, or in one of its readings: a word of the author's, if it is one. */
export interface Wrong {
  readonly word: string | null
  /** By default the sentence is wrong itself. */
  readonly reading?: AnyReading | null
}

/** The error of a claim, at the word that is wrong. */
export const unsettled = (
  named: NamedClaims,
  claim: AnyClaim,
  message: string,
  hint: string,
  { word, reading = null }: Wrong,
): DiagnosticError => {
  const id = typeof claim?.id === 'string' ? claim.id : null
  const sentence = (named.claims.sentences as readonly AnyClaim[]).indexOf(claim)
  const place = placeOfClaim(named, { id, sentence, reading: reading === null ? null : claim.readings.indexOf(reading), word })
  return new DiagnosticError('MC016', `claim ${id ?? 'without a number'}: ${message}`, hint, place)
}
