/** Claims of the literature that a model settles: the rows of `mmucheck claims`. */
import type { Fields } from './domain.js'
import type { Model } from './model.js'
import type { Params, ParamValues } from './param.js'

/** A row of `mmucheck claims`: a sentence, a setting of the model, and the verdict that settles it there. */
export interface Claim<P, V extends string = string> {
  /** The number of the claim: `C1b.5`. Rows that settle one claim together have one number. */
  readonly id: string
  /** The sentence, as it was written. */
  readonly quote: string
  /** Who wrote it, where and when: `Zachary Amsden, 28 Jul 2006`. */
  readonly source: string
  /** The settings under which it is settled: a variant of the model, or params that differ from their defaults. */
  readonly variant?: V
  readonly settings?: Partial<P>
  /** The property that settles it: one of the model's, or `deadlock`, `stuck`, `assert`, `range`. */
  readonly property: string
  readonly expected: 'holds' | 'violated'
  /**
   * Why the row is right although its property says nothing of this setting, where that is what it shows: nothing is
   * ever compared, no flush is ever needed. An error where the property says something.
   */
  readonly vacuous?: string
  /** How the verdict answers the sentence, where that needs saying. */
  readonly reading?: string
}

/** The rows of one model, as `claims` makes them. */
export interface Claims<P extends Params = Params, F extends Fields = Fields> {
  readonly kind: 'claims'
  readonly model: Model<P, F>
  readonly rows: readonly Claim<ParamValues<P>>[]
}

/**
 * The claims that a model settles; a named export of the file of its properties. Whether each row names a variant,
 * params, values and a property that the model has is asked when the rows are settled (MC016), not here.
 */
export const claims = <P extends Params, F extends Fields>(model: Model<P, F>, rows: readonly Claim<ParamValues<P>>[]): Claims<P, F> => ({
  kind: 'claims',
  model,
  rows,
})
