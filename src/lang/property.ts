/** Properties: ordinary predicates over the state, and what is claimed of them. */
import type { Fields, ValuesOf } from './domain.js'
import type { Model } from './model.js'
import type { Params, ParamValues } from './param.js'

/** A function of a state and of the params that says yes or no. It must not write, and may read ghosts. */
export type Predicate<S, P> = (s: S, p: P) => boolean
/** A function of a state and of the params that gives a 32-bit integer. It must not write, and may read ghosts. */
export type Measure<S, P> = (s: S, p: P) => number

/** The property of `always(...)`. */
export interface Always<S, P> {
  readonly kind: 'always'
  readonly predicate: Predicate<S, P>
}
/** The property of `sometimes(...)`. */
export interface Sometimes<S, P> {
  readonly kind: 'sometimes'
  readonly predicate: Predicate<S, P>
}
/** The property of `bound(...)`: the measure is at most `max`. */
export interface Bound<S, P> {
  readonly kind: 'bound'
  readonly measure: Measure<S, P>
  readonly max: number
}
/** What a single state settles. */
export type Property<S, P> = Always<S, P> | Sometimes<S, P> | Bound<S, P>

/** The property of `eventually(...)`. */
export interface Eventually<S, P> {
  readonly kind: 'eventually'
  readonly predicate: Predicate<S, P>
}
/** The property of `leadsTo(...)`: where `trigger` holds, `predicate` is owed. */
export interface LeadsTo<S, P> {
  readonly kind: 'leadsTo'
  readonly trigger: Predicate<S, P>
  readonly predicate: Predicate<S, P>
}
/** The property of `alwaysPossible(...)`. */
export interface AlwaysPossible<S, P> {
  readonly kind: 'alwaysPossible'
  readonly predicate: Predicate<S, P>
}
/** What only whole behaviours settle: it takes the graph of all reachable states. */
export type TemporalProperty<S, P> = Eventually<S, P> | LeadsTo<S, P> | AlwaysPossible<S, P>

/** The answer that `maximum(...)` and `minimum(...)` ask for. */
export interface Extreme<S, P> {
  readonly kind: 'maximum' | 'minimum'
  readonly measure: Measure<S, P>
  /** Over all reachable states, or only over those in which every process has returned. */
  readonly over: 'all states' | 'final states'
}

/** Everything that can stand under a name of `properties(...)`. */
export type AnyProperty<S, P> = Property<S, P> | TemporalProperty<S, P> | Extreme<S, P>

/** Holds in every reachable state, the initial ones too. A state in which the predicate fails (an index outside its array) violates it. */
export const always = <S, P>(predicate: Predicate<S, P>): Always<S, P> => ({ kind: 'always', predicate })
/** Holds in some reachable state: the guard against a model that proves nothing because it does nothing. */
export const sometimes = <S, P>(predicate: Predicate<S, P>): Sometimes<S, P> => ({ kind: 'sometimes', predicate })
/** The measure never exceeds `max` in any reachable state; the report says the greatest value reached, and whether `max` is tight. */
export const bound = <S, P>(measure: Measure<S, P>, max: number): Bound<S, P> => ({ kind: 'bound', measure, max })

/**
 * Every fair behaviour reaches a state in which the predicate holds. A behaviour goes on as long as anything is enabled; where nothing is,
 * it stays in its last state for ever. Which behaviours are fair is the model's `fairness`.
 */
export const eventually = <S, P>(predicate: Predicate<S, P>): Eventually<S, P> => ({ kind: 'eventually', predicate })
/** From every reachable state in which `trigger` holds, every fair behaviour reaches one in which `predicate` holds (that state itself counts). */
export const leadsTo = <S, P>(trigger: Predicate<S, P>, predicate: Predicate<S, P>): LeadsTo<S, P> => ({
  kind: 'leadsTo',
  trigger,
  predicate,
})
/** From every reachable state some path reaches a state in which the predicate holds: AG EF. Fairness plays no part. */
export const alwaysPossible = <S, P>(predicate: Predicate<S, P>): AlwaysPossible<S, P> => ({ kind: 'alwaysPossible', predicate })
/**
 * The greatest value of a measure over the reachable states, or with `over: 'final states'` over those in which every process has returned,
 * for the report: it cannot be violated. States in which the measure fails do not count.
 */
export const maximum = <S, P>(measure: Measure<S, P>, options: { readonly over?: Extreme<S, P>['over'] } = {}): Extreme<S, P> => ({
  kind: 'maximum',
  measure,
  over: options.over ?? 'all states',
})
/** The least value of a measure, for the report; otherwise as `maximum`. */
export const minimum = <S, P>(measure: Measure<S, P>, options: { readonly over?: Extreme<S, P>['over'] } = {}): Extreme<S, P> => ({
  kind: 'minimum',
  measure,
  over: options.over ?? 'all states',
})

/** The properties of one model, as `properties` makes them: the default export of their file. */
export interface Properties<P extends Params = Params, F extends Fields = Fields> {
  readonly kind: 'properties'
  readonly model: Model<P, F>
  readonly properties: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>>>>
}

/**
 * The properties of a model, by name. The built-in ones (`deadlock`, `stuck`, `assert`, `range`) need not be named, and their names are taken: a
 * property of such a name is refused when the file is loaded (MC009).
 */
export const properties = <P extends Params, F extends Fields>(
  model: Model<P, F>,
  named: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>>>>,
): Properties<P, F> => ({ kind: 'properties', model, properties: named })
