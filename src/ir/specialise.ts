/** Schedules of a system with free params, as schedules of one that was compiled for the values that they choose. */
import { type ParamSettings, recode, settingOf } from './param.js'
import type { Move, Schedule } from './schedule.js'
import type { Step, System } from './system.js'

/**
 * The values that the free params have in a schedule, and the same schedule in `special`, the system of the same model
 * that was compiled for these values (`specialOf` gives it). Steps correspond by agent and location, rules by agent and
 * label.
 * @throws Error where `special` has no such step: it was compiled from another model, or for other values.
 */
export const specialise = (
  free: System,
  schedule: Schedule,
  specialOf: (params: ParamSettings) => System,
): { readonly params: ParamSettings; readonly system: System; readonly schedule: Schedule } => {
  const { params } = settingOf(free, schedule.init)
  const system = specialOf(params)
  const steps = new Map(system.steps.map((step) => [keyOf(system, step), step.id]))
  const moves = schedule.moves.map(({ step, choice }): Move => {
    const from = free.steps[step]
    const key = from === undefined ? '' : keyOf(free, from)
    const to = steps.get(key)
    if (to === undefined) throw new Error(`with these params there is no step '${key}'`)
    return { step: to, choice: recode(choice, free.radix, system.radix) }
  })
  return { params, system, schedule: { init: settingOf(free, schedule.init, system.radix).init, moves, fails: schedule.fails } }
}

const keyOf = (system: System, step: Step): string => {
  const agent = system.agents[step.agent]?.name ?? '?'
  const at = step.location === null ? undefined : system.processes.find((p) => p.agent === step.agent)?.locations[step.location]?.key
  return at === undefined ? `${agent} | ${step.label}` : `${agent} @ ${at}`
}
