/**
 * What an author's functions that build a model must be, so that what they build can be compiled: they give records and
 * no promises, and the same whenever they run. They run once for each compilation and once for each replay; what they
 * counted or drew at random would be another model each time.
 */
import { DiagnosticError, type Place } from '../../diagnostics.js'
import { child, childrenOf, type Node, nameOf } from '../../load/node.js'
import { functionInfo, registry } from '../../load/registry.js'
import { shown } from '../../load/shown.js'
import { sourceOf } from '../../load/source.js'
import { placeOfFunction } from '../../load/stack.js'
import type { CompileInput } from './compile.js'

const parts = ['state', 'processes', 'rules', 'fairness', 'on'] as const
type Part = (typeof parts)[number]

/**
 * Builds the model twice. What throws is left to who builds it next, and explains it.
 * @throws DiagnosticError MC101 for what is asynchronous, MC014 for what is no record or no rule, MC025 where the two
 * differ.
 */
export const requireBuilding = ({ model, params, properties }: CompileInput): void => {
  const functions: readonly (readonly [string, unknown])[] = [
    ...([...parts, 'init'] as const).map((part) => [part, model[part]] as const),
    ...Object.entries(properties).flatMap(([name, property]) => Object.values(Object(property)).map((fn) => [name, fn] as const)),
  ]
  for (const [name, fn] of functions) refuseAsync(name, fn)
  const once = build(model, params, functions)
  if (once === null) return
  const twice = build(model, params, functions)
  const differs = functions.find((_, i) => twice?.[i] !== once[i])
  if (differs !== undefined)
    throw new DiagnosticError(
      'MC025',
      `'${model.name}', built twice, is two different models: \`${differs[0]}\` depends on what changes meanwhile`,
      'build from params and constants alone: what is counted or drawn at random while the model is built would be frozen into it',
      placeOfFunction(differs[1]),
    )
}

/** What can be known of each function of a model, and of what those make that build it; null where one throws. */
const build = (
  model: CompileInput['model'],
  params: CompileInput['params'],
  functions: readonly (readonly [string, unknown])[],
): readonly string[] | null => {
  const made = new Map<string, unknown>()
  for (const part of parts) {
    const by: unknown = model[part]
    if (typeof by !== 'function') continue
    try {
      made.set(part, by.call(undefined, params))
    } catch {
      return null
    }
    requireRecord(part, made.get(part), by)
    if (part === 'rules') requireRules(made.get(part), by)
  }
  // After all: what one part keeps for the next to find is no difference.
  return functions.map(([name, fn]) => textOf([fn, made.get(name)]))
}

const refuseAsync = (name: string, fn: unknown): void => {
  if (!/^\[object Async/.test(Object.prototype.toString.call(fn))) return
  throw new DiagnosticError(
    'MC101',
    `${name === '' ? 'this' : `'${name}'`} is an async function`,
    'a model has no promises: write it without async, and have a process wait by yield until(label, condition)',
    placeOfAsync(name),
  )
}

const requireRecord = (part: Part, made: unknown, by: unknown): void => {
  const prototype: unknown = typeof made === 'object' && made !== null ? Object.getPrototypeOf(made) : undefined
  if (prototype === Object.prototype || prototype === null) return
  throw new DiagnosticError('MC014', `\`${part}\` gives ${describe(made)}, and no record`, wanted[part], placeOfFunction(by))
}

/** What is no rule would be none without a word. */
const requireRules = (made: unknown, by: unknown): void => {
  for (const [name, entry] of Object.entries(Object(made))) {
    const rule: unknown = Object(entry).kind === 'each' ? Object(entry).body : entry
    if (typeof rule === 'function' || (typeof rule === 'object' && rule !== null)) continue
    throw new DiagnosticError('MC014', `the rule '${name}' is ${describe(rule)}, and no function`, wanted.rules, placeOfFunction(by))
  }
}

const wanted: Readonly<Record<Part, string>> = {
  state: 'give each variable its domain: () => ({ x: range(0, 3) })',
  processes: 'give each process its generator: () => ({ cpu: function* (s) { ... } })',
  rules: 'give each rule its function: () => ({ tick: (s) => { ... } })',
  on: 'give each name its CPU: () => ({ syscall: 1 })',
  fairness: "give each name its fairness: () => ({ cpu: 'strong' })",
}

const describe = (x: unknown): string => {
  if (x === null || typeof x !== 'object') return typeof x === 'function' ? 'a function' : String(x)
  if (Array.isArray(x)) return 'a list'
  return x instanceof Promise ? 'a promise' : 'another kind of object'
}

/** Functions that are async are not tagged: the first of that name in the author's modules. */
const placeOfAsync = (name: string): Place | null => {
  for (const file of registry.modules.keys()) {
    const { program, text } = sourceOf(file)
    const found = asyncNamed(program as unknown as Node, name)
    if (found !== null) return { file: shown(file), text, start: found.start, end: found.end }
  }
  return null
}

const asyncNamed = (node: Node, name: string): Node | null => {
  const value = node.type === 'Property' ? child(node, 'value') : null
  if (value !== null && nameOf(child(node, 'key')) === name && firstFunction(value)?.async === true) return node
  for (const part of childrenOf(node)) {
    const found = asyncNamed(part, name)
    if (found !== null) return found
  }
  return null
}

const firstFunction = (node: Node): Node | null => {
  if (/Function/.test(node.type)) return node
  for (const part of childrenOf(node)) {
    const found = firstFunction(part)
    if (found !== null) return found
  }
  return null
}

/**
 * All that can be reached from values: fields, elements, and what functions of authors capture. Two texts are equal
 * where no model could tell the values apart.
 */
const textOf = (roots: readonly unknown[]): string => {
  const numbers = new Map<object, number>()
  const reached: object[] = []
  const show = (x: unknown): string => {
    if ((typeof x !== 'object' || x === null) && typeof x !== 'function') return `${typeof x} ${Object.is(x, -0) ? '-0' : String(x)}`
    const known = numbers.get(x)
    if (known !== undefined) return `#${known}`
    numbers.set(x, reached.length)
    reached.push(x)
    return `#${reached.length - 1}`
  }
  const texts = [roots.map(show).join()]
  // What is reached on the way is appended.
  for (const x of reached) {
    const fields: string[] = []
    for (const [name, read] of partsOf(x)) fields.push(`${name}=${attempt(() => show(read()))}`)
    texts.push(fields.join())
  }
  return texts.join('\n')
}

/**
 * What a compilation could read of an object or a function. Of what comes from outside, as Node's own modules, nothing.
 */
const partsOf = (x: object): readonly (readonly [string, () => unknown])[] => {
  const info = functionInfo(x)
  if (info !== undefined)
    return [[`${info.file}:${info.start}`, () => null], ...info.names.map((name) => [name, () => info.captured(name)] as const)]
  if (x instanceof Map || x instanceof Set) return [...x].map((entry, i) => [String(i), () => entry])
  const isPlain = Array.isArray(x) || Object.prototype.toString.call(x) === '[object Object]'
  if (!isPlain) return [[Object.prototype.toString.call(x), () => null]]
  const names = new Set(Object.keys(x))
  for (
    let p: unknown = Object.getPrototypeOf(x);
    typeof p === 'object' && p !== null && p !== Object.prototype && p !== Array.prototype;
    p = Object.getPrototypeOf(p)
  )
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(p))) if (get !== undefined) names.add(name)
  return [...names].map((name) => [name, () => (x as Readonly<Record<string, unknown>>)[name]])
}

const attempt = (read: () => string): string => {
  try {
    return read()
  } catch {
    return 'nothing yet'
  }
}
