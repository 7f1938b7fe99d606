/**
 * Random models with free params: what the system in which they are free says of each setting is what the system that is compiled for this setting says. The
 * models are those of the differential test, in which conditions, choices and starts of processes are made to depend on params.
 *
 * MMUCHECK_FUZZ_RUNS=20000 runs longer, from a seed of its own unless MMUCHECK_FUZZ_SEED gives one.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../../src/compile/model/compile.ts'
import { DiagnosticError } from '../../src/diagnostics.ts'
import { search } from '../../src/explicit/search/search.ts'
import { type Claimed, compareAt, settingsIn, split } from '../compile/settings.ts'
import { sourceOfTree } from './program.ts'
import { loadText } from './text.ts'
import { modelTree } from './tree.ts'

const asked = process.env.MMUCHECK_FUZZ_RUNS
const numRuns = Number(asked ?? 30)
const seed = Number(process.env.MMUCHECK_FUZZ_SEED ?? (asked === undefined ? 20_261_121 : Date.now() % 2 ** 31))

const params = "{ on: flag(false), also: flag(true), how: choice(['x', 'y', 'z'], 'x') }"

/** What a condition is made to depend on, by turns. */
const guards = [
  (e: string) => `_p.on && (${e})`,
  (e: string) => `_p.how === 'y' || (${e})`,
  (e: string) => `!_p.also && _p.how !== 'z'`.concat(` ? true : (${e})`),
  (e: string) => `_p.on === _p.also || !(${e})`,
  (e: string) => `(${e}) !== (_p.how === 'x')`,
  () => '_p.on',
]

/** The same model with params; pure functions and helpers stand outside, and see none. */
const withParams = (source: string): string => {
  const at = source.indexOf('const m = model({')
  let turn = source.length
  const lines = source
    .slice(at)
    .split('\n')
    .map((line) =>
      line
        .replace(/^(.*\bif) \((.*)\) \{$/, (whole, head: string, e: string) => {
          turn++
          return turn % 4 === 0 ? whole : `${head} (${guards[turn % guards.length]?.(e)}) {`
        })
        .replace(/\bchoose\(2\)/g, () => (turn++ % 2 === 0 ? "choose(_p.how === 'x' ? 1 : 2)" : 'choose(2)'))
        .replace(/^(\s*)yield 'start'$/, (whole, indent: string) =>
          turn++ % 2 === 0 ? `${indent}if (_p.also) yield 'start'\n${indent}else yield \`begin \${_p.how}\`` : whole,
        )
        .replace(/^(\s*)let k = 1$/, "$1let k = _p.how === 'y' ? 2 : 1")
        .replace('init: function* (s) {', 'init: function* (s, _p) {')
        .replace("name: 'generated',", `name: 'generated',\n  params: ${params},`),
    )
  return source.slice(0, at).replace('choose, each,', 'choice, choose, each, flag,').concat(lines.join('\n'))
}

const isRefused = ({ model, properties }: Claimed, values: Readonly<Record<string, number | boolean | string>>): boolean => {
  try {
    compile({ model, params: values, properties })
    return false
  } catch (error) {
    if (error instanceof DiagnosticError) return true
    throw error
  }
}

test('random models', { timeout: 60_000 + numRuns * 2_000 }, async () => {
  const tally = { compared: 0, free: 0, refused: 0, locals: 0 }
  await fc.assert(
    fc.asyncProperty(modelTree, async (tree) => {
      const source = withParams(sourceOfTree(tree))
      try {
        const { model, properties } = loadText(source)
        const claims: Claimed = { model, properties: properties as never }
        for (const one of split(claims)) {
          if (one.kind === 'refused') {
            tally.refused++
            expect(isRefused(claims, one.params)).toBe(true)
            continue
          }
          if ((await search(one.system, { maxStates: 5_000, schedules: 'none' })).limit !== null) continue
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
    }),
    { seed, numRuns, interruptAfterTimeLimit: 50_000 + numRuns * 2_000, endOnFailure: asked !== undefined },
  )
  if (asked !== undefined) console.log(`seed ${seed}: ${JSON.stringify(tally)}`)
  // Otherwise nothing is tested.
  expect(tally.free).toBeGreaterThan(numRuns / 4)
  expect(tally.compared).toBeGreaterThan(numRuns)
})
