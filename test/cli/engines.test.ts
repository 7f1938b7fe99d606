/** The symbolic engine, as a user runs it: engines, certificates, exports, synthesis, and what goes wrong. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, type Project } from './project.ts'

const knobs = {
  'package.json': '{ "type": "module" }',
  'models/knobs.ts': `import { array, bool, choice, each, flag, index, model, optional, until } from 'mmucheck'

/** Two CPUs enter a critical section with a lock, with hand-made flags, or with a mutex of the hypervisor. */
export default model({
  name: 'knobs',
  params: {
    lock: flag(true, 'take the lock'),
    flags: choice(['none', 'set first', 'test first'], 'none', 'Peterson without the turn'),
    idle: flag(false, 'makes no difference'),
  },
  variants: { open: { lock: false } },
  state: () => ({ owner: optional(index(2)), wants: array(2, bool), inside: array(2, bool) }),
  deadlock: 'allowed',
  processes: (p) => ({
    cpu: each(2, function* (s, me) {
      if (p.lock) {
        yield until('lock', () => s.owner === null)
        s.owner = me
      }
      if (p.flags === 'set first') {
        yield 'flag up'
        s.wants[me] = true
      }
      if (p.flags !== 'none') yield until('other flag down', () => !s.wants[1 - me]!)
      if (p.flags === 'test first') {
        yield 'flag up, late'
        s.wants[me] = true
      }
      yield 'enter'
      s.inside[me] = true
      yield 'leave'
      s.inside[me] = false
      s.wants[me] = false
      s.owner = null
    }),
  }),
})
`,
  'properties/knobs.ts': `import { always, properties, sometimes } from 'mmucheck'
import knobs from '../models/knobs.ts'

export default properties(knobs, {
  exclusion: always((s) => !(s.inside[0] && s.inside[1])),
  entered: sometimes((s) => s.inside[0]!),
})
`,
}

let project: Project
beforeAll(() => {
  project = createProject(knobs)
})
afterAll(() => project.remove())

const root = resolve(import.meta.dirname, '../..')
const run = (...words: string[]) => project.mmucheck(words)
const read = (name: string): string => readFileSync(join(project.folder, name), 'utf8')
const certificate = 'counterexamples/knobs/default/certificate.json'

describe('engines', { timeout: 60_000 }, () => {
  test('prove prints the invariant and stores it; certify checks it again', async () => {
    const { code, out } = await run('check', 'knobs', '--engine', 'prove')
    expect(code).toBe(0)
    expect(out).toMatch(/ {2}holds {7}exclusion {2}proved by induction, certificate checked by Z3/)
    expect(out).toContain(`inductive invariant (${certificate}):\n  never (`)
    expect(out).toMatch(/knobs: holds: all 4 properties, proved by induction, certificate checked by Z3\n$/)
    expect(read(certificate.replace('.json', '.txt'))).toMatch(/^never \(/)
    const again = await run('certify', certificate)
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).toMatch(/^knobs: the certificate proves exclusion, assert, range\nchecked by Z3: an invariant of \d+ clauses/)
    expect(JSON.parse((await run('certify', certificate, '--json')).out)).toMatchObject({ model: 'knobs', refusal: null, exitCode: 0 })
  })

  test('a certificate without a clause that it needs, with a value flipped, or for another model is refused', async () => {
    const original = read(certificate)
    const stored = JSON.parse(original) as { invariant: Record<string, unknown[]>[] }
    const refused = async (changed: object): Promise<string> => {
      writeFileSync(join(project.folder, 'changed.json'), JSON.stringify(changed))
      const { code, out } = await run('certify', 'changed.json')
      expect(code, out).toBe(12)
      return out
    }
    expect(await refused({ ...stored, invariant: stored.invariant.slice(1) })).toMatch(/^knobs: refused: /)
    const inside = stored.invariant.findIndex((cube) => Object.keys(cube).some((name) => name.startsWith('inside')))
    const flipped = stored.invariant.map((cube, i) =>
      i === inside
        ? Object.fromEntries(
            Object.entries(cube).map(([name, values]) => [name, name.startsWith('inside') ? [values[0] !== true] : values]),
          )
        : cube,
    )
    expect(await refused({ ...stored, invariant: flipped })).toMatch(/^knobs: refused: /)
    expect(await refused({ ...stored, params: { ...(stored as { params?: object }).params, lock: false } })).toMatch(/have changed since/)
    const model = read('models/knobs.ts')
    project.write({
      'models/knobs.ts': model.replace('s.wants[me] = false\n      s.owner = null', 's.owner = null\n      s.wants[me] = false'),
    })
    // The two stores commute, and are another system all the same.
    expect((await run('certify', certificate)).code).toBe(12)
    project.write({ 'models/knobs.ts': `// a comment more\n${model}` })
    expect((await run('certify', certificate)).code).toBe(0)
    project.write({ 'models/knobs.ts': model })
  })

  test('bmc finds the shortest race, and what it does not find it leaves open', async () => {
    const { code, out } = await run('check', 'knobs', '--variant', 'open', '--engine', 'bmc', '--json')
    expect(code).toBe(12)
    const report = JSON.parse(out) as {
      engine: string
      states: null
      properties: { name: string; verdict: string; length: number | null }[]
    }
    expect(report).toMatchObject({ engine: 'bmc', states: null })
    expect(report.properties.find(({ name }) => name === 'exclusion')).toMatchObject({ verdict: 'violated', length: 2 })
    const short = await run('check', 'knobs', '--engine', 'bmc', '--max-depth', '2')
    expect(short.code).toBe(20)
    expect(short.out).toMatch(/incomplete {2}exclusion {2}not settled: the limit of depth 2 was reached/)
    expect((await run('check', 'knobs', '--engine', 'bmc', '--quiet')).out).toBe('knobs: holds: all 4 properties, settled by Z3\n')
  })

  test('by default a short search is confirmed; no file is left of the proof', async () => {
    const { code, out } = await run('check', 'knobs', '--out', 'default')
    expect(code).toBe(0)
    expect(out).toMatch(/explored exhaustively: \d+ states; confirmed by Z3: proved by\s+induction, certificate checked\n$/)
    expect(existsSync(join(project.folder, 'default'))).toBe(false)
  })

  test('no time to solve: incomplete, with what is known', async () => {
    const { code, out } = await run('check', 'knobs', '--engine', 'prove', '--time', '1ms')
    expect(code).toBe(20)
    expect(out).toMatch(
      /^ {2}incomplete {2}exclusion {2}not settled: the limit of 0\.001 s was reached \(--time\); nothing is known\s+yet$/m,
    )
  })
})

describe('a proof that takes too long', { timeout: 60_000 }, () => {
  const hard = ['check', 'mach-shootdown', '--set', 'cpus=4', '--engine', 'prove', '--property', 'activeMeansCurrent']
  beforeAll(() => {
    for (const folder of ['models', 'properties'])
      project.write({ [`${folder}/mach-shootdown.ts`]: readFileSync(join(root, folder, 'mach-shootdown.ts'), 'utf8') })
  })

  test('--time: incomplete, with the depth that is free of violations', async () => {
    const { code, out } = await run(...hard, '--time', '4s', '--json')
    expect(code).toBe(20)
    const { limit, solved } = JSON.parse(out) as { limit: object; solved: { open: { name: string; depth: number }[] } }
    expect(limit).toEqual({ kind: 'time', seconds: 4 })
    expect(solved.open.find(({ name }) => name === 'activeMeansCurrent')?.depth).toBeGreaterThan(0)
  })

  test('Ctrl-C: the report so far, and exit code 130', async () => {
    const { code, out } = await project.mmucheck(hard, (pid) => void setTimeout(() => process.kill(pid, 'SIGINT'), 3_000))
    expect(code).toBe(130)
    expect(out).toMatch(/incomplete {2}activeMeansCurrent {2}not settled: the search was interrupted; /)
  })
})

describe('exports', { timeout: 60_000 }, () => {
  test('AIGER, as text and binary', async () => {
    expect(await run('check', 'knobs', '--out-aiger', 'k.aag')).toMatchObject({ code: 0, out: 'k.aag written\n' })
    expect(read('k.aag')).toMatch(/^aag \d+ /)
    expect(read('k.aag')).toContain('exclusion')
    expect((await run('check', 'knobs', '--out-aiger', 'k.aig')).code).toBe(0)
    expect(read('k.aig')).toMatch(/^aig \d+ /)
  })

  test('SMT-LIB, one question', async () => {
    const { code, out } = await run('check', 'knobs', '--out-smt2', 'k.smt2', '--property', 'exclusion', '--max-depth', '3')
    expect({ code, out }).toEqual({
      code: 0,
      out: 'k.smt2 written: satisfiable if exclusion is violated (a sometimes: reached) within 3 steps\n',
    })
    expect(read('k.smt2')).toContain('(check-sat)')
    const wrong = await run('check', 'knobs', '--out-smt2', 'k.smt2', '--property', 'stuck', '--max-depth', '3')
    expect(wrong.code).toBe(64)
    expect(wrong.err).toContain("no state settles 'stuck'")
  })
})

describe('synthesize', { timeout: 60_000 }, () => {
  test('the formula, and the truth table that sweep finds', async () => {
    const { code, out } = await run('synthesize', 'knobs', '--property', 'exclusion')
    expect(code).toBe(0)
    expect(out).toContain("    lock or flags = 'set first'\n")
    expect(out).toContain("    not lock and flags != 'set first'\n")
    expect(out).toMatch(/knobs: 8 of 12 settings safe, in [\d.]+ s\n$/)
    type Cell = { settings: object; verdict: string; length: number | null }
    const cells = async (verb: string): Promise<Cell[]> => {
      const answer = JSON.parse((await run(verb, 'knobs', '--property', 'exclusion', '--json')).out) as { cells: Cell[] }
      return answer.cells.map(({ settings, verdict, length }) => ({ settings, verdict, length }))
    }
    const swept = await cells('sweep')
    expect(swept).toHaveLength(12)
    expect(await cells('synthesize')).toEqual(swept)
  })

  test.each([
    [['--property', 'entered'], 'is no property that states violate'],
    [['--property', 'exclusion', '--over', 'locks'], "there is no param 'locks'"],
    [['--property', 'exclusion', '--set', 'lock=false', '--over', 'lock'], 'cannot be used together'],
  ])('%j', async (words, message) => {
    const { code, err } = await run('synthesize', 'knobs', ...words)
    expect(code).toBe(64)
    expect(err).toContain(message)
  })
})
