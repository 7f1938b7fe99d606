/** `mmucheck sweep`, as a user runs it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withoutSample } from '../../cli/again.ts'
import { createProject, type Project } from '../../cli/project.ts'
import { counter } from '../claims/protocol.ts'

const large = `import { array, each, flag, model, properties, always, range } from 'mmucheck'

const large = model({
  name: 'large',
  params: { a: flag(false), b: flag(false) },
  state: () => ({ n: array(8, range(0, 15)) }),
  rules: () => ({ tick: each(8, (s, i) => { s.n[i] = (s.n[i] + 1) % 16 }) }),
})
export default properties(large, { positive: always((s) => s.n[0] >= 0) })
`

let project: Project
beforeAll(() => {
  project = createProject({ ...counter, 'large.ts': large })
})
afterAll(() => project.remove())

interface Answer {
  readonly cells: readonly {
    readonly settings: Readonly<Record<string, unknown>>
    readonly verdict: string
    readonly vacuity: object | null
    readonly property: string | null
    readonly length: number | null
  }[]
  readonly minimal: readonly object[]
  readonly needs: readonly { readonly name: string; readonly verdict: string }[]
  readonly fixed: object
  readonly exitCode: number
}

/** In one process: the text below is made by several. */
const json = async (...words: string[]): Promise<Answer> => {
  const { code, out, err } = await project.mmucheck(['sweep', ...words, '--json', '--jobs', '1'])
  expect(out, err).not.toBe('')
  const answer = JSON.parse(out) as Answer
  expect(answer.exitCode, err).toBe(code)
  return answer
}

test('the truth table of two protections, each of which is enough', async () => {
  const { cells, minimal, needs, fixed, exitCode } = await json('counter', '--over', 'locked,add', '--property', 'counted')
  expect(exitCode).toBe(0)
  expect(fixed).toEqual({ cpus: 2, noisy: false })
  expect(cells.map(({ settings, verdict, property, length }) => [settings.locked, settings.add, verdict, property, length])).toEqual([
    [false, 'atomic', 'safe', null, null],
    [false, 'two steps', 'unsafe', 'counted', 4],
    [true, 'atomic', 'safe', null, null],
    [true, 'two steps', 'safe', null, null],
  ])
  expect(minimal).toEqual([
    { locked: false, add: 'atomic' },
    { locked: true, add: 'two steps' },
  ])
  const named = await json('counter', '--over', 'locked,add=two steps', '--property', 'counted')
  expect(named.minimal).toEqual(minimal)
  expect(needs.map(({ verdict }) => verdict)).toEqual(['not mandatory', 'not mandatory'])
})

test('a cell is what check finds with these settings', { timeout: 60_000 }, async () => {
  const { cells } = await json('counter', '--property', 'counted')
  expect(cells).toHaveLength(8)
  for (const { settings, length } of cells) {
    const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`])
    const { out } = await project.mmucheck([
      'check',
      'counter',
      '--property',
      'counted',
      '--engine',
      'explicit',
      '--json',
      '--out',
      'other',
      ...set,
    ])
    const { properties } = JSON.parse(out) as { properties: { name: string; length: number | null }[] }
    expect(properties.find(({ name }) => name === 'counted')?.length).toBe(length)
  }
})

test('a protection that is mandatory is said to be, and what is set is not swept', async () => {
  const { cells, needs } = await json('counter', '--set', 'add=two steps', '--property', 'counted')
  expect(cells).toHaveLength(4)
  expect(needs.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['locked', 'mandatory'],
    ['noisy', 'not mandatory'],
  ])
  expect((await json('counter', '--variant', 'atomic', '--property', 'counted')).cells).toHaveLength(4)
})

test('as text', async () => {
  const { code, out, err } = await project.mmucheck([
    'sweep',
    'counter',
    '--over',
    'locked,add=two steps',
    '--property',
    'counted',
    '--jobs',
    '2',
  ])
  expect([code, err]).toEqual([0, ''])
  await expect(withoutSample(out)).toMatchFileSnapshot('golden/counter.txt')
})

test('sizes where they are named', async () => {
  const { cells } = await json('counter', '--over', 'cpus', '--property', 'counted')
  expect(cells.map(({ settings, verdict, length }) => [settings.cpus, verdict, length])).toEqual([
    [1, 'safe', null],
    [2, 'unsafe', 4],
    [3, 'unsafe', 4],
    [4, 'unsafe', 4],
  ])
})

test('a failing range makes a setting unsafe, though the property holds of all states that are left', async () => {
  const text = counter['properties/counter.ts'].replace('count === s.done', 'count <= s.done')
  const model = counter['models/counter.ts'].replace('count: range(0, p.cpus)', 'count: range(0, 1)')
  project.write({ 'models/counter.ts': model, 'properties/counter.ts': text })
  try {
    const { cells } = await json('counter', '--over', 'cpus', '--variant', 'atomic', '--property', 'counted')
    expect(cells.map(({ verdict, property, length }) => [verdict, property, length])).toEqual([
      ['safe', null, null],
      ...[2, 3, 4].map(() => ['unsafe', 'range', 2]),
    ])
  } finally {
    project.write(counter)
  }
})

// Where nothing is ever protected everything is safe: the setting was called so, and check ended with 12.
test('a setting in which a window is not reached, or the property asks for nothing, is vacuous', async () => {
  const windows = `both: sometimes((s) => s.count === 2, { where: (p) => p.cpus > 1 }),
  noise: sometimes((s, p) => p.noisy && s.count > 0, { in: ['atomic'] }),
  paired: always((s) => s.count < 2 || s.done === 2),`
  project.write({ 'properties/counter.ts': counter['properties/counter.ts'].replace('counted: always', `${windows}\n  counted: always`) })
  try {
    const cellsOf = async (...words: string[]): Promise<unknown[]> =>
      (await json('counter', ...words)).cells.map(({ settings, verdict, vacuity }) => [...Object.values(settings), verdict, vacuity])
    // The window of the variant is asked where flags and choices are the variant's, and is closed there.
    const closed = { why: 'not reached', windows: ['noise'] }
    expect(await cellsOf('--over', 'add,noisy', '--property', 'counted')).toEqual([
      ['atomic', false, 'vacuous', closed],
      ['atomic', true, 'safe', null],
      ['two steps', false, 'unsafe', null],
      ['two steps', true, 'unsafe', null],
    ])
    // With one CPU nobody asks whether both have counted, and nobody ever counts two.
    const idle = { why: 'unchanging', property: 'paired' }
    const sized = await cellsOf('--over', 'cpus', '--set', 'add=atomic', '--set', 'noisy=true', '--property', 'paired')
    expect(sized.slice(0, 2)).toEqual([
      [1, 'vacuous', idle],
      [2, 'safe', null],
    ])
    const { out } = await project.mmucheck(['sweep', 'counter', '--over', 'add', '--property', 'counted', '--jobs', '1'])
    expect(out).toMatch(/ {2}atomic {5}vacuous {2}noise never reached/)
    expect(out).toContain('0 safe, 0 of them minimal, 1 vacuous, 1 unsafe')
    const { models } = JSON.parse((await project.mmucheck(['claims', 'counter', '--json', '--jobs', '1'])).out) as {
      models: { rows: object[] }[]
    }
    expect(models[0].rows[1]).toMatchObject({ id: 'C1.1', variant: 'atomic', found: 'holds', asExpected: false, vacuity: closed })
  } finally {
    project.write(counter)
  }
})

test('a limit leaves cells open: 20', async () => {
  const { cells, exitCode, minimal } = await json('counter', '--over', 'locked', '--property', 'counted', '--max-states', '3')
  expect(exitCode).toBe(20)
  expect(cells.map(({ verdict }) => verdict)).toContain('open')
  expect(minimal).toEqual([])
})

describe('usage', () => {
  test.each([
    [['sweep', 'counter'], 'say what must hold'],
    [['sweep', 'counter', '--property', 'counte'], 'did you mean counted'],
    [['sweep', 'counter', '--property', 'counted', '--over', 'locks'], "there is no param 'locks'"],
    [['sweep', 'counter', '--property', 'counted', '--over', 'locked', '--set', 'locked=true'], 'cannot be used together'],
  ] as const)('%s', async (words, message) => {
    const { code, err } = await project.mmucheck(words)
    expect([code, err]).toEqual([64, expect.stringContaining(message)])
  })
})

test('Ctrl-C: what is settled is printed, and no process is left behind', async () => {
  const { code, out } = await project.mmucheck(['sweep', './large.ts', '--property', 'positive', '--jobs', '2'], (pid) => {
    // On a busy machine it takes seconds to begin.
    setTimeout(() => process.kill(pid, 'SIGINT'), 5000)
  })
  expect(code).toBe(130)
  expect(out).toContain('not searched')
}, 60_000)
