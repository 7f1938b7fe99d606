/**
 * Properties of behaviours through the built command line: exit codes, traces that go on for ever, flags and limits.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, type Project } from './project.ts'

/** A compare-and-swap loop beside another CPU that writes the entry again and again. */
const retry = `import { choice, model, range } from 'mmucheck'

export default model({
  name: 'retry',
  params: { fairness: choice(['weak', 'strong', 'none'], 'weak') },
  fairness: (p) => ({ other: p.fairness }),
  state: () => ({ pte: range(0, 1), tries: range(0, 3), done: range(0, 1) }),
  processes: () => ({
    cpu: function* (s) {
      while (true) {
        yield 'read the entry'
        const old = s.pte
        yield 'cmpxchg'
        if (s.tries < 3) s.tries += 1
        if (s.pte === old) {
          s.done = 1
          return
        }
      }
    },
  }),
  rules: () => ({ other: (s) => { s.pte = 1 - s.pte } }),
})
`
const retryProperties = `import { alwaysPossible, bound, eventually, leadsTo, maximum, minimum, properties } from 'mmucheck'
import retry from '../models/retry.ts'

export default properties(retry, {
  updates: eventually((s) => s.done === 1),
  most: maximum((s) => s.tries),
  least: minimum((s) => s.tries, { over: 'final states' }),
  few: bound((s) => s.tries, 3),
  fewer: bound((s) => s.tries, 5),
  possible: alwaysPossible((s) => s.done === 1),
  onceTried: leadsTo((s) => s.tries > 0, (s) => s.done === 1),
})
`

const single = (
  name: string,
  body: string,
  properties = '',
): string => `import { alwaysPossible, array, bool, each, leadsTo, model, properties, range, until } from 'mmucheck'
export const m = model({ name: '${name}', ${body} })
export default properties(m, { ${properties} })
`

const files = {
  'models/retry.ts': retry,
  'properties/retry.ts': retryProperties,
  'rules.ts': single('rules', 'state: () => ({ tick: bool }), rules: () => ({ tick: (s) => { s.tick = !s.tick } })'),
  'nothing.ts': single('nothing', 'state: () => ({ tick: bool })'),
  'stuck.ts': single(
    'stuck',
    `state: () => ({ up: bool, tick: bool }),
  processes: () => ({ cpu: function* (s) { yield until('wait for an interrupt', () => s.up); s.up = false } }),
  rules: () => ({ clock: (s) => { s.tick = !s.tick } })`,
  ),
  'trap.ts': single(
    'trap',
    'state: () => ({ n: range(0, 2) }), rules: () => ({ fall: (s) => { s.n = s.n === 2 ? 2 : s.n + 1 } })',
    'home: alwaysPossible((s) => s.n === 0)',
  ),
  'large.ts': single(
    'large',
    'state: () => ({ n: array(6, range(0, 7)) }), rules: () => ({ tick: each(6, (s, i) => { s.n[i] = (s.n[i] + 1) % 8 }) })',
    'comes: leadsTo((s) => s.n[0] === 1, (s) => s.n[0] === 0), home: alwaysPossible((s) => s.n[0] === 0)',
  ),
}

let project: Project
beforeAll(() => {
  project = createProject(files)
})
afterAll(() => project.remove())

interface Reported {
  readonly name: string
  readonly verdict: string
  readonly trace: string | null
  readonly established: string
}
const json = async (...words: string[]) => {
  const { code, out, err } = await project.mmucheck(['check', ...words, '--json'])
  const report = JSON.parse(out) as {
    readonly complete: boolean
    readonly limit: unknown
    readonly liveness: object | null
    readonly notChecked: readonly object[]
    readonly properties: readonly Reported[]
  }
  const of = (name: string): Reported | undefined => report.properties.find((property) => property.name === name)
  return { code, err, report, of }
}

/** What is asked here is the same with all engines; without Z3 it takes half the time. */
const explicit = ['--engine', 'explicit']

describe('a behaviour that goes on for ever', () => {
  test('is drawn with its cycle, stored with `loop`, and printed again exactly', async () => {
    const { code, out, err } = await project.mmucheck(['check', 'retry'])
    expect([code, err]).toEqual([13, ''])
    const folder = join(project.folder, 'counterexamples/retry/default')
    const race = readFileSync(join(folder, 'updates.txt'), 'utf8')
    await expect(race).toMatchFileSnapshot('golden/retry.txt')
    expect(out).toContain(race)
    expect(JSON.parse(readFileSync(join(folder, 'updates.itf.json'), 'utf8'))).toMatchObject({ loop: expect.any(Number) })
    expect(await project.mmucheck(['inspect', 'counterexamples/retry/default/updates.itf.json'])).toEqual({ code: 0, out: race, err: '' })
  })

  test('in JSON: kinds, lengths, the start of the cycle, extreme values', async () => {
    const { code, report, of } = await json('retry', ...explicit)
    expect(code).toBe(13)
    expect(report.properties.map(({ name }) => name)).toEqual([
      ...['updates', 'most', 'least', 'few', 'fewer', 'possible', 'onceTried'],
      ...['deadlock', 'stuck', 'assert', 'range'],
    ])
    expect(of('updates')).toMatchObject({
      kind: 'eventually',
      verdict: 'violated',
      trace: 'counterexamples/retry/default/updates.itf.json',
    })
    const { length, loop } = of('updates') as unknown as { length: number; loop: number }
    expect(loop).toBeLessThan(length)
    expect(of('most')).toMatchObject({
      kind: 'maximum',
      verdict: 'holds',
      maximum: 3,
      trace: 'counterexamples/retry/default/most.itf.json',
    })
    expect(of('least')).toMatchObject({ kind: 'minimum', verdict: 'holds', minimum: 1, length: 2 })
    expect(of('few')).toMatchObject({ kind: 'bound', verdict: 'holds', maximum: 3, allowed: 3, tight: true })
    expect(of('fewer')).toMatchObject({ maximum: 3, allowed: 5, tight: false, established: expect.stringContaining('3 of 5: not tight') })
    expect(of('possible')).toMatchObject({ kind: 'alwaysPossible', verdict: 'holds' })
    expect(of('onceTried')).toMatchObject({ kind: 'leadsTo', verdict: 'violated' })
    expect(report.liveness).toMatchObject({ bytesPerEdge: expect.any(Number) })
  })

  test('only some properties, and a witness of an extreme value is no violation', async () => {
    const { code, out, err } = await project.mmucheck(['check', 'retry', '--property', 'most', '--out-itf', 'most.itf.json', ...explicit])
    expect(code).toBe(0)
    expect(err).toContain('there is no violation with a trace')
    expect(out).toMatch(/holds +most +3, reached after \d+ steps, the fewest there are/)
    const { out: shown } = await project.mmucheck(['inspect', 'counterexamples/retry/default/most.itf.json'])
    expect(shown).toContain('retry: most is 3 after ')
  })
})

describe('what can never happen again', () => {
  test('a stuck process is exit code 11, beside hardware that goes on', async () => {
    const { code, out } = await project.mmucheck(['check', './stuck.ts'])
    expect(code).toBe(11)
    expect(out).toContain('stuck: in an initial state cpu can never take a step again')
    expect(out).toContain('cpu stands at: wait for an interrupt')
    const { of } = await json('./stuck.ts')
    expect(of('stuck')?.established).toContain('confirmed by running all that follows: 2 states')
  })

  test('--no-stuck, and where deadlocks are allowed; --stuck looks all the same', async () => {
    const { code, out } = await project.mmucheck(['check', './stuck.ts', '--no-stuck', ...explicit])
    expect(code).toBe(0)
    expect(out).toContain('stuck was not checked: processes may stop for good here')
    expect(out).not.toContain('bytes per edge')
    expect((await project.mmucheck(['check', './stuck.ts', '--no-deadlock', ...explicit])).code).toBe(0)
    expect((await project.mmucheck(['check', './stuck.ts', '--no-deadlock', '--stuck', ...explicit])).code).toBe(11)
  })

  // It was asked for, was not looked for, and all was well.
  test.each([['--stuck'], ['--property', 'stuck']])(
    'asked for by %s %s, it is looked for or left open, never passed over',
    async (...asked) => {
      const open = await json('./stuck.ts', '--engine', 'prove', '--no-deadlock', ...asked)
      expect(open.code).toBe(20)
      expect(open.of('stuck')).toMatchObject({ verdict: 'incomplete', established: expect.stringContaining('(--engine explicit)') })
      expect((await project.mmucheck(['check', './stuck.ts', '--no-deadlock', ...explicit, ...asked])).code).toBe(11)
    },
  )

  test('not asked for, it is said not to be checked', async () => {
    const { code, report } = await json('./stuck.ts', '--engine', 'prove')
    expect([code, report.notChecked]).toEqual([0, [{ name: 'stuck', why: 'only the explicit engine does' }]])
  })

  test('where there is no process that says so, and where there is nothing at all', async () => {
    const flags = [...explicit, '--stuck']
    const rules = await json('./rules.ts', ...flags)
    const stuck = { name: 'stuck', why: 'there are no processes' }
    expect([rules.code, rules.report.notChecked]).toEqual([
      0,
      [{ name: 'deadlock', why: 'there are no processes, only rules (--deadlock)' }, stuck],
    ])
    const { out } = await project.mmucheck(['check', './nothing.ts', ...flags])
    expect(out).toContain(
      '\ndeadlock was not checked: there are neither processes nor rules (--deadlock)\nstuck was not checked: there are no processes\n',
    )
  })

  test('alwaysPossible is exit code 13, with a shortest way', async () => {
    const { code, of } = await json('./trap.ts', ...explicit)
    expect(code).toBe(13)
    expect(of('home')).toMatchObject({
      verdict: 'violated',
      length: 1,
      established: expect.stringContaining('confirmed by running all that follows: 2 states'),
    })
  })
})

describe('limits leave properties of behaviours open', () => {
  test.each([
    ['states', ['--max-states', '1000']],
    ['depth', ['--max-depth', '5']],
    ['time', ['--time', '1ms']],
    // The first search fits into it, the graph does not.
    ['memory', ['--memory', '6M']],
  ])('%s', async (kind, words) => {
    const { code, report, of } = await json('./large.ts', ...words, ...explicit)
    expect([code, report.complete, report.limit]).toEqual([20, false, expect.objectContaining({ kind })])
    for (const name of ['comes', 'home'])
      expect(of(name)).toMatchObject({ verdict: 'incomplete', established: expect.stringContaining('not settled') })
  })

  test('the graph did not fit, but what states alone settle is settled', async () => {
    const { report, of } = await json('./large.ts', '--memory', '6M', ...explicit)
    expect(report.liveness).not.toBeNull()
    expect(of('range')).toMatchObject({ verdict: 'holds', established: 'explored exhaustively: 262,144 states' })
  })
})
