/** The built command line, as a user runs it: in a project of its own, with exit codes, files and streams. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, type Ended, type Project, program } from './project.ts'

/** Two CPUs add 1 to a counter, `atomic` or in two steps. */
const counter = `import { choice, each, ghost, model, range, size } from 'mmucheck'

export default model({
  name: 'counter',
  title: 'Two CPUs count',
  params: { cpus: size(2, { max: 4 }), add: choice(['atomic', 'two steps'], 'two steps') },
  state: (p) => ({ count: range(0, p.cpus), done: ghost(range(0, p.cpus)) }),
  processes: (p) => ({
    cpu: each(p.cpus, function* (s, cpu) {
      if (p.add === 'atomic') {
        yield 'lock inc'
        s.count = s.count + 1
        s.done = s.done + 1
        return
      }
      yield 'read the counter'
      const old = s.count
      yield 'write it back'
      s.count = old + 1
      s.done = s.done + 1
    }),
  }),
  variants: { locked: { add: 'atomic' } },
})
`

const counterProperties = `import { always, properties, sometimes } from 'mmucheck'
import counter from '../models/counter.ts'

export default properties(counter, {
  counted: always((s) => s.count === s.done),
  allDone: sometimes((s, p) => s.done === p.cpus),
})
`

/** One module per way to fail; each is a model with properties in one file. */
const single = (
  name: string,
  body: string,
  properties = '',
): string => `import { always, array, assert, bool, bound, each, index, model, optional, properties, range, sometimes, until, when } from 'mmucheck'

export const m = model({ name: '${name}', ${body} })
export default properties(m, { ${properties} })
`

const files = {
  'models/counter.ts': counter,
  'properties/counter.ts': counterProperties,
  'abba.ts': single(
    'abba',
    `state: () => ({ lock: array(2, bool) }),
  processes: () => ({
    cpu: each(2, function* (s, cpu) {
      yield until('take the first lock', () => !s.lock[cpu])
      s.lock[cpu] = true
      yield until('take the other lock', () => !s.lock[1 - cpu])
      s.lock[1 - cpu] = true
    }),
  })`,
  ),
  'asserts.ts': single(
    'asserts',
    "state: () => ({ n: range(0, 3) }), processes: () => ({ tick: function* (s) { yield 'go'; s.n = 2; yield 'check'; assert(s.n < 2, 'n is small') } })",
  ),
  'halting.ts': single('halting', 'state: () => ({ n: range(0, 2) }), rules: () => ({ up: (s) => { when(s.n < 2); s.n += 1 } })'),
  'turning.ts': single('turning', 'state: () => ({ n: range(0, 2) }), rules: () => ({ up: (s) => { s.n = (s.n + 1) % 3 } })'),
  'ranges.ts': single('ranges', 'state: () => ({ n: range(0, 1) }), rules: () => ({ tick: (s) => { s.n = s.n + 1 } })'),
  'unreached.ts': single(
    'unreached',
    'state: () => ({ n: range(0, 3) }), rules: () => ({ tick: (s) => { s.n = 1 } })',
    'far: sometimes((s) => s.n === 3)',
  ),
  'bounded.ts': single(
    'bounded',
    'state: () => ({ n: range(0, 5) }), rules: () => ({ tick: (s) => { s.n = (s.n + 1) % 6 } })',
    'small: bound((s) => s.n, 3), fits: bound((s) => s.n, 5)',
  ),
  'holds.ts': single(
    'holds',
    'state: () => ({ n: range(0, 5) }), rules: () => ({ tick: (s) => { s.n = (s.n + 1) % 6 } })',
    'positive: always((s) => s.n >= 0)',
  ),
  'large.ts': single(
    'large',
    'state: () => ({ n: array(8, range(0, 7)) }), rules: () => ({ tick: each(8, (s, i) => { s.n[i] = (s.n[i] + 1) % 8 }) })',
    'positive: always((s) => s.n[0] >= 0)',
  ),
  'huge.ts': single(
    'huge',
    'state: () => ({ n: array(10, range(0, 7)) }), rules: () => ({ tick: each(10, (s, i) => { s.n[i] = (s.n[i] + 1) % 8 }) })',
    'positive: always((s) => s.n[0] >= 0)',
  ),
}

let project: Project
beforeAll(() => {
  project = createProject(files)
})
afterAll(() => project.remove())

const json = async (...words: string[]): Promise<{ code: number | null; report: ReturnType<typeof JSON.parse> }> => {
  const { code, out, err } = await project.mmucheck([...words, '--json'])
  expect(out.trimEnd().split('\n'), err).toHaveLength(1)
  return { code, report: JSON.parse(out) }
}

/**
 * `check` by one engine. What these tests ask is the same with all of them, and those that start Z3 take twice the
 * time; engines.test.ts has them.
 */
const check = (...words: string[]): Promise<Ended> => project.mmucheck(['check', ...words, '--engine', 'explicit'])
const checkJson = (...words: string[]): ReturnType<typeof json> => json('check', ...words, '--engine', 'explicit')

describe('verdicts', () => {
  test('a race: drawn, stored, and printed again exactly', async () => {
    const { code, out, err } = await project.mmucheck(['check', 'counter'])
    expect([code, err]).toEqual([12, ''])
    const folder = join(project.folder, 'counterexamples/counter/default')
    expect(readdirSync(folder)).toEqual(['counted.itf.json', 'counted.txt'])
    const race = readFileSync(join(folder, 'counted.txt'), 'utf8')
    await expect(race).toMatchFileSnapshot('golden/counter.txt')
    expect(out.startsWith(race)).toBe(true)
    const again = await project.mmucheck(['inspect', 'counterexamples/counter/default/counted.itf.json'])
    expect(again).toEqual({ code: 0, out: race, err: '' })
    // A mail has no more than the race, and of its params those that were set.
    const [first = '', ...rest] = race.split('\n')
    const mail = [first, ...rest.slice(rest.indexOf(''))].join('\n')
    expect(await project.mmucheck(['inspect', join(folder, 'counted.itf.json'), '--mail'])).toEqual({ code: 0, out: mail, err: '' })
    expect((await project.mmucheck(['check', 'counter', '--mail', '--property', 'counted'])).out).toBe(mail)
  })

  test('the JSON report counts states and transitions', async () => {
    const { code, report } = await checkJson('counter', '--variant', 'locked')
    expect(code).toBe(0)
    // By hand: neither, one, the other, or both CPUs are done.
    expect(report).toMatchObject({
      model: 'counter',
      variant: 'locked',
      params: { cpus: 2, add: 'atomic' },
      engine: 'explicit',
      complete: true,
      limit: null,
    })
    expect(report).toMatchObject({ states: 4, transitions: 4, depth: 2, neverFired: [], exitCode: 0 })
    expect(report.properties.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict])).toEqual([
      ['counted', 'holds'],
      ['allDone', 'holds'],
      ['deadlock', 'holds'],
      ['stuck', 'holds'],
      ['assert', 'holds'],
      ['range', 'holds'],
    ])
  })

  test.each([
    ['abba.ts', 11, 'deadlock', 2],
    ['asserts.ts', 14, 'assert', 2],
    ['ranges.ts', 14, 'range', 2],
    ['unreached.ts', 12, 'far', null],
    ['bounded.ts', 12, 'small', 4],
    ['holds.ts', 0, null, null],
  ])('%s exits with %d', async (file, code, name, length) => {
    const { code: exited, report } = await checkJson(`./${file}`)
    expect([exited, report.exitCode]).toEqual([code, code])
    const violated = report.properties.filter(({ verdict }: { verdict: string }) => verdict === 'violated')
    expect(violated.map((property: { name: string; length: number }) => [property.name, property.length])).toEqual(
      name === null ? [] : [[name, length]],
    )
    if (length !== null) expect((await project.mmucheck(['inspect', violated[0].trace])).code).toBe(0)
  })

  test('a bound says the greatest value', async () => {
    const { report } = await checkJson('./bounded.ts')
    expect(report.properties.find(({ name }: { name: string }) => name === 'fits')).toMatchObject({ verdict: 'holds', maximum: 5 })
  })

  test('--deadlock and --no-deadlock overrule the model', async () => {
    expect((await check('./abba.ts', '--no-deadlock')).code).toBe(0)
    expect((await check('./abba.ts', '--deadlock')).code).toBe(11)
  })

  test('a model of rules alone is checked for a deadlock where that is asked for, by both engines, and else says that it is not', async () => {
    const unasked = await project.mmucheck(['check', './halting.ts', '--engine', 'both'])
    expect(unasked.code).toBe(0)
    expect(unasked.out).toContain('\ndeadlock was not checked: there are no processes, only rules (--deadlock)\n')
    expect(unasked.out).not.toMatch(/(holds|violated) +(deadlock|stuck)|stuck was/)
    for (const flags of [
      ['--deadlock', '--engine', 'both'],
      ['--property', 'deadlock', '--engine', 'explicit'],
      ['--property', 'deadlock', '--engine', 'bmc'],
    ]) {
      const { code, out } = await project.mmucheck(['check', './halting.ts', '--max-depth', '9', ...flags])
      expect(code).toBe(11)
      expect(out).toContain('halting: deadlock after 2 steps\n')
      expect(out).toMatch(/violated +deadlock +deadlock after 2 steps, the fewest there are/)
    }
    expect((await project.mmucheck(['check', './turning.ts', '--engine', 'prove', '--deadlock'])).out).toMatch(/holds +deadlock +/)
  })

  test('--property and --invariant choose what is checked', async () => {
    const { report } = await checkJson('counter', '--property', 'allDone', '--invariant', '(s, p) => s.count < p.cpus')
    expect(report.properties.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]).slice(0, 2)).toEqual([
      ['allDone', 'holds'],
      ['invariant-1', 'violated'],
    ])
  })

  test('settings name the folder', async () => {
    const { report } = await checkJson('counter', '--set', 'cpus=3')
    expect(report.properties[0].trace).toBe(join('counterexamples', 'counter', 'cpus=3', 'counted.itf.json'))
  })

  test('steps that never fire are named with file and line', async () => {
    project.write({
      'idle.ts': single(
        'idle',
        "state: () => ({ n: range(0, 3) }),\n  processes: () => ({ cpu: function* (s) {\n    yield until('wait for three', () => s.n === 3)\n    s.n = 0\n  } })",
      ),
    })
    const { out } = await check('./idle.ts', '--no-deadlock')
    expect(out).toContain('never fired:\n  cpu: wait for three (idle.ts:5)')
  })
})

describe('output', () => {
  test('no escape sequences in a pipe', async () => {
    expect((await check('counter')).out).not.toContain('\u001b')
  })

  test('--quiet is one line', async () => {
    expect((await check('counter', '--quiet')).out).toBe('counter: violated: counted (1 of 6)\n')
    expect((await check('./holds.ts', '--quiet')).out).toBe('holds: holds: all 3 properties, explored exhaustively: 6 states\n')
  })

  test('--out and --out-itf say where traces go', async () => {
    const { out } = await check('counter', '--out', 'elsewhere', '--out-itf', 'first.itf.json')
    expect(out).toContain(join('elsewhere', 'counter', 'default', 'counted.txt'))
    expect(readFileSync(join(project.folder, 'first.itf.json'), 'utf8')).toBe(
      readFileSync(join(project.folder, 'elsewhere/counter/default/counted.itf.json'), 'utf8'),
    )
  })

  test('inspect shows states whole, and places', async () => {
    await check('counter')
    const file = 'counterexamples/counter/default/counted.itf.json'
    expect((await project.mmucheck(['inspect', file, '--lines'])).out).toMatch(
      /^1 {2}:16 {2}read the counter .*\n(.*\n)+lines of models\/counter\.ts\n/m,
    )
    expect((await project.mmucheck(['inspect', file, '--step', '0'])).out).toContain('count  = 0')
    expect((await project.mmucheck(['inspect', file, '--full'])).out.match(/^state \d/gm)).toHaveLength(5)
    expect((await project.mmucheck(['inspect', file, '--step', '9'])).code).toBe(64)
  })

  test('a note says which stored traces are of an earlier run', async () => {
    project.write({ 'counterexamples/holds.ts/default/positive.txt': 'old' })
    expect((await check('./holds.ts')).err).toContain(
      `note: positive holds now; ${join('counterexamples', 'holds.ts', 'default', 'positive.txt')} is of an earlier run`,
    )
  })

  // They overwrote each other's traces, and each called the other's one of an earlier run.
  test('models of one name, and a model with two files of properties, keep their traces apart', async () => {
    const properties = (model: string, most: number): string => `
      import { always, properties } from 'mmucheck'
      import counting from '${model}'
      export default properties(counting, { small: always((s) => s.n < ${most}) })
    `
    const model = (most: number): string => `
      import { model, range, when } from 'mmucheck'
      export default model({
        name: 'counting',
        state: () => ({ n: range(0, ${most}) }),
        rules: () => ({ up: (s) => { when(s.n < ${most}); s.n++ } }),
      })
    `
    project.write({
      'models/counting.ts': model(3),
      'properties/counting.ts': properties('../models/counting.ts', 3),
      'properties/strict.ts': properties('../models/counting.ts', 2),
      'copies/of/counting.ts': model(1),
      'copies/of/counting.properties.ts': properties('./counting.ts', 2),
    })
    const storedBy = async (target: string): Promise<string> => {
      const { out, err } = await check(target, '--json')
      expect(err).toBe('')
      return (JSON.parse(out) as { properties: { trace: string | null }[] }).properties[0]?.trace ?? ''
    }
    const own = join('counterexamples', 'counting', 'default', 'small.itf.json')
    expect(await storedBy('counting')).toBe(own)
    expect(await storedBy('properties/strict.ts')).toBe(join('counterexamples', 'properties', 'strict.ts', 'default', 'small.itf.json'))
    expect(await storedBy('properties/counting.ts')).toBe(own)
    expect((await check('copies/of/counting.ts')).err).toBe('')
  })

  test('a reader that closes the pipe early is no error', () => {
    const command = `"${process.execPath}" "${program}" inspect counterexamples/counter/default/counted.itf.json --full | head -1`
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: project.folder, encoding: 'utf8' })
    expect([stdout, stderr]).toEqual(['counter: counted is violated after 4 steps\n', ''])
  })

  test('--dump-wasm prints the module, --dump-ir the transition system', async () => {
    expect((await check('counter', '--dump-wasm')).out).toContain('(module')
    expect((await check('counter', '--dump-ir')).out).toMatch(/^system counter\n/)
  })
})

describe('limits end in an explicit incomplete', () => {
  test.each([
    ['--max-states', '1000', 'states'],
    ['--max-depth', '3', 'depth'],
    ['--memory', '4M', 'memory'],
    ['--time', '100ms', 'time'],
  ])('%s %s', async (flag, value, kind) => {
    const { code, report } = await json('check', './large.ts', flag, value)
    expect([code, report.exitCode, report.complete, report.limit.kind]).toEqual([20, 20, false, kind])
    expect(report.properties[0]).toMatchObject({ verdict: 'incomplete' })
    expect(report.properties[0].established).toContain(flag)
    if (kind === 'states') expect(report.states).toBeLessThanOrEqual(1000)
  })

  test('--first stops at the first violation and leaves the rest open', async () => {
    const { code, report } = await checkJson('counter', '--first')
    expect(code).toBe(12)
    expect(report.properties[0].verdict).toBe('violated')
  })

  test.each(['text', 'json'])('Ctrl-C prints the report so far (%s) and exits with 130', async (format) => {
    const words = ['check', './huge.ts', '--symmetry', 'off', ...(format === 'json' ? ['--json'] : [])]
    let ended: Ended | null = null
    const running = project.mmucheck(words, (pid) => {
      // The search takes minutes. While the model is loaded and compiled, a fraction of one, Ctrl-C ends all.
      setTimeout(() => process.kill(pid, 'SIGINT'), 3000)
    })
    ended = await running
    expect(ended.code, ended.err).toBe(130)
    if (format === 'json') expect(JSON.parse(ended.out)).toMatchObject({ complete: false, limit: { kind: 'interrupted' }, exitCode: 130 })
    else expect(ended.out).toContain('incomplete: the search was interrupted')
  })
})

describe('bad input', () => {
  const bad = {
    'models/syntax.ts': 'export default {',
    'models/empty.ts': 'export const x = 1',
    'models/throws.ts': "throw new Error('no')",
    'models/lost.ts': "import './nowhere.ts'",
  }
  test.each([
    [['check', 'countr'], 64, 'MC001', 'did you mean counter?'],
    [['check', 'syntax'], 65, 'MC002', 'models/syntax.ts:1:'],
    [['check', 'throws'], 65, 'MC003', 'models/throws.ts:1:'],
    [['check', 'empty'], 65, 'MC004', 'models/empty.ts:1:1'],
    [['check', 'lost'], 65, 'MC015', 'models/lost.ts:1:8'],
    [['check', 'counter', '--set', 'cpu=2'], 64, 'MC005', 'cpus: 1 to 4'],
    [['check', 'counter', '--set', 'cpus=9'], 64, 'MC006', 'cpus takes 1 to 4'],
    [['check', 'counter', '--variant', 'x'], 64, 'MC007', 'locked'],
    [['check', 'counter', '--property', 'count'], 64, 'MC008', 'counted'],
    [['check', 'counter', '--invariant', '(s) =>'], 65, 'MC002', '--invariant:1:'],
    [['inspect', 'nothing.itf.json'], 65, 'MC012', 'no such file'],
    [['check', 'counter', '--workers', '0'], 64, "'0' is no number of workers: 1 to 64", '--help'],
    [['check', 'counter', '--workers', '65'], 64, "'65' is no number of workers: 1 to 64", '--help'],
    [['check', 'counter', '--bogus'], 64, "unknown option '--bogus'", '--help'],
  ])('%j', async (words, code, message, hint) => {
    project.write(bad)
    const ended = await project.mmucheck(words)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toContain(message)
    expect(ended.err).toContain(hint)
  })

  test.each([
    [['check', 'throws'], 65, { code: 'MC003', file: 'models/throws.ts', line: 1 }],
    [['check', 'counter', '--set', 'cpu=2'], 64, { code: 'MC005' }],
    [['check', 'counter', '--bogus'], 64, { message: expect.stringContaining("unknown option '--bogus'") }],
  ])('%j, with --json', async (words, code, error) => {
    project.write(bad)
    expect(await json(...words)).toMatchObject({ code, report: { exitCode: code, error } })
  })

  test('a folder that cannot be written takes nothing from the report', async () => {
    project.write({ blocked: 'a file' })
    const { code, out, err } = await check('counter', '--out', 'blocked')
    expect(code).toBe(73)
    expect(out).toContain('counted is violated')
    expect(err).toContain('MC011: cannot write')
    expect((await checkJson('counter', '--out', 'blocked')).report).toMatchObject({ states: expect.any(Number), exitCode: 73 })
  })

  test('a damaged trace, and one of another version of the model', async () => {
    await check('counter', '--out', 'versions')
    const file = 'versions/counter/default/counted.itf.json'
    const text = readFileSync(join(project.folder, file), 'utf8')
    project.write({ 'damaged.itf.json': text.slice(0, 500) })
    const damaged = await project.mmucheck(['inspect', 'damaged.itf.json'])
    expect([damaged.code, damaged.out]).toEqual([65, ''])
    expect(damaged.err).toMatch(/damaged\.itf\.json:\d+:\d+: error MC012/)
    project.write({ 'models/counter.ts': `${counter}// changed\n` })
    const changed = await project.mmucheck(['inspect', file])
    expect([changed.code, changed.out]).toEqual([65, ''])
    expect(changed.err).toContain('MC013')
    expect((await project.mmucheck(['inspect', file, '--any-version'])).code).toBe(0)
    project.write({ 'models/counter.ts': counter })
  })
})

test('a project that has mmucheck installed elsewhere still gets one language', async () => {
  const other = createProject({ 'counter.ts': counter, 'node_modules/.keep': '' })
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(other.folder, 'node_modules', 'mmucheck'))
  expect((await other.mmucheck(['check', './counter.ts'])).code).toBe(0)
  other.remove()
})
