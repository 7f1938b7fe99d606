/** A state that no search can hold, as a diagnostic that says what makes it so wide. */
import { DiagnosticError } from '../diagnostics.js'
import { bitsOf, StateTooWide } from '../explicit/layout.js'
import { elements, type System } from '../ir/system.js'
import type { Model } from '../lang/model.js'
import { placeOfFunction } from '../load/stack.js'
import { formatCount } from './format.js'

/** Runs a search or a dump; where the state is too wide, throws DiagnosticError MC401 with the widest variables. */
export const withWidthExplained = async <T>(system: System, model: Model, run: () => T | Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof StateTooWide)) throw error
    const widths = system.variables.map((variable) => ({ name: variable.name, bits: elements(variable) * bitsOf(variable) }))
    const widest = widths.sort((a, b) => b.bits - a.bits).slice(0, 3)
    const hint = `make arrays shorter or ranges smaller; the widest variables are\n${widest.map(({ name, bits }) => `${name}: ${formatCount(bits)} bits`).join('\n')}`
    throw new DiagnosticError('MC401', error.message, hint, placeOfFunction(model.state))
  }
}
