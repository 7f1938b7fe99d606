/** `check --symmetry report`: what is interchangeable in a model. */
import { symmetry } from '../../check.js'
import { exitCodes } from '../terminal/exit.js'
import type { Output } from '../terminal/output.js'
import type { SymmetryRequest } from '../verbs/check.js'
import { formatSymmetry } from '../views/symmetry-text.js'

export const runSymmetry = async ({ target, search, format }: SymmetryRequest, output: Output): Promise<number> => {
  const { model, ...report } = await symmetry(target, search)
  output.out(format === 'json' ? `${JSON.stringify({ model, ...report, exitCode: exitCodes.holds })}\n` : formatSymmetry(model, report))
  return exitCodes.holds
}
