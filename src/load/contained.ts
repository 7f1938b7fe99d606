/**
 * An author's module is a program: while it runs it can end the process, wait for ever, fail where nobody looks, or leave something running. Here each of
 * these becomes a diagnostic. For processes that are ours alone (the command line, and those that it starts): who calls `check` rules over a process of their own.
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

/** Ends the process, whatever an author's module thinks of that. */
export const exit: typeof process.exit = process.exit.bind(process)

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
  const refuseExit = (code?: unknown): never => {
    const error = ofModule(
      'MC019',
      `the module calls process.exit(${code === undefined ? '' : String(code)})`,
      'a model is data: export it, and nothing else',
    )
    // Thrown where it stands, too: what follows the call must not run.
    fail(error)
    throw error
  }
  const unhandled = (error: unknown): void => fail(unhandledError(error))
  const nothingLeft = (): void => fail(importing.size > 0 ? neverFinishes() : new Error('nothing is left that could go on'))
  isContained = true
  setExit(refuseExit)
  process.on('uncaughtException', unhandled)
  process.on('unhandledRejection', unhandled)
  process.on('beforeExit', nothingLeft)
  try {
    return await Promise.race([work(), broken])
  } finally {
    process.off('uncaughtException', unhandled)
    process.off('unhandledRejection', unhandled)
    process.off('beforeExit', nothingLeft)
    setExit(exit)
    isContained = false
  }
}

/** Also for those who import it by name. */
const setExit = (to: typeof process.exit): void => {
  process.exit = to
  syncBuiltinESMExports()
}

/** Imports a module by `run`. @throws DiagnosticError MC020 and MC021, where the process is contained; whatever `run` throws. */
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
