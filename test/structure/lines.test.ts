/** No line of the project's pages is longer than 120 columns: not in a table, in code, or for the sake of a link that cannot be broken. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
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
