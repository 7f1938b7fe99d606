/** Which locals of a race are worth a word: those that a later step of it reads, and that do not merely count. */
import { at } from '../../../at.js'
import { type Block, type Location, type System, vectorOffsets } from '../../../ir/system.js'
import { walkBlock } from '../../../ir/walk.js'
import { sourceOf } from '../../../load/source.js'
import type { Replay } from '../../../replay/replay.js'
import { equalPlain } from '../../../trace/plain.js'
import { isCounter } from './names.js'

/**
 * By number of step the names of the locals that it changed and that are read later. Where the race `stays`, what waits
 * at its end or goes on in a cycle may read them too.
 */
export const toldLocals = (
  system: System,
  { initial, steps }: Pick<Replay, 'initial' | 'steps'>,
  stays: boolean,
): readonly (readonly string[])[] => {
  const offsets = vectorOffsets(system)
  const reads = new Map<number, ReadonlySet<number>>()
  const readsOf = (step: number): ReadonlySet<number> => {
    const known = reads.get(step) ?? localsRead(at(system.steps, step).body)
    reads.set(step, known)
    return known
  }
  const states = [initial, ...steps.map(({ after }) => after)]
  const valueIn = (state: number, agent: number, name: string) =>
    states[state]?.view.processes.find((process) => process.agent === at(system.agents, agent).name)?.locals[name]

  return steps.map(({ step }, i) => {
    const { agent } = at(system.steps, step)
    const process = system.processes.find((one) => one.agent === agent)
    const after = states[i + 1]
    if (process === undefined || after === null || after === undefined) return []
    const location = process.locations[after.vector[at(offsets, process.pc)] ?? -1]
    const names = new Set(location?.live.map(({ name }) => name))
    const isReadLater = (name: string): boolean => {
      const variables = location?.live.filter((one) => one.name === name).map(({ variable }) => variable) ?? []
      const value = valueIn(i + 1, agent, name)
      for (let j = i + 1; j < steps.length; j++) {
        const later = at(steps, j).step
        if (at(system.steps, later).agent !== agent) continue
        if (variables.some((variable) => readsOf(later).has(variable))) return true
        const next = valueIn(j + 1, agent, name)
        if (next === undefined || value === undefined || !equalPlain(next, value)) return false
      }
      return stays
    }
    const isNew = (name: string): boolean => {
      const [before, now] = [valueIn(i, agent, name), valueIn(i + 1, agent, name)]
      return now !== undefined && (before === undefined || !equalPlain(before, now))
    }
    return [...names].filter((name) => isNew(name) && isReadLater(name) && !counts(location, name))
  })
}

/** Whether a local that is alive at a location is declared in the head of a loop around it. */
const counts = (location: Location | undefined, name: string): boolean => {
  const yields = location?.key.split(/(?<=\d)\/(?=\/|[A-Za-z]:[\\/])/) ?? []
  const frame = Math.max(-1, ...(location?.live.flatMap((one) => (one.name === name ? [one.frame] : [])) ?? []))
  const [, file, offset] = /^(.*?):(\d+)(?:#\d+)*$/.exec(yields[frame] ?? '') ?? []
  return file !== undefined && isCounter(sourceOf(file), Number(offset), name)
}

/** The variables that a step reads; to keep one where it is is no reading. */
const localsRead = (body: Block): ReadonlySet<number> => {
  const loads = new Map<number, number>()
  const count = (variable: number, by: number): void => void loads.set(variable, (loads.get(variable) ?? 0) + by)
  walkBlock(body, {
    expr: (e) => {
      if (e.op === 'load') count(e.variable, 1)
    },
    block: ({ end }) => {
      if (end.op !== 'goto') return
      for (const { variable, value } of end.frame) if (value.op === 'load' && value.variable === variable) count(variable, -1)
    },
  })
  return new Set([...loads].flatMap(([variable, n]) => (n > 0 ? [variable] : [])))
}
