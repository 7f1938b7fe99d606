/** The verb `mutate`: judges every mutant, or shows one, and reports. */

import { asksWhy, type Mutated, mutate } from '../../campaign/mutate/mutate.js'
import { mutantOf } from '../../campaign/mutate/show.js'
import { usableWorkers } from '../../explicit/program/ceiling.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { watchedJobs } from '../terminal/watched.js'
import { defaultSeed } from '../verbs/flags.js'
import type { MutateRequest } from '../verbs/mutate.js'
import { mutateJson } from '../views/mutate-json.js'
import { mutateText, shownText } from '../views/mutate-text.js'
import { runCheck } from './check.js'

/** @returns the exit code. */
export const runMutate = (request: MutateRequest, output: Output): Promise<number> =>
  request.show === null ? judgeAll(request, output) : showOne(request, request.show, output)

/** Checks one mutant as any model is checked, in JavaScript too, and draws what it breaks. */
const showOne = async (
  { target, variant, settings, properties, limits, format, out }: MutateRequest,
  number: number,
  output: Output,
): Promise<number> => {
  const asked = { variant, settings, properties }
  const mutant = await mutantOf(target, number, asked)
  if (format === 'text') output.out(shownText(mutant))
  const asTheModelSays = { deadlock: 'as the model says', stuck: 'as the model says' } as const
  const search = {
    ...asked,
    ...asTheModelSays,
    limits,
    engine: 'explicit',
    workers: usableWorkers(),
    invariants: [],
    stop: 'all settled',
    symmetry: 'off',
    oracle: 'beside',
    seed: defaultSeed,
  } as const
  return runCheck(
    { target: mutant.properties, search, format, volume: 'normal', places: 'hidden', width: null, hints: 'short', folder: out, itf: null },
    output,
  )
}

const judgeAll = async (request: MutateRequest, output: Output): Promise<number> => {
  const { target, format, extent, processes, variant, settings, properties, limits } = request
  const { result: mutated, isInterrupted } = await watchedJobs(output, 'mutants', processes, (jobs) =>
    mutate(target, { variant, settings, properties, limits, ...jobs }),
  )
  const exitCode = isInterrupted ? exitCodes.interrupted : exitCodeOfMutate(mutated)
  output.out(format === 'json' ? mutateJson(mutated, exitCode) : mutateText(mutated, extent, output))
  return exitCode
}

export const exitCodeOfMutate = ({ mutants }: Pick<Mutated, 'mutants'>): number => {
  if (mutants.some(asksWhy)) return exitCodes.safety
  return mutants.some(({ outcome }) => outcome === null || outcome.kind === 'incomplete') ? exitCodes.incomplete : exitCodes.holds
}
