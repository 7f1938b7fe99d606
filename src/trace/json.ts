/**
 * Reading JSON that somebody else may have changed: every accessor checks the type and says where in the document
 * something is wrong.
 */
import { DiagnosticError, type Place } from '../diagnostics.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A value inside a document, and the keys that lead to it. */
export interface Node {
  readonly document: Document
  readonly path: readonly (string | number)[]
  readonly value: Json
}

export interface Document {
  /** As it is shown to people. */
  readonly file: string
  readonly text: string
}

/** Parses a document. @throws DiagnosticError MC012 at the place where it stops being JSON. */
export const parseJson = (document: Document): Node => {
  try {
    return { document, path: [], value: JSON.parse(document.text) as Json }
  } catch (error) {
    const { file, text } = document
    const reason = error instanceof Error ? error.message : String(error)
    const start = endOfJson(text)
    const isJson = /^\s*\{/.test(text)
    // The place says where; what more a message says of it differs from Node to Node.
    const what = reason.replace(/ in JSON at position .*|, (?:\.\.\.)?"[\s\S]*/, '')
    throw new DiagnosticError('MC012', `${file} is not valid JSON: ${what}`, isJson ? restore : another, {
      file,
      text,
      start,
      end: start + 1,
    })
  }
}

/**
 * Where a text that is no JSON stops being some: messages do not always say. The longest part that could go on is
 * looked for by halves.
 */
const endOfJson = (text: string): number => {
  let [good, bad] = [0, text.length + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (couldGoOn(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return good
}

/** Whether a text is JSON, or the beginning of some: then nothing is wrong with it before its end. */
const couldGoOn = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const reason = String(error)
    return reason.includes('Unexpected end') || Number(/position (\d+)/.exec(reason)?.[1] ?? -1) >= text.length
  }
}

const another = 'name an .itf.json file, as check writes them below counterexamples/'
const restore = 'restore the file from version control, or write it anew with: mmucheck check <model>'

/** The error to throw where a document is not what it should be. */
export const damaged = (node: Node, expected: string): DiagnosticError => {
  const { file, text } = node.document
  const where = node.path.length === 0 ? 'the document' : showPath(node.path)
  const place: Place = { file, text, ...spanOf(text, node.path) }
  return new DiagnosticError('MC012', `${where} should be ${expected}, not ${describe(node.value)}`, restore, place)
}

const describe = (value: Json): string => {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}

const showPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>((shown, key) => {
    if (typeof key === 'number') return `${shown}[${key}]`
    return /^[A-Za-z_#][\w-]*$/.test(key) ? `${shown}${shown === '' ? '' : '.'}${key}` : `${shown}[${JSON.stringify(key)}]`
  }, '')

const child = ({ document, path }: Node, key: string | number, value: Json | undefined): Node => ({
  document,
  path: [...path, key],
  value: value as Json,
})

export const asObject = (node: Node): JsonObject => {
  const { value } = node
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(node, 'an object')
  return value as JsonObject
}

/** The field of an object, missing ones included: then the next accessor says so. */
export const field = (node: Node, key: string): Node => {
  const object = asObject(node)
  return child(node, key, Object.hasOwn(object, key) ? object[key] : undefined)
}

export const entries = (node: Node): (readonly [string, Node])[] =>
  Object.entries(asObject(node)).map(([key, value]) => [key, child(node, key, value)])

export const asList = (node: Node): readonly Node[] => {
  if (!Array.isArray(node.value)) throw damaged(node, 'a list')
  return (node.value as readonly Json[]).map((value, i) => child(node, i, value))
}

export const asString = (node: Node): string => {
  if (typeof node.value !== 'string') throw damaged(node, 'a string')
  return node.value
}

export const asCount = (node: Node): number => {
  if (typeof node.value !== 'number' || !Number.isInteger(node.value) || node.value < 0) throw damaged(node, 'a whole number')
  return node.value
}

export const asOneOf = <const V extends readonly string[]>(node: Node, values: V): V[number] => {
  const { value } = node
  if (typeof value !== 'string' || !values.includes(value)) throw damaged(node, `one of ${values.join(', ')}`)
  return value
}

/** `null`, or what `read` makes of it. */
export const asNullable = <T>(node: Node, read: (node: Node) => T): T | null => (node.value === null ? null : read(node))

/**
 * Where the value at `path` stands in valid JSON text; where a key is missing, the object that should have it. Linear
 * in the length of the text.
 */
const spanOf = (text: string, path: readonly (string | number)[]): { start: number; end: number } => {
  let at = skipSpace(text, 0)
  for (const key of path) {
    const found = enter(text, at, key)
    if (found === null) break
    at = found
  }
  return { start: at, end: Math.min(skipValue(text, at), at + 60) }
}

const skipSpace = (text: string, at: number): number => {
  let i = at
  while (i < text.length && /\s/.test(text.charAt(i))) i++
  return i
}

const skipString = (text: string, at: number): number => {
  let i = at + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i + 1
}

const skipValue = (text: string, at: number): number => {
  if (text[at] === '"') return skipString(text, at)
  if (text[at] !== '{' && text[at] !== '[') {
    let i = at
    while (i < text.length && !/[,\]}\s]/.test(text.charAt(i))) i++
    return i
  }
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const c = text[i]
    if (c === '"') i = skipString(text, i) - 1
    else if (c === '{' || c === '[') depth++
    else if ((c === '}' || c === ']') && --depth === 0) return i + 1
  }
  return text.length
}

/** From an object or list at `at` to the value under a key; the last one of that name, as JSON.parse has it. */
const enter = (text: string, at: number, key: string | number): number | null => {
  let found: number | null = null
  let i = skipSpace(text, at + 1)
  for (let n = 0; i < text.length && text[i] !== '}' && text[i] !== ']'; n++) {
    let name: string | number = n
    if (text[at] === '{') {
      const end = skipString(text, i)
      name = JSON.parse(text.slice(i, end)) as string
      i = skipSpace(text, skipSpace(text, end) + 1)
    }
    if (name === key) found = i
    i = skipSpace(text, skipValue(text, i))
    if (text[i] === ',') i = skipSpace(text, i + 1)
  }
  return found
}
