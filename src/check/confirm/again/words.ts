/** What was run again in JavaScript, in words: never more than what was. */
import type { Covered } from '../../report/coverage.js'
import { formatCount, formatStateCount } from '../../report/format.js'
import type { RunAgain } from '../../report/report.js'

/** One line, however long. */
export const runAgainText = (oracle: RunAgain): string => {
  switch (oracle.kind) {
    case 'nothing':
      return `nothing was run again in JavaScript: ${whyNothing[oracle.why]}`
    case 'run again': {
      const { states, all, walks, steps, branches, soFar, failures, conditions, lookedAt } = oracle
      const ofWalks = walks === 0 ? '' : ` of ${formatCount(walks)} ${walks === 1 ? 'walk' : 'walks'}`
      const covered = [
        ...(steps.of === 0 ? [] : [`${steps.covered === steps.of ? 'every step' : counted(steps, 'steps')}${soFar ? ' met so far' : ''}`]),
        ...(branches.of === 0 ? [] : [counted(branches, 'branches')]),
        ...(failures.of === 0 ? [] : [counted(failures, 'ways to fail')]),
        ...(conditions.of === 0 ? [] : [counted(conditions, 'values of conditions')]),
      ]
      const where = lookedAt.all || failures.of + conditions.of === 0 ? '' : ` (as met in ${formatStateCount(lookedAt.states)})`
      return `run again in JavaScript: ${all ? 'all ' : ''}${formatStateCount(states)}${ofWalks}, ${listed(covered)}${where}: no difference`
    }
  }
}

const whyNothing = {
  'not asked for': 'it was not asked for (--oracle)',
  interrupted: 'the search was interrupted',
  'too large': 'the explicit engine has no code for a system of this size',
  'no memory': 'the machine gives no memory for it',
} as const

const counted = ({ covered, of }: Covered, what: string): string => `${formatCount(covered)} of ${formatCount(of)} ${what}`

const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? 'nothing that steps') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`

/** Several checks as if they were one; null where nothing was run again. */
export const runAgainOfAll = (all: readonly RunAgain[]): RunAgain | null => {
  const run = all.flatMap((one) => (one.kind === 'run again' ? [one] : []))
  if (run.length === 0) return all[0] ?? null
  const sum = (of: (one: (typeof run)[number]) => number): number => run.reduce((n, one) => n + of(one), 0)
  const both = (of: (one: (typeof run)[number]) => Covered): Covered => ({
    covered: sum((one) => of(one).covered),
    of: sum((one) => of(one).of),
  })
  return {
    kind: 'run again',
    states: sum(({ states }) => states),
    all: run.length === all.length && run.every((one) => one.all),
    walks: sum(({ walks }) => walks),
    steps: both(({ steps }) => steps),
    branches: both(({ branches }) => branches),
    soFar: run.some(({ soFar }) => soFar),
    failures: both(({ failures }) => failures),
    conditions: both(({ conditions }) => conditions),
    lookedAt: { states: sum(({ lookedAt }) => lookedAt.states), all: run.every(({ lookedAt }) => lookedAt.all) },
    seconds: sum(({ seconds }) => seconds),
  }
}
