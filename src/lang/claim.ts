/** What people wrote about a protocol, sentence by sentence, and what a model says to it: `mmucheck claims`. */
import type { Fields } from './domain.js'
import type { Model } from './model.js'
import type { Params, ParamValues } from './param.js'

/** Where sentences stand. A date is ISO 8601, as exactly as it is known: `2008`, `2008-07`, `2008-07-31`. */
export type Source = Mail | Document | Own

/** A mail of the debate. */
export interface Mail {
  readonly kind: 'mail'
  readonly author: string
  readonly date: string
  /** Where it was sent: `linux-kernel`. */
  readonly list: string
  readonly subject?: string
  /** What goes with it: `the attachment "lazy-mmu-batching"`. */
  readonly with?: string
}

/** What is written elsewhere: documentation, a commit, a comment in code. */
export interface Document {
  readonly kind: 'document'
  readonly title: string
  readonly author?: string
  readonly date?: string
}

/** A page of this project. */
export interface Own {
  readonly kind: 'own'
  readonly title: string
}

/** A sentence that somebody wrote. */
export interface Sentence {
  /** Its number: `C1b.5`. No other sentence has it, of whatever model. */
  readonly id: string
  /** As it was written. */
  readonly quote: string
  /** The quote in a few words, all of them its own; `…` stands for what is left out. By default its beginning. */
  readonly short?: string
  readonly source: Source
  /** Who wrote it, where that is not the author of the source but somebody who is quoted there. */
  readonly by?: string
  /** The model with which it stands, where several have readings of it. By default the first of them. */
  readonly model?: string
}

/**
 * What a reading is to its sentence. It `confirms` or `refutes` it, in a setting of which the sentence speaks; or it
 * `contrasts` with it: it shows what would be in another one, without a part of the design for example.
 */
export type Says = 'confirms' | 'refutes' | 'contrasts'

/** Verdicts that answer a sentence in the same way: a row for each setting and each property. */
export interface Reading<P, V extends string = string> {
  /** What the sentence is told by it, if the verdicts are as expected. */
  readonly says: Says
  /** The settings: a variant of the model, or params that differ from their defaults, or both; each of several. */
  readonly variant?: V | readonly V[]
  readonly settings?: Partial<P> | readonly Partial<P>[]
  /** What settles it: properties of the model, or `deadlock`, `stuck`, `assert`, `range`. */
  readonly property: string | readonly string[]
  readonly expected: 'holds' | 'violated'
  /**
   * Why it is right although its property says nothing of this setting, where that is what it shows: nothing is ever
   * compared, no flush is ever needed. An error where the property says something.
   */
  readonly vacuous?: string
  /** How the verdicts answer the sentence, where that needs saying. */
  readonly note?: string
  /** A note that is a finding of our own, which nobody has written before. */
  readonly finding?: string
}

/** A sentence with its readings, each of which is settled. */
export interface Claim<P, V extends string = string> extends Sentence {
  /** On what it depends; needed if some readings confirm it and others refute it, and wrong if not. */
  readonly onlyIf?: string
  readonly readings: readonly Reading<P, V>[]
}

/** What a reading comes to: one setting, one property, one verdict. */
export interface ClaimRow<P, V extends string = string> {
  readonly sentence: Claim<P, V>
  readonly reading: Reading<P, V>
  readonly variant?: V
  readonly settings?: Partial<P>
  readonly property: string
  readonly expected: 'holds' | 'violated'
}

/** The sentences of one model, as `claims` makes them. */
export interface Claims<P extends Params = Params, F extends Fields = Fields> {
  readonly kind: 'claims'
  readonly model: Model<P, F>
  readonly sentences: readonly Claim<ParamValues<P>>[]
  readonly rows: readonly ClaimRow<ParamValues<P>>[]
}

/**
 * The sentences that a model answers; a named export of the file of its properties. Whether each reading names a
 * variant, params, values and a property that the model has, and whether they make an answer, is asked when they are
 * settled (MC016), not here.
 */
export const claims = <P extends Params, F extends Fields>(
  model: Model<P, F>,
  sentences: readonly Claim<ParamValues<P>>[],
): Claims<P, F> => ({
  kind: 'claims',
  model,
  sentences,
  rows: sentences.flatMap((sentence) => readingsOf(sentence).flatMap((reading) => rowsOf(sentence, reading))),
})

/** Who does not type-check is told of what is missing when it is settled. */
const readingsOf = <P>({ readings }: Claim<P>): readonly Reading<P>[] => (Array.isArray(readings) ? readings : [])

const rowsOf = <P>(sentence: Claim<P>, reading: Reading<P>): ClaimRow<P>[] => {
  const { expected } = reading
  return listOf(reading.variant).flatMap((variant) =>
    listOf(reading.settings).flatMap((settings) =>
      listOf(reading.property).map((property) => ({
        sentence,
        reading,
        ...(variant === undefined ? {} : { variant }),
        ...(settings === undefined ? {} : { settings }),
        property,
        expected,
      })),
    ),
  )
}

const listOf = <T>(one: T | readonly T[]): readonly T[] => (Array.isArray(one) ? one : [one as T])
