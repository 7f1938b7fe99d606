/** Does one job, in whatever process. */

import { check, prepare } from '../../check.js'
import { usableWorkers } from '../../explicit/program/ceiling.js'
import { judge, type Original, originalOf } from '../judge/judge.js'
import { reloaded } from '../judge/reload.js'
import { type Ended, failureOf, type Job } from './job.js'

/** The model whose mutants were judged last, prepared: mutants come by the hundred. */
let prepared: { readonly of: string; readonly original: Promise<Original> } | null = null

const originalOfTarget = async (target: string, options: Job['options']): Promise<Original> =>
  originalOf(await prepare(target, options), async (changed) => prepare(await reloaded(target, changed), options))

const originalFor = ({ target, options }: Job): Promise<Original> => {
  const of = JSON.stringify([target, options])
  if (prepared?.of !== of) prepared = { of, original: originalOfTarget(target, options) }
  return prepared.original
}

/** @throws nothing: a bug of ours is an answer too. */
export const runJob = async (job: Job, signal?: AbortSignal): Promise<Ended> => {
  const interruptible = signal === undefined ? {} : { signal }
  try {
    switch (job.task) {
      case 'check':
        return { kind: 'report', report: await check(job.target, { symmetry: 'off', ...job.options, ...interruptible }) }
      case 'judge': {
        const { limits = {}, workers = usableWorkers() } = job.options
        const options = { limits, workers, ...interruptible }
        return { kind: 'outcome', outcome: await judge(await originalFor(job), job.mutation, options) }
      }
    }
  } catch (error) {
    return failureOf(error)
  }
}
