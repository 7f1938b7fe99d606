/** \`mmucheck claims\`, as a user runs it. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withoutSample } from '../../cli/again.ts'
import { createProject, type Project } from '../../cli/project.ts'
import { counter } from './protocol.ts'

let project: Project
beforeAll(() => {
  project = createProject(counter)
})
afterAll(() => project.remove())

/** The answer of \`--json\`. */
interface Answer {
  readonly models: readonly { readonly model: string; readonly rows: readonly Row[] }[]
  readonly sentences: readonly Sentence[]
  readonly expected: number
  readonly different: number
  readonly open: number
  readonly exitCode: number
}
interface Sentence {
  readonly id: string
  readonly short: string
  readonly answer: string
  readonly onlyIf: string | null
  readonly rows: number
  readonly shortest: string | null
}
interface Row {
  readonly id: string
  readonly found: string
  readonly asExpected: boolean
  readonly length: number | null
  readonly states: number
  readonly trace: string | null
}

/** In one process: the pages below are made by several. */
const json = async (...words: string[]): Promise<Answer> => {
  const { code, out, err } = await project.mmucheck(['claims', ...words, '--json', '--jobs', '1'])
  const answer = JSON.parse(out) as Answer
  expect(answer.exitCode, err).toBe(code)
  return answer
}

const withoutTimes = (text: string): string => withoutSample(text.replaceAll(/[\d.]+ s$/gm, '(time)'))

const changed = async (from: string, to: string, then: () => Promise<void>): Promise<void> => {
  const file = 'properties/counter.ts'
  project.write({ [file]: counter[file].replace(from, to) })
  try {
    await then()
  } finally {
    project.write(counter)
  }
}

describe('the table', () => {
  test('as text', async () => {
    const { code, out, err } = await project.mmucheck(['claims'])
    expect([code, err]).toEqual([0, ''])
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    await expect(withoutTimes(out)).toMatchFileSnapshot('golden/counter.txt')
  })

  test('as JSON: verdicts, lengths and numbers of states are those of check', async () => {
    const { models, exitCode, expected } = await json('counter')
    expect([exitCode, expected]).toEqual([0, 9])
    const rows = models.flatMap(({ rows }) => rows)
    expect(rows.map(({ id, found, length }) => [id, found, length])).toEqual([
      ['C1.1', 'violated', 4],
      ['C1.1', 'holds', null],
      ['C1.2', 'holds', null],
      ['C1.2', 'holds', null],
      ['C1.2', 'violated', 6],
      ['C1.3', 'violated', null],
      ['C1.10', 'violated', 4],
      ['C1.4', 'holds', null],
      ['C1.5', 'holds', null],
    ])
    const check = await project.mmucheck(['check', 'counter', '--engine', 'explicit', '--json', '--out', 'other'])
    expect(rows[0]?.states).toBe((JSON.parse(check.out) as { states: number }).states)
    const stored = (folder: string) => readFileSync(join(project.folder, folder, 'counter/default/counted.txt'), 'utf8')
    expect(stored('counterexamples')).toBe(stored('other'))
    expect(rows[0]?.trace).toBe('counterexamples/counter/default/counted.itf.json')
  })

  test('as JSON: the answer of each sentence', async () => {
    const { sentences } = await json('counter')
    expect(sentences.map(({ id, answer, onlyIf, rows }) => [id, answer, onlyIf, rows])).toEqual([
      ['C1.1', 'only if', 'the increment is atomic', 2],
      ['C1.2', 'confirmed', null, 3],
      ['C1.3', 'confirmed', null, 1],
      ['C1.10', 'refuted', null, 1],
      ['C1.4', 'confirmed', null, 1],
      ['C1.5', 'confirmed', null, 1],
    ])
    expect(sentences[0]).toMatchObject({
      short: 'Two increments cannot get lost',
      shortest: 'counterexamples/counter/default/counted.itf.json',
    })
  })

  test('as Markdown, the same each time', async () => {
    const { out } = await project.mmucheck(['claims', '--markdown'])
    expect((await project.mmucheck(['claims', '--markdown', '--jobs', '1'])).out).toBe(out)
    await expect(out).toMatchFileSnapshot('golden/counter.md')
  })

  test('--out', async () => {
    await project.mmucheck(['claims', '--out', 'elsewhere', '--jobs', '1'])
    expect(existsSync(join(project.folder, 'elsewhere/counter/default/counted.itf.json'))).toBe(true)
  })
})

describe('a sentence of which another model has readings', () => {
  const second = counter['models/counter.ts'].replace("name: 'counter'", "name: 'second'")
  const files = {
    'models/second.ts': second,
    'properties/second.ts': counter['properties/counter.ts'].replace('../models/counter.ts', '../models/second.ts'),
  }

  test('says so where that one is not asked', async () => {
    project.write(files)
    try {
      const { out } = await project.mmucheck(['claims', 'counter', '--jobs', '1'])
      expect(out).toContain('      confirmed, by this model alone: it has readings of second too\n')
      expect((await json('counter')).sentences[1]).toMatchObject({ id: 'C1.2', elsewhere: ['second'] })
    } finally {
      for (const file of Object.keys(files)) rmSync(join(project.folder, file))
    }
  })

  test('and stands with one of those', () =>
    changed("id: 'C1.2',", "id: 'C1.2', model: 'conter',", async () => {
      const { code, err } = await project.mmucheck(['claims'])
      expect([code, err.split('\n')[0]]).toEqual([
        65,
        expect.stringMatching(
          /^properties\/counter\.ts:\d+:\d+: error MC016: claim C1\.2: it stands with 'conter', which has no reading of it$/,
        ),
      ])
    }))
})

describe('what fails the command', () => {
  test('a verdict that differs: 12', () =>
    changed("expected: 'violated', note", "expected: 'holds', note", async () => {
      const { models, sentences, exitCode, different } = await json()
      expect([exitCode, different, models[0]?.rows[0]?.asExpected]).toEqual([12, 1, false])
      // What its readings say follows from what was expected, so nothing follows from it.
      expect(sentences[0]).toMatchObject({ answer: 'open', onlyIf: null })
      const page = (await project.mmucheck(['claims', '--markdown', '--jobs', '1'])).out
      expect(page).toContain('| "Two increments cannot get lost" | **open**: a verdict is not the expected one |')
      expect(page).toContain('9 rows: 8 as expected, 1 differs.')
      const { out } = await project.mmucheck(['claims'])
      expect(out).toMatch(/DIFFERS {2}default: counted violated after 4 steps, expected: holds/)
    }))

  test('a limit that leaves a row open: 20, and nothing is called settled', async () => {
    const { models, sentences, exitCode, different, open } = await json('--max-states', '3')
    expect([exitCode, different]).toEqual([20, 0])
    expect(open).toBeGreaterThan(3)
    expect(models[0]?.rows.filter(({ found }) => found === 'holds')).toEqual([])
    expect(sentences.filter(({ answer }) => answer === 'confirmed')).toEqual([])
    expect((await project.mmucheck(['claims', '--max-states', '3', '--jobs', '1'])).out).toMatch(/limit\s+of\s+3\s+states\s+was\s+reached/)
  })

  test('a model without claims: 64', () =>
    changed('export const mails', 'const mails', async () => {
      const { code, err } = await project.mmucheck(['claims', 'counter'])
      expect([code, err]).toEqual([64, expect.stringContaining('counter has no claims')])
    }))

  test('a wrong row: 65, and no search', () =>
    changed("variant: 'atomic'", "variant: 'atomc'", async () => {
      const { code, err } = await project.mmucheck(['claims'])
      expect(code).toBe(65)
      expect(err).toContain("error MC016: claim C1.1: counter has no variant 'atomc'")
    }))
})
