/** Properties that hold or fail whatever the protocol does: almost always a slip of the author. */
import { queryReads, stepAccess } from '../../ir/access.js'
import type { Query, System } from '../../ir/system.js'

/** The names of the properties that read no variable that some step writes, in the order of the file. */
export const unchangingProperties = (system: System): string[] => {
  const written = new Set(system.steps.flatMap((step) => [...stepAccess(system, step).writes]))
  const isFixed = (queries: readonly (Pick<Query, 'body' | 'value'> | null)[]): boolean =>
    queries.every((query) => query === null || [...queryReads(query)].every((variable) => !written.has(variable)))
  return [
    ...system.safety.filter((property) => isFixed([property])),
    ...system.temporal.filter(({ trigger, goal }) => isFixed([trigger, goal])),
    ...system.extremes.filter(({ measure }) => isFixed([measure])),
  ].map(({ name }) => name)
}
