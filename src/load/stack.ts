/** Where in an author's module an exception comes from, and where a function of it stands. */
import { fileURLToPath } from 'node:url'
import type { Place } from '../diagnostics.js'
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

/** Where a function that the loader tagged is written; null for any other value. */
export const placeOfFunction = (fn: unknown): Place | null => {
  const info = functionInfo(fn)
  return info === undefined ? null : { file: shown(info.file), text: sourceOf(info.file).text, start: info.start, end: info.end }
}
