/** Properties: ordinary predicates over the state, and what is claimed of them. */
import type { Fields, ValuesOf } from './domain.js'
import type { Model } from './model.js'
import type { Params, ParamValues } from './param.js'

export type Predicate<S, P> = (s: S, p: P) => boolean
export type Measure<S, P> = (s: S, p: P) => number

export interface Always<S, P> {
  readonly kind: 'always'
  readonly predicate: Predicate<S, P>
}
export interface Sometimes<S, P> {
  readonly kind: 'sometimes'
  readonly predicate: Predicate<S, P>
}
export interface Bound<S, P> {
  readonly kind: 'bound'
  readonly measure: Measure<S, P>
  readonly max: number
}
export type Property<S, P> = Always<S, P> | Sometimes<S, P> | Bound<S, P>

/** Holds in every reachable state. */
export const always = <S, P>(predicate: Predicate<S, P>): Always<S, P> => ({ kind: 'always', predicate })
/** Holds in some reachable state: the guard against a model that proves nothing because it does nothing. */
export const sometimes = <S, P>(predicate: Predicate<S, P>): Sometimes<S, P> => ({ kind: 'sometimes', predicate })
/** `measure` never exceeds `max` in any reachable state; the report says the greatest value reached. */
export const bound = <S, P>(measure: Measure<S, P>, max: number): Bound<S, P> => ({ kind: 'bound', measure, max })

export interface Properties<P extends Params = Params, F extends Fields = Fields> {
  readonly kind: 'properties'
  readonly model: Model<P, F>
  readonly properties: Readonly<Record<string, Property<ValuesOf<F>, ParamValues<P>>>>
}

/** The properties of a model, by name. */
export const properties = <P extends Params, F extends Fields>(
  model: Model<P, F>,
  named: Readonly<Record<string, Property<ValuesOf<F>, ParamValues<P>>>>,
): Properties<P, F> => ({ kind: 'properties', model, properties: named })
