/** What the search never came by: the vacuity check of models whose rules can never fire. */
import { lineAndColumn } from '../diagnostics.js'
import type { Branch, Span, Step, System } from '../ir/system.js'
import type { Report, Unreached } from './report.js'

/** Which steps fired and which branches were taken: 0 or 1 per entry of `System.steps` and `System.branches`. */
export interface Coverage {
  readonly fired: ArrayLike<number>
  readonly taken: ArrayLike<number>
}

/**
 * Steps that no instance, or only some instances, ever took, and branches that were never taken. What stands once in the
 * source but many times in the system (instances, unrolled loops, inlined helpers) counts once.
 */
export const collectCoverage = (system: System, { fired, taken }: Coverage): Pick<Report, 'neverFired' | 'neverTaken'> => ({
  neverFired: groups(system.steps, (step) => stepKey(system, step)).flatMap((steps) => unfired(system, steps, fired)),
  neverTaken: groups(system.branches, ({ at, text }) => `${spanKey(at)} ${text}`)
    .filter((branches) => branches.every(({ id }) => taken[id] === 0))
    .map(([branch]) => ({ agents: null, text: branch.text, ...placeOf(system, branch) })),
})

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

/** One key for all instances, and for all rounds of an unrolled loop; a helper's step counts once per place that calls it. */
const stepKey = (system: System, step: Step): string => {
  const { group } = system.agents[step.agent]
  if (step.location === null) return `${group} ${spanKey(step.at)} ${step.label}`
  const process = system.processes.find(({ agent }) => agent === step.agent)
  const key = process?.locations[step.location].key ?? spanKey(step.at)
  return `${group} ${key.replaceAll(/#\d+/g, '')}`
}

const unfired = (system: System, steps: readonly Step[], fired: ArrayLike<number>): Unreached[] => {
  const agents = [...new Set(steps.map(({ agent }) => agent))]
  const idle = agents.filter((agent) => steps.every((step) => step.agent !== agent || fired[step.id] === 0))
  if (idle.length === 0) return []
  const names = idle.length === agents.length ? system.agents[agents[0]].group : idle.map((agent) => system.agents[agent].name).join(', ')
  return [{ agents: names, text: steps[0].label, ...placeOf(system, steps[0]) }]
}

const placeOf = (system: System, { at }: Step | Branch): { file: string; line: number } => {
  const { name, text } = system.files[at.file]
  return { file: name, line: lineAndColumn(text, at.start).line }
}
