/** What a report says of the memory model that its verdicts speak of. */
import type { System } from '../../ir/system.js'
import { hasMemory, memorySettings } from '../../lang/memory.js'
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
    direct: agentNames(system, memory?.direct ?? system.agents.map(({ id }) => id)),
  }
}
