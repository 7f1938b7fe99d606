/**
 * Random models with free params: what the system in which they are free says of each setting is what the system that
 * is compiled for this setting says.
 *
 * MMUCHECK_FUZZ_RUNS=20000 runs longer, from a seed of its own unless MMUCHECK_FUZZ_SEED gives one.
 */
import { expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { DiagnosticError } from '../../src/diagnostics.ts'
import { search } from '../../src/explicit/search/search.ts'
import { type Claimed, compareAt, settingsIn, split } from '../compile/settings.ts'
import { loadText } from '../differential/text.ts'
import { textOf } from './code.ts'
import { seedOf } from './draw.ts'
import { open } from './features.ts'
import { modelModule } from './model-module.ts'

const asked = process.env.MMUCHECK_FUZZ_RUNS
const numRuns = Number(asked ?? 30)
const seed = Number(process.env.MMUCHECK_FUZZ_SEED ?? (asked === undefined ? 20_261_121 : Date.now() % 2 ** 31))

const isRefused = ({ model, properties }: Claimed, values: Readonly<Record<string, number | boolean | string>>): boolean => {
  try {
    compile({ model, params: values, properties })
    return false
  } catch (error) {
    if (error instanceof DiagnosticError) return true
    throw error
  }
}

test('random models', { timeout: 180_000 }, async () => {
  const tally = { compared: 0, free: 0, refused: 0, locals: 0 }
  for (let i = 0; i < numRuns; i++) {
    const source = textOf(modelModule(seedOf(seed, i), open, { params: true }))
    try {
      const { model, properties } = loadText(source)
      const claims: Claimed = { model, properties: properties as never }
      for (const one of split(claims)) {
        if (one.kind === 'refused') {
          tally.refused++
          expect(isRefused(claims, one.params)).toBe(true)
          continue
        }
        if ((await search(one.system, { limits: { states: 5_000 }, schedules: 'none' })).limit !== null) continue
        tally.free += one.free.length
        for (const setting of settingsIn(one.system)) {
          const { states } = await compareAt(claims, one, setting)
          tally.compared++
          if (states[0] !== states[1]) tally.locals++
        }
      }
    } catch (error) {
      throw new Error(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n${source}`)
    }
  }
  if (asked !== undefined) console.log(`seed ${seed}: ${JSON.stringify(tally)}`)
  // Otherwise nothing is tested.
  expect(tally.free).toBeGreaterThan(numRuns / 4)
  expect(tally.compared).toBeGreaterThan(numRuns)
})
