/** Both engines on one model: they confirm each other, and where they do not agree nothing is reported but that. */
import { afterEach, expect, test, vi } from 'vitest'
import { check, EnginesDisagree, type Report } from '../../../src/check.ts'
import type { Answer } from '../../../src/symbolic/search/settle.ts'
import { claimed, straight } from '../locks.ts'

/** What the solver is made to say of a property. */
let lie: { readonly property: string; readonly answer: Answer } | null = null

vi.mock('../../../src/symbolic/search/settle.ts', async (original) => {
  const real = await original<typeof import('../../../src/symbolic/search/settle.ts')>()
  const settle: typeof real.settle = (...given) => {
    const found = real.settle(...given)
    return lie === null ? found : { ...found, answers: new Map(found.answers).set(lie.property, lie.answer) }
  }
  return { ...real, settle }
})
afterEach(() => {
  lie = null
})

const said = ({ properties: reports }: Report): Record<string, string> =>
  Object.fromEntries(reports.map(({ name, verdict, established }) => [name, `${verdict}: ${established}`]))

test('verdicts, and how they were established', { timeout: 30_000 }, async () => {
  const report = await check(claimed, { engine: 'both' })
  expect(report.engine).toBe('both')
  expect(report.solved?.open).toEqual([])
  const { exclusion, early, full, rounds, over } = said(report)
  expect(exclusion).toMatch(/^holds: explored exhaustively: [\d,]+ states; proved by induction, certificate checked by Z3$/)
  expect(early).toBe('violated: false after 10 steps, the fewest there are; confirmed by Z3: none of 9 or fewer')
  expect(full).toBe('holds: reached after 18 steps, the fewest there are; confirmed by Z3: none of 17 or fewer')
  expect(rounds).toMatch(/; greatest value 5: tight; proved by induction, certificate checked by Z3$/)
  expect(over).toBe('violated: exceeded after 6 steps, the fewest there are; confirmed by Z3: none of 5 or fewer')
  expect(report.properties.find(({ name }) => name === 'early')?.trace?.steps).toHaveLength(10)
})

test('each engine alone gives the same verdicts and lengths', { timeout: 30_000 }, async () => {
  const short = ({ properties: reports }: Report) =>
    Object.fromEntries(reports.map(({ name, verdict, length }) => [name, `${verdict} ${length}`]))
  const { stuck, ...explored } = short(await check(claimed, { engine: 'explicit' }))
  expect(stuck).toBe('holds null')
  expect(short(await check(claimed, { engine: 'prove' }))).toEqual(explored)
})

test('bmc leaves open what no violation is found of, and says how far it looked', { timeout: 30_000 }, async () => {
  const report = await check(claimed, { engine: 'bmc', limits: { depth: 12 } })
  const { exclusion, early, full } = said(report)
  expect(exclusion).toBe('incomplete: not settled: the limit of depth 12 was reached (--max-depth); none within 12 steps')
  expect(early).toBe('violated: false after 10 steps, the fewest there are')
  expect(full).toMatch(/^incomplete: /)
  expect(report).toMatchObject({ complete: false, states: null, depth: 12, limit: { kind: 'depth', depth: 12 } })
})

test('bmc settles everything where all ways end', { timeout: 30_000 }, async () => {
  const report = await check(straight, { engine: 'bmc' })
  expect(said(report)).toMatchObject({
    b: 'holds: reached after 1 step, the fewest there are',
    fine: 'holds: no way is 3 steps long, and none of them reaches it',
    deadlock: 'holds: no way is 3 steps long, and none of them reaches it',
  })
})

// What a limited search left open was called incomplete, although the solver had found the violation, or excluded it.
test('what one engine leaves open the other one settles, with its own trace', { timeout: 30_000 }, async () => {
  const report = await check(claimed, { engine: 'both', limits: { states: 10 } })
  const { exclusion, early } = said(report)
  expect(exclusion).toBe('holds: proved by induction, certificate checked by Z3')
  expect(early).toBe('violated: false after 10 steps, the fewest there are')
  expect(report.properties.find(({ name }) => name === 'early')?.trace?.steps).toHaveLength(10)
})

test.each([
  ['a violation that is none', 'exclusion', { kind: 'reached', length: 4, schedule: { init: 0, moves: [], fails: false } }],
  ['a violation that is overlooked', 'early', { kind: 'never', because: { kind: 'length', length: 3 } }],
  ['a longer violation', 'early', { kind: 'reached', length: 11, schedule: { init: 0, moves: [], fails: false } }],
  ['none within a depth at which there is one', 'over', { kind: 'open', depth: 6 }],
] as const)('%s is a disagreement', { timeout: 30_000 }, async (_, property, answer) => {
  lie = { property, answer }
  const error = await check(claimed, { engine: 'both' }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(EnginesDisagree)
  expect((error as EnginesDisagree).details).toMatchObject({ model: 'locks', property, solver: answer })
})

// The invariant that was found is about the other properties, so Z3 sees at once that it says nothing of this one.
test('a proof is worth nothing before Z3 has judged it', { timeout: 30_000 }, async () => {
  lie = { property: 'early', answer: { kind: 'never', because: { kind: 'invariant' } } }
  await expect(check(claimed, { engine: 'both' })).rejects.toThrow(/^Z3 refuses the certificate of our proof: .*'early' is violated$/)
})
