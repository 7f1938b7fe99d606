/**
 * Code that is nested deeper than the stack has room for. Chains of operators are no such code: they are walked in
 * loops, however long.
 */
import { DiagnosticError } from './diagnostics.js'

/**
 * Runs what follows the nesting of a module's code by calling itself. @throws DiagnosticError MC403 where that takes
 * more stack than there is.
 */
export const withNestingExplained = <T>(file: string, run: () => T): T => {
  try {
    return run()
  } catch (error) {
    throw isOutOfStack(error) ? tooDeep(file) : error
  }
}

export const isOutOfStack = (error: unknown): boolean => error instanceof RangeError && /call stack/i.test(error.message)

export const tooDeep = (file: string): DiagnosticError =>
  new DiagnosticError(
    'MC403',
    `${file} has code that is nested too deeply`,
    'take it apart: name its parts by `const`, or by functions of their own',
  )
