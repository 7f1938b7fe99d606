/** Mutants of models that tests write as text. */
import { judge, type Outcome, originalOf } from '../../../src/campaign/judge/judge.ts'
import type { Mutant } from '../../../src/campaign/mutate/mutant.ts'
import { mutantsOfModel } from '../../../src/campaign/mutate/mutants-of-model.ts'
import { prepare } from '../../../src/check.ts'
import { applyEdits } from '../../../src/load/edit.ts'
import { loadText } from '../../differential/text.ts'

export interface JudgedText {
  readonly mutant: Mutant
  readonly outcome: Outcome
}

const header = `import { accepted, always, assert, bool, bound, choose, each, eventually, flag, ghost, index, leadsTo, model, oneOf, optional,
  properties, queue, range, record, sometimes, type StateOf, type Steps, until, when } from 'mmucheck'\n`

/** A module whose model has these parts and these properties, with helpers of its steps. */
export const moduleOf = (parts: string, claims: string, helpers = ''): string =>
  `${header}${helpers}\nconst m = model({ name: 'changed', ${parts} })\nexport default properties(m, { ${claims} })\n`

/** Judges all mutants of a module, in the order of its text. */
export const judgedOf = async (source: string): Promise<JudgedText[]> => {
  const { model, properties } = loadText(source)
  const prepared = await prepare({ kind: 'properties', model, properties } as never)
  const original = originalOf(prepared, async ({ edits }) => {
    const changed = await prepare({ kind: 'properties', ...loadText(applyEdits(source, edits)) } as never)
    // All texts have one file: the next change is one of the author's again.
    loadText(source)
    return changed
  })
  const judged: JudgedText[] = []
  for (const mutant of mutantsOfModel(prepared))
    judged.push({ mutant, outcome: await judge(original, mutant, { limits: { states: 10_000 }, workers: 1 }) })
  return judged
}

/** What became of each change: `killed by safe after 3`, `survived`, `unchanged`. */
export const outcomesOf = async (parts: string, claims: string, helpers = ''): Promise<ReadonlyMap<string, string>> =>
  new Map((await judgedOf(moduleOf(parts, claims, helpers))).map(({ mutant, outcome }) => [mutant.change, outcomeText(outcome)]))

const outcomeText = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'killed':
      return `killed by ${outcome.by.map(({ property, steps }) => `${property} after ${steps}`).join(', ')}`
    case 'unchanged':
      return `the same ${outcome.same}`
    case 'invalid':
      return outcome.diagnostic.code
    default:
      return outcome.kind
  }
}
