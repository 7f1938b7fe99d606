/** Loads a model and its properties: an ordinary module, executed, whose functions remember their source. */
import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Diagnostic, DiagnosticError, type Place } from '../diagnostics.js'
import type { Acceptance, Accepted } from '../lang/accepted.js'
import type { Claims } from '../lang/claim.js'
import type { Model } from '../lang/model.js'
import type { Predicate, Properties } from '../lang/property.js'
import { isOutOfStack, tooDeep } from '../nesting.js'
import { type Changed, changedName, withChange } from './changed.js'
import { importContained } from './contained.js'
import { applyEdits } from './edit.js'
import { type Found, findTarget } from './find.js'
import { homeOf } from './home.js'
import { installHooks } from './hooks.js'
import { blocks, findModule, isPath } from './modules.js'
import { functionInfo, registry } from './registry.js'
import { $mmu } from './runtime.js'
import { shown } from './shown.js'
import { sourceOf, sourceOfText } from './source.js'
import { modelError, placeInStack } from './stack.js'
import { stoppable } from './stoppable.js'
import { transformExpression } from './transform.js'

export interface Loaded {
  readonly model: Model
  /** Null where no file of properties belongs to the model. */
  readonly properties: Properties | null
  /** What the file of the properties exports besides them, in order of names. */
  readonly claims: readonly NamedClaims[]
  /** The explained survivors that it exports, in the same order. */
  readonly accepted: readonly Acceptance[]
  /** The file that the target named: an absolute path. */
  readonly file: string
  /** See home.ts. */
  readonly home: string
  /**
   * The model's file and the user files that it imports, absolute paths, sorted: what its behaviour depends on. Its
   * properties do not count.
   */
  readonly sources: readonly string[]
}

/** The claims of one export. */
export interface NamedClaims {
  readonly name: string
  readonly claims: Claims
  /** Absolute. */
  readonly file: string
}

/** Run from TypeScript source, as in our own tests, a bundler does the hooks' work: see vite.ts. */
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Loads what `target` names: a model in `models/` below the working directory, or a path to a model, or to its
 * properties. The properties of a model `x/models/foo.ts` are those of `x/properties/foo.ts` or of `foo.properties.ts`
 * beside it.
 * @throws DiagnosticError MC001 to MC004, MC009, MC010, MC014, MC015, MC020, MC021, MC023.
 */
export const loadModel = async (target: string, cwd: string = process.cwd()): Promise<Loaded> => loadFound(findTarget(target, cwd), null)

/** Loads a model once more, as if one of its files were edited. Only for a built package: see hooks.ts. */
export const loadChanged = async (target: string, changed: Changed): Promise<Loaded> => {
  const { file, edits } = changed
  const text = applyEdits(sourceOf(file).text, edits)
  registry.texts.set(changedName(file), text)
  // It may have been changed otherwise before.
  sourceOfText(changedName(file), text)
  return loadFound(findTarget(target, process.cwd()), changed)
}

const loadFound = async (found: Found, changed: Changed | null): Promise<Loaded> => {
  if (isBuilt) installHooks()
  const module = await importModule(found.file, changed)
  const loaded = module.default
  if (isKind(loaded, 'properties')) {
    const properties = loaded as Properties
    const { model } = properties
    const { file } = found
    return {
      ...{ model, properties, claims: claimsOf(module, model, file), accepted: acceptedOf(module, model, file) },
      ...{ file, home: homeOf(model, file, file), sources: sourcesOf(model, file) },
    }
  }
  if (!isKind(loaded, 'model')) throw noModel(found.file)
  const model = loaded as Model
  const home = homeOf(model, found.file, found.properties)
  const bare = { model, properties: null, claims: [], accepted: [], file: found.file, home, sources: sourcesOf(model, found.file) }
  if (found.properties === null) return bare
  const moduleOfProperties = await importModule(found.properties, changed)
  const properties = moduleOfProperties.default
  if (!isKind(properties, 'properties'))
    throw new DiagnosticError(
      'MC004',
      `${shown(found.properties)} exports no properties`,
      'write: export default properties(model, { ... })',
      startOf(found.properties),
    )
  if ((properties as Properties).model !== loaded) throw ofAnotherModel('properties', (properties as Properties).model, model, found)
  return {
    ...bare,
    properties: properties as Properties,
    claims: claimsOf(moduleOfProperties, model, found.properties),
    accepted: acceptedOf(moduleOfProperties, model, found.properties),
  }
}

/** `file` has the model; `properties` is where what is another's stands, null where that is the same file. */
const ofAnotherModel = (what: string, theirs: Model, model: Model, { file, properties }: Found): DiagnosticError => {
  const from = functionInfo(theirs.state)?.file
  const elsewhere = from === undefined ? '' : ` in ${shown(from)}`
  return new DiagnosticError(
    'MC010',
    `these are ${what} of '${theirs.name}'${elsewhere}, not of '${model.name}' in ${shown(file)}`,
    `import the model from '${shown(file)}', or give this file the name of the model that it is about`,
    startOf(properties ?? file),
  )
}

const claimsOf = (module: Readonly<Record<string, unknown>>, model: Model, file: string): NamedClaims[] =>
  Object.entries(module).flatMap(([name, value]) => {
    if (!isKind(value, 'claims')) return []
    const claims = value as Claims
    if (claims.model !== model) throw ofAnotherModel('claims', claims.model, model, { file, properties: null })
    return [{ name, claims, file }]
  })

const acceptedOf = (module: Readonly<Record<string, unknown>>, model: Model, file: string): Acceptance[] =>
  Object.values(module).flatMap((value) => {
    if (!isKind(value, 'accepted')) return []
    const accepted = value as Accepted
    if (accepted.model !== model) throw ofAnotherModel('accepted changes', accepted.model, model, { file, properties: null })
    return accepted.changes
  })

const isKind = (x: unknown, kind: string): boolean => typeof x === 'object' && x !== null && (x as { kind?: unknown }).kind === kind

const noModel = (file: string): DiagnosticError =>
  new DiagnosticError(
    'MC004',
    `${shown(file)} has no model as its default export`,
    'write: export default model({ name: ..., state: ... })',
    startOf(file),
  )

const startOf = (file: string): Place => ({ file: shown(file), text: sourceOf(file).text, start: 0, end: 0 })

const importModule = async (file: string, changed: Changed | null): Promise<Readonly<Record<string, unknown>>> => {
  const url = pathToFileURL(file).href
  const address = isBuilt ? (changed === null ? url : withChange(url, changed)) : file
  try {
    return await stoppable(() => importContained(file, () => import(/* @vite-ignore */ address)))
  } catch (error) {
    throw loadError(error, file)
  }
}

/** What a hook threw: in a thread of hooks it was cloned, which keeps its fields and loses its class. */
const diagnosticOf = (error: unknown): Diagnostic | null =>
  error instanceof Error && error.name === 'DiagnosticError' && 'diagnostic' in error ? (error.diagnostic as Diagnostic) : null

const withShownFile = ({ code, message, hint, place }: Diagnostic): DiagnosticError =>
  new DiagnosticError(code, message, hint, place === null ? null : { ...place, file: shown(place.file) })

/** A text even of what throws when it is asked for one. */
const textOfThrown = (x: unknown): string => {
  try {
    return String(x)
  } catch {
    return `something of the type ${typeof x}`
  }
}

const loadError = (error: unknown, file: string): unknown => {
  const diagnostic = diagnosticOf(error)
  if (diagnostic !== null) return withShownFile(diagnostic)
  if (!(error instanceof Error))
    return new DiagnosticError(
      'MC003',
      `the module threw ${textOfThrown(error)}`,
      'the module was run to read its model, and this happened',
      startOf(file),
    )
  const place = placeInStack(error)
  // Where no line of the author's was running, V8 ran out of stack over the code itself.
  if (isOutOfStack(error) && place === null) return tooDeep(shown(file))
  const { code } = error as { code?: unknown }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
    return notFound(error)
  const twice = error.name === 'SyntaxError' ? /^Identifier '(.+)' has already been declared$/.exec(error.message)?.[1] : undefined
  if (twice !== undefined)
    return new DiagnosticError(
      'MC009',
      `'${twice}' is declared twice`,
      'rename one of the two, or import it under another name',
      declarationOf(file, twice),
    )
  if (error.name === 'SyntaxError')
    return new DiagnosticError('MC015', error.message, 'check the name, and that the other module exports it', place)
  if (error.name === 'ModelError') return modelError(error, 'give this domain, param or model what the message asks for', place)
  return new DiagnosticError('MC003', `${error.name}: ${error.message}`, 'the module was run to read its model, and this happened', place)
}

/** The last declaration of a name in a module; its start where that is not found. */
const declarationOf = (file: string, name: string): Place => {
  const { text } = sourceOf(file)
  const last = [...text.matchAll(new RegExp(`\\b(?:const|let|var|function\\*?|class)\\s+(${name.replaceAll('$', '\\$')})\\b`, 'g'))].at(-1)
  if (last === undefined) return startOf(file)
  const end = last.index + last[0].length
  return { file: shown(file), text, start: end - name.length, end }
}

const notFound = (error: Error): DiagnosticError => {
  const [, missing = '', parent = ''] = /'([^']+)'.* imported from (.+?)$/m.exec(error.message) ?? []
  const importer = parent.startsWith('file:') ? fileURLToPath(parent) : parent.replace(/^'|'$/g, '')
  const statement = importer === '' ? undefined : importOf(importer, missing)
  const name = statement?.moduleRequest.value ?? missing
  const hint = isPath(name) ? 'check the path: it is relative to the importing file' : `install it: npm install ${name}`
  const place =
    statement === undefined
      ? null
      : { file: shown(importer), text: sourceOf(importer).text, start: statement.moduleRequest.start, end: statement.moduleRequest.end }
  return new DiagnosticError('MC015', `cannot find '${name}'`, hint, place)
}

const importOf = (importer: string, missing: string) =>
  sourceOf(importer).module.staticImports.find(
    ({ moduleRequest: { value } }) => value === missing || value.startsWith(`${missing}/`) || resolve(dirname(importer), value) === missing,
  )

/** The files that a model is made of; `fallback` where its functions came without the loader. */
export const sourcesOf = (
  { state, init, processes, rules }: Pick<Model, 'state' | 'init' | 'processes' | 'rules'>,
  fallback: string,
): string[] => {
  const files = [state, init, processes, rules].flatMap((part) => functionInfo(part)?.file ?? [])
  return executed(files.length === 0 ? [fallback] : files)
}

/** User files reached from `entries` through imports, entries included. */
const executed = (entries: readonly string[]): string[] => {
  const seen = new Set<string>()
  const queue = [...entries]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const imports = registry.modules.get(file)
    if (imports === undefined || seen.has(file)) continue
    seen.add(file)
    for (const specifier of imports) {
      const found = specifier === 'mmucheck/mmu' ? `${blocks}index.ts` : isPath(specifier) ? findModule(file, specifier) : null
      if (found !== null) queue.push(found)
    }
  }
  return [...seen].sort()
}

/** SHA-256, hexadecimal, over the contents of files, whatever their names and order. */
export const modelHash = (sources: readonly string[]): string => {
  const digests = sources.map((file) => createHash('sha256').update(sourceOf(file).text).digest('hex'))
  return createHash('sha256').update(digests.sort().join('\n')).digest('hex')
}

/**
 * Turns the text of a predicate, `(s, p) => ...`, into a function whose source the compiler finds under the name
 * `--invariant` (`--invariant 2` and so on for more).
 * @throws DiagnosticError MC002 if it is no function, or one of more than three parameters.
 */
export const compilePredicate = (text: string): Predicate<unknown, unknown> => {
  let name = '--invariant'
  for (let n = 2; registry.texts.has(name) && registry.texts.get(name) !== text; n++) name = `--invariant ${n}`
  registry.texts.set(name, text)
  const { parameter, body } = transformExpression(name, text)
  let value: unknown
  try {
    value = new Function(parameter, `'use strict';${body}`)($mmu)
  } catch {
    value = null
  }
  if (typeof value !== 'function' || value.length > 3)
    throw new DiagnosticError('MC002', 'this is no predicate', 'write a function of the state: (s, p) => ...', {
      file: name,
      text,
      start: 0,
      end: text.length,
    })
  return value as Predicate<unknown, unknown>
}
