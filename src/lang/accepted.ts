/** Changes to a protocol that no property notices, and why that is right: what `mmucheck mutate` asks about. */
import type { Fields } from './domain.js'
import type { Model } from './model.js'
import type { Params } from './param.js'

/** A mutant that survives, or several of one kind, with an explanation. */
export interface Acceptance<V extends string = string> {
  /**
   * The change as `mmucheck mutate` prints it, `left out: s.lock = null`; or what changes of its kind have in common,
   * `step split`.
   */
  readonly change: string
  /** Why nothing is wrong without it. */
  readonly why: string
  /** The variant in which it survives; by default the model as its params are by default. */
  readonly variant?: V
}

/** The explained survivors of one model. */
export interface Accepted<P extends Params = Params, F extends Fields = Fields> {
  readonly kind: 'accepted'
  readonly model: Model<P, F>
  readonly changes: readonly Acceptance[]
}

/**
 * The changes of a model that may survive `mmucheck mutate`; a named export of the file of its properties. An
 * explanation that explains nothing any more is an error there (MC026), not here.
 */
export const accepted = <P extends Params, F extends Fields>(model: Model<P, F>, changes: readonly Acceptance[]): Accepted<P, F> => ({
  kind: 'accepted',
  model,
  changes,
})
