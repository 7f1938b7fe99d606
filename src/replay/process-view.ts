/** The processes of a run as a trace shows them. */
import type { LiveLocal, System } from '../ir/system.js'
import type { Plain, ProcessView } from '../trace/trace.js'
import { locationOf, plainCopy } from './state.js'
import { type Standing, standsAt } from './vector.js'

/**
 * Where a process stands, at its label as it was yielded, and the locals that are still needed, as the author's
 * functions hold them: a record whole, though only some of its fields are needed. A name that several generators have
 * is that of the innermost one; a parameter `x` that refers to the state shows as `&x`, the indices of the location
 * that it means.
 */
export const processView = (system: System, process: number, standing: Standing, label: string | null): ProcessView => {
  const { name: agent } = system.agents[system.processes[process]!.agent]!
  if (standing === null) return { agent, at: null, locals: {} }
  const { live } = standsAt(system, system.processes[process]!, standing)
  return { agent, at: label, locals: localsOf(live, standing.frames) }
}

const localsOf = (live: readonly LiveLocal[], frames: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, Plain>> => {
  const locals: Record<string, Plain> = {}
  for (const { frame, name } of [...live].sort((a, b) => a.frame - b.frame)) {
    const value = frames[frame]?.[name]
    const place = locationOf(value)
    if (place === null) locals[name] = plainCopy(value)
    else locals[`&${name}`] = place.indices
  }
  return locals
}
