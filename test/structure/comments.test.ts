/**
 * What authors of models, and engines, are given says what it is: every export of `src/lang/`, `src/mmu/`, `src/ir/`
 * and `src/check.ts` has a comment of full sentences right before it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesOf, root } from './imports.ts'

interface Exported {
  readonly name: string
  /** The text of the comment before it, without its stars; null where there is none. */
  readonly comment: string | null
}

const declaration = /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/

const exportsOf = (text: string): Exported[] => {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const [, name] = declaration.exec(line) ?? []
    // Of overloads the first has it.
    if (name === undefined || lines.slice(0, at).some((before) => declaration.exec(before)?.[1] === name)) return []
    return [{ name, comment: commentAbove(lines, at) }]
  })
}

const commentAbove = (lines: readonly string[], at: number): string | null => {
  if (lines[at - 1]?.trimEnd().endsWith('*/') !== true) return null
  let start = at - 1
  while (start > 0 && !lines[start]?.trimStart().startsWith('/**')) start--
  return lines
    .slice(start, at)
    .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*)?\s?/, '').replace(/\s*\*\/$/, ''))
    .join(' ')
    .trim()
}

const isSentence = (comment: string): boolean => /^(?:[A-Z0-9`'"]|n )/.test(comment) && /[.:)`]$/.test(comment)

const files = [...['src/lang', 'src/mmu', 'src/ir'].flatMap(filesOf), 'src/check.ts']

describe.each(files)('%s', (file) => {
  const exported = exportsOf(readFileSync(join(root, file), 'utf8'))

  test('every export has a comment', () => {
    expect(exported.filter(({ comment }) => comment === null).map(({ name }) => name)).toEqual([])
  })

  test('of full sentences', () => {
    expect(exported.filter(({ comment }) => comment !== null && !isSentence(comment))).toEqual([])
  })
})

test('what is missing is found', () => {
  const text =
    '/** Adds\n * one. */\nexport const inc = 1\nexport function f(a: number): void\nexport function f(): void {}\n/** no */\nexport type T = 1\n'
  const found = exportsOf(text)
  expect(found).toEqual([
    { name: 'inc', comment: 'Adds one.' },
    { name: 'f', comment: null },
    { name: 'T', comment: 'no' },
  ])
  expect(found.map(({ comment }) => comment !== null && isSentence(comment))).toEqual([true, false, false])
})
