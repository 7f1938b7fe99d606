/** What a report says of the memory model that its verdicts speak of. */
import type { System } from '../../ir/system.js'
import { platformAndVariables } from '../../lang/memory.js'
import type { Model } from '../../lang/model.js'
import { stepsInSource } from './coverage.js'
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
      /** Processes on no CPU, which read and write memory itself. */
      readonly unbuffered: readonly string[]
    }

/** Null where nothing is in memory. */
export const memoryReport = (model: Model, params: Readonly<Record<string, unknown>>, system: System): MemoryReport | null => {
  const { variables } = platformAndVariables(model, params as never)
  const { memory, agents } = system
  if (memory === null) return Object.values(variables).some((domain) => domain.memory === true) ? { model: 'sc' } : null
  const groups = agents.flatMap(({ kind, cpu, group }) => (kind === 'process' && cpu === null ? [group] : []))
  return {
    model: 'tso',
    storeBuffer: memory.capacity,
    locked: stepsInSource(system, memory.locked),
    fences: stepsInSource(system, memory.fences),
    unbuffered: [...new Set(groups)],
  }
}
