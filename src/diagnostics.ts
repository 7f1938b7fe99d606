/** Every diagnostic of mmucheck: its code, what it means, and how it is shown. */

/**
 * All codes. MC0xx: command line, loading and files. MC1xx: outside the language. MC2xx: types, shapes and ranges.
 * MC3xx: meaning (references, ghosts, steps). MC4xx: size.
 */
export const diagnosticCodes = {
  MC001: 'unknown model',
  MC002: 'syntax error',
  MC003: 'the module threw while it was loaded',
  MC004: 'no model in this file',
  MC005: 'unknown param',
  MC006: 'value not allowed for this param',
  MC007: 'unknown variant',
  MC008: 'unknown property',
  MC009: 'one name twice',
  MC010: 'properties of another model',
  MC011: 'cannot write',
  MC012: 'damaged trace file',
  MC013: 'trace of another version of the model',
  MC014: 'the model is built from parts that make no sense',
  MC015: 'module not found',
  MC016: 'a claim that cannot be settled',
  MC017: 'too many settings',
  MC018: 'damaged certificate',
  MC019: 'the module ends the process',
  MC020: 'the module never finishes loading',
  MC021: 'the module leaves something running',
  MC022: 'an error that nobody handles',
  MC023: 'two files of properties',
  MC024: 'a certificate about a module elsewhere',
  MC025: 'the model is built differently each time',
  MC026: 'an explained survivor that is none',
  MC027: 'nothing to break',
  MC028: 'no such mutant',
  MC101: 'this syntax is outside the language',
  MC102: 'this function is outside the language',
  MC103: 'this method is outside the language',
  MC104: 'loose equality',
  MC105: 'nondeterminism from outside the model',
  MC106: 'recursion',
  MC107: 'a loop with no bound and no yield',
  MC108: 'a yield where none can be',
  MC109: 'a choice that is not always made',
  MC110: 'a variable outside the function changes',
  MC111: 'not a generator',
  MC112: 'code before the first yield',
  MC113: 'a rule is a single step',
  MC114: 'the label is no text',
  MC115: 'control falls through to the next case',
  MC116: 'unknown name',
  MC201: 'wrong type',
  MC202: 'the condition is not a boolean',
  MC203: 'an integer can leave 32 bits',
  MC204: 'a local with no bound',
  MC205: 'a record of the wrong shape',
  MC206: 'no such field',
  MC207: 'not an integer',
  MC208: 'a value that is never in its domain',
  MC209: 'values of different shapes',
  MC210: 'division by a number that can be 0',
  MC211: 'comparison of objects',
  MC212: 'a label that is computed',
  MC213: 'an identity is used as a number',
  MC301: 'a reference to the state, used after a yield',
  MC302: 'the protocol reads a ghost',
  MC303: 'the property writes',
  MC304: 'two names for one local object',
  MC305: 'iteration over the state across a yield',
  MC306: 'a constant is assigned',
  MC307: 'there is no initial state',
  MC308: 'members are not interchangeable',
  MC309: 'nothing is interchangeable',
  MC310: 'a store that waits, and a change of another CPU, in one step',
  MC401: 'the state is too wide',
  MC402: 'the step is too large',
  MC403: 'code is nested too deeply',
  MC404: 'more stores than a store buffer holds',
} as const satisfies Record<string, string>

export type DiagnosticCode = keyof typeof diagnosticCodes

/** A place in a source: UTF-16 offsets into `text`. `file` is as shown to people. */
export interface Place {
  readonly file: string
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly message: string
  /** What to write or do instead. */
  readonly hint: string
  readonly place: Place | null
}

/** The one exception for a wrong model, command line or file. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError'
  readonly diagnostic: Diagnostic
  /** What else is wrong, and has nothing to do with it. */
  readonly others: readonly Diagnostic[]
  constructor(code: DiagnosticCode, message: string, hint: string, place: Place | null = null, others: readonly Diagnostic[] = []) {
    super(`${code}: ${message}`)
    this.diagnostic = { code, message, hint, place }
    this.others = others
  }
}

/** Line and column, from 1, of a UTF-16 offset. */
export const lineAndColumn = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 }
}

/**
 * The text form: `file:line:column: error MC101: message`, two lines of context either side with the place underlined,
 * and the hint.
 */
export const formatDiagnostic = ({ code, message, hint, place }: Diagnostic): string => {
  const help = hint === '' ? '' : `\n  = help: ${hint.replaceAll('\n', '\n          ')}`
  if (place === null) return `error ${code}: ${message}${help}`
  const { line, column } = lineAndColumn(place.text, place.start)
  return `${place.file}:${line}:${column}: error ${code}: ${message}\n${codeFrame(place)}${help}`
}

/** The text form of all that is wrong, with how much that is where it is more than one thing. */
export const formatDiagnostics = (all: readonly Diagnostic[]): string =>
  all.length === 1 ? all.map(formatDiagnostic).join('') : `${all.map(formatDiagnostic).join('\n\n')}\n\n${all.length} errors`

const codeFrame = ({ text, start, end }: Place): string => {
  const lines = text.split('\n')
  const { line, column } = lineAndColumn(text, start)
  const last = Math.min(lines.length, line + 2)
  const gutter = String(last).length
  const shown: string[] = []
  for (let n = Math.max(1, line - 2); n <= last; n++) {
    const source = (lines[n - 1] ?? '').replaceAll('\t', ' ').trimEnd()
    shown.push(`${n === line ? '>' : ' '} ${String(n).padStart(gutter)} |${source === '' ? '' : ` ${source}`}`)
    if (n === line) {
      const width = Math.max(1, Math.min(end - start, source.length - column + 1))
      shown.push(`  ${' '.repeat(gutter)} | ${' '.repeat(column - 1)}${'^'.repeat(width)}`)
    }
  }
  return shown.join('\n')
}
