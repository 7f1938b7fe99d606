/** What becomes of a mutant: the compiled code is searched up to the first violation. Nothing is run in JavaScript. */
import { withSizeExplained } from '../../check/report/too-large.js'
import type { Prepared } from '../../check/request/prepare.js'
import { compile } from '../../compile/model/compile.js'
import { type Diagnostic, DiagnosticError } from '../../diagnostics.js'
import { searchLiveness } from '../../explicit/graph/liveness.js'
import { search } from '../../explicit/search/search.js'
import { isFailureKind } from '../../ir/kinds.js'
import type { Limit, Limits } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import type { Model } from '../../lang/model.js'
import type { Edit } from '../../load/edit.js'
import { withEdits } from '../../load/source.js'
import { graphOf, isSameGraph, meaningOf } from './same.js'

/** A property that a mutant violates, and the steps of a shortest violation; null for a `sometimes`, never reached. */
export interface Killer {
  readonly property: string
  readonly steps: number | null
}

export type Outcome =
  /** `alone`: whether no other property is violated; null where that was not settled, or cannot be asked. */
  | { readonly kind: 'killed'; readonly by: readonly Killer[]; readonly alone: boolean | null }
  | { readonly kind: 'unchanged'; readonly same: 'transition system' | 'reachable graph' }
  | { readonly kind: 'survived' }
  | { readonly kind: 'invalid'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'incomplete'; readonly limit: Limit }

/** A rule by its group and label; a group that is one rule by itself has no labels. */
export interface LeftRule {
  readonly group: string
  readonly label: string | null
}

/** What of a mutant is needed to compile it. All of it is plain data. */
export interface Mutation {
  /** An absolute path, and what is changed in it. */
  readonly file: string
  readonly edits: readonly Edit[]
  /** Rules that are left out, whatever the edits: a model builds its rules in JavaScript. */
  readonly rules: readonly LeftRule[]
}

export interface JudgeOptions {
  /** Of each search. */
  readonly limits: Limits
  readonly signal?: AbortSignal
}

/** What mutants are compared with. */
export interface Original {
  readonly prepared: Prepared
  readonly meaning: string
  /** Asked for when the first mutant survives. */
  readonly graph: () => ReadonlyMap<string, string> | null
}

export const originalOf = (prepared: Prepared): Original => {
  let graph: ReadonlyMap<string, string> | null | undefined
  return {
    prepared,
    meaning: meaningOf(prepared.system),
    graph: () => {
      graph ??= graphOf(prepared.system)
      return graph
    },
  }
}

/** Compiles a mutant and searches it, up to the first violation. @throws what is a bug of ours. */
export const judge = async (original: Original, mutation: Mutation, options: JudgeOptions): Promise<Outcome> => {
  try {
    const system = compiled(original.prepared, mutation)
    if (meaningOf(system) === original.meaning) return { kind: 'unchanged', same: 'transition system' }
    return await searched(original, system, options)
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: 'invalid', diagnostic: error.diagnostic }
    throw error
  }
}

const compiled = ({ target, params, properties, system }: Prepared, { file, edits, rules }: Mutation): System => {
  const { model } = target
  const input = { model: rules.length === 0 ? model : without(model, rules), params, properties }
  const mutant = rules.length === 0 ? withEdits(file, edits, () => compile(input)) : compile(input)
  return { ...mutant, deadlock: system.deadlock }
}

const without = (model: Model, rules: Mutation['rules']): Model => {
  const build = model.rules
  if (build === undefined) return model
  const left = (p: never): object =>
    Object.fromEntries(
      Object.entries(build.call(undefined as never, p)).flatMap(([group, one]) => {
        const gone = new Set(rules.filter((rule) => rule.group === group).map(({ label }) => label))
        return gone.has(null) ? [] : [[group, gone.size === 0 ? one : withoutLabels(one, gone)]]
      }),
    )
  return { ...model, rules: left as typeof build }
}

/** Rules by label, or `each(n, ...)` of them. */
const withoutLabels = (rules: object, gone: ReadonlySet<string | null>): object =>
  'kind' in rules && rules.kind === 'each' && 'body' in rules
    ? { ...rules, body: withoutLabels(Object(rules.body), gone) }
    : Object.fromEntries(Object.entries(rules).filter(([label]) => !gone.has(label)))

const searched = async (original: Original, system: System, options: JudgeOptions): Promise<Outcome> => {
  const { prepared } = original
  const found = await violations(prepared, system, options)
  if (found.kind === 'incomplete') return found
  if (found.by.length > 0) return { kind: 'killed', by: found.by, alone: await isAlone(prepared, system, found.by, options) }
  const graph = original.graph()
  if (graph !== null && isSameGraph(prepared.system, graph, system)) return { kind: 'unchanged', same: 'reachable graph' }
  return { kind: 'survived' }
}

/** What is violated first; nothing where all is seen and all holds. */
const violations = async (
  { target, stuck }: Pick<Prepared, 'target' | 'stuck'>,
  system: System,
  options: JudgeOptions,
): Promise<{ readonly kind: 'found'; readonly by: readonly Killer[] } | Extract<Outcome, { kind: 'incomplete' }>> => {
  const given = { ...options, stop: 'first violation', schedules: 'none' } as const
  const safety = await withSizeExplained(system, target.model, () => search(system, given))
  const violated = safety.properties.filter(({ verdict }) => verdict === 'violated')
  if (violated.length > 0) return { kind: 'found', by: violated.map(({ name, length }) => ({ property: name, steps: length })) }
  if (safety.limit !== null) return { kind: 'incomplete', limit: safety.limit }
  const asked = { temporal: system.temporal.length > 0, stuck: stuck !== 'allowed' && system.processes.length > 0 }
  if (!asked.temporal && !asked.stuck) return { kind: 'found', by: [] }
  const noExtremes = { ...system, extremes: [] }
  const liveness = await withSizeExplained(system, target.model, () => searchLiveness(noExtremes, { ...given, stuck: asked.stuck }))
  const by = [...liveness.temporal, ...(liveness.stuck === null ? [] : [{ name: 'stuck', ...liveness.stuck }])]
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ name }) => ({ property: name, steps: null }))
  if (by.length === 0 && liveness.limit !== null) return { kind: 'incomplete', limit: liveness.limit }
  return { kind: 'found', by }
}

/** Whether the one property that sees a mutant is the only one that does. A step that fails cannot be asked about. */
const isAlone = async (prepared: Prepared, system: System, by: readonly Killer[], options: JudgeOptions): Promise<boolean | null> => {
  const [first, ...others] = by
  if (first === undefined || others.length > 0) return false
  const { property } = first
  if (isFailureKind(property)) return null
  const isOther = ({ name }: { readonly name: string }): boolean => name !== property
  const rest: System = {
    ...system,
    safety: system.safety.filter(isOther),
    temporal: system.temporal.filter(isOther),
    deadlock: property === 'deadlock' ? 'allowed' : system.deadlock,
  }
  const stuck = property === 'stuck' ? 'allowed' : prepared.stuck
  const found = await violations({ ...prepared, stuck }, rest, options)
  return found.kind === 'incomplete' ? null : found.by.length === 0
}
