/** On which CPU the processes and rules of a model are. */
import { ModelError } from './domain.js'
import type { Each } from './model.js'

/**
 * The number of a CPU, from 0; null for who is on none, a thread that migrates or another device. Of what is made by
 * `each` a list, with one of these for each instance.
 */
export type On = number | null | readonly (number | null)[]

/** The CPUs of a model: how many there are, and on which of them an agent is; null where on none. */
export interface Cpus {
  readonly count: number
  readonly of: (group: string, instance: number | null) => number | null
  /** Whether the model says of these where they are, be it nowhere. */
  readonly says: (group: string) => boolean
}

type Groups = Readonly<Record<string, unknown>>

/** The group whose instances are the CPUs of their numbers without being told. */
const cpuGroup = 'cpu'

/**
 * The CPUs of a model, given its processes and rules and what it says with `on`. There are as many as `cpu: each(...)`
 * makes; without it one more than the greatest number that `on` names.
 * @throws ModelError for a name of `on` that is neither a process nor rules, and for what names no CPU.
 */
export const cpusOf = (groups: { readonly processes: Groups; readonly rules: Groups }, on: Readonly<Record<string, On>>): Cpus => {
  const all = { ...groups.rules, ...groups.processes }
  const made = instancesOf(all[cpuGroup])
  const numbered = made === null || Object.hasOwn(on, cpuGroup) ? null : made
  for (const [name, said] of Object.entries(on)) requireCpu(name, said, all, numbered)
  const named = Object.values(on)
    .flat()
    .filter((cpu) => cpu !== null)
  const isNumbered = (group: string): boolean => group === cpuGroup && made !== null
  return {
    says: (group) => Object.hasOwn(on, group) || isNumbered(group),
    count: numbered ?? Math.max(0, ...named.map((cpu) => cpu + 1)),
    of: (group, instance) => {
      if (!Object.hasOwn(on, group)) return isNumbered(group) ? instance : null
      const said = on[group] as On
      return typeof said === 'number' || said === null ? said : (said[instance ?? 0] ?? null)
    },
  }
}

/** How many instances `each` makes of a process or of rules; null where it is a single one. */
const instancesOf = (entry: unknown): number | null =>
  typeof entry === 'object' && entry !== null && (entry as Partial<Each<unknown>>).kind === 'each' ? (entry as Each<unknown>).count : null

const requireCpu = (name: string, said: unknown, all: Groups, cpus: number | null): void => {
  if (!Object.hasOwn(all, name))
    throw new ModelError(`\`on\` names '${name}', which is no process and no rule`, {
      hint: `the processes and rules are ${Object.keys(all).join(', ')}`,
      words: ['on:', name],
    })
  const count = instancesOf(all[name])
  const list = Array.isArray(said) ? (said as unknown[]) : [said]
  if (Array.isArray(said) && list.length !== count)
    throw new ModelError(
      count === null
        ? `'${name}' is a single one, and \`on\` gives it a list of CPUs`
        : `\`on\` gives ${list.length} CPUs for the ${count} instances of '${name}'`,
      { hint: `write ${name}: 1, or for what \`each\` makes a list with a CPU for each instance: ${name}: [0, 1]`, words: ['on:', name] },
    )
  const isCpu = (cpu: unknown): boolean => typeof cpu === 'number' && Number.isInteger(cpu) && cpu >= 0 && cpu < (cpus ?? 64)
  const wrong = list.findIndex((cpu) => cpu !== null && !isCpu(cpu))
  if (wrong >= 0)
    throw new ModelError(`\`on\` puts '${name}' on ${String(list[wrong])}, which is no CPU`, {
      hint:
        cpus === null
          ? 'CPUs are numbered from 0 to at most 63; null is none of them'
          : `the CPUs are 0 to ${cpus - 1}; null is none of them`,
      words: ['on:', name],
    })
}
