/** Properties: ordinary predicates over the state, and what is claimed of them. */
import type { Fields, ValuesOf } from './domain.js'
import type { Model } from './model.js'
import type { Params, ParamValues } from './param.js'

/** Looks at the variables of a state, at the params, and at where the processes stand: `at.cpu[0] === 'critical'`. */
export type Predicate<S, P, A = never> = (s: S, p: P, at: A) => boolean
export type Measure<S, P, A = never> = (s: S, p: P, at: A) => number

export interface Always<S, P, A = never> {
  readonly kind: 'always'
  readonly predicate: Predicate<S, P, A>
}
export interface Sometimes<S, P, A = never> {
  readonly kind: 'sometimes'
  readonly predicate: Predicate<S, P, A>
}
export interface Bound<S, P, A = never> {
  readonly kind: 'bound'
  readonly measure: Measure<S, P, A>
  readonly max: number
}
/** What a single state settles. */
export type Property<S, P, A = never> = Always<S, P, A> | Sometimes<S, P, A> | Bound<S, P, A>

export interface Eventually<S, P, A = never> {
  readonly kind: 'eventually'
  readonly predicate: Predicate<S, P, A>
}
export interface LeadsTo<S, P, A = never> {
  readonly kind: 'leadsTo'
  readonly trigger: Predicate<S, P, A>
  readonly predicate: Predicate<S, P, A>
}
export interface AlwaysPossible<S, P, A = never> {
  readonly kind: 'alwaysPossible'
  readonly predicate: Predicate<S, P, A>
}
/** What only whole behaviours settle: it takes the graph of all reachable states. */
export type TemporalProperty<S, P, A = never> = Eventually<S, P, A> | LeadsTo<S, P, A> | AlwaysPossible<S, P, A>

export interface Extreme<S, P, A = never> {
  readonly kind: 'maximum' | 'minimum'
  readonly measure: Measure<S, P, A>
  /** Over all reachable states, or only over those in which every process has returned. */
  readonly over: 'all states' | 'final states'
}

export type AnyProperty<S, P, A = never> = Property<S, P, A> | TemporalProperty<S, P, A> | Extreme<S, P, A>

/** Holds in every reachable state. */
export const always = <S, P, A = unknown>(predicate: Predicate<S, P, A>): Always<S, P, A> => ({ kind: 'always', predicate })
/** Holds in some reachable state: the guard against a model that proves nothing because it does nothing. */
export const sometimes = <S, P, A = unknown>(predicate: Predicate<S, P, A>): Sometimes<S, P, A> => ({ kind: 'sometimes', predicate })
/** `measure` never exceeds `max` in any reachable state; the report says the greatest value reached. */
export const bound = <S, P, A = unknown>(measure: Measure<S, P, A>, max: number): Bound<S, P, A> => ({ kind: 'bound', measure, max })

/**
 * Every fair behaviour comes to a state in which the predicate holds. A behaviour goes on as long as anything is enabled; where nothing is,
 * it stays in its last state for ever. Which behaviours are fair is the model's `fairness`.
 */
export const eventually = <S, P, A = unknown>(predicate: Predicate<S, P, A>): Eventually<S, P, A> => ({ kind: 'eventually', predicate })
/** From every reachable state in which `trigger` holds, every fair behaviour comes to one in which `predicate` holds (that state itself counts). */
export const leadsTo = <S, P, A = unknown>(trigger: Predicate<S, P, A>, predicate: Predicate<S, P, A>): LeadsTo<S, P, A> => ({
  kind: 'leadsTo',
  trigger,
  predicate,
})
/** From every reachable state some path reaches a state in which the predicate holds: AG EF. Fairness plays no part. */
export const alwaysPossible = <S, P, A = unknown>(predicate: Predicate<S, P, A>): AlwaysPossible<S, P, A> => ({
  kind: 'alwaysPossible',
  predicate,
})
/** The greatest value of a measure over the reachable states, for the report: it cannot be violated. */
export const maximum = <S, P, A = unknown>(
  measure: Measure<S, P, A>,
  options: { readonly over?: Extreme<S, P, A>['over'] } = {},
): Extreme<S, P, A> => ({
  kind: 'maximum',
  measure,
  over: options.over ?? 'all states',
})
/** The least value of a measure over the reachable states, for the report: it cannot be violated. */
export const minimum = <S, P, A = unknown>(
  measure: Measure<S, P, A>,
  options: { readonly over?: Extreme<S, P, A>['over'] } = {},
): Extreme<S, P, A> => ({
  kind: 'minimum',
  measure,
  over: options.over ?? 'all states',
})

export interface Properties<P extends Params = Params, F extends Fields = Fields, A = never> {
  readonly kind: 'properties'
  readonly model: Model<P, F>
  readonly properties: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, A>>>
}

/** The properties of a model, by name. */
export const properties = <P extends Params, F extends Fields, A>(
  model: Model<P, F, A>,
  named: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, NoInfer<A>>>>,
): Properties<P, F, A> => ({ kind: 'properties', model: model as Model<P, F>, properties: named })
