/** What becomes of a mutant: the compiled code is searched up to the first violation. Nothing is run in JavaScript. */
import type { Prepared } from '../../check/request/prepare.js'
import { type Searchable, searchAll } from '../../check/settle/search-all.js'
import { compile } from '../../compile/model/compile.js'
import { type Diagnostic, DiagnosticError } from '../../diagnostics.js'
import type { SearchResult } from '../../explicit/search/search.js'
import { isFailureKind } from '../../ir/kinds.js'
import type { Limit, Limits } from '../../ir/limits.js'
import type { System } from '../../ir/system.js'
import type { Changed } from '../../load/changed.js'
import type { Edit } from '../../load/edit.js'
import { withEdits } from '../../load/source.js'
import { type RuleName, withoutRules } from './rules.js'
import { type Graph, graphOf, isSameGraph, meaningOf } from './same.js'

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

/** What of a mutant is needed to compile it. All of it is plain data. */
export interface Mutation {
  /** An absolute path, and what is changed in it. */
  readonly file: string
  readonly edits: readonly Edit[]
  /** Rules that are left out, whatever the edits: a model builds its rules in JavaScript. */
  readonly rules: readonly RuleName[]
  /** Whether what is changed may also run while the model is built, so that the changed module has to be executed. */
  readonly runsWhileBuilt: boolean
}

export interface JudgeOptions {
  /** Of each search. */
  readonly limits: Limits
  readonly workers: number
  readonly signal?: AbortSignal
}

/** What mutants are compared with. */
export interface Original {
  readonly prepared: Prepared
  readonly meaning: string
  /** Asked for when the first mutant survives. */
  readonly size: () => Promise<Size>
  /** Asked for when one survives that is as large. */
  readonly graph: () => Graph | null
  /** Executes the model's modules again, with a change. */
  readonly reload: (changed: Changed) => Promise<Prepared>
}

type Size = Pick<SearchResult, 'states' | 'depth'>

export const originalOf = (prepared: Prepared, reload: Original['reload']): Original => {
  const { system, target } = prepared
  const statesAlone: Searchable = { target, stuck: 'allowed', system: { ...system, temporal: [], extremes: [] } }
  let size: Promise<Size> | null = null
  let known: { readonly graph: Graph | null } | null = null
  return {
    prepared,
    reload,
    meaning: meaningOf(system),
    size: () => {
      size ??= searchAll(statesAlone, { stop: 'first violation', schedules: 'none' }).then(({ safety }) => safety)
      return size
    },
    graph: () => {
      known ??= { graph: graphOf(system) }
      return known.graph
    },
  }
}

/** Compiles a mutant and searches it, up to the first violation. @throws what is a bug of ours. */
export const judge = async (original: Original, mutation: Mutation, options: JudgeOptions): Promise<Outcome> => {
  try {
    const system = await compiled(original, mutation)
    if (meaningOf(system) === original.meaning) return { kind: 'unchanged', same: 'transition system' }
    return await searched(original, system, options)
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: 'invalid', diagnostic: error.diagnostic }
    throw error
  }
}

const compiled = async ({ prepared, reload }: Original, { file, edits, rules, runsWhileBuilt }: Mutation): Promise<System> => {
  const { target, params, properties, system } = prepared
  const input = { model: withoutRules(target.model, rules), params, properties }
  const mutant = rules.length === 0 ? withEdits(file, edits, () => compile(input)) : compile(input)
  // What does not compile is not executed: it might never end.
  const { deadlock } = system
  return { ...(runsWhileBuilt ? (await reload({ file, edits })).system : mutant), deadlock }
}

const searched = async (original: Original, system: System, options: JudgeOptions): Promise<Outcome> => {
  const { prepared } = original
  const found = await violations({ ...prepared, system: { ...system, extremes: [] } }, options)
  if (found.kind === 'incomplete') return found
  if (found.by.length > 0) return { kind: 'killed', by: found.by, alone: await isAlone(prepared, system, found.by, options) }
  const before = (await isAsLarge(original, found.size)) ? original.graph() : null
  const after = before === null ? null : graphOf(system)
  if (before !== null && after !== null && isSameGraph(before, after)) return { kind: 'unchanged', same: 'reachable graph' }
  return { kind: 'survived' }
}

/** Graphs take long to compare: most are told apart by their sizes. */
const isAsLarge = async (original: Original, { states, depth }: Size): Promise<boolean> => {
  const size = await original.size()
  return size.states === states && size.depth === depth
}

interface Found {
  readonly kind: 'found'
  readonly by: readonly Killer[]
  readonly size: Size
}

/** What is violated first; nothing where all is seen and all holds. */
const violations = async (subject: Searchable, options: JudgeOptions): Promise<Found | Extract<Outcome, { kind: 'incomplete' }>> => {
  const { safety, liveness } = await searchAll(subject, { ...options, stop: 'first violation', schedules: 'none' })
  const violated = safety.properties.filter(({ verdict }) => verdict === 'violated')
  if (violated.length > 0)
    return { kind: 'found', by: violated.map(({ name, length }) => ({ property: name, steps: length })), size: safety }
  if (safety.limit !== null) return { kind: 'incomplete', limit: safety.limit }
  if (liveness === null) return { kind: 'found', by: [], size: safety }
  const by = [...liveness.temporal, ...(liveness.stuck === null ? [] : [{ name: 'stuck', ...liveness.stuck }])]
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ name }) => ({ property: name, steps: null }))
  if (by.length === 0 && liveness.limit !== null) return { kind: 'incomplete', limit: liveness.limit }
  return { kind: 'found', by, size: safety }
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
    extremes: [],
    safety: system.safety.filter(isOther),
    temporal: system.temporal.filter(isOther),
    deadlock: property === 'deadlock' ? 'allowed' : system.deadlock,
  }
  const stuck = property === 'stuck' ? 'allowed' : prepared.stuck
  const found = await violations({ ...prepared, stuck, system: rest }, options)
  return found.kind === 'incomplete' ? null : found.by.length === 0
}
