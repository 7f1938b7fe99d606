/**
 * What the loader knows about functions of user modules: where each is written, and what the names in it stand for. One
 * registry serves all copies of this package in a process: it hangs on `globalThis`.
 */

/** A function's place: UTF-16 offsets of its ESTree node in the text of `file` (an absolute path, or `--invariant`). */
export interface FunctionSite {
  readonly file: string
  readonly start: number
  readonly end: number
  /** The free names that it takes from its module or from functions around it. */
  readonly names: readonly string[]
  /** Those of `names` that are assigned again after their declaration. */
  readonly reassigned: readonly string[]
}

export interface FunctionInfo extends FunctionSite {
  /** Whether `name` is one of `names`. */
  has(name: string): boolean
  /**
   * The present value of a captured name. @throws RangeError if it captures no such name; ReferenceError where it has
   * no value yet.
   */
  captured(name: string): unknown
}

/** The value of the captured name number i. */
type Capture = (i: number) => unknown

export interface Registry {
  readonly functions: WeakMap<object, { readonly site: FunctionSite; readonly capture: Capture }>
  /** Executed modules by absolute path, and the specifiers that each imports. */
  readonly modules: Map<string, readonly string[]>
  /** Texts that are in no file, by name: `--invariant`. */
  readonly texts: Map<string, string>
  /** The process that is running; see runtime.ts. */
  running: unknown
  /** The oracle runs a step, `init` or a predicate: null is refused where the language refuses it. */
  judging: boolean
  /** Who listens to what decides, or null: the step of a race; see runtime.ts. */
  listening: unknown
  /** The objects of assignments whose index is being evaluated; see runtime.ts. */
  readonly holders: unknown[]
}

const key = Symbol.for('mmucheck.registry')
const home = globalThis as { [key]?: Registry }

const createRegistry = (): Registry => ({
  functions: new WeakMap(),
  modules: new Map(),
  texts: new Map(),
  running: null,
  judging: false,
  listening: null,
  holders: [],
})

export const registry: Registry = home[key] ?? createRegistry()
home[key] = registry

type Tagged = NonNullable<ReturnType<Registry['functions']['get']>>

const infos = new WeakMap<Tagged, FunctionInfo>()

/** Where a function is written and what it captures; `undefined` for functions that did not come through the loader. */
export const functionInfo = (fn: unknown): FunctionInfo | undefined => {
  const tagged = typeof fn === 'function' ? registry.functions.get(fn) : undefined
  if (tagged === undefined) return undefined
  const known = infos.get(tagged) ?? infoOf(tagged)
  infos.set(tagged, known)
  return known
}

const infoOf = ({ site, capture }: Tagged): FunctionInfo => ({
  ...site,
  has: (name) => site.names.includes(name),
  captured: (name) => {
    const i = site.names.indexOf(name)
    if (i < 0) throw new RangeError(`the function captures no '${name}'`)
    return capture(i)
  },
})

/** Remembers a function; gives it back. The transform puts calls of this around every function. */
export const tag = <F extends object>(fn: F, site: FunctionSite, capture: Capture, name = ''): F => {
  registry.functions.set(fn, { site, capture })
  // A function that is an argument gets no name from where it is assigned.
  if (name !== '' && 'name' in fn && fn.name === '') Object.defineProperty(fn, 'name', { value: name, configurable: true })
  return fn
}
