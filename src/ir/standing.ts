/** At which steps the agents of a system stand. */
import { at } from '../at.js'
import { type Step, type System, type Vector, vectorOffsets } from './system.js'

/** For each agent its steps in a state: of a process the one at its location, of rules all. */
export const standingIn = (system: System): ((state: Vector) => readonly (readonly Step[])[]) => {
  const offsets = vectorOffsets(system)
  const agents = system.agents.map(({ id }) => {
    const process = system.processes.find(({ agent }) => agent === id)
    const steps = system.steps.filter(({ agent }) => agent === id)
    const byLocation = new Map<number | null, Step[]>()
    for (const step of steps) byLocation.set(step.location, [...(byLocation.get(step.location) ?? []), step])
    return { byLocation, pc: process === undefined ? null : at(offsets, process.pc) }
  })
  return (state) => agents.map(({ byLocation, pc }) => byLocation.get(pc === null ? null : at(state, pc)) ?? [])
}
