/** Where in an author's module an exception comes from, and where a function of it stands. */
import { fileURLToPath } from 'node:url'
import { DiagnosticError, type Place } from '../diagnostics.js'
import type { ModelHelp } from '../lang/domain.js'
import { functionInfo, registry } from './registry.js'
import { shown } from './shown.js'
import { sourceOf } from './source.js'

/** The line of a user module that is topmost in an exception's stack. */
export const placeInStack = (error: Error): Place | null => {
  for (const [, url, line] of (error.stack ?? '').matchAll(/(file:\/\/[^\s()]+?):(\d+)(?::\d+)?\)?$/gm)) {
    const file = fileURLToPath(url!)
    if (!registry.modules.has(file) && !/\.m?ts$/.test(file)) continue
    const { text } = sourceOf(file)
    const lines = text.split('\n')
    const source = lines[Number(line) - 1] ?? ''
    const lineStart = lines.slice(0, Number(line) - 1).reduce((n, l) => n + l.length + 1, 0)
    return {
      file: shown(file),
      text,
      start: lineStart + source.length - source.trimStart().length,
      end: lineStart + source.trimEnd().length,
    }
  }
  return null
}

/** What a model or property that makes no sense is: at the words that the error names, or on its line. */
export const modelError = (error: Error, instead: string, place: Place | null): DiagnosticError => {
  // A copy of the package may have thrown it.
  const { hint = instead, words = [] } = (error as { readonly help?: ModelHelp }).help ?? {}
  const named = place === null || words.length === 0 ? null : behind(place, place.start, words)
  return new DiagnosticError('MC014', error.message, hint, named ?? place)
}

/** The last of words that stand one behind the other, from an offset on; null where one of them does not. */
export const behind = (place: Place, from: number, words: readonly string[]): Place | null => {
  const [word, ...others] = words
  if (word === undefined) return place
  const found = new RegExp(`(?<![\\w$])${word.replaceAll(/[^\w\s]/g, '\\$&')}(?![\\w$])`).exec(place.text.slice(from))
  if (found === null) return null
  const start = from + found.index
  const end = start + word.length
  return behind({ ...place, start, end }, end, others)
}

/** Where a function that the loader tagged is written; null for any other value. */
export const placeOfFunction = (fn: unknown): Place | null => {
  const info = functionInfo(fn)
  return info === undefined ? null : { file: shown(info.file), text: sourceOf(info.file).text, start: info.start, end: info.end }
}
