/**
 * Params that are left free. The author's `p` is then an object that knows of the free ones what compiled code reads
 * there: a load of a variable that `init` chooses and no step changes. JavaScript that runs while the model is built
 * (`state`, `processes`, `rules`) needs a value; what it reads shapes the model, and cannot be left free.
 */
import type { Place } from '../../diagnostics.js'
import { load } from '../../ir/build.js'
import type { Expr, Variable } from '../../ir/system.js'
import { visitExpr } from '../../ir/walk.js'
import type { Param, Params } from '../../lang/param.js'
import { placeInStack } from '../../load/stack.js'
import type { Context } from './context.js'
import type { Value } from './value.js'
import { mapExprs } from './value.js'

export interface FreeParams {
  /** The author's `p`. */
  readonly p: object
  /** Those that may be left free: flags, and choices with a choice. */
  readonly names: readonly string[]
  /** What the model was built from, by name, and where it was read. */
  readonly shaping: Map<string, Place | null>
  /** What compiled code has read, in the order of the first reads. */
  readonly read: Set<string>
}

interface Known {
  readonly params: FreeParams
  readonly values: ReadonlyMap<string, Value>
}

/** By the author's `p`. It flows through closures and calls as a constant, so it is known by its identity. */
const known = new WeakMap<object, { params: FreeParams; values: Map<string, Value> }>()

/**
 * What a param that is left free may be: booleans, or the texts of a choice; none where it cannot be free or has one
 * value only.
 */
export const valuesOfFree = (param: Param): readonly (string | boolean)[] => {
  switch (param.kind) {
    case 'flag':
      return [false, true]
    case 'choice':
      return param.values.length > 1 ? param.values : []
    case 'size':
      return []
  }
}

/** Makes `p`, of which the params in `free` are free; they have values only while the model is built. */
export const createFreeParams = (
  definitions: Params,
  params: Readonly<Record<string, number | boolean | string>>,
  free: readonly string[],
): FreeParams => {
  const names = Object.entries(definitions).flatMap(([name, param]) =>
    free.includes(name) && valuesOfFree(param).length > 0 ? [name] : [],
  )
  const shaping = new Map<string, Place | null>()
  const p = {}
  for (const [name, value] of Object.entries(params))
    Object.defineProperty(
      p,
      name,
      names.includes(name)
        ? {
            enumerable: true,
            get: () => {
              if (!shaping.has(name)) shaping.set(name, placeInStack(new Error()))
              return value
            },
          }
        : { enumerable: true, value },
    )
  const made: FreeParams = { p: Object.freeze(p), names, shaping, read: new Set() }
  known.set(made.p, { params: made, values: new Map() })
  return made
}

/** Enters the variables that stand for the free params. */
export const declareFreeParams = (c: Context, definitions: Params, free: FreeParams): void => {
  const values = known.get(free.p)?.values
  // A state variable `p` has parts called `p.x` too.
  let prefix = 'p'
  while (Object.hasOwn(c.state, prefix)) prefix += "'"
  for (const name of free.names) {
    const param = definitions[name]
    if (param === undefined) continue
    const options = valuesOfFree(param)
    const id = c.draft.variables.length
    c.draft.variables.push({
      id,
      name: `${prefix}.${name}`,
      lo: 0,
      hi: options.length - 1,
      dims: [],
      role: { kind: 'param', param: name },
      values: options,
    })
    values?.set(name, readingOf(load(id, []), param))
    c.draft.params.set(
      id,
      options.map((_, i) => i),
    )
  }
}

const readingOf = (e: Expr, param: Param): Value => (param.kind === 'choice' ? { k: 'enum', e, values: param.values } : { k: 'bool', e })

const knownOf = (x: unknown): Known | null => (typeof x === 'object' && x !== null ? (known.get(x) ?? null) : null)

/** Whether this is a `p` some of whose params are free. */
export const hasFreeParams = (x: unknown): boolean => knownOf(x) !== null

const readFrom = ({ params, values }: Known, name: string): Value | null => {
  const v = values.get(name)
  if (v === undefined) return null
  params.read.add(name)
  return v
}

/** `p.name` where that is free, else null; a constant where the way here leaves one value only. */
export const readParam = (c: Context, x: unknown, name: string): Value | null => {
  const found = knownOf(x)
  const v = found === null ? null : readFrom(found, name)
  if (v === null || (v.k !== 'bool' && v.k !== 'enum') || v.e.op !== 'load') return v
  const [first, ...others] = c.way.known.get(v.e.variable) ?? []
  if (first === undefined || others.length > 0) return v
  return { k: 'const', value: v.k === 'bool' ? first === 1 : v.values[first] }
}

/** The fields of a `p` some of whose params are free; null for anything else. */
export const fieldsOfParams = (x: object): Map<string, Value> | null => {
  const found = knownOf(x)
  if (found === null) return null
  return new Map(
    Object.keys(x).map((name): [string, Value] => [name, readFrom(found, name) ?? { k: 'const', value: Reflect.get(x, name) as unknown }]),
  )
}

/** Whether nothing but free params decides a value, so that no step changes it. */
export const isRigid = (c: Context, v: Value): boolean => {
  let rigid = c.draft.params.size > 0
  mapExprs(v, (e) => {
    rigid &&= readsParamsOnly(c, e)
    return e
  })
  return rigid
}

/** Whether an expression reads nothing but free params. */
export const readsParamsOnly = (c: Context, e: Expr): boolean => {
  let only = true
  visitExpr(e, (x) => {
    if (x.op === 'temp' || (x.op === 'load' && !c.draft.params.has(x.variable))) only = false
  })
  return only
}

export const isParam = (v: Variable): v is Variable & { readonly role: { readonly kind: 'param'; readonly param: string } } =>
  v.role.kind === 'param'
