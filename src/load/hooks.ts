/**
 * Module hooks, which Node runs in a thread of their own. They resolve what user modules import, and ask the main thread
 * for the code of a user module: there it is parsed once, for running and for compiling.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module'
import { dirname, extname, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { MessagePort } from 'node:worker_threads'

export interface HookData {
  readonly port: MessagePort
  /** Where `mmucheck` and `mmucheck/mmu` are, as URLs. */
  readonly packages: Readonly<Record<string, string>>
  /** Folders whose modules are not transformed although they are in no node_modules, and the one that is although it may be. */
  readonly own: { readonly built: string; readonly blocks: string }
}

/** The question for a module's code, and the answer: null where the module is wrong. */
export interface CodeRequest {
  readonly id: number
  readonly file: string
}
export interface CodeReply {
  readonly id: number
  readonly code: string | null
}

/** The message of the exception that stands for a refused module. */
export const refusal = /^mmucheck refuses (.*)$/

let data: HookData
const waiting = new Map<number, (code: string | null) => void>()

export const initialize: InitializeHook<HookData> = (given) => {
  data = given
  data.port.on('message', ({ id, code }: CodeReply) => {
    waiting.get(id)?.(code)
    waiting.delete(id)
  })
  data.port.unref()
}

export const resolve: ResolveHook = (specifier, context, next) => {
  const known = data.packages[specifier]
  if (known !== undefined) return { url: known, shortCircuit: true }
  if (/^\.{0,2}\//.test(specifier) && context.parentURL?.startsWith('file:')) {
    const file = findModule(fileURLToPath(context.parentURL), specifier)
    if (file !== null) return { url: pathToFileURL(file).href, shortCircuit: true }
  }
  return next(specifier, context)
}

export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith('file:')) return next(url, context)
  const file = fileURLToPath(url)
  if (!isUserModule(file, data.own) || (extname(file) === '.js' && context.format === 'commonjs')) return next(url, context)
  const id = waiting.size === 0 ? 1 : Math.max(...waiting.keys()) + 1
  const code = await new Promise<string | null>((answer) => {
    waiting.set(id, answer)
    // Only while an answer is due may the port keep this thread alive.
    data.port.ref()
    data.port.postMessage({ id, file } satisfies CodeRequest)
  })
  if (waiting.size === 0) data.port.unref()
  if (code === null) throw new Error(`mmucheck refuses ${file}`)
  return { format: 'module', source: code, shortCircuit: true }
}

/** Whether a file is transformed: authors' modules and the blocks of `mmucheck/mmu`. */
export const isUserModule = (file: string, { built, blocks }: HookData['own']): boolean => {
  if (!/\.(ts|mts|js|mjs)$/.test(file) || file.endsWith('.d.ts')) return false
  if (file.startsWith(blocks)) return true
  return !file.startsWith(built) && !/[\\/]node_modules[\\/]/.test(file)
}

/** The file that a relative specifier means: as written, or with `.ts` for `.js`, or with the extension left out. Null where there is none. */
export const findModule = (parent: string, specifier: string): string | null => {
  const path = resolvePath(dirname(parent), specifier)
  const candidates = [
    path,
    path.replace(/\.js$/, '.ts'),
    path.replace(/\.mjs$/, '.mts'),
    `${path}.ts`,
    `${path}.mts`,
    `${path}.js`,
    `${path}.mjs`,
    `${path}/index.ts`,
  ]
  const found = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile())
  return found === undefined ? null : realpathSync(found)
}
