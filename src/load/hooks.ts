/**
 * Module hooks: what the imports of user modules mean, and their transformed code. They need nothing but the files, so
 * no thread waits for another: Node 22.15 and later run them where the import stands, older ones in a thread of their
 * own, and there this file is that thread's module.
 */
import { readFileSync } from 'node:fs'
import module from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { asChanged, changeAround, withChange } from './changed.js'
import { blocks, findModule, isPath, isUserModule } from './modules.js'
import { transform } from './transform.js'

interface Context {
  /** An older Node's `load` is not told, and never asked for what is required. */
  readonly conditions?: readonly string[] | undefined
  readonly format?: string | null | undefined
  readonly parentURL?: string | undefined
}

/** The next hook in line: it promises its answer in a thread of hooks, and gives it elsewhere. */
type Next<Answer> = (subject: string, context: Context) => Answer

interface Resolved {
  readonly url: string
  readonly shortCircuit: true
}
interface Loaded {
  readonly format: 'module'
  readonly source: string
  readonly shortCircuit: true
}

const packages: Readonly<Record<string, string>> = {
  mmucheck: new URL('../lang/index.js', import.meta.url).href,
  'mmucheck/mmu': pathToFileURL(`${blocks}index.ts`).href,
}

/** What `require` asks for is CommonJS's. */
const isRequired = ({ conditions }: Context): boolean => conditions?.includes('require') === true

export const resolve = <Answer>(specifier: string, context: Context, next: Next<Answer>): Answer | Resolved => {
  if (isRequired(context)) return next(specifier, context)
  const known = packages[specifier]
  if (known !== undefined) return { url: known, shortCircuit: true }
  if (isPath(specifier) && context.parentURL?.startsWith('file:')) {
    const file = findModule(fileURLToPath(context.parentURL), specifier)
    const url = file === null ? null : pathToFileURL(file).href
    const changed = changeAround(context.parentURL)
    if (url !== null) return { url: changed === null ? url : withChange(url, changed), shortCircuit: true }
  }
  return next(specifier, context)
}

/** @throws DiagnosticError for a module that `transform` refuses. */
export const load = <Answer>(url: string, context: Context, next: Next<Answer>): Answer | Loaded => {
  if (!url.startsWith('file:') || isRequired(context)) return next(url, context)
  const file = fileURLToPath(url)
  if (!isUserModule(file) || (extname(file) === '.js' && context.format === 'commonjs')) return next(url, context)
  const { name, text } = asChanged(file, readFileSync(file, 'utf8'), changeAround(url))
  return { format: 'module', source: transform(name, text).code, shortCircuit: true }
}

/** `registerHooks` is newer than the types of the oldest Node that this package runs on. */
interface Hooking {
  readonly registerHooks?: (hooks: { readonly resolve: typeof resolve; readonly load: typeof load }) => void
  readonly register: (module: URL) => void
}

let installed = false

/** From here on this process can import user modules. */
export const installHooks = (): void => {
  if (installed) return
  installed = true
  const { registerHooks, register }: Hooking = module
  if (registerHooks === undefined) register(new URL(import.meta.url))
  else registerHooks({ resolve, load })
}
