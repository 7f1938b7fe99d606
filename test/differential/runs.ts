/** Runs fast-check over random models, and says what failed so that it can be read and repeated. */
import fc from 'fast-check'
import { type CompareOptions, type Comparison, compareText } from './compare.ts'
import { sourceOfTree } from './program.ts'
import { type ModelTree, modelTree } from './tree.ts'

export interface Tally {
  readonly models: number
  readonly states: number
  readonly schedules: number
  /** The models that the compiler refused, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Models in which each kind of claim was found to hold and to be violated. */
  readonly verdicts: Readonly<Record<string, number>>
}

export interface Runs {
  readonly seed: number
  readonly numRuns: number
  /** Testing and shrinking end after this time. */
  readonly milliseconds?: number
  /** What to show of a failure: the smallest model found that fails (the default), or the first. */
  readonly show?: 'smallest' | 'first'
}

/** @throws Error with the shrunk model's text, the seed and the path, where a comparison throws. */
export const compareMany = async (
  { seed, numRuns, milliseconds = 120_000, show = 'smallest' }: Runs,
  options: CompareOptions = {},
): Promise<Tally> => {
  let [models, states, schedules, failed] = [0, 0, 0, false]
  const [refused, verdicts]: Record<string, number>[] = [{}, {}]
  const count = (of: Record<string, number>, key: string): void => {
    of[key] = (of[key] ?? 0) + 1
  }
  const note = (comparison: Comparison): void => {
    if (failed) return
    models++
    if (comparison.kind === 'refused') count(refused!, comparison.diagnostic.code)
    if (comparison.kind !== 'agree') return
    states += comparison.states
    schedules += comparison.schedules
    for (const { kind, verdict } of comparison.result.properties) count(verdicts!, `${kind} ${verdict}`)
  }
  const details = await fc.check(
    fc.asyncProperty(modelTree, async (tree: ModelTree) => {
      try {
        note(await compareText(sourceOfTree(tree), options))
      } catch (error) {
        failed = true
        throw error
      }
    }),
    { seed, numRuns, interruptAfterTimeLimit: milliseconds, endOnFailure: show === 'first' },
  )
  if (details.failed && details.counterexample !== null) {
    const [tree] = details.counterexample
    const cause =
      details.errorInstance instanceof Error
        ? (details.errorInstance.stack ?? String(details.errorInstance))
        : String(details.errorInstance)
    throw new Error(
      `seed ${details.seed}, path ${details.counterexamplePath}, after ${details.numRuns} models and ${details.numShrinks} shrinks:\n${cause}\n\n${sourceOfTree(tree)}`,
    )
  }
  return { models, states, schedules, refused: refused!, verdicts: verdicts! }
}
