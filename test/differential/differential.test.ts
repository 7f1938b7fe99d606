/**
 * Random models, as TypeScript source, run through the compiler and the WebAssembly engine and through the oracle, which executes the
 * models' own functions. They have to agree on everything: states, transitions, depth, verdicts, lengths and schedules.
 *
 * MMUCHECK_FUZZ_RUNS=20000 runs longer, from a seed of its own unless MMUCHECK_FUZZ_SEED gives one.
 */
import { expect, test } from 'vitest'
import { compareMany } from './runs.ts'

const asked = process.env.MMUCHECK_FUZZ_RUNS
const numRuns = Number(asked ?? 150)
const seed = Number(process.env.MMUCHECK_FUZZ_SEED ?? (asked === undefined ? 20_261_120 : Date.now() % 2 ** 31))

test('the engine and the oracle agree on random models', { timeout: 60_000 + numRuns * 1_000 }, async () => {
  const tally = await compareMany({ seed, numRuns, milliseconds: 50_000 + numRuns * 1_000 })
  const refusals = Object.values(tally.refused).reduce((a, b) => a + b, 0)
  if (asked !== undefined) console.log(`seed ${seed}: ${JSON.stringify(tally)}`)
  expect(tally.models, `seed ${seed}`).toBe(numRuns)
  // What is generated is inside the language, but for what the generator does not see: that an integer grows without end, say.
  expect(refusals / numRuns, `seed ${seed}: ${JSON.stringify(tally.refused)}`).toBeLessThan(0.04)
  for (const kind of ['always', 'sometimes', 'bound', 'assert', 'range'])
    for (const verdict of ['holds', 'violated']) expect(tally.verdicts[`${kind} ${verdict}`] ?? 0, `${kind} ${verdict}`).toBeGreaterThan(0)
  expect(tally.states / tally.models).toBeGreaterThan(8)
})
