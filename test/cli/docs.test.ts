/**
 * docs/CLI.md beside what `--help` prints: the same verbs, the same flags with the same arguments, and every exit code.
 * The command line is parsed from the sources, so no build is needed.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/terminal/exit.ts'
import { runProgram, type Verbs } from '../../src/cli/verbs/program.ts'

const page = readFileSync(new URL('../../docs/CLI.md', import.meta.url), 'utf8')

const helpOf = async (...words: readonly string[]): Promise<string> => {
  let out = ''
  const write = (text: string): void => {
    out += text
  }
  await runProgram([...words, '--help'], '0', {} as Verbs, { out: write, err: write })
  return out
}

/** The flags that a help text lists, with their arguments: `--set <name=value>`. */
const flagsOfHelp = (help: string): string[] =>
  [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+(?: [<[][^>\]]+[>\]])?)/gm)].map(([, flag = '']) => flag)

/** From a heading to the next of its level. */
const sectionOf = (title: string): string => {
  const start = page.indexOf(`\n## ${title}\n`)
  const end = page.indexOf('\n## ', start + 1)
  return start === -1 ? '' : page.slice(start, end)
}

/** The flags that a section explains: each has an item of a list. */
const flagsOfSection = (section: string): string[] => [...section.matchAll(/^\* `(--[^`]+)`:/gm)].map(([, flag = '']) => flag)

const verbs = [...(await helpOf()).matchAll(/^ {2}(\w+) [[<]/gm)].map(([, verb = '']) => verb).filter((verb) => verb !== 'help')

test('the table at the top has every verb, and no other', () => {
  expect(verbs.length).toBeGreaterThan(6)
  expect([...page.matchAll(/^\| \[`(\w+)`\]\(#(\w+)\)/gm)].map(([, verb, anchor]) => [verb, anchor])).toEqual(
    verbs.map((verb) => [verb, verb]),
  )
})

describe.each(verbs)('%s', (verb) => {
  test('every flag is explained, and none is invented', async () => {
    const flags = flagsOfHelp(await helpOf(verb)).filter((flag) => flag !== '--help')
    expect(flags.length).toBeGreaterThan(0)
    expect(flagsOfSection(sectionOf(verb)).sort()).toEqual(flags.sort())
  })

  test('the usage line is that of the help', async () => {
    const [, usage] = /^Usage: (.+)$/m.exec(await helpOf(verb)) ?? []
    expect(sectionOf(verb)).toContain(`\n${usage}\n`)
  })
})

test('every choice of --engine is explained', async () => {
  const [, choices = ''] = /--engine <name>[\s\S]*?\(choices:\s+([^)]*)\)/.exec(await helpOf('check')) ?? []
  const names = [...choices.matchAll(/"(\w+)"/g)].map(([, name]) => `--engine ${name}`)
  expect(names.length).toBe(4)
  expect([...sectionOf('Engines').matchAll(/^\* `(--engine \w+)`:/gm)].map(([, flag]) => flag)).toEqual(names)
})

test('every exit code has a row, and no other number', () => {
  const rows = [...sectionOf('Exit codes').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  expect(rows).toEqual(Object.values(exitCodes).sort((a, b) => a - b))
})
