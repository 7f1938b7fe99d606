/** What a search for samples notes when it first meets it: each step, branch and failure of a system has a number. */
import type { System } from '../../ir/system.js'

export interface Marks {
  readonly step: (id: number) => number
  readonly branch: (id: number) => number
  readonly failure: (id: number) => number
  /** How many there are. */
  readonly count: number
}

export const markOf = ({ steps, branches, failures }: Pick<System, 'steps' | 'branches' | 'failures'>): Marks => ({
  step: (id) => id,
  branch: (id) => steps.length + id,
  failure: (id) => steps.length + branches.length + id,
  count: steps.length + branches.length + failures.length,
})
