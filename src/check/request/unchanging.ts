/** Properties that hold or fail whatever the protocol does: almost always a slip of the author. */
import type { Query, System } from '../../ir/system.js'
import { unchangedVariables } from '../../ir/unchanged.js'

/** The names of the properties that nothing decides which some step changes, in the order of the file. */
export const unchangingProperties = (system: System): string[] => {
  const { variables, deciding } = unchangedVariables(system)
  const isFixed = (queries: readonly (Pick<Query, 'body' | 'value'> | null)[]): boolean =>
    queries.every((query) => query === null || [...deciding(query)].every((variable) => variables.has(variable)))
  return [
    ...system.safety.filter((property) => isFixed([property])),
    ...system.temporal.filter(({ trigger, goal }) => isFixed([trigger, goal])),
    ...system.extremes.filter(({ measure }) => isFixed([measure])),
  ].map(({ name }) => name)
}
