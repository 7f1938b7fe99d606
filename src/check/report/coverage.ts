/** What the search never came by: the vacuity check of models whose rules can never fire. */
import { at } from '../../at.js'
import { lineAndColumn } from '../../diagnostics.js'
import type { Branch, Span, Step, System } from '../../ir/system.js'
import { shown } from '../../load/shown.js'
import type { Report, Unreached } from './report.js'

/** Which steps fired and which branches were taken: 0 or 1 per entry of `System.steps` and `System.branches`. */
export interface Coverage {
  readonly fired: ArrayLike<number>
  readonly taken: ArrayLike<number>
}

/** What an engine has met that enumerates states, and whether it has seen all of them. */
export interface Met extends Coverage {
  readonly complete: boolean
}

/**
 * Steps that no instance, or only some instances, ever took, and branches that were never taken. What stands once in
 * the source but many times in the system (instances, unrolled loops, inlined helpers) counts once.
 */
export const collectCoverage = (system: System, { fired, taken }: Coverage): Pick<Report, 'neverFired' | 'neverTaken'> => ({
  neverFired: groups(system.steps, (step) => stepKey(system, step)).flatMap((steps) => unfired(system, steps, fired)),
  neverTaken: groups(system.branches, branchKey)
    .filter((branches) => branches.every(({ id }) => taken[id] === 0))
    .map((branches) => at(branches, 0))
    .map((branch) => ({ agents: null, text: branch.text, ...placeOf(system, branch.at), from: null })),
})

/** Agents by name: all of a group by that of the group. */
export const agentNames = ({ agents }: Pick<System, 'agents'>, ids: readonly number[]): string[] => {
  const own = new Set(ids)
  return [...new Set([...own].map((id) => at(agents, id).group))].flatMap((group) => {
    const all = agents.filter((agent) => agent.group === group)
    return all.every(({ id }) => own.has(id)) ? [group] : all.flatMap(({ id, name }) => (own.has(id) ? [name] : []))
  })
}

/** Some steps as they stand in the source, each once with the agents whose it is, in some round of a loop at least. */
export const stepsInSource = (system: System, steps: readonly number[]): readonly Unreached[] =>
  groups(
    steps.map((id) => at(system.steps, id)),
    (step) => stepKey(system, step),
  ).map((group) => {
    const first = at(group, 0)
    const agents = agentNames(
      system,
      group.map(({ agent }) => agent),
    ).join(', ')
    return { agents, text: commonLabel(group.map(({ label }) => label)), ...placeOf(system, first.at), from: callerOf(system, first) }
  })

/**
 * How much of what is asked for was covered, as people count: what stands once in the source counts once, and only if
 * all of it is covered.
 */
export interface Covered {
  readonly covered: number
  readonly of: number
}

/** `wanted` says of steps and branches which are asked for. */
export const countCovered = (
  system: System,
  wanted: Coverage,
  done: Coverage,
): { readonly steps: Covered; readonly branches: Covered } => ({
  steps: countGroups(
    groups(system.steps, (step) => stepKey(system, step)),
    wanted.fired,
    done.fired,
  ),
  branches: countGroups(groups(system.branches, branchKey), wanted.taken, done.taken),
})

const countGroups = (all: readonly (readonly { readonly id: number }[])[], wanted: ArrayLike<number>, done: ArrayLike<number>): Covered => {
  const asked = all.map((group) => group.filter(({ id }) => wanted[id] === 1)).filter((group) => group.length > 0)
  return { covered: asked.filter((group) => group.every(({ id }) => done[id] === 1)).length, of: asked.length }
}

const groups = <T>(list: readonly T[], keyOf: (item: T) => string): T[][] => {
  const found = new Map<string, T[]>()
  for (const item of list) {
    const key = keyOf(item)
    const group = found.get(key)
    if (group === undefined) found.set(key, [item])
    else group.push(item)
  }
  return [...found.values()]
}

const spanKey = ({ file, start, end }: Span): string => `${file}:${start}:${end}`

const branchKey = (branch: Branch): string => `${spanKey(branch.at)} ${branch.text}`

/**
 * One key for all instances, and for all rounds of an unrolled loop; a helper's step counts once per place that calls
 * it.
 */
const stepKey = (system: System, step: Step): string =>
  `${at(system.agents, step.agent).group} ${locationKey(system, step) ?? `${spanKey(step.at)} ${step.label}`}`

/** Null for a rule. */
const locationKey = (system: System, step: Step): string | null => {
  const process = system.processes.find(({ agent }) => agent === step.agent)
  return step.location === null || process === undefined
    ? null
    : at(process.locations, step.location).key.replaceAll(/(:\d+)(?:#\d+)+(?=\/|$)/g, '$1')
}

const unfired = (system: System, steps: readonly Step[], fired: ArrayLike<number>): Unreached[] => {
  const agents = [...new Set(steps.map(({ agent }) => agent))]
  const idle = agents.filter((agent) => steps.every((step) => step.agent !== agent || fired[step.id] === 0))
  if (idle.length === 0) return []
  const first = at(steps, 0)
  const text = commonLabel(steps.filter(({ agent }) => idle.includes(agent)).map(({ label }) => label))
  const names =
    idle.length === agents.length ? at(system.agents, first.agent).group : idle.map((agent) => at(system.agents, agent).name).join(', ')
  return [{ agents: names, text, ...placeOf(system, first.at), from: callerOf(system, first) }]
}

/**
 * One label for a step of which instances and rounds have their own: `flush … of cpu 0`, or all that there are where
 * these are built otherwise.
 */
const commonLabel = (labels: readonly string[]): string => {
  const different = [...new Set(labels)]
  const [first = [], ...others] = different.map((label) => label.split(/\b/))
  if (others.some(({ length }) => length !== first.length)) return different.join(' | ')
  return first.map((word, i) => (others.every((other) => other[i] === word) ? word : '…')).join('')
}

/** The outermost call, from the location's key: `path:offset` of each yield in progress, joined by `/`. */
const callerOf = (system: System, step: Step): Unreached['from'] => {
  const [, path, start, inner] = /^(.*?):(\d+)(?:\/(.*))?$/.exec(locationKey(system, step) ?? '') ?? []
  if (path === undefined || inner === undefined) return null
  const file = system.files.findIndex(({ name }) => name === shown(path) || name === path)
  return file < 0 ? null : placeOf(system, { file, start: Number(start) })
}

const placeOf = (system: System, { file, start }: Pick<Span, 'file' | 'start'>): { file: string; line: number } => {
  const { name, text } = at(system.files, file)
  return { file: name, line: lineAndColumn(text, start).line }
}
