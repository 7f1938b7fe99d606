/** The texts of user modules and their syntax trees, each parsed once: to be transformed, and later to be compiled. */
import { readFileSync } from 'node:fs'
import { type EcmaScriptModule, type Program, parseSync } from 'oxc-parser'
import { DiagnosticError } from '../diagnostics.js'
import { applyEdits, type Edit, movedBy } from './edit.js'
import { childrenOf, isNode, type Node } from './node.js'
import { type FunctionInfo, registry } from './registry.js'

export interface Source {
  /** An absolute path, or a name such as `--invariant` for a text that is in no file. */
  readonly file: string
  readonly text: string
  /** ESTree with TypeScript; parentheses leave no nodes. Offsets are UTF-16 offsets into `text`. */
  readonly program: Program
  readonly module: EcmaScriptModule
}

const sources = new Map<string, Source>()

/**
 * Parses a text under the name `file` and keeps it: `sourceOf(file)` gives it again.
 * @throws DiagnosticError MC002 if it is no TypeScript (or JavaScript, for `.js` and `.mjs`).
 */
export const sourceOfText = (file: string, text: string): Source => {
  const known = sources.get(file)
  if (known?.text === text) return known
  const source = parsed(file, text)
  sources.set(file, source)
  return source
}

const parsed = (file: string, text: string): Source => {
  const result = parseSync(file, text, { lang: /\.[cm]?js$/.test(file) ? 'js' : 'ts', sourceType: 'module', preserveParens: false })
  const error = result.errors.find(({ severity }) => severity === 'Error')
  if (error !== undefined) {
    const [label] = error.labels
    const place = { file, text, start: label?.start ?? 0, end: label?.end ?? 0 }
    throw new DiagnosticError(
      'MC002',
      error.message,
      error.helpMessage ?? 'from here on this is no TypeScript: complete or remove what stands here',
      place,
    )
  }
  return { file, text, program: result.program, module: result.module }
}

/**
 * The text and syntax tree of a loaded module, or of any file. @throws DiagnosticError MC002; an `ENOENT` error if
 * there is no such file.
 */
export const sourceOf = (file: string): Source =>
  (changed?.source.file === file ? changed.source : undefined) ??
  sources.get(file) ??
  sourceOfText(file, registry.texts.get(file) ?? readFileSync(file, 'utf8'))

/** The file that is read as if it were edited, with its edits and the source that they make of it. */
let changed: { readonly source: Source; readonly edits: readonly Edit[] } | null = null

/**
 * Runs `run`, to which the text and syntax tree of a loaded module are those with some edits made. Functions that the
 * loader tagged are found where they have moved; no edit may reach over the start or end of one whose source `run` asks
 * for. The module itself is not executed again.
 * @throws DiagnosticError MC002 if the edited text is no TypeScript; whatever `run` throws.
 */
export const withEdits = <T>(file: string, edits: readonly Edit[], run: () => T): T => {
  const before = changed
  changed = { source: parsed(file, applyEdits(sourceOf(file).text, edits)), edits }
  try {
    return run()
  } finally {
    changed = before
  }
}

const functionNodes = new WeakMap<Program, Map<string, Node>>()

/**
 * The syntax tree of a function that the loader tagged. Linear in the size of its module the first time, constant
 * after.
 */
export const functionNode = ({ file, start, end }: Pick<FunctionInfo, 'file' | 'start' | 'end'>): Node => {
  const { program } = sourceOf(file)
  let nodes = functionNodes.get(program)
  if (nodes === undefined) {
    nodes = new Map()
    const walk = (node: Node): void => {
      if (/Function/.test(node.type)) nodes?.set(`${node.start}:${node.end}`, node)
      for (const part of childrenOf(node)) walk(part)
    }
    const root: unknown = program
    if (isNode(root)) walk(root)
    functionNodes.set(program, nodes)
  }
  const edits = changed?.source.file === file ? changed.edits : []
  const node = nodes.get(`${movedBy(edits, start)}:${movedBy(edits, end)}`)
  if (node === undefined) throw new RangeError(`no function at ${file}:${start}..${end}: the file changed after it was loaded`)
  return node
}
