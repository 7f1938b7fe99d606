/**
 * Members with the same locals. What a local can hold is inferred for each member by itself: of three CPUs the first
 * one has 1 and 2 to tell, and the last one 0 and 1.
 */
import { at } from '../../at.js'
import type { System, Variable } from '../system.js'
import { groupsOf, variablesOf } from './kin.js'

/**
 * The same local of all members gets one range, so that they can change places. Nothing else changes: neither what
 * steps do, nor their numbers, nor those of their choices.
 */
export const withAlikeLocals = (system: System): System => {
  const variables = [...system.variables]
  for (const members of groupsOf(system).values()) {
    const own = members.map(({ id }) => variablesOf(system, id).map((variable) => at(system.variables, variable)))
    const [first = []] = own
    if (own.some(({ length }) => length !== first.length)) continue
    for (const i of first.keys()) {
      const same = own.map((list) => at(list, i))
      if (!same.every((variable) => isAlike(system, variable, at(same, 0)))) continue
      const [lo, hi] = [Math.min(...same.map((variable) => variable.lo)), Math.max(...same.map((variable) => variable.hi))]
      for (const variable of same) variables[variable.id] = { ...variable, lo, hi }
    }
  }
  // Where a local is dead it is the least that it can be.
  return { ...system, variables, initial: system.initial.map((value, id) => (isLeast(system, id) ? at(variables, id).lo : value)) }
}

const isLeast = (system: System, id: number): boolean => {
  const { role, lo } = at(system.variables, id)
  return role.kind === 'local' && at(system.initial, id) === lo
}

const isAlike = (system: System, a: Variable, b: Variable): boolean =>
  a.role.kind === 'local' &&
  b.role.kind === 'local' &&
  isLeast(system, a.id) &&
  isLeast(system, b.id) &&
  a.values === undefined &&
  b.values === undefined &&
  a.dims.join() === b.dims.join()
