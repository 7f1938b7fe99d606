/** The verb `sweep`: checks every combination, and reports the truth table. */
import { type Sweep, sweep } from '../../campaign/sweep/sweep.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { UsageError } from '../terminal/units.js'
import { watchedJobs } from '../terminal/watched.js'
import type { SweepRequest } from '../verbs/sweep.js'
import { sweepJson } from '../views/sweep-json.js'
import { sweepText } from '../views/sweep-text.js'

/** @returns the exit code: an unsafe setting is an answer, not a failure. */
export const runSweep = async (request: SweepRequest, output: Output): Promise<number> => {
  const { target, format, processes, ...asked } = request
  const twice = asked.over
    ?.flatMap((text) => text.split(','))
    .map((text) => text.split('=')[0]?.trim())
    .find((name) => asked.settings.some(([set]) => set === name))
  if (twice !== undefined) throw new UsageError(`--set ${twice} and --over ${twice} cannot be used together`)
  const { result: swept, isInterrupted } = await watchedJobs(output, 'settings', processes, (jobs) => sweep(target, { ...asked, ...jobs }))
  const exitCode = isInterrupted ? exitCodes.interrupted : exitCodeOfSweep(swept)
  output.out(format === 'json' ? sweepJson(swept, exitCode) : sweepText(swept, output))
  return exitCode
}

export const exitCodeOfSweep = ({ cells }: Pick<Sweep, 'cells'>): number => {
  if (cells.some(({ verdict }) => verdict === 'refused')) return exitCodes.data
  return cells.some(({ verdict }) => verdict === 'open') ? exitCodes.incomplete : exitCodes.holds
}
