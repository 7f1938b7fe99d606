/** Properties: ordinary predicates over the state, and what is claimed of them. */
import { type Fields, ModelError, type ValuesOf } from './domain.js'
import type { Model } from './model.js'
import type { Params, ParamValues } from './param.js'

/** A function of a state and of the params that says yes or no. It must not write, and may read ghosts. */
export type Predicate<S, P, A = never> = (s: S, p: P, at: A) => boolean
/** A function of a state and of the params that gives a 32-bit integer. It must not write, and may read ghosts. */
export type Measure<S, P, A = never> = (s: S, p: P, at: A) => number

/** The property of `always(...)`. */
export interface Always<S, P, A = never> {
  readonly kind: 'always'
  readonly predicate: Predicate<S, P, A>
}
/** In which settings a `sometimes` is asked; where both are given, only in those that both allow. */
export interface Asked<P> {
  /** Only in these variants of the model: where all flags and choices are as in one of them, whatever the sizes. */
  readonly in?: readonly string[]
  /** Only where the params are such. */
  readonly where?: (p: P) => boolean
}
/** The property of `sometimes(...)`. */
export interface Sometimes<S, P, A = never> {
  readonly kind: 'sometimes'
  readonly predicate: Predicate<S, P, A>
  readonly asked: Asked<P>
}
/** The property of `bound(...)`: the measure is at most `max`. */
export interface Bound<S, P, A = never> {
  readonly kind: 'bound'
  readonly measure: Measure<S, P, A>
  readonly max: number
}
/** What a single state settles. */
export type Property<S, P, A = never> = Always<S, P, A> | Sometimes<S, P, A> | Bound<S, P, A>

/** The property of `eventually(...)`. */
export interface Eventually<S, P, A = never> {
  readonly kind: 'eventually'
  readonly predicate: Predicate<S, P, A>
}
/** The property of `leadsTo(...)`: where `trigger` holds, `predicate` is owed. */
export interface LeadsTo<S, P, A = never> {
  readonly kind: 'leadsTo'
  readonly trigger: Predicate<S, P, A>
  readonly predicate: Predicate<S, P, A>
}
/** The property of `alwaysPossible(...)`. */
export interface AlwaysPossible<S, P, A = never> {
  readonly kind: 'alwaysPossible'
  readonly predicate: Predicate<S, P, A>
}
/** What only whole behaviours settle: it takes the graph of all reachable states. */
export type TemporalProperty<S, P, A = never> = Eventually<S, P, A> | LeadsTo<S, P, A> | AlwaysPossible<S, P, A>

/** The answer that `maximum(...)` and `minimum(...)` ask for. */
export interface Extreme<S, P, A = never> {
  readonly kind: 'maximum' | 'minimum'
  readonly measure: Measure<S, P, A>
  /** Over all reachable states, or only over those in which every process has returned. */
  readonly over: 'all states' | 'final states'
}

/** Everything that can stand under a name of `properties(...)`. */
export type AnyProperty<S, P, A = never> = Property<S, P, A> | TemporalProperty<S, P, A> | Extreme<S, P, A>

/** How properties are written: types are gone when a file of them runs. */
const written: Readonly<Record<AnyProperty<never, never>['kind'], string>> = {
  always: 'always((s, p) => ...)',
  sometimes: 'sometimes((s, p) => ...)',
  bound: 'bound((s, p) => ..., max)',
  eventually: 'eventually((s, p) => ...)',
  leadsTo: 'leadsTo((s, p) => ..., (s, p) => ...)',
  alwaysPossible: 'alwaysPossible((s, p) => ...)',
  maximum: 'maximum((s, p) => ...)',
  minimum: 'minimum((s, p) => ...)',
}

const misuse = (kind: keyof typeof written, what: string, form: string, given: unknown): ModelError =>
  new ModelError(
    given === undefined ? `${kind}(...) is without its ${what}` : `the ${what} of ${kind}(...) is ${form}, not ${shown(given)}`,
    {
      hint: `write ${written[kind]}`,
      words: [kind],
    },
  )

const shown = (x: unknown): string => (typeof x === 'string' ? `'${x}'` : String(x))

/** The function that is given. @throws ModelError for what is none. */
const required = <T>(kind: keyof typeof written, what: string, given: T): T => {
  if (typeof given === 'function') return given
  throw misuse(kind, what, 'a function', given)
}

/** @throws ModelError for what says nothing of the settings. */
const wellAsked = <P>(asked: Asked<P>): Asked<P> => {
  const hint = "write sometimes((s, p) => ..., { in: ['lazy'] }), or { where: (p) => p.lazy }"
  const wrongly = (message: string): ModelError => new ModelError(message, { hint, words: ['sometimes'] })
  const given: unknown = asked
  if (typeof given !== 'object' || given === null)
    throw wrongly(`what is behind the predicate of sometimes(...) is an object, not ${shown(given)}`)
  const unknown = Object.keys(given).find((key) => key !== 'in' && key !== 'where')
  if (unknown !== undefined) throw wrongly(`'${unknown}' of sometimes(...) means nothing`)
  const { in: variants, where }: { readonly in?: unknown; readonly where?: unknown } = given
  if (variants !== undefined && !(Array.isArray(variants) && variants.every((one) => typeof one === 'string')))
    throw wrongly('`in` of sometimes(...) is a list of names of variants')
  if (where !== undefined && typeof where !== 'function') throw wrongly('`where` of sometimes(...) is a function of the params')
  return asked
}

const wellOver = (kind: 'maximum' | 'minimum', over: Extreme<never, never>['over'] = 'all states'): Extreme<never, never>['over'] => {
  if (over === 'all states' || over === 'final states') return over
  throw new ModelError(`\`over\` of ${kind}(...) is 'all states' or 'final states', not ${shown(over)}`, {
    hint: `write ${kind}((s, p) => ..., { over: 'final states' })`,
    words: [kind],
  })
}

/**
 * Holds in every reachable state, the initial ones too. A state in which the predicate fails (an index outside its
 * array) violates it.
 */
export const always = <S, P, A = unknown>(predicate: Predicate<S, P, A>): Always<S, P, A> => ({
  kind: 'always',
  predicate: required('always', 'predicate', predicate),
})
/**
 * Holds in some reachable state: the guard against a model that proves nothing because it does nothing. A window that
 * belongs to some settings only is asked there alone: `sometimes(predicate, { in: ['lazy'] })`, or with a condition on
 * the params, `{ where: (p) => p.lazy }`.
 */
export const sometimes = <S, P, A = unknown>(predicate: Predicate<S, P, A>, asked: Asked<P> = {}): Sometimes<S, P, A> => ({
  kind: 'sometimes',
  predicate: required('sometimes', 'predicate', predicate),
  asked: wellAsked(asked),
})
/**
 * The measure never exceeds `max` in any reachable state; the report says the greatest value reached, and whether `max`
 * is tight.
 */
export const bound = <S, P, A = unknown>(measure: Measure<S, P, A>, max: number): Bound<S, P, A> => {
  required('bound', 'measure', measure)
  if (!isInteger(max)) throw misuse('bound', 'limit', 'a 32-bit integer', max)
  return { kind: 'bound', measure, max }
}

const isInteger = (x: unknown): x is number => typeof x === 'number' && (x | 0) === x

/**
 * Every fair behaviour reaches a state in which the predicate holds. A behaviour goes on as long as anything is
 * enabled; where nothing is, it stays in its last state for ever. Which behaviours are fair is the model's `fairness`.
 */
export const eventually = <S, P, A = unknown>(predicate: Predicate<S, P, A>): Eventually<S, P, A> => ({
  kind: 'eventually',
  predicate: required('eventually', 'predicate', predicate),
})
/**
 * From every reachable state in which `trigger` holds, every fair behaviour reaches one in which `predicate` holds
 * (that state itself counts).
 */
export const leadsTo = <S, P, A = unknown>(trigger: Predicate<S, P, A>, predicate: Predicate<S, P, A>): LeadsTo<S, P, A> => ({
  kind: 'leadsTo',
  trigger: required('leadsTo', 'first predicate', trigger),
  predicate: required('leadsTo', 'second predicate', predicate),
})
/** From every reachable state some path reaches a state in which the predicate holds: AG EF. Fairness plays no part. */
export const alwaysPossible = <S, P, A = unknown>(predicate: Predicate<S, P, A>): AlwaysPossible<S, P, A> => ({
  kind: 'alwaysPossible',
  predicate: required('alwaysPossible', 'predicate', predicate),
})
/**
 * The greatest value of a measure over the reachable states, or with `over: 'final states'` over those in which every
 * process has returned, for the report: it cannot be violated. States in which the measure fails do not count.
 */
export const maximum = <S, P, A = unknown>(
  measure: Measure<S, P, A>,
  options: { readonly over?: Extreme<S, P, A>['over'] } = {},
): Extreme<S, P, A> => ({
  kind: 'maximum',
  measure: required('maximum', 'measure', measure),
  over: wellOver('maximum', options.over),
})
/** The least value of a measure, for the report; otherwise as `maximum`. */
export const minimum = <S, P, A = unknown>(
  measure: Measure<S, P, A>,
  options: { readonly over?: Extreme<S, P, A>['over'] } = {},
): Extreme<S, P, A> => ({
  kind: 'minimum',
  measure: required('minimum', 'measure', measure),
  over: wellOver('minimum', options.over),
})

/** The properties of one model, as `properties` makes them: the default export of their file. */
export interface Properties<P extends Params = Params, F extends Fields = Fields, A = never> {
  readonly kind: 'properties'
  readonly model: Model<P, F>
  readonly properties: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, A>>>
}

/**
 * The properties of a model, by name. The built-in ones (`deadlock`, `stuck`, `assert`, `range`) need not be named, and
 * their names are taken: a property of such a name is refused when the file is loaded (MC009).
 */
export const properties = <P extends Params, F extends Fields, A>(
  model: Model<P, F, A>,
  named: Readonly<Record<string, AnyProperty<ValuesOf<F>, ParamValues<P>, NoInfer<A>>>>,
): Properties<P, F, A> => ({ kind: 'properties', model: model as Model<P, F>, properties: named })
