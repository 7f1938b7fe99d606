/** Which lists have an element for each CPU: those that are indexed by the CPUs' numbers. */

import { dimension, groupOf, groupsOf, kinOf } from '../../ir/symmetry/kin.js'
import type { Agent, Process, Step, Variable } from '../../ir/system.js'

/** Whether a dimension of a variable has an index for each CPU. */
export type IsPerCpu = (variable: number, axis: number) => boolean

/**
 * Asks of a dimension whether its index is of the kind of the CPUs, as the code says: none is where no `each` makes
 * a process for each CPU.
 */
export const indexedByCpu = (
  variables: readonly Variable[],
  code: { readonly agents: readonly Agent[]; readonly processes: readonly Process[]; readonly steps: readonly Step[] },
  cpus: number,
): IsPerCpu => {
  const groups = [...groupsOf(code)].filter(
    ([, members]) => members.length === cpus && members.every(({ cpu, instance }) => cpu === instance),
  )
  const [group] = groups.map(([name]) => name)
  if (group === undefined) return () => false
  const { kindOf } = kinOf({ ...code, variables, init: { body: [], end: { op: 'finish' } }, safety: [], temporal: [], extremes: [] })
  return (variable, axis) => kindOf(dimension(variable, axis)) === kindOf(groupOf(group))
}
