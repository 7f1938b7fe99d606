/** A model: params, state, initial values, processes and rules. */
import type { On } from './cpu.js'
import { type Fields, ModelError, type ValuesOf } from './domain.js'
import type { StoreBuffers } from './memory.js'
import type { Params, ParamValues } from './param.js'
import { allowed, takes } from './param-values.js'
import type { Steps } from './step.js'

/** A process that exists once, or one instance of `each`. */
export type ProcessBody<S> = (s: S) => Steps
/** A process of which `each` makes several; it gets the number of its instance, 0..count-1. */
export type InstanceBody<S> = (s: S, instance: number) => Steps
/** A rule: one atomic step that may fire at any time its `when`s hold. A generator where it chooses. */
export type RuleBody<S> = (s: S) => Steps | void
/** A rule of which `each` makes several; it gets the number of its instance, 0..count-1. */
export type InstanceRuleBody<S> = (s: S, instance: number) => Steps | void

/** n instances of a process or rule, numbered from 0. */
export interface Each<B> {
  readonly kind: 'each'
  readonly count: number
  readonly body: B
}

/** What a model has under a name of `processes`: one process, or several instances. */
export type Process<S> = ProcessBody<S> | Each<InstanceBody<S>>
/** One rule, or several that belong to one agent, each under its label. */
export type Rules<S> =
  | RuleBody<S>
  | Readonly<Record<string, RuleBody<S>>>
  | Each<InstanceRuleBody<S> | Readonly<Record<string, InstanceRuleBody<S>>>>

/**
 * `each(p.cpus, function* (s, cpu) { ... })`: instances 0..count-1 of a process or of rules, each an agent of its own.
 * @throws ModelError if count is no integer of at least 1.
 */
export const each = <B>(count: number, body: B): Each<B> => {
  if (!Number.isInteger(count) || count < 1) throw new ModelError(`each(${String(count)}, ...) needs a count of at least 1`)
  return { kind: 'each', count, body }
}

/**
 * Always `unknown`. As the type of `this` it makes TypeScript settle F, from `state`, before it looks into a function
 * that takes `p`: without it the `s` of an instance inside `each(...)` is of unknown type.
 */
type After<F> = F extends Fields ? unknown : unknown

/** The processes of a model, by name. */
export type Processes<S> = Readonly<Record<string, Process<S>>>

/** Where a process stands: the label of the step that it takes next; null where it has returned. */
export type Label = string | null

/** Where all processes stand, by name; of a process that is made by `each` the labels of its instances. */
export type Labels = Readonly<Record<string, Label | readonly Label[]>>

/** The labels of these processes. */
export type LabelsOf<R> = { readonly [K in keyof R]: R[K] extends Each<infer _B> ? readonly Label[] : Label }

/**
 * How a scheduler must treat an agent in the behaviours that liveness properties speak of; see
 * `ModelDefinition.fairness`.
 */
export type Fairness = 'weak' | 'strong' | 'none'

/** What `model` takes. `P` are the params, `F` the domains of the variables, `R` the processes; all are inferred. */
export interface ModelDefinition<P extends Params, F extends Fields, R = unknown> {
  /** Letters, digits and dashes. Of a model in `models/<name>.ts` it names the folder of its counterexamples. */
  readonly name: string
  readonly title?: string
  readonly source?: string
  readonly params?: P
  /** The variables of the state and their domains. */
  readonly state: (p: ParamValues<P>) => F
  /**
   * Sets initial values; what it leaves alone starts as the domain says. A generator may `choose`: then there are
   * several initial states.
   */
  readonly init?: (s: ValuesOf<F>, p: ParamValues<P>) => Steps | void
  readonly processes?: (this: After<F>, p: ParamValues<P>) => R & Processes<ValuesOf<F>>
  readonly rules?: (this: After<F>, p: ParamValues<P>) => Readonly<Record<string, Rules<ValuesOf<F>>>>
  /** Named settings of the params: `--variant name`. */
  readonly variants?: Readonly<Record<string, Partial<ParamValues<P>>>>
  /**
   * By name of a process or of rules, how often their instances must get their turn in the behaviours that liveness
   * properties speak of. 'weak': one that is enabled from some point on without a break takes steps again and again;
   * 'strong': so does one that is enabled again and again; 'none': it may be left waiting for ever. By default
   * processes are weakly fair and rules are not fair at all. A function where it depends on the params.
   */
  readonly fairness?: Readonly<Record<string, Fairness>> | ((p: ParamValues<P>) => Readonly<Record<string, Fairness>>)
  /**
   * 'violation' (the default where there are processes): a state with no enabled step while some process has not
   * returned is one; in a model of rules alone, any state in which none is enabled.
   */
  readonly deadlock?: 'violation' | 'allowed'
  /**
   * By name of a process or of rules, on which CPU they are: see `On`. What `each` makes under the name `cpu` is on the
   * CPU of its number where nothing else is said. CPUs are the columns of race diagrams, and have the store buffers.
   */
  readonly on?: (p: ParamValues<P>) => Readonly<Record<string, On>>
  /**
   * How stores to variables that are `memory(...)` become visible. 'sc' (the default): at once. 'tso': as on x86, where
   * each CPU has a FIFO of stores that it alone sees; then each process says `on` which CPU it is. A function where it
   * depends on the params.
   */
  readonly memoryModel?: MemoryModel | ((p: ParamValues<P>) => MemoryModel)
  /** How many stores the store buffer of a CPU holds, 1 to 8; 2 where not given. A function as above. */
  readonly storeBuffer?: number | ((p: ParamValues<P>) => number)
}

/** How stores to memory become visible to other CPUs; see `ModelDefinition.memoryModel`. */
export type MemoryModel = 'sc' | 'tso'

/** A definition that `model` has accepted; its params are a record, empty where it has none. */
export interface Model<P extends Params = Params, F extends Fields = Fields, A = unknown> extends ModelDefinition<P, F> {
  readonly kind: 'model'
  readonly params: P
  readonly [labelsType]?: A
}

/** Exists in types only: carries the type of `at` in a model's properties. */
declare const labelsType: unique symbol

/** The type of `s` in a model's functions: `StateOf<typeof myModel>`. Of a `state` function too. */
export type StateOf<M> = M extends Model<infer _P, infer F> ? ValuesOf<F> : M extends (...args: never[]) => infer F ? ValuesOf<F> : never
/** The type of `p` in a model's functions. */
export type ParamsOf<M> = M extends Model<infer P, infer _F> ? ParamValues<P> : never

/**
 * Defines a model; see `ModelDefinition` for its parts. Its functions are not called here: they run when the model is
 * checked.
 * @throws ModelError if there is no name, or it is not made of letters, digits, dots and dashes, for a part of a name
 * that means nothing, for a part that is no function and has to be one, and for a variant that sets what is no param,
 * or one to what it does not take.
 */
export const model = <const P extends Params = Record<never, never>, F extends Fields = Fields, R = Record<never, never>>(
  definition: ModelDefinition<P, F, R>,
): Model<P, F, LabelsOf<R> & StoreBuffers> => {
  if (typeof definition.name !== 'string' || definition.name === '')
    throw new ModelError('the model has no name: it is a string that names a folder')
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(definition.name))
    throw new ModelError(`the model's name '${definition.name}' must be letters, digits, dots and dashes: it names a folder`)
  const unknown = Object.keys(definition).find((key) => !Object.hasOwn(parts, key) && key !== 'kind')
  if (unknown !== undefined)
    throw new ModelError(
      `the model '${definition.name}' has a part '${unknown}', which means nothing: its parts are ${Object.keys(parts).join(', ')}`,
    )
  for (const [part, written] of Object.entries(functions)) {
    const given: unknown = definition[part as keyof typeof functions]
    if (typeof given === 'function' || (given === undefined && part !== 'state')) continue
    throw new ModelError(`\`${part}\` of the model '${definition.name}' is no function: write ${part}: ${written}`)
  }
  const params = definition.params ?? ({} as P)
  requireVariants(definition.variants ?? {}, params)
  return { ...definition, kind: 'model', params }
}

/** Nobody may ever choose a variant that is wrong: so all are looked at. */
const requireVariants = (variants: Readonly<Record<string, object>>, params: Params): void => {
  for (const [variant, settings] of Object.entries(variants))
    for (const [name, value] of Object.entries(settings)) {
      const help = { words: ['variants', variant, name] }
      const param = Object.hasOwn(params, name) ? params[name] : undefined
      if (param === undefined) {
        const names = Object.keys(params)
        const hint = names.length === 0 ? 'this model has no params' : `the params are ${names.join(', ')}`
        throw new ModelError(`the variant '${variant}' sets '${name}', which is no param`, { ...help, hint })
      }
      if (!takes(param, value))
        throw new ModelError(`${name}=${String(value)} in the variant '${variant}' is not allowed`, {
          ...help,
          hint: `${name} takes ${allowed(param)}`,
        })
    }
}

/**
 * All parts of a definition: types are gone when a model runs, and one that is misspelt would be left out in silence.
 */
const parts: Readonly<Record<keyof ModelDefinition<Params, Fields>, true>> = {
  name: true,
  title: true,
  source: true,
  params: true,
  state: true,
  init: true,
  processes: true,
  rules: true,
  variants: true,
  fairness: true,
  deadlock: true,
  on: true,
  memoryModel: true,
  storeBuffer: true,
}

/** The parts that run when the model is checked, and how they are written. */
const functions: Readonly<Record<'state' | 'init' | 'processes' | 'rules' | 'on', string>> = {
  state: '() => ({ x: range(0, 3) })',
  init: '(s) => { s.x = 1 }',
  processes: '() => ({ cpu: function* (s) { ... } })',
  rules: '() => ({ tick: (s) => { ... } })',
  on: '() => ({ syscall: 1 })',
}
