/** What became of the mutants, as the one JSON object that `--json` prints. */

import type { Outcome } from '../../campaign/judge/judge.js'
import type { Judged, Mutated } from '../../campaign/mutate/mutate.js'

/** One line, ending in a newline. */
export const mutateJson = ({ model, title, variant, settings, mutants, kills }: Mutated, exitCode: number): string =>
  `${JSON.stringify({ model, title, variant, settings, mutants: mutants.map(mutantObject), properties: kills, exitCode })}\n`

const mutantObject = ({ number, shownFile, line, operator, change, code, outcome, accepted }: Judged): object => ({
  number,
  file: shownFile,
  line,
  operator,
  change,
  code,
  ...(outcome === null ? { outcome: 'interrupted' } : outcomeObject(outcome)),
  why: accepted?.why ?? null,
})

const outcomeObject = (outcome: Outcome): object => {
  switch (outcome.kind) {
    case 'killed':
      return { outcome: 'killed', by: outcome.by, alone: outcome.alone }
    case 'unchanged':
      return { outcome: 'unchanged', same: outcome.same }
    case 'survived':
      return { outcome: 'survived' }
    case 'invalid':
      return { outcome: 'invalid', error: { code: outcome.diagnostic.code, message: outcome.diagnostic.message } }
    case 'incomplete':
      return { outcome: 'incomplete', limit: outcome.limit }
  }
}
