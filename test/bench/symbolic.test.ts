/** The benchmark of the symbolic engine at sizes that take a moment, and what it makes of outputs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { abcNeeds, proveWithAbc, readAbc } from '../../bench/abc.ts'
import { measureEngines } from '../../bench/engines.ts'
import { measureKnobs, readCells } from '../../bench/knobs.ts'
import { growthTo, measureLarge } from '../../bench/large.ts'
import { execute, missing } from '../../bench/process.ts'
import { compareProofs, proofTable, prove } from '../../bench/proofs.ts'
import { readReport, type Subject } from '../../bench/solving.ts'

const root = resolve(import.meta.dirname, '../..')
let work = ''
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'mmucheck-bench-'))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const timeout = 60_000
const commit = (rms: number): Subject => ({ model: 'two-phase-commit', params: { rms }, properties: ['consistent'] })

describe('proofs', () => {
  it('are measured where they end, and open where they do not', { timeout }, async () => {
    expect(await prove(root, commit(2), 30)).toMatchObject({ verdict: 'proved', bits: 12 })
    expect(await prove(root, { model: 'mach-shootdown', params: { cpus: 4 }, properties: ['activeMeansCurrent'] }, 0.1)).toMatchObject({
      verdict: 'open',
      clauses: null,
    })
  })

  it('are none of what does not hold', { timeout }, async () => {
    await expect(prove(root, { model: 'lazy-mmu', params: {}, properties: ['noLostUpdate'] }, 30)).rejects.toThrow(
      'noLostUpdate is violated',
    )
  })

  it('are not tried at larger sizes than one that was not settled', { timeout }, async () => {
    const found = await compareProofs([[commit(2), commit(3)]], { root, seconds: 0.01, abc: false, work, say: () => {} })
    expect(found.map(({ own }) => own?.verdict ?? null)).toEqual(['open', null])
    expect(proofTable(found, 0.01)).toMatch(/rms=2 .* > 0\.01 /)
  })
})

const withoutAbc = missing(abcNeeds)
if (withoutAbc.length > 0) console.warn(`skipped: nothing is compared with ABC, because ${withoutAbc.join(' and ')} is not installed`)
describe.skipIf(withoutAbc.length > 0)('ABC', () => {
  it('proves the same on the exported circuit', { timeout }, async () => {
    expect(await proveWithAbc(root, commit(2), join(work, 'commit'), 30)).toMatchObject({ verdict: 'proved' })
  })

  it('finds what does not hold, and is killed when its time is up', { timeout }, async () => {
    const lost: Subject = { model: 'lazy-mmu', params: {}, properties: ['noLostUpdate'] }
    expect(await proveWithAbc(root, lost, join(work, 'lost'), 30)).toMatchObject({ verdict: 'violated' })
    const mach: Subject = { model: 'mach-shootdown', params: { cpus: 4 }, properties: ['activeMeansCurrent'] }
    expect(await proveWithAbc(root, mach, join(work, 'mach'), 0.5)).toMatchObject({ verdict: 'open', clauses: null })
  })
})

describe('sizes that no enumeration reaches', () => {
  const options = { root, seconds: 30, enumerationSeconds: 0.1 }

  it('are measured beside counts of smaller ones', { timeout }, async () => {
    const subject: Subject = { model: 'lazy-mmu', params: { cpus: 4, ptes: 4 }, properties: ['noLostUpdate'] }
    const how = { kind: 'violation', property: 'noLostUpdate', length: 8 } as const
    const { counted, settled } = await measureLarge({ subject, grows: 'ptes', counted: [1, 2], how }, options)
    expect(settled).toBe(true)
    expect(counted).toEqual([
      { size: 1, states: 995 },
      { size: 2, states: 39_273 },
    ])
    const shorter = { ...how, length: 7 }
    await expect(measureLarge({ subject, grows: 'ptes', counted: [], how: shorter }, options)).resolves.toMatchObject({ settled: false })
  })

  it('are none where an enumeration ends', { timeout }, async () => {
    const reachable = { subject: commit(2), grows: 'rms', counted: [1], how: { kind: 'proof' } } as const
    await expect(measureLarge(reachable, options)).rejects.toThrow('no size that no enumeration reaches')
  })

  it('grow by factors, of which some number is needed', () => {
    const { factors, needed, extrapolated } = growthTo([10, 100, 500], 2, 50_000)
    expect(factors).toEqual([10, 5])
    expect(needed).toBeCloseTo(10, 9)
    expect(extrapolated).toBe(12_500)
  })
})

it('measures both engines, which agree', { timeout }, async () => {
  expect(await measureEngines(root, 'two-phase-commit', 30)).toMatchObject({ states: 288, bits: 16, open: [] })
})

it('compares the tables of synthesize and sweep', { timeout }, async () => {
  const found = await measureKnobs(root, { model: 'mmu-notifier', over: 'pageRefHeld,invalidatePage', property: 'noUseAfterFree' }, 30)
  expect(found).toMatchObject({ settings: 6, synthesizeSeconds: expect.any(Number) })
})

describe('outputs', () => {
  it('of ABC that say nothing of an end are no results', () => {
    expect(readAbc('Invariant F[24] : 547 clauses with 32 flops\nProperty proved.  Time =     6.72 sec')).toEqual({
      verdict: 'proved',
      clauses: 547,
    })
    expect(readAbc('Output 0 of miter "f" was asserted in frame 9.')).toEqual({ verdict: 'violated', clauses: null })
    expect(() => readAbc('Reached timeout (60 seconds)')).toThrow('ABC')
  })

  it('of mmucheck that are errors are no reports and no tables', () => {
    expect(readReport('{"error":{"code":"MC001"},"exitCode":65}')).toBeNull()
    expect(readCells('{"error":{"code":"MC001"},"exitCode":65}')).toBeNull()
    expect(readCells('{"cells":[{"settings":{"b":1,"a":true},"verdict":"safe"}]}')).toEqual(new Map([['a=true b=1', 'safe']]))
  })

  it('are cut where a command takes too long', async () => {
    const { code, seconds } = await execute(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { seconds: 0.3 })
    expect(code).toBeNull()
    expect(seconds).toBeLessThan(10)
  })
})
