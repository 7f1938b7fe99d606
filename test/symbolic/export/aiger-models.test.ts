/** Berkeley's ABC reads the models of the repository as AIGER and finds what the explicit engine finds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mustExecute } from '../../../bench/process.ts'
import lazyMmu from '../../../properties/lazy-mmu.ts'
import mmuNotifierCow from '../../../properties/mmu-notifier-cow.ts'
import pteModify from '../../../properties/pte-modify.ts'
import tlbShootdown from '../../../properties/tlb-shootdown.ts'
import twoPhaseCommit from '../../../properties/two-phase-commit.ts'
import { search } from '../../../src/explicit/search/search.ts'
import { FALSE } from '../../../src/symbolic/circuit/aig.ts'
import type { Target } from '../../../src/symbolic/circuit/circuit.ts'
import { translate } from '../../../src/symbolic/circuit/translate.ts'
import { encodeAiger, lengthAt, toAiger } from '../../../src/symbolic/export/aiger.ts'
import { randomSystem } from '../../explicit/random.ts'
import { type Claimed, type Exported, exported } from '../exported.ts'
import { whereInstalled } from '../peers.ts'

const work = mkdtempSync(join(tmpdir(), 'mmucheck-abc-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** What abc says of each target: the length of what it finds, null where it proves that there is nothing. */
const settledBy = async (
  command: 'pdr' | 'bmc3',
  { translation, system }: Pick<Exported, 'translation' | 'system'>,
  targets: readonly Target[],
) => {
  const answers: (readonly [string, number | null])[] = []
  for (const target of targets) {
    const aiger = toAiger(translation.circuit, system, [target], [])
    const file = join(work, 'circuit.aig')
    writeFileSync(file, encodeAiger(aiger))
    // bmc3 refuses what has no latches; pdr settles that in its first frame.
    const { stdout } = await mustExecute('berkeley-abc', ['-c', `read_aiger ${file}; ${aiger.latches.length === 0 ? 'pdr' : command}`])
    const frame = /was asserted in frame (\d+)/.exec(stdout)?.[1]
    if (frame === undefined && !/Property proved/.test(stdout)) throw new Error(`${command} on ${target.name}: ${stdout}`)
    answers.push([target.name, frame === undefined ? null : lengthAt(aiger, target.kind, Number(frame))])
  }
  return answers
}

const variants: readonly { readonly claimed: Claimed; readonly variant: string | null }[] = [
  { claimed: twoPhaseCommit, variant: null },
  { claimed: tlbShootdown, variant: null },
  { claimed: tlbShootdown, variant: 'lost-ipi' },
  { claimed: tlbShootdown, variant: 'no-wait' },
  { claimed: lazyMmu, variant: 'drain-after-unlock' },
  { claimed: lazyMmu, variant: 'free-before-drain' },
  { claimed: mmuNotifierCow, variant: 'documented' },
  { claimed: mmuNotifierCow, variant: 'set-before-clear' },
  { claimed: pteModify, variant: 'naive' },
  { claimed: pteModify, variant: 'xchg' },
]

/** Longer ones cost bmc3 more than a test may take. */
const longest = 14

whereInstalled(['berkeley-abc'])('abc', () => {
  test.each(variants)('$claimed.model.name, variant $variant', { timeout: 120_000 }, async ({ claimed, variant }) => {
    const found = await exported(claimed, variant)
    const named = found.lengths.map(([{ name }, length]) => [name, length] as const)
    const proved = await settledBy(
      'pdr',
      found,
      found.lengths.map(([target]) => target),
    )
    // What pdr finds need not be shortest.
    expect(proved).toEqual(named.map(([name, length]) => [name, length === null ? null : expect.any(Number)]))
    const short = found.lengths.filter(([, length]) => length !== null && length <= longest)
    const shortest = await settledBy(
      'bmc3',
      found,
      short.map(([target]) => target),
    )
    expect(shortest).toEqual(short.map(([{ name }, length]) => [name, length]))
  })

  // Those whose init has a choice or fails, which no model of the repository does.
  const random = Array.from({ length: 120 }, (_, seed) => {
    const system = randomSystem(seed, 2)
    return { seed, system, translation: translate(system) }
  })
  const choosing = random.filter(({ translation }) => translation.circuit.start.length > 0).slice(0, 8)
  const failing = random
    .filter(({ translation }) => translation.circuit.targets.some(({ reachedInit }) => reachedInit !== FALSE))
    .slice(0, 4)
  test('some random systems have choices in init, in some it fails', () => {
    expect(choosing).toHaveLength(8)
    expect(failing.length).toBeGreaterThan(0)
  })
  test.each([...new Set([...choosing, ...failing])])('random system $seed', { timeout: 60_000 }, async ({ system, translation }) => {
    const result = await search(system)
    const { targets } = translation.circuit
    const expected = targets.map(({ name }) => [name, result.properties.find((property) => property.name === name)?.length ?? null])
    const proved = await settledBy('pdr', { translation, system }, targets)
    expect(proved).toEqual(expected.map(([name, length]) => [name, length === null ? null : expect.any(Number)]))
    const reached = targets.filter((_, i) => expected[i]?.[1] !== null)
    expect(await settledBy('bmc3', { translation, system }, reached)).toEqual(expected.filter(([, length]) => length !== null))
  })
})
