/**
 * An author's module is a program: while it runs it can end the process, wait for ever, fail where nobody looks, or
 * leave something running. Here each of these becomes a diagnostic. For processes that are ours alone (the command
 * line, and those that it starts): who calls `check` rules over a process of their own.
 */
import { createHook } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import { setImmediate as turn } from 'node:timers/promises'
import { type DiagnosticCode, DiagnosticError, type Place } from '../diagnostics.js'
import { childrenOf, type Node } from './node.js'
import { registry } from './registry.js'
import { shown } from './shown.js'
import { sourceOf } from './source.js'
import { placeInStack } from './stack.js'

/** What `process.exit` calls when it has told its listeners, which may change the exit code. */
interface Ending {
  readonly reallyExit: (code: number) => never
}

/** Ends the process, whatever an author's module thinks of that. */
export const exit: Ending['reallyExit'] = (process as unknown as Ending).reallyExit.bind(process)

/** What ends a process, this one or another; some are newer than the oldest Node. */
const endings = ['exit', 'reallyExit', 'abort', 'kill', 'execve'].filter((name) => name in process)

/** A module may wait for a file or for the network; more than this is for ever. */
const importSeconds = 60

let isContained = false
/** The modules that are being imported now. */
const importing = new Set<string>()

/**
 * Runs `work`, and with it, at any time, code of authors.
 * @throws DiagnosticError MC019, MC020 and MC022 for what their modules do beside it; whatever `work` throws.
 */
export const contained = async <T>(work: () => Promise<T>): Promise<T> => {
  let fail: (error: unknown) => void = () => {}
  const broken = new Promise<never>((_, reject) => {
    fail = reject
  })
  const refuse =
    (name: string) =>
    (argument?: unknown): never => {
      const error = ofModule(
        'MC019',
        `the module calls process.${name}(${argument === undefined ? '' : String(argument)})`,
        'a model is data: export it, and nothing else',
      )
      // Thrown where it stands, too: what follows the call must not run.
      fail(error)
      throw error
    }
  const emit = process.emit.bind(process) as (event: unknown, ...args: unknown[]) => boolean
  // Listeners of ours could be removed, and others could change the exit code.
  const notice = (event: unknown, ...args: unknown[]): boolean => {
    switch (event) {
      case 'uncaughtException':
      case 'unhandledRejection':
        fail(unhandledError(args[0]))
        return true
      case 'beforeExit':
        fail(importing.size > 0 ? neverFinishes() : new Error('nothing is left that could go on'))
        return true
      default:
        return emit(event, ...args)
    }
  }
  isContained = true
  // For good: without `process` nothing of ours works.
  Object.defineProperty(globalThis, 'process', { value: process, writable: false, configurable: false })
  const letGo = overlay(process, { emit: notice, ...Object.fromEntries(endings.map((name) => [name, refuse(name)])) })
  // The answer is ours to write: it may be read by a program.
  const letPrint = overlay(process.stdout, { write: process.stderr.write.bind(process.stderr) })
  syncBuiltinESMExports()
  try {
    return await Promise.race([work(), broken])
  } finally {
    letPrint()
    letGo()
    syncBuiltinESMExports()
    isContained = false
  }
}

/** Gives an object properties that no assignment changes. @returns what gives it back those that it had. */
const overlay = (object: object, values: Readonly<Record<string, unknown>>): (() => void) => {
  const before = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const)
  for (const [name, value] of Object.entries(values)) Object.defineProperty(object, name, { value, writable: false, configurable: true })
  return () => {
    for (const [name, own] of before)
      if (own === undefined) Reflect.deleteProperty(object, name)
      else Object.defineProperty(object, name, own)
  }
}

/**
 * Imports a module by `run`. @throws DiagnosticError MC020 and MC021, where the process is contained; whatever `run`
 * throws.
 */
export const importContained = async <T>(file: string, run: () => Promise<T>): Promise<T> => {
  if (!isContained) return run()
  const started = new Map<number, { readonly resource: object; readonly place: Place }>()
  const hook = createHook({
    init: (id, type, _, resource) => {
      const place = type === 'PROMISE' || type === 'TickObject' ? null : placeInStack(new Error())
      if (place !== null) started.set(id, { resource, place })
    },
    destroy: (id) => void started.delete(id),
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(neverFinishes()), 1000 * importSeconds)
    timer.unref()
  })
  importing.add(file)
  hook.enable()
  try {
    const imported = await Promise.race([run(), late])
    // Rejections that nobody handles are told at the end of a turn, and so is what has ended.
    await turn()
    for (const { resource, place } of started.values())
      if (isRunning(resource))
        throw new DiagnosticError(
          'MC021',
          'the module starts something that goes on after it was loaded',
          'a model has no time and no world outside: what may happen at any time is a rule',
          place,
        )
    return imported
  } finally {
    hook.disable()
    clearTimeout(timer)
    importing.delete(file)
  }
}

/** Timers and handles say whether they keep the process alive. */
const isRunning = (resource: object): boolean => 'hasRef' in resource && typeof resource.hasRef === 'function' && resource.hasRef() === true

const ofModule = (code: DiagnosticCode, message: string, hint: string, error: Error = new Error()): DiagnosticError =>
  new DiagnosticError(code, message, hint, placeInStack(error) ?? startOfImport())

const startOfImport = (): Place | null => {
  const file = [...importing].at(-1)
  return file === undefined ? null : { file: shown(file), text: sourceOf(file).text, start: 0, end: 0 }
}

/** Ours stay what they are: bugs. */
const unhandledError = (error: unknown): unknown => {
  if (error instanceof DiagnosticError) return error
  const place = error instanceof Error ? placeInStack(error) : null
  if (place === null && importing.size === 0) return error
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new DiagnosticError(
    'MC022',
    `a promise or a callback of the module failed, and nothing handles it: ${what}`,
    'await what may fail, where the module is loaded; better, do nothing asynchronous there',
    place ?? startOfImport(),
  )
}

const neverFinishes = (): DiagnosticError =>
  new DiagnosticError(
    'MC020',
    'the module awaits what never comes',
    'a model is data: export it without awaiting anything',
    awaiting() ?? startOfImport(),
  )

/** The first top-level `await` of the module that began to run last and has one. */
const awaiting = (): Place | null => {
  for (const file of [...registry.modules.keys()].reverse()) {
    const { program, text } = sourceOf(file)
    const found = topLevelAwait(program as unknown as Node)
    if (found !== null) return { file: shown(file), text, start: found.start, end: found.end }
  }
  return null
}

const topLevelAwait = (node: Node): Node | null => {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await === true)) return node
  if (/Function/.test(node.type)) return null
  for (const part of childrenOf(node)) {
    const found = topLevelAwait(part)
    if (found !== null) return found
  }
  return null
}
