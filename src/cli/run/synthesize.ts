/** The verb `synthesize`: settles all settings by solver, and reports the formula. */
import { type Synthesized, synthesizeModel } from '../../campaign/synthesize/synthesize.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import { progressLine } from '../terminal/progress.js'
import { UsageError } from '../terminal/units.js'
import { watched } from '../terminal/watched.js'
import type { SynthesizeRequest } from '../verbs/synthesize.js'
import { synthesizeJson } from '../views/synthesize-json.js'
import { synthesizeText } from '../views/synthesize-text.js'

/** @returns the exit code: an unsafe setting is an answer, not a failure. */
export const runSynthesize = async (request: SynthesizeRequest, output: Output): Promise<number> => {
  const { target, format, ...asked } = request
  const twice = asked.over?.flatMap((text) => text.split(',')).find((name) => asked.settings.some(([set]) => set === name.trim()))
  if (twice !== undefined) throw new UsageError(`--set ${twice} and --over ${twice} cannot be used together`)
  const line = progressLine(output)
  const { result: found } = await watched(output, line, (signal) =>
    synthesizeModel(target, { ...asked, onProgress: line.showSynthesis, signal }),
  )
  const exitCode = found.ended === 'interrupted' ? exitCodes.interrupted : exitCodeOfSynthesis(found)
  output.out(format === 'json' ? synthesizeJson(found, exitCode) : synthesizeText(found, output))
  return exitCode
}

export const exitCodeOfSynthesis = ({ cells }: Pick<Synthesized, 'cells'>): number => {
  if (cells.some(({ verdict }) => verdict.kind === 'refused')) return exitCodes.data
  return cells.some(({ verdict }) => verdict.kind === 'open') ? exitCodes.incomplete : exitCodes.holds
}
