/** Small wrong projects, each with the one diagnostic that it gets. */
import type { DiagnosticCode } from '../../src/diagnostics.ts'

/**
 * What happens in the project: files appear or change, or the command line runs. The last run ends with the diagnostic;
 * a process of its own (`runAfresh`) sees models that have changed since they were loaded.
 */
export type Step =
  | { readonly write: Readonly<Record<string, string>> }
  | { readonly run: readonly string[] }
  | { readonly runAfresh: readonly string[] }
  | { readonly edit: Edit }

/** Changes a file by replacing the first match. */
export interface Edit {
  readonly file: string
  readonly match: string
  readonly by: string
}

export interface Case {
  /** Unique. */
  readonly name: string
  readonly code: DiagnosticCode
  /**
   * `«` and `»` stand around what the diagnostic points at; they are not part of the file. Without them it points at
   * nothing.
   */
  readonly files: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
  /** Where the diagnostic points, if not into one of the files. */
  readonly at?: MarkedPlace
}

export interface MarkedPlace {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly width: number
}

/** Shown in docs/DIAGNOSTICS.md is the first case of each code. */
export type Family = readonly Case[]

const names = [
  ...[
    'always',
    'array',
    'assert',
    'bool',
    'bound',
    'choice',
    'choose',
    'each',
    'fence',
    'flag',
    'ghost',
    'ids',
    'index',
    'leadsTo',
    'maximum',
    'memory',
    'model',
    'oneOf',
    'optional',
  ],
  ...['properties', 'queue', 'range', 'record', 'same', 'set', 'size', 'sometimes', 'union', 'until', 'when'],
]

/** The import that a text needs. */
const imports = (text: string): string => {
  const used = names.filter((name) => new RegExp(`(?<![.\\w'])${name}(?=[\\s(,;)<}»]|$)(?!: )`).test(text))
  const types = /\bSteps\b/.test(text) ? ['type Steps'] : []
  return `import { ${[...used, ...types].join(', ')} } from 'mmucheck'\n`
}

const indented = (text: string, by: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? line : `${by}${line}`))
    .join('\n')

const check: readonly Step[] = [{ run: ['check', './model.ts'] }]

/** A case of one module. */
export const source = (name: string, code: DiagnosticCode, text: string): Case => {
  const body = `${text.trim()}\n`
  return { name, code, files: { 'model.ts': imports(body) + body }, steps: check }
}

const wrapped = (name: string, code: DiagnosticCode, state: string, before: string, part: string): Case =>
  source(
    name,
    code,
    `${before === '' ? '' : `${before.trim()}\n\n`}export default model({\n  name: 'example',\n  state: () => ({ ${state} }),\n${part}\n})`,
  )

/** A case whose mistake is in `init`. */
export const init = (name: string, code: DiagnosticCode, state: string, body: string, before = ''): Case =>
  wrapped(name, code, state, before, `  init: (s) => {\n${indented(body, '    ')}\n  },`)

/** A case whose mistake is in a rule that may choose. */
export const rule = (name: string, code: DiagnosticCode, state: string, body: string, before = ''): Case =>
  wrapped(name, code, state, before, `  rules: () => ({\n    go: function* (s) {\n${indented(body, '      ')}\n    },\n  }),`)

/** A case whose mistake is in a process. */
export const process = (name: string, code: DiagnosticCode, state: string, body: string, before = ''): Case =>
  wrapped(name, code, state, before, `  processes: () => ({\n    cpu: function* (s) {\n${indented(body, '      ')}\n    },\n  }),`)

/** A case whose mistake is in a property. */
export const property = (name: string, code: DiagnosticCode, state: string, text: string): Case => {
  const properties = `import example from './model.ts'\n\nexport default properties(example, {\n  ${text.trim()},\n})\n`
  const model = `export default model({\n  name: 'example',\n  state: () => ({ ${state} }),\n})\n`
  return {
    name,
    code,
    files: { 'model.ts': imports(model) + model, 'model.properties.ts': imports(properties) + properties },
    steps: check,
  }
}

/** A case whose mistake is in a property of a model with processes. */
export const standing = (name: string, code: DiagnosticCode, processes: string, text: string): Case => {
  const properties = `import example from './model.ts'\n\nexport default properties(example, {\n  ${text.trim()},\n})\n`
  const model = `export default model({\n  name: 'example',\n  state: () => ({ x: range(0, 3) }),\n  processes: (_p) => ({\n${indented(processes, '    ')}\n  }),\n})\n`
  return {
    name,
    code,
    files: { 'model.ts': imports(model) + model, 'model.properties.ts': imports(properties) + properties },
    steps: check,
  }
}

/**
 * A correct model, for mistakes elsewhere. Its rule takes x from 0 to 3, and its property says that x stays below 2.
 */
export const counter: Readonly<Record<string, string>> = {
  'models/counter.ts': `import { choice, flag, model, range, size, when } from 'mmucheck'

export default model({
  name: 'counter',
  params: { limit: size(3, { max: 7 }), fast: flag(false), mode: choice(['up', 'down'], 'up') },
  state: () => ({ x: range(0, 7) }),
  rules: (p) => ({
    step: (s) => {
      when(s.x < p.limit)
      s.x += 1
    },
  }),
  variants: { long: { limit: 7 } },
})
`,
  'properties/counter.ts': `import { always, properties } from 'mmucheck'
import counter from '../models/counter.ts'

export default properties(counter, { small: always((s) => s.x < 2) })
`,
}

/** A case of the command line. */
export const command = (name: string, code: DiagnosticCode, words: readonly string[], files = counter): Case => ({
  name,
  code,
  files,
  steps: [{ run: words }],
})

/** Where the diagnostic should point: where the marks stand, in the one file that has them. */
export const markedPlace = ({ files, at }: Case): MarkedPlace | null => {
  if (at !== undefined) return at
  for (const [file, text] of Object.entries(files)) {
    const start = text.indexOf('«')
    if (start < 0) continue
    const before = text.slice(0, start).split('\n')
    const marked = text.slice(start + 1, text.indexOf('»')).split('\n')[0] ?? ''
    return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, width: Math.max(1, marked.trimEnd().length) }
  }
  return null
}

export const unmarked = (text: string): string => text.replaceAll(/[«»]/g, '')
