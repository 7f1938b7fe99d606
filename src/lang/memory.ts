/**
 * What a memory model adds to a model: with total store order a store buffer for each CPU (Owens, Sarkar, Sewell: "A
 * Better x86 Memory Model: x86-TSO", TPHOLs 2009). It is a variable of the state as others are, a queue of the stores
 * that have not reached memory, so engines and the oracle need not know more of it.
 */
import { type Cpus, cpusOf, type On } from './cpu.js'
import { array, type Domain, type Fields, index, ModelError, type Queue, queue, union } from './domain.js'
import type { MemoryModel, Model, ModelDefinition } from './model.js'
import type { Params, ParamValues } from './param.js'

/** The name of the variable, and of the agents that bring stores to memory: `storeBuffer[0]` is of CPU 0. */
export const storeBuffer = 'storeBuffer'

/** A store that waits in a store buffer: to which variable. */
export interface BufferedStore {
  readonly to: string
}

/** What `at` has beside the labels: the store buffers by CPU, oldest store first; empty where memory is 'sc'. */
export interface StoreBuffers {
  readonly [storeBuffer]: readonly Pick<Queue<BufferedStore>, 'length' | 'every' | 'some'>[]
}

/**
 * A variable in memory, as words: the elements of arrays of these lengths, each of the domain `word`. Where a word is a
 * record of a single field, as a lock is, to store that field is to store the word: `fields` leads to what it holds.
 */
export interface MemoryVariable {
  readonly name: string
  readonly dims: readonly number[]
  readonly word: Domain
  readonly fields: readonly string[]
}

/** Total store order: how many CPUs have a buffer, of how many stores, of which variables. */
export interface StoreBuffering {
  readonly cpus: number
  readonly capacity: number
  readonly variables: readonly MemoryVariable[]
}

/** What a model is for one setting of its params, beside what its own functions give. */
export interface Platform {
  readonly cpus: Cpus
  /** Null where memory is sequentially consistent, or nothing is in memory. */
  readonly buffering: StoreBuffering | null
}

/** What the functions of a model give for one setting of its params. */
export interface Parts {
  readonly state: Fields
  readonly processes: Readonly<Record<string, unknown>>
  readonly rules: Readonly<Record<string, unknown>>
}

/** What a model says of its memory, for one setting of its params. */
export interface MemorySettings {
  readonly model: MemoryModel
  /** How many stores a store buffer holds. */
  readonly capacity: number
}

/** The settings of a model. @throws ModelError for what is no memory model, and no number of stores from 1 to 8. */
export const memorySettings = <P extends Params, F extends Fields>(
  said: Pick<ModelDefinition<P, F>, 'memoryModel' | 'storeBuffer'>,
  p: ParamValues<P>,
): MemorySettings => {
  const { memoryModel = 'sc', storeBuffer: stores = 2 } = said
  const model: unknown = typeof memoryModel === 'function' ? memoryModel(p) : memoryModel
  const capacity: unknown = typeof stores === 'function' ? stores(p) : stores
  if (model !== 'sc' && model !== 'tso')
    throw new ModelError(`'${String(model)}' is no memory model`, { hint: "write memoryModel: 'sc' or 'tso'", words: ['memoryModel:'] })
  if (typeof capacity !== 'number' || !Number.isInteger(capacity) || capacity < 1 || capacity > 8)
    throw new ModelError(`a store buffer cannot hold ${typeof capacity === 'string' ? `'${capacity}'` : String(capacity)} stores`, {
      hint: 'storeBuffer takes 1 to 8',
      words: [`${storeBuffer}:`],
    })
  return { model, capacity }
}

/** Whether a model says of some variable that it is in memory: then `at` has store buffers. */
export const hasMemory = (state: Fields): boolean => Object.values(state).some((domain) => domain.memory === true)

/**
 * The CPUs of a model and their store buffers.
 * @throws ModelError for what names no CPU, for what has the name of the store buffers where there is memory, and with
 * 'tso' for a process of which nothing says on which CPU it is.
 */
export const platformOf = (
  { state, processes, rules }: Parts,
  on: Readonly<Record<string, On>>,
  { model, capacity }: MemorySettings,
): Platform => {
  const cpus = cpusOf({ processes, rules }, on)
  if (!hasMemory(state) && model === 'tso')
    throw new ModelError("memoryModel 'tso' says nothing: no variable is in memory", {
      hint: 'write state: () => ({ x: memory(bool) }) for what CPUs read and write through memory',
      words: ['memoryModel:'],
    })
  if (!hasMemory(state)) return { cpus, buffering: null }
  for (const [part, names] of Object.entries({ state, processes, rules }))
    if (Object.hasOwn(names, storeBuffer))
      throw new ModelError(`'${storeBuffer}' is the name of the store buffers`, {
        hint: 'choose another one',
        words: [`${part}:`, storeBuffer],
      })
  const variables = Object.entries(state).flatMap(([name, domain]) => (domain.memory === true ? [memoryVariable(name, domain)] : []))
  if (model === 'sc') return { cpus, buffering: null }
  const nowhere = Object.keys(processes).filter((name) => !cpus.says(name))
  if (nowhere.length > 0)
    throw new ModelError(`with memoryModel 'tso' nothing says on which CPU '${nowhere.join("', '")}' is, whose store buffer it uses`, {
      hint: `write on: () => ({ ${nowhere.map((name, i) => `${name}: ${cpus.count + i}`).join(', ')} }), with the CPUs that are meant; processes of one CPU share its buffer, and null is one that reads and writes memory itself`,
      words: ['memoryModel:'],
    })
  return { cpus, buffering: cpus.count === 0 ? null : { cpus: cpus.count, capacity, variables } }
}

/** The platform and the variables of a model. @throws ModelError, and whatever the model's functions throw. */
export const platformAndVariables = (model: Model, p: ParamValues<Params>): Platform & { readonly variables: Fields } => {
  const parts = { state: model.state(p), processes: model.processes?.(p) ?? {}, rules: model.rules?.(p) ?? {} }
  const platform = platformOf(parts, model.on?.(p) ?? {}, memorySettings(model, p))
  return { ...platform, variables: withStoreBuffers(parts.state, platform.buffering) }
}

const memoryVariable = (name: string, domain: Domain): MemoryVariable => {
  const dims: number[] = []
  if (!/^[\w$]+$/.test(name))
    throw new ModelError(`a variable in memory cannot be called '${name}'`, { hint: 'give it a name of letters and digits', words: [name] })
  let { memory: _, ...word }: Domain = domain
  for (; word.kind === 'array'; word = word.of) dims.push(word.length)
  if (holdsOne(word))
    throw new ModelError(`'${name}' is in memory, and can hold one value only`, { hint: 'make it a constant', words: ['state:', name] })
  return { name, dims, word, fields: onlyFields(word) }
}

const onlyFields = (word: Domain): readonly string[] => {
  if (word.kind !== 'record') return []
  const [[name, of] = [], ...others] = Object.entries(word.fields)
  return name === undefined || of === undefined || others.length > 0 ? [] : [name, ...onlyFields(of)]
}

/** Whether there is a single value of a domain: no store of it could be told from another. */
const holdsOne = (domain: Domain): boolean => {
  switch (domain.kind) {
    case 'range':
      return domain.lo === domain.hi
    case 'oneOf':
      return domain.values.length === 1
    case 'record':
      return Object.values(domain.fields).every(holdsOne)
    case 'array':
    case 'ghost':
      return holdsOne(domain.of)
    case 'union':
      return (
        Object.keys(domain.variants).length === 1 &&
        Object.values(domain.variants)
          .flatMap(Object.values<Domain>)
          .every(holdsOne)
      )
    case 'bool':
    case 'optional':
    case 'queue':
    case 'set':
      return false
  }
}

/** The variables of the state, with the store buffers. */
export const withStoreBuffers = (state: Fields, buffering: StoreBuffering | null): Fields =>
  buffering === null ? state : { ...state, [storeBuffer]: array(buffering.cpus, queue(buffering.capacity, entry(buffering.variables))) }

const entry = (variables: readonly MemoryVariable[]): Domain =>
  union(
    'to',
    Object.fromEntries(
      variables.map(({ name, dims, word }) => [
        name,
        { ...Object.fromEntries(dims.map((n, i) => [indexField(i), index(n)])), value: word },
      ]),
    ),
  )

/** The field of an entry that says which element of a variable is stored to, by dimension: `at`, `at2`, ... */
export const indexField = (dimension: number): string => (dimension === 0 ? 'at' : `at${dimension + 1}`)

/** Of every word of the memory its variable and index; the order in which both sides number them. */
export const wordsOf = ({ variables }: StoreBuffering): { readonly of: MemoryVariable; readonly index: readonly number[] }[] =>
  variables.flatMap((of) => {
    const all = of.dims.reduce<number[][]>((before, n) => before.flatMap((i) => Array.from({ length: n }, (_, x) => [...i, x])), [[]])
    return all.map((index) => ({ of, index }))
  })

/** The label of the step that brings a store to memory: `…` stands for the index, as in labels that are computed. */
export const drainLabel = ({ name, dims }: MemoryVariable): string => `store reaches memory: ${name}${dims.map(() => '[…]').join('')}`

/** The same where the index is known. */
export const drainedLabel = (name: string, index: readonly number[]): string =>
  `store reaches memory: ${name}${index.map((i) => `[${i}]`).join('')}`
