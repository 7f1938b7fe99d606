/**
 * Every claim of this repository is settled as expected, and what is committed says so: docs/CLAIMS.md, and the
 * diagrams of violated rows in counterexamples/. `npm run update` writes both. The stored form of the traces is for
 * `inspect`, and made again by `npm run claims`: git ignores it.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Claims } from 'mmucheck'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { program } from '../../cli/project.ts'

const root = resolve(import.meta.dirname, '../../..')
const page = join(root, 'docs/CLAIMS.md')
const committed = join(root, 'counterexamples')
const update = process.env.MMUCHECK_UPDATE === '1'

/** Rows that say nothing of their setting, which somebody has yet to mend. One that is mended has to go from here. */
const knownVacuous: readonly string[] = []

let folder = ''
let code: number | null = null
let out = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmucheck-claims-'))
  const ended = spawnSync(process.execPath, [program, 'claims', '--markdown', '--out', folder], { cwd: root, encoding: 'utf8' })
  code = ended.status
  out = ended.stdout
  expect(ended.stderr).toBe('')
  if (!update) return
  writeFileSync(page, out)
  for (const model of readdirSync(folder)) rmSync(join(committed, model), { recursive: true, force: true })
  cpSync(folder, committed, { recursive: true })
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const named = (ending: string, where = folder): string[] =>
  readdirSync(where, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
const diagrams = (where = folder): string[] => named('.txt', where)

test('every verdict is the expected one, and says something but where it is known not to', () => {
  const sections = out.split(/^## /m).slice(1)
  const vacuous = sections.flatMap((section) => {
    const [model = ''] = section.split(/[:\n]/, 1)
    return [...section.matchAll(/^\| (.*) \| `(.*)` \| holds \| \*\*holds, but is vacuous: (.*)\*\* \|.*$/gm)].map(
      ([, settings, property, why]) => `${model} ${settings}: ${property}: ${why}`,
    )
  })
  expect([...new Set(vacuous)].sort()).toEqual([...knownVacuous].sort())
  const rows = vacuous.length
  expect(out).toMatch(new RegExp(`^\\d+ rows: \\d+ as expected${rows === 0 ? '' : `, ${rows} differ`}\\.$`, 'm'))
  expect(code).toBe(rows === 0 ? 0 : 12)
})

describe('the page', () => {
  const headings = (level: number): string[] =>
    [...out.matchAll(new RegExp(`^#{${level}} (.*)$`, 'gm'))].map(([, heading]) => heading ?? '')
  const plain = (text: string): string => text.replaceAll(/\\(?=[^\w\s])/g, '')
  const ids = (): string[] =>
    headings(3)
      .filter((heading) => !titles.includes(heading))
      .map(plain)
  const titles = ['The mails', 'Written elsewhere', 'Not in the mails', 'Our own findings', 'From our own pages']
  /** The summary without the findings, which are of sentences that have a line already. */
  const lines = (): string[] =>
    out
      .split(/^## /m)[1]
      ?.split('\n')
      .filter((line) => !line.includes('| finding |')) ?? []

  test('has each sentence once, and each of them in one line of the summary', () => {
    expect(ids().length).toBeGreaterThan(100)
    expect(new Set(ids()).size).toBe(ids().length)
    const summed = lines().flatMap(
      (line) => /^\| \[([^\]]+)\]\(#[^)]*\) \|.* \| \*\*(?:confirmed|refuted|only if)\*\*/.exec(line)?.[1] ?? [],
    )
    expect(summed.toSorted()).toEqual(ids().toSorted())
  })

  test('has no sentence that is part of another one', async () => {
    const files = readdirSync(join(root, 'properties'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    const sentences = new Map<string, string>()
    const isClaims = (x: unknown): x is Claims => typeof x === 'object' && x !== null && 'sentences' in x
    for (const file of files)
      for (const exported of Object.values((await import(join(root, 'properties', file))) as object))
        if (isClaims(exported)) for (const { id, quote } of exported.sentences) sentences.set(id, quote)
    expect([...sentences.keys()].toSorted()).toEqual(ids().toSorted())
    for (const [id, quote] of sentences)
      expect(
        [...sentences].filter(([other, whole]) => other !== id && whole.includes(quote)).map(([other]) => `${id} is in ${other}`),
      ).toEqual([])
  })

  test('has the mails in their order', () => {
    const dates = headings(4).map((heading) => heading.split(':')[0] ?? '')
    expect(dates.length).toBeGreaterThan(5)
    // A mail of which only the year is known comes at its end.
    const times = dates.map((date) => Date.parse(`${/^\d+$/.test(date) ? `31 December ${date}` : date} UTC`))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  test('leads from each link to a heading', () => {
    // As GitHub makes them: the second of two headings gets a number.
    const anchors = new Set<string>()
    for (const heading of [...out.matchAll(/^#+ (.*)$/gm)].map(([, text]) => plain(text ?? ''))) {
      const anchor = heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-')
      for (let i = 0; ; i++) {
        const numbered = i === 0 ? anchor : `${anchor}-${i}`
        if (anchors.has(numbered)) continue
        anchors.add(numbered)
        break
      }
    }
    const index = out.split(/^## /m)[2] ?? ''
    expect(index.startsWith('Index')).toBe(true)
    for (const id of ids()) expect(index).toContain(`[${id}](#`)
    const links = [...out.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '')
    expect(links.length).toBeGreaterThan(2 * ids().length)
    expect(links.filter((link) => !anchors.has(link))).toEqual([])
  })
})

test('docs/CLAIMS.md', () => expect(out).toBe(readFileSync(page, 'utf8')))

describe('counterexamples', () => {
  test('there are some, in both forms', () => {
    expect(diagrams().length).toBeGreaterThan(100)
    expect(diagrams().map((name) => name.replace(/txt$/, 'itf.json'))).toEqual(named('.itf.json'))
  })

  test('every diagram is committed', () => expect(diagrams().filter((name) => !existsSync(join(committed, name)))).toEqual([]))

  // A row that was changed or dropped once left its trace behind, which nothing compared any more.
  test('of a model with claims no other one is committed', () => {
    const ours = readdirSync(folder).flatMap((model) => diagrams(join(committed, model)).map((name) => join(model, name)))
    expect(ours.filter((name) => !existsSync(join(folder, name)))).toEqual([])
  })

  test('what is committed is what is found', () => {
    const read = (where: string, name: string): string => readFileSync(join(where, name), 'utf8')
    const present = diagrams().filter((name) => existsSync(join(committed, name)))
    expect(present.filter((name) => read(committed, name) !== read(folder, name))).toEqual([])
  })

  // 2.3 MB of them made every change to the language a diff of thousands of lines that nobody reads.
  test('nothing but diagrams is in git', () => {
    const { stdout, status } = spawnSync('git', ['ls-files', 'counterexamples'], { cwd: root, encoding: 'utf8' })
    if (status === 0) expect(stdout.split('\n').filter((name) => name !== '' && !name.endsWith('.txt'))).toEqual([])
  })

  test('every link of docs/CLAIMS.md leads to one', () => {
    const links = [...out.matchAll(/\]\((\.\.\/counterexamples\/[^)]+)\)/g)].map(([, link]) => decodeURIComponent(link ?? ''))
    expect(links.length).toBeGreaterThan(100)
    expect(links.filter((link) => !existsSync(join(root, 'docs', link)))).toEqual([])
  })
})
