/**
 * No line of a comment is longer than 120 columns, and none of the project's pages is: not in a table, in code, or for
 * the sake of a link that cannot be broken.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesOf } from './imports.ts'
import { pages, root } from './pages.ts'

const columns = 120

/** The lines that are too long, with their numbers from 1. */
const tooLong = (text: string): readonly string[] => {
  let isCode = false
  return text.split('\n').flatMap((line, at) => {
    if (/^\s*```/.test(line)) isCode = !isCode
    // A link, or code, that is alone in its line had nowhere to be broken.
    const isUnbreakable = /^\s*(?:[*>-] )?\S+$/.test(line)
    return [...line].length <= columns || isCode || line.startsWith('|') || isUnbreakable ? [] : [`${at + 1}: ${line}`]
  })
}

describe.each(pages())('%s', (page) => {
  test('no long line', () => expect(tooLong(readFileSync(join(root, page), 'utf8'))).toEqual([]))
})

test('a long line is found, and what may be long is not', () => {
  const long = 'word '.repeat(30).trim()
  const url = `https://example.org/${'x'.repeat(120)}`
  expect(tooLong(`${long}\n| ${long} |\n\`\`\`\n${long}\n\`\`\`\n* ${url}\n${long}`)).toEqual([`1: ${long}`, `7: ${long}`])
})

/** Lines that are comments and nothing else. */
const longComments = (text: string): readonly string[] =>
  text.split('\n').filter((line) => [...line].length > columns && /^\s*(?:\/\*\*?|\*|\/\/) /.test(line))

test('no comment has a longer line', () => {
  const files = ['src', 'test', 'bench', 'models', 'properties'].flatMap(filesOf).filter((file) => !file.startsWith('test/fuzz/out/'))
  expect(files.length).toBeGreaterThan(400)
  for (const file of files) expect(longComments(readFileSync(join(root, file), 'utf8')), file).toEqual([])
  expect(longComments(`  // ${'word '.repeat(30)}\n  /** ${'word '.repeat(30)} */\n const x = '${'word '.repeat(30)}'`)).toHaveLength(2)
})
