/**
 * States that no search can hold, and code that no engine compiles, as diagnostics that say what makes them so large.
 */
import { DiagnosticError } from '../../diagnostics.js'
import { bitsOf, StateTooWide } from '../../explicit/emit/layout.js'
import { CodeTooLarge } from '../../explicit/wasm/platform.js'
import { type Block, elements, type System } from '../../ir/system.js'
import { walkBlock } from '../../ir/walk.js'
import type { Model } from '../../lang/model.js'
import { placeOfFunction } from '../../load/stack.js'
import { formatCount } from './format.js'

/**
 * Runs a search or a dump. Where the state is too wide, throws DiagnosticError MC401 with the widest variables; where
 * the code is too large, MC402 with the largest step.
 */
export const withSizeExplained = async <T>(system: System, model: Model, run: () => T | Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    if (error instanceof CodeTooLarge) throw codeTooLarge(system, error)
    if (!(error instanceof StateTooWide)) throw error
    const widths = system.variables.map((variable) => ({ name: variable.name, bits: elements(variable) * bitsOf(variable) }))
    const widest = widths.sort((a, b) => b.bits - a.bits).slice(0, 3)
    const hint = `make arrays shorter or ranges smaller; the widest variables are\n${widest.map(({ name, bits }) => `${name}: ${formatCount(bits)} bits`).join('\n')}`
    throw new DiagnosticError('MC401', error.message, hint, placeOfFunction(model.state))
  }
}

const codeTooLarge = (system: System, error: CodeTooLarge): DiagnosticError => {
  const sizes = system.steps.map((step) => ({ step, size: statementsIn(step.body) }))
  const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a))
  const { label, at } = largest.step
  const file = system.files[at.file]
  return new DiagnosticError(
    'MC402',
    `the steps of one agent become more code than can be compiled (${error.message.replace(/^.*failed: | @\+\d+$/g, '')}); the largest, '${label}', has ${formatCount(largest.size)} statements`,
    'make its loops shorter or its arrays smaller, or split it with a yield',
    file === undefined ? null : { file: file.name, text: file.text, start: at.start, end: at.end },
  )
}

const statementsIn = (block: Block): number => {
  let n = 0
  walkBlock(block, { stmt: () => n++ })
  return n
}
