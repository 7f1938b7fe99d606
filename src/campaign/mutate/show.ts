/** One mutant as a model of its own, which everything can be asked of that can be asked of any. */
import { type CheckOptions, prepare } from '../../check.js'
import { DiagnosticError } from '../../diagnostics.js'
import type { Properties } from '../../lang/property.js'
import { shown } from '../../load/shown.js'
import { reloaded } from '../judge/reload.js'
import { codeOfMutant } from './code.js'
import { mutantsOfModel } from './mutants-of-model.js'
import type { Judged } from './mutate.js'

export interface ShownMutant extends Pick<Judged, 'number' | 'shownFile' | 'line' | 'operator' | 'code'> {
  /** Its modules were executed with the change in them; its name is `<model>/mutant-<number>`. */
  readonly properties: Properties
}

/**
 * Loads the mutant of a number, as `mutate` numbers them under the same options.
 * @throws DiagnosticError as `prepare`; MC028 where there is no such mutant.
 */
export const mutantOf = async (
  target: string,
  number: number,
  options: Pick<CheckOptions, 'variant' | 'settings' | 'properties'>,
): Promise<ShownMutant> => {
  const planned = mutantsOfModel(await prepare(target, options))
  const mutant = planned[number - 1]
  if (mutant === undefined)
    throw new DiagnosticError('MC028', `there is no mutant ${number}`, `in this setting they are numbered from 1 to ${planned.length}`)
  const { operator, line, file, edits } = mutant
  const properties = await reloaded(target, { file, edits })
  const model = { ...properties.model, name: `${properties.model.name}/mutant-${number}` }
  return {
    ...{ number, operator, line, shownFile: shown(file), code: codeOfMutant(mutant) },
    properties: { ...properties, model },
  }
}
