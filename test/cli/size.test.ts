/**
 * Large models and long traces, end to end: nothing that grows with them is a call for each element, or the arguments
 * of one.
 */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, type Project, program } from './project.ts'

const header = "import { always, array, bool, model, properties, range } from 'mmucheck'\n"
const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

const steps = 4_000
const terms = 2_500

const files = {
  'deep.ts': `${header}export const m = model({ name: 'deep', state: () => ({ n: range(0, 125_000) }), rules: () => ({ tick: (s) => { s.n = Math.min(s.n + 1, 125_000) } }) })
export default properties(m, { small: always((s) => s.n < 125_000) })`,
  'race.ts': `import { always, array, each, model, properties, range, when } from 'mmucheck'
export const m = model({ name: 'race', state: () => ({ n: array(3, range(0, 100)) }), rules: () => ({ cpu: each(3, (s, i) => { when(s.n[i] < 100); s.n[i] += 1 }) }) })
export default properties(m, { below: always((s) => s.n[0] + s.n[1] + s.n[2] < 300) })`,
  'cycle.ts': `import { eventually, each, model, properties, range, until } from 'mmucheck'
export const m = model({ name: 'cycle', state: () => ({ n: range(0, 3_999) }), processes: () => ({
  walker: function* (s) { while (true) { yield 'walk'; s.n = (s.n + 1) % 4_000 } },
  waiter: function* (s) { yield until('wait', () => s.n === 3_000) },
}) })
export default properties(m, { never: eventually((s) => s.n < 0) })`,
  'long.ts': `${header}export const m = model({ name: 'long', state: () => ({ n: range(0, ${steps}) }), processes: () => ({ cpu: function* (s) {
${numbers(steps)
  .map((i) => `  yield 'step ${i}'; s.n = ${i + 1}`)
  .join('\n')}
} }) })
export default properties(m, { never: always((s) => s.n < ${steps}) })`,
  'terms.ts': `${header}export const m = model({ name: 'terms', state: () => ({ n: range(0, 3), b: array(4, bool) }),
  rules: () => ({ tick: (s) => { s.b[s.n] = !s.b[s.n]; s.n = (${numbers(terms)
    .map((i) => (i === 0 ? 's.n + 1' : '4 * s.n'))
    .join(' + ')}) % 4 } }) })
export default properties(m, {
  some: always((s) => ${numbers(terms)
    .map((i) => `(s.n === ${i} && !s.b[${i % 4}])`)
    .join(' || ')} || s.n === 0),
})`,
}

let project: Project
beforeAll(() => {
  project = createProject(files)
})
afterAll(() => project.remove())

test('a violation after 125,000 steps is reported, and its race is stored', async () => {
  const { code, out, err } = await project.mmucheck(['check', './deep.ts', '--engine', 'explicit', '--property', 'small', '--quiet'])
  expect({ code, err }).toEqual({ code: 12, err: '' })
  expect(out).toBe('deep: violated: small (1 of 3)\n')
  const inspected = await project.mmucheck(['inspect', './counterexamples/deep.ts/default/small.itf.json'])
  expect(inspected.out).toContain('\n125000  tick  n: 124999 -> 125000')
}, 120_000)

/** A heap that has no room for objects for each state of the race. */
const smallHeap = { NODE_OPTIONS: '--max-old-space-size=160' }
const raced = async (...flags: string[]): Promise<{ code: number | null; property: Record<string, unknown> }> => {
  const words = ['check', './race.ts', '--engine', 'explicit', '--symmetry', 'off', '--json', ...flags]
  const { code, out, err } = await project.mmucheck(words, () => {}, smallHeap)
  expect(err).toBe('')
  return { code, property: (JSON.parse(out) as { properties: Record<string, unknown>[] }).properties[0] ?? {} }
}

test('of a race 300 steps deep among a million states the one with the fewest switches is shown', async () => {
  expect(await raced()).toMatchObject({ code: 12, property: { verdict: 'violated', length: 300, switches: 'fewest' } })
}, 120_000)

test('within too little memory to choose it is any of the shortest, and the report says so', async () => {
  const { code, property } = await raced('--memory', '20M')
  expect({ code, property }).toMatchObject({ code: 12, property: { verdict: 'violated', length: 300, switches: 'any' } })
  expect(property.established).toBe(
    'false after 300 steps, the fewest there are; any of the shortest ways: to find the one with the fewest switches would take more memory (--memory)',
  )
  expect(property.trace).toMatch(/below\.itf\.json$/)
}, 120_000)

test('within too little memory for any way verdict and length are there', async () => {
  const { code, property } = await raced('--memory', '12M')
  expect({ code, property }).toMatchObject({ code: 12, property: { verdict: 'violated', length: 300, switches: null, trace: null } })
}, 120_000)

/**
 * V8 reserves 10 GiB of addresses for a memory here; later versions of it are content with less, so that a search goes
 * on where this one cannot.
 */
const reservesMuch = process.platform !== 'win32' && process.versions.node.startsWith('20.')

describe.skipIf(!reservesMuch)('a machine that gives no memory for WebAssembly', () => {
  const limited = (...flags: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync('sh', ['-c', 'ulimit -v 6000000; exec "$@"', 'sh', process.execPath, program, 'check', './race.ts', ...flags], {
      cwd: project.folder,
      encoding: 'utf8',
    })
  test.each([
    ['explicit', 'the machine gives no memory for a search'],
    ['prove', 'the machine gives the solver no memory'],
    ['both', 'the machine gives no memory for a search'],
  ])(
    '--engine %s is incomplete, and says why',
    (engine, why) => {
      const { status, stdout, stderr } = limited('--engine', engine, '--quiet')
      expect({ status, stderr }).toEqual({ status: 20, stderr: '' })
      expect(stdout).toContain(
        `race: incomplete: ${why}: WebAssembly reserves 10 GiB of addresses, which a limit on them (ulimit -v) does not allow`,
      )
    },
    60_000,
  )
})

test('more memory than the machine has is refused, and what it is is said', async () => {
  const { code, err } = await project.mmucheck(['check', './race.ts', '--memory', '1000T'])
  expect(code).toBe(64)
  expect(err).toContain("'1000T' is more than this machine has, which is ")
})

test('a cycle of 4,000 steps is replayed in a moment', async () => {
  const { code, out, err } = await project.mmucheck(['check', './cycle.ts', '--engine', 'explicit', '--no-stuck'])
  expect({ code, err }).toEqual({ code: 13, err: '' })
  expect(out).toContain('a fair cycle of 4000 steps')
}, 20_000)

test('a process of 4,000 steps is searched', async () => {
  const { code, out, err } = await project.mmucheck(['check', './long.ts', '--engine', 'explicit', '--no-stuck'])
  expect({ code, err }).toEqual({ code: 12, err: '' })
  expect(out).toContain(`false after 4000 steps, the fewest there are`)
  expect(out).toContain('4,001 states, 4,000 transitions, depth 4000')
}, 120_000)

test('an expression of 2,500 terms is loaded, compiled and confirmed by both engines', async () => {
  const { code, out, err } = await project.mmucheck(['check', './terms.ts', '--engine', 'both', '--quiet'])
  expect({ code, err }).toEqual({ code: 12, err: '' })
  expect(out).toMatch(/^terms: violated: some \(1 of 3\)\n/)
}, 120_000)
