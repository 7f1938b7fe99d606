/** What a report says of the memory model that its verdicts speak of. */
import { at } from '../../at.js'
import { stepAccess } from '../../ir/access.js'
import type { System, Variable } from '../../ir/system.js'
import { hasMemory, memorySettings, storeBuffer } from '../../lang/memory.js'
import type { Model } from '../../lang/model.js'
import { agentNames, stepsInSource } from './coverage.js'
import type { Unreached } from './report.js'

/** A step as it stands in the source, once for all instances. */
export type StepInSource = Unreached

/** Of a model that says of variables that they are in memory. */
export type MemoryReport =
  | { readonly model: 'sc' }
  | {
      readonly model: 'tso'
      /** How many stores each CPU's store buffer holds: what is found speaks of no larger ones. */
      readonly storeBuffer: number
      /** Steps that load and store memory: they wait until the buffer is empty, and act at once. */
      readonly locked: readonly StepInSource[]
      readonly fences: readonly StepInSource[]
      /** Rules, and processes on no CPU, that read or write memory itself. */
      readonly direct: readonly string[]
      /** Variables outside memory that processes of one CPU change and those of another use: they change at once. */
      readonly shared: readonly string[]
    }

/** Null where nothing is in memory. */
export const memoryReport = (model: Model, params: Readonly<Record<string, unknown>>, system: System): MemoryReport | null => {
  if (!hasMemory(model.state(params as never))) return null
  const settings = memorySettings(model, params as never)
  if (settings.model === 'sc') return { model: 'sc' }
  const { memory } = system
  return {
    model: 'tso',
    storeBuffer: settings.capacity,
    locked: stepsInSource(system, memory?.locked ?? []),
    fences: stepsInSource(system, memory?.fences ?? []),
    shared: sharedIn(system),
    direct: agentNames(system, memory?.direct ?? system.agents.map(({ id }) => id)),
  }
}

const sharedIn = (system: System): readonly string[] => {
  const { agents, steps, variables, memory } = system
  const inMemory = new Set(memory?.variables)
  const byCpu = new Map<number, { readonly reads: Set<number>; readonly writes: Set<number> }>()
  for (const step of steps) {
    const { kind, cpu } = at(agents, step.agent)
    if (kind === 'rule' || cpu === null) continue
    const used = byCpu.get(cpu) ?? { reads: new Set(), writes: new Set() }
    byCpu.set(cpu, used)
    const { reads, writes } = stepAccess(system, step)
    for (const variable of reads) used.reads.add(variable)
    for (const variable of writes) used.writes.add(variable)
  }
  const isShared = ({ id, role }: Variable): boolean =>
    role.kind === 'global' &&
    [...byCpu].some(
      ([cpu, { writes }]) =>
        writes.has(id) && [...byCpu].some(([other, own]) => other !== cpu && (own.reads.has(id) || own.writes.has(id))),
    )
  const names = variables.filter(isShared).map(({ name }) => /^[^.?#]*/.exec(name)?.[0] ?? name)
  return [...new Set(names)].filter((name) => name !== storeBuffer && !inMemory.has(name))
}
