/** At which steps the agents of a system stand. */
import { type Step, type System, type Vector, vectorOffsets } from './system.js'

/** For each agent its steps in a state: of a process the one at its location, of rules all. */
export const standingIn = (system: System): ((state: Vector) => readonly (readonly Step[])[]) => {
  const offsets = vectorOffsets(system)
  const agents = system.agents.map(({ id }) => {
    const process = system.processes.find(({ agent }) => agent === id)
    const steps = system.steps.filter(({ agent }) => agent === id)
    const at = new Map<number | null, Step[]>()
    for (const step of steps) at.set(step.location, [...(at.get(step.location) ?? []), step])
    return { at, pc: process === undefined ? null : offsets[process.pc] }
  })
  return (state) => agents.map(({ at, pc }) => at.get(pc === null || pc === undefined ? null : (state[pc] ?? null)) ?? [])
}
