/** One process of a fuzzing run: statement lists and whole models by turns, until it is told to end. */

import { seedOf } from './draw.ts'
import type { Feature } from './features.ts'
import type { ModelDifference } from './models.ts'
import { runModel } from './models.ts'
import { type Difference, runSteps } from './steps.ts'

export interface Work {
  readonly seed: number
  /** This is worker number `job` of `jobs`: they share the numbers of modules and models among them. */
  readonly job: number
  readonly jobs: number
  readonly without: readonly Feature[]
  readonly kinds: readonly Kind[]
  /** Milliseconds for making one difference smaller. */
  readonly shrinking: number
}
export type Kind = 'lists' | 'models'

export interface Progress {
  readonly kind: 'progress'
  readonly lists: number
  readonly ways: number
  readonly predicates: number
  readonly values: number
  readonly models: number
  readonly states: number
  readonly refusedLists: Readonly<Record<string, number>>
  readonly refusedModels: Readonly<Record<string, number>>
  readonly verdicts: Readonly<Record<string, number>>
}
export type Report =
  | Progress
  | { readonly kind: 'list'; readonly difference: Difference }
  | { readonly kind: 'model'; readonly difference: ModelDifference }

/** Runs for ever. */
export const work = async ({ seed, job, jobs, without, kinds, shrinking }: Work, report: (report: Report) => void): Promise<never> => {
  const options = { without: new Set(without), shrinking }
  const steps = { lists: 0, ways: 0, predicates: 0, values: 0, refused: {}, differences: [] as Difference[] }
  const models = { models: 0, states: 0, refused: {}, verdicts: {}, differences: [] as ModelDifference[] }
  const spent: Record<Kind, number> = { lists: 0, models: 0 }
  const turn: Record<Kind, number> = { lists: job, models: job }
  for (;;) {
    // Half of the time for each.
    const kind = kinds.length === 1 ? kinds[0]! : spent.lists <= spent.models ? 'lists' : 'models'
    const start = performance.now()
    const own = seedOf(seed, 2 * turn[kind] + (kind === 'lists' ? 0 : 1))
    turn[kind] += jobs
    if (kind === 'lists') await runSteps(own, steps, { ...options, onDifference: (difference) => report({ kind: 'list', difference }) })
    else await runModel(own, models, { ...options, onDifference: (difference) => report({ kind: 'model', difference }) })
    // What differs is counted where it is shown.
    steps.differences.length = 0
    models.differences.length = 0
    spent[kind] += performance.now() - start
    report({
      kind: 'progress',
      lists: steps.lists,
      ways: steps.ways,
      predicates: steps.predicates,
      values: steps.values,
      models: models.models,
      states: models.states,
      refusedLists: steps.refused,
      refusedModels: models.refused,
      verdicts: models.verdicts,
    })
    // A pending message is heard only between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

if (process.argv[2] === '--worker') {
  process.on('disconnect', () => process.exit(0))
  const given = JSON.parse(process.argv[3] ?? '') as Work
  await work(given, (report) => void process.send?.(report))
}
