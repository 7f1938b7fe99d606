/** The system as far as it is compiled: what all steps and properties add to. */
import { DiagnosticError } from '../../diagnostics.js'
import type { Branch, Expr, Failure, SourceFile, Span, Variable, VariableRole } from '../../ir/system.js'
import type { MemoryVariable, StoreBuffering } from '../../lang/memory.js'
import { sourceOf } from '../../load/source.js'
import type { Code } from './code.js'
import type { Context } from './context.js'
import { type Leaf, leaves } from './layout.js'
import type { Type } from './type.js'
import type { Place } from './value.js'

/** What of the author's code is part of some step, rule or `init`. */
export interface Reached {
  /** Nodes of syntax trees. */
  readonly nodes: Set<object>
  /** Conditions by their nodes: whether the params decide that they hold, or do not; null where they do not. */
  readonly conditions: Map<object, boolean | null>
  /** Statements that store something: whether it is only what properties read. */
  readonly ghostly: Map<object, boolean>
}

export const createReached = (): Reached => ({ nodes: new Set(), conditions: new Map(), ghostly: new Map() })

/** Memory with store buffers, while a model is compiled. */
export interface DraftMemory extends Pick<StoreBuffering, 'cpus' | 'capacity'> {
  /** The variables whose stores wait, by name. */
  readonly variables: ReadonlyMap<string, MemoryVariable>
  /** Where they wait. */
  readonly buffers: Place
  /** The blocks that store a word of memory, or a part of one, and nothing else: one store each. */
  readonly stores: Map<number, 'word' | 'part'>
}

export interface Draft {
  readonly files: { readonly path: string; readonly file: SourceFile }[]
  readonly variables: Variable[]
  readonly variableIds: Map<string, number>
  readonly failures: Failure[]
  readonly failureIds: Map<string, number>
  readonly branches: Branch[]
  readonly branchIds: Map<string, number>
  /** Where each load of a ghost comes from, for diagnostics. */
  readonly ghostReads: WeakMap<Expr, Span>
  /** All values of each free param; empty where none is free. */
  readonly params: Map<number, readonly number[]>
  /** Null where memory is sequentially consistent. */
  memory: DraftMemory | null
  /** Null where nobody asks. */
  readonly reached: Reached | null
  temps: number
  blocks: number
  radix: number
}

export const createDraft = (reached: Reached | null): Draft => ({
  files: [],
  variables: [],
  variableIds: new Map(),
  failures: [],
  failureIds: new Map(),
  branches: [],
  branchIds: new Map(),
  ghostReads: new WeakMap(),
  params: new Map(),
  memory: null,
  reached,
  temps: 0,
  blocks: 0,
  radix: 2,
})

/** The number of a source file, entered on first use. */
export const fileNumber = ({ draft, shown }: Context, path: string): number => {
  const known = draft.files.findIndex((f) => f.path === path)
  if (known >= 0) return known
  draft.files.push({ path, file: { name: shown(path), text: sourceOf(path).text } })
  return draft.files.length - 1
}

/** Notes that a node is executed. */
export const reach = ({ draft, code }: Context, node: object): void => {
  if (draft.reached !== null && code.purpose !== 'property') draft.reached.nodes.add(node)
}

/** Notes what a condition of the author's is compiled to. */
export const reachCondition = ({ draft, code }: Context, node: object, e: Expr): void => {
  if (draft.reached === null || code.purpose === 'property') return
  const { conditions } = draft.reached
  const now = e.op === 'const' ? e.value !== 0 : null
  conditions.set(node, conditions.has(node) && conditions.get(node) !== now ? null : now)
}

/** Notes what the stores were for that a statement has emitted since there were so many. */
export const reachStores = ({ draft, code }: Context, node: object, before: Pick<Code, 'stores' | 'ghostStores'>): void => {
  if (draft.reached === null || code.purpose === 'property' || code.stores === before.stores) return
  const { ghostly } = draft.reached
  ghostly.set(node, (ghostly.get(node) ?? true) && code.stores - before.stores === code.ghostStores - before.ghostStores)
}

/** The number of a way for a step to fail; one per kind, place and message. */
export const failureAt = ({ draft }: Context, kind: Failure['kind'], at: Span, message: string): number => {
  const key = `${kind}:${at.file}:${at.start}:${at.end}:${message}`
  const found = draft.failureIds.get(key)
  if (found !== undefined) return found
  const id = draft.failures.length
  draft.failures.push({ id, kind, message, at })
  draft.failureIds.set(key, id)
  return id
}

export const branchAt = ({ draft }: Context, at: Span, text: string): number => {
  const key = `${at.file}:${at.start}:${text}`
  const found = draft.branchIds.get(key)
  if (found !== undefined) return found
  const id = draft.branches.length
  draft.branches.push({ id, text, at })
  draft.branchIds.set(key, id)
  return id
}

export const newTemp = ({ draft }: Context): number => draft.temps++

/** Enters the variables of a type under a name; gives their numbers, leaf by leaf. */
export const declareVariables = ({ draft }: Context, name: string, type: Type, role: VariableRole): number[] =>
  leaves(type).map(({ suffix, lo, hi, dims, axes, values, ids, within }) => {
    const id = draft.variables.length
    if (draft.variableIds.has(`${name}${suffix}`))
      throw new DiagnosticError(
        'MC014',
        `two parts of '${name}' would both be called '${name}${suffix}'`,
        'put a record between a queue and a queue in it, or an optional and an optional in it: queue(2, record({ items: queue(3, bool) }))',
        null,
      )
    const around = within?.flatMap(({ suffix: first, there }) => {
      const variable = draft.variableIds.get(`${name}${first}`)
      return variable === undefined ? [] : [{ variable, there }]
    })
    draft.variables.push({
      id,
      name: `${name}${suffix}`,
      lo,
      hi,
      dims,
      ...(axes.length === 0 ? {} : { axes: axes.map((axis) => `${name}${axis}`) }),
      role,
      ...(values === undefined ? {} : { values }),
      ...(ids === true ? { ids } : {}),
      ...(around === undefined ? {} : { within: around }),
    })
    draft.variableIds.set(`${name}${suffix}`, id)
    return id
  })

/** The variable of memory that a variable of the state is a part of; null where stores to it do not wait. */
export const inMemory = (c: Pick<Context, 'draft'>, variable: number): MemoryVariable | null => {
  const v = c.draft.variables[variable]
  return v?.role.kind === 'global' ? memoryAround(c, v) : null
}

/** The same of a location of the state. */
export const memoryAround = ({ draft }: Pick<Context, 'draft'>, { name }: { readonly name: string }): MemoryVariable | null =>
  draft.memory?.variables.get(/^[^.?#]*/.exec(name)?.[0] ?? '') ?? null

export const variableOf = ({ draft }: Context, place: Place, leaf: Leaf): Variable => {
  const id = draft.variableIds.get(`${place.name}${leaf.suffix}`)
  const v = id === undefined ? undefined : draft.variables[id]
  if (v === undefined) throw new Error(`no variable '${place.name}${leaf.suffix}'`)
  return v
}
