/**
 * The numbers of states and transitions that mmucheck's own tests pin are also those of two independent model checkers,
 * on encodings in their own languages. Skipped, with the reason printed, where these are not installed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBehaviour, prepareSpinBehaviour, readVerdict, smallBehaviours } from '../../bench/liveness.ts'
import type { Measurement } from '../../bench/measurement.ts'
import { missing } from '../../bench/process.ts'
import { type Instance, mach, small } from '../../bench/protocols.ts'
import { prepareRumur, readRumur, rumurNeeds, withConstants } from '../../bench/rumur.ts'
import { prepareSpin, readSpin, spinNeeds } from '../../bench/spin.ts'
import { check } from '../../src/check.ts'

const sources = resolve(import.meta.dirname, '../../bench')
let work = ''
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'mmucheck-peers-'))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

type Prepare = (instance: Instance, sources: string, work: string) => Promise<() => Promise<Measurement>>
const peers: readonly (readonly [tool: string, needs: readonly string[], prepare: Prepare])[] = [
  ['Spin', spinNeeds, prepareSpin],
  ['Rumur', rumurNeeds, prepareRumur],
]
const instances = [...small, mach(2, 2, { states: 266_969, transitions: 583_012, hash: 20, depth: 100_000 })]

for (const [tool, needs, prepare] of peers) {
  const without = missing(needs)
  if (without.length > 0) console.warn(`skipped: nothing is compared with ${tool}, because ${without.join(' and ')} is not installed`)
  describe.skipIf(without.length > 0)(tool, () => {
    it.each(instances)('$name', { timeout: 120_000 }, async (instance) => {
      const search = await prepare(instance, sources, join(work, `${tool} ${instance.name}`.replaceAll(/[^a-z0-9]+/gi, '-')))
      const { states, transitions } = await search()
      expect({ states, transitions }).toEqual({ states: instance.states, transitions: instance.transitions })
    })
  })
}

const withoutRumur = missing(rumurNeeds)
describe('modulo symmetry', () => {
  const sizes = [
    { cpus: 2, pmaps: 1, states: 2_223, transitions: 4_331 },
    { cpus: 2, pmaps: 2, states: 33_773, transitions: 73_944 },
  ]
  it.each(sizes)('Mach ($cpus, $pmaps, 2), says mmucheck', async ({ cpus, pmaps, states, transitions }) => {
    const options = {
      settings: [
        ['cpus', cpus],
        ['pmaps', pmaps],
      ],
      properties: ['noError'],
      engine: 'explicit',
      symmetry: 'on',
      oracle: 'none',
    } as const
    expect(await check('mach-shootdown-rules', options)).toMatchObject({ states, transitions })
  })
  it('Mach (3, 1, 2), which is large enough for that to be found out', async () => {
    const options = { settings: [['cpus', 3]], properties: ['noError'], engine: 'explicit', oracle: 'none' } as const
    const report = await check('mach-shootdown-rules', options)
    expect(report).toMatchObject({ states: 653_619, transitions: 1_878_486, depth: 144, symmetry: { orders: 12 } })
    const byName = await check('mach-shootdown-rules', { ...options, symmetry: ['cpu'] })
    expect(byName).toMatchObject({ states: 1_302_817, transitions: 3_746_523, depth: 144, symmetry: { orders: 6 } })
  })
  it.skipIf(withoutRumur.length > 0).each(sizes)('Mach ($cpus, $pmaps, 2), says Rumur', { timeout: 120_000 }, async (size) => {
    const instance = mach(size.cpus, size.pmaps, { states: 0, transitions: 0, hash: 20, depth: 0 })
    const search = await prepareRumur(instance, sources, join(work, `scalarsets-${size.cpus}-${size.pmaps}`), 'exhaustive')
    const { states, transitions } = await search()
    expect({ states, transitions }).toEqual({ states: size.states, transitions: size.transitions })
  })
})

const withoutSpin = missing(spinNeeds)
describe('properties of behaviours under weak fairness', () => {
  it.each(smallBehaviours)('$property: $verdict, says mmucheck', async (behaviour) => {
    expect((await checkBehaviour(resolve(sources, '..'), behaviour)).verdict).toBe(behaviour.verdict)
  })
  it.skipIf(withoutSpin.length > 0).each(smallBehaviours)('$property: $verdict, says Spin', { timeout: 60_000 }, async (behaviour) => {
    const search = await prepareSpinBehaviour(behaviour, sources, join(work, behaviour.property))
    expect((await search()).verdict).toBe(behaviour.verdict)
  })
  it('takes no verdict from a search that was cut', () => {
    expect(readVerdict('depth reached 9, errors: 0')).toBe('holds')
    expect(readVerdict('depth reached 9, errors: 1')).toBe('violated')
    expect(() => readVerdict('error: max search depth too small\nerrors: 0')).toThrow('max search depth')
  })
})

describe('reports of the peers', () => {
  const spin = (errors: number, note: string) => `${note}
State-vector 52 byte, depth reached 437568, errors: ${errors}
  7807509 states, stored
1.4641255e+07 states, matched
 22448764 transitions (= stored+matched)
  536.099\tequivalent memory usage for states (stored*(State-vector + overhead))
  420.110\tactual memory usage for states (compression: 78.36%)
  256.000\tmemory used for hash table (-w25)
pan: elapsed time 5.1 seconds`

  it('reads what Spin says, less the initial state that it counts as a transition', () => {
    const { states, transitions, seconds, bytesPerState } = readSpin(spin(0, ''))
    expect({ states, transitions, seconds }).toEqual({ states: 7_807_509, transitions: 22_448_763, seconds: 5.1 })
    expect(bytesPerState).toBeCloseTo(((420.11 + 256) * 2 ** 20) / 7_807_509, 6)
  })

  it('takes no numbers from a search that was cut or failed', () => {
    expect(() => readSpin(spin(1, ''))).toThrow('Spin')
    expect(() => readSpin(spin(0, 'error: max search depth too small'))).toThrow('max search depth')
    expect(() => readRumur('\t8799 states, 17146 rules fired in 0s.\n1 error(s) found.')).toThrow('Rumur')
  })

  it('replaces the constants of a Murphi model, and only those it has', () => {
    expect(withConstants('const\n  CPUS: 2;\n', { CPUS: 3 })).toBe('const\n  CPUS: 3;\n')
    expect(() => withConstants('const\n  CPUS: 2;\n', { PMAPS: 3 })).toThrow('PMAPS')
  })
})
