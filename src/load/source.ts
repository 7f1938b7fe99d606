/** The texts of user modules and their syntax trees, each parsed once: to be transformed, and later to be compiled. */
import { readFileSync } from 'node:fs'
import { type EcmaScriptModule, type Program, parseSync } from 'oxc-parser'
import { DiagnosticError } from '../diagnostics.js'
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
  const source: Source = { file, text, program: result.program, module: result.module }
  sources.set(file, source)
  return source
}

/**
 * The text and syntax tree of a loaded module, or of any file. @throws DiagnosticError MC002; an `ENOENT` error if
 * there is no such file.
 */
export const sourceOf = (file: string): Source =>
  sources.get(file) ?? sourceOfText(file, registry.texts.get(file) ?? readFileSync(file, 'utf8'))

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
  const node = nodes.get(`${start}:${end}`)
  if (node === undefined) throw new RangeError(`no function at ${file}:${start}..${end}: the file changed after it was loaded`)
  return node
}
