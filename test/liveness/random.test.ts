/**
 * Random models: the engine's verdicts, shortest lengths and extreme values against those of the slow reference; and
 * every lasso that it finds is run through the author's functions, with its fairness. MMUCHECK_LIVENESS_RUNS=5000 runs
 * longer, from a seed of its own.
 */
import fc from 'fast-check'
import type { Fairness } from 'mmucheck'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import type { System } from '../../src/ir/system.ts'
import type { AnyProperty } from '../../src/lang/property.ts'
import { loadText } from '../differential/text.ts'
import { compareLiveness } from './compare.ts'
import { modelText } from './random.ts'

const asked = process.env.MMUCHECK_LIVENESS_RUNS
const numRuns = Number(asked ?? 150)
const seed = asked === undefined ? 20_261_120 : Date.now() % 2 ** 31

/**
 * `sabotage` changes the system that the engine gets. @throws where the two differ, or the oracle does not confirm a
 * lasso.
 */
const compare = async (
  text: string,
  count: (key: string, times: number) => void,
  sabotage: (system: System) => System = (system) => system,
): Promise<void> => {
  const { model, properties } = loadText(text)
  const named = properties as Readonly<Record<string, AnyProperty<never, never>>>
  const system = compile({ model, params: {}, properties: named })
  for (const [key, times] of Object.entries(await compareLiveness(system, sabotage(system), model, {}, named))) count(key, times)
}

test('the engine and the reference agree on random models', { timeout: 60_000 + numRuns * 500 }, async () => {
  const tally: Record<string, number> = {}
  const count = (key: string, times: number): void => {
    tally[key] = (tally[key] ?? 0) + times
  }
  await fc.assert(
    fc.asyncProperty(modelText, (text) => compare(text, count)),
    { seed, numRuns },
  )
  if (asked !== undefined) console.log(`seed ${seed}: ${JSON.stringify(tally)}`)
  // Else the test shows nothing.
  for (const kind of ['eventually', 'leadsTo', 'alwaysPossible', 'stuck'])
    for (const verdict of ['holds', 'violated']) expect(tally[`${kind} ${verdict}`] ?? 0, `${kind} ${verdict}`).toBeGreaterThan(5)
  for (const key of ['stays', 'cycle', 'weak taken', 'weak disabled', 'strong taken', 'strong disabled', 'maximum found', 'minimum found'])
    expect(tally[key] ?? 0, key).toBeGreaterThan(2)
})

describe('an engine that gets fairness wrong is found out', () => {
  const withFairness =
    (from: Fairness, to: Fairness) =>
    (system: System): System => ({
      ...system,
      agents: system.agents.map((agent) => (agent.fairness === from ? { ...agent, fairness: to } : agent)),
    })
  test.each([
    ['strong', 'weak'],
    ['weak', 'strong'],
    ['weak', 'none'],
    ['none', 'weak'],
  ] as const)('%s taken for %s', { timeout: 60_000 }, async (from, to) => {
    const found = await fc.check(
      fc.asyncProperty(modelText, (text) => compare(text, () => {}, withFairness(from, to))),
      { seed: 1, numRuns: 300, endOnFailure: true },
    )
    expect(found.failed).toBe(true)
  })
})
