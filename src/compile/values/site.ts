/** Where code stands in the author's files, and the refusal of what stands there. */
import { type DiagnosticCode, DiagnosticError, type Place as SourcePlace } from '../../diagnostics.js'
import type { Span } from '../../ir/system.js'
import type { Context } from './context.js'

export interface Offsets {
  readonly start: number
  readonly end: number
}

export interface Site {
  readonly file: number
  readonly node: Offsets
}

export const spanOf = (file: number, node: Offsets): Span => ({ file, start: node.start, end: node.end })

export const sourcePlace = (c: Context, file: number, node: Offsets): SourcePlace | null => {
  const source = c.draft.files[file]
  return source === undefined ? null : { file: source.file.name, text: source.file.text, start: node.start, end: node.end }
}

/** The author's text of a node, on one line and not too long. */
export const textOf = (c: Context, file: number, node: Offsets): string => {
  const text = (c.draft.files[file]?.file.text.slice(node.start, node.end) ?? '').replaceAll(/\s+/g, ' ')
  return text.length > 72 ? `${text.slice(0, 69)}...` : text
}

/** Refuses the model. Where it is called one reads all of its many arguments: code, place, fault, help. */
export const refuse = (c: Context, code: DiagnosticCode, file: number, node: Offsets, message: string, hint: string): never => {
  throw new DiagnosticError(code, message, hint, sourcePlace(c, file, node))
}
