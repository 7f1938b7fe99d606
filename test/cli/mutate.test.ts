/** The verb `mutate`, built, in a user's project: survivors, explanations, one mutant shown, JSON. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, type Project } from './project.ts'

const model = `import { each, index, model, optional, range, until } from 'mmucheck'

export default model({
  name: 'lock',
  state: () => ({ lock: optional(index(2)), inside: range(0, 2), hint: range(0, 1) }),
  processes: () => ({
    cpu: each(2, function* (s, me) {
      yield until('spin_lock()', () => s.lock === null)
      s.lock = me
      yield 'enter'
      s.inside++
      yield 'leave'
      s.inside--
      yield 'spin_unlock()'
      s.lock = null
      s.hint = 1
    }),
  }),
})
`
const explained = (changes: string): string => `import { accepted, always, properties } from 'mmucheck'
import lock from '../models/lock.ts'

export default properties(lock, { exclusive: always((s) => s.inside < 2), hinted: always((s) => s.hint >= 0) })
export const unneeded = accepted(lock, [${changes}])
`

let project: Project
beforeAll(() => {
  project = createProject({ 'models/lock.ts': model, 'properties/lock.ts': explained('') })
})
afterAll(() => project.remove())

interface Json {
  readonly mutants: readonly {
    readonly number: number
    readonly change: string
    readonly outcome: string
    readonly line: number
    readonly why: string | null
  }[]
  readonly properties: readonly { readonly property: string; readonly first: number; readonly alone: number }[]
  readonly exitCode: number
}
const judged = async (): Promise<Json> => JSON.parse((await project.mmucheck(['mutate', 'lock', '--json', '--jobs', '1'])).out) as Json

test('survivors come first, then what notices how many', async () => {
  const { code, out, err } = await project.mmucheck(['mutate', 'lock'])
  expect([code, err]).toEqual([12, ''])
  expect(out).toMatch(/^survived {2}\d+ {2}models\/lock\.ts:16 {2}left out\n {4}- s\.hint = 1\n {4}\+ ;\n/m)
  expect(out).toMatch(/^ {2}12 {2}yield 'leave'\n {6}\d+ steps swapped: exclusive after 5; \d+ steps merged: survives$/m)
  expect(out).toMatch(/^ {2}13 {2}s\.inside--\n {6}\d+ left out: exclusive after 6$/m)
  expect(out).toMatch(/^hinted +0 +0 {2}notices nothing$/m)
  expect(out.indexOf('survived  ')).toBeLessThan(out.indexOf('notices first'))
})

test('the same in several processes and in one', async () => {
  const { out } = await project.mmucheck(['mutate', 'lock', '--json', '--jobs', '2'])
  expect(JSON.parse(out)).toEqual(await judged())
})

test('one mutant is checked by itself, and its race drawn and stored', async () => {
  const { mutants } = await judged()
  const [unlocked] = mutants.filter(({ change }) => change.startsWith('lets through'))
  const { code, out } = await project.mmucheck(['mutate', 'lock', '--show', String(unlocked?.number)])
  expect(code).toBe(12)
  expect(out).toContain("- yield until('spin_lock()', () => s.lock === null)\n    + yield until('spin_lock()', () => true)")
  expect(out).toMatch(/exclusive is violated after 4 steps/)
  expect(out).toContain('run again in JavaScript')
  const stored = join(project.folder, 'counterexamples/lock/mutant-', String(unlocked?.number)).replace('-/', '-')
  expect(existsSync(join(stored, 'default/exclusive.txt'))).toBe(true)
  expect(readFileSync(join(stored, 'default/exclusive.txt'), 'utf8')).toContain('enter')
})

test('survivors that are explained, one by one or by their kind', async () => {
  const survivors = (await judged()).mutants.filter(({ outcome, change }) => outcome === 'survived' && !change.startsWith('steps merged'))
  const kinds = [...new Set(survivors.map(({ change }) => change.split(':')[0]!))].filter((kind) => kind !== 'left out')
  const one = survivors.filter(({ change }) => change.startsWith('left out')).map(({ change }) => change)
  const changes = [...kinds, ...one].map((change) => `{ change: ${JSON.stringify(change)}, why: 'a hint' }`)
  project.write({ 'properties/lock.ts': explained(changes.join(', ')) })
  const { code, out } = await project.mmucheck(['mutate', 'lock'])
  expect([code, out.match(/^survived/m)]).toEqual([0, null])
  expect(out).toMatch(/^explained:$/m)
  project.write({ 'properties/lock.ts': explained("{ change: 'left out: s.lock = null', why: 'no' }") })
  const stale = await project.mmucheck(['mutate', 'lock'])
  expect([stale.code, stale.err.split('\n')[0]]).toEqual([
    65,
    "error MC026: the explanation of 'left out: s.lock = null' explains no survivor: some property notices it",
  ])
  project.write({ 'properties/lock.ts': explained('') })
})

test('a limit leaves mutants open', async () => {
  const { code, out } = await project.mmucheck(['mutate', 'lock', '--max-states', '4'])
  expect([code, out]).toEqual([65, ''])
})
