/**
 * Mach's TLB shootdown. The numbers of the rules form are the literature's, on which six independent checkers agree;
 * Spin and Rumur confirm them in test/bench/peers.test.ts. (3, 1, 2), with 7,807,509 states, is in `npm run bench`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import processForm from '../../properties/mach-shootdown.ts'
import rulesForm from '../../properties/mach-shootdown-rules.ts'
import type { CheckOptions, Report } from '../../src/check.ts'
import { diagram } from '../../src/trace/diagram.ts'
import { changed, violated } from './changed.ts'
import { check } from './explored.ts'

const verdicts = ({ properties }: Report): Record<string, string> =>
  Object.fromEntries(properties.map(({ name, verdict }) => [name, verdict]))
const settings = (values: Readonly<Record<string, number | boolean>>): CheckOptions => ({ settings: Object.entries(values) })

describe('as rules', () => {
  it.each([
    [
      { cpus: 2, pmaps: 1, entries: 2 },
      { states: 8_799, transitions: 17_146, depth: 96 },
    ],
    [
      { cpus: 2, pmaps: 2, entries: 2 },
      { states: 266_969, transitions: 583_012, depth: 109 },
    ],
  ])('%o has the size of the literature', async (size, expected) => {
    const report = await check(rulesForm, settings(size))
    expect(report).toMatchObject({ complete: true, ...expected })
    expect(verdicts(report)).toEqual({
      noError: 'holds',
      activeMeansCurrent: 'holds',
      changeHappens: 'holds',
      lockIsReleased: 'holds',
      canChange: 'holds',
      interruptsEnd: 'holds',
      somebodyIsStale: 'holds',
      somebodyResponds: 'holds',
      assert: 'holds',
      range: 'holds',
    })
  })

  it('with one pmap never waits for a CPU that uses another one', async () => {
    const { neverFired } = await check(rulesForm)
    expect(neverFired.map(({ text }) => text)).toEqual(['I9 elsewhere'])
  })

  // Lengths and sizes as a plain search over the model's own functions, apart from oracle and engine, found them.
  it.each([
    ['dropI9', { states: 19_875, transitions: 40_350 }, 17],
    ['dropR3Lock', { states: 37_639, transitions: 77_014 }, 28],
  ] as const)('%s lets a CPU translate with a stale TLB', async (mutation, expected, length) => {
    const report = await check(rulesForm, settings({ [mutation]: true }))
    expect(report).toMatchObject(expected)
    expect(report.properties.find(({ name }) => name === 'noError')).toMatchObject({ verdict: 'violated', length })
  })

  // Both passed: an interrupt that is taken again and again, or by nobody, breaks no translation.
  it.each([
    ['        s.intr[cpu] = false\n', ''],
    ["        s.act[cpu] = true\n        s.pc[cpu] = 'M5'\n", "        s.act[cpu] = true\n        s.pc[cpu] = 'I1'\n"],
  ])('interruptsEnd sees an interrupt that stays raised (%s)', async (old, now) => {
    expect(violated(await changed('mach-shootdown-rules', [old, now]))).toContain('interruptsEnd')
  })

  // The action lock, held from R3 to R7, keeps initiators out as long as the TLB is not reloaded.
  it('actBeforeR5 does no harm', async () => {
    const report = await check(rulesForm, settings({ actBeforeR5: true }))
    expect(report).toMatchObject({ states: 7_535, transitions: 14_466 })
    expect(verdicts(report).noError).toBe('holds')
  })
})

describe('as a process', () => {
  it('holds, with fewer states than the rules, since dead locals do not count', async () => {
    const report = await check(processForm)
    expect(report.complete).toBe(true)
    expect(report.properties.filter(({ verdict }) => verdict !== 'holds')).toEqual([])
    expect(report.states).toBeLessThan(8_799)
  })

  it.each(['dropI9', 'dropR3Lock'])('%s lets a CPU translate with a stale TLB', async (mutation) => {
    const report = await check(processForm, settings({ [mutation]: true }))
    const assertion = report.properties.find(({ name }) => name === 'assert')
    expect(assertion).toMatchObject({ verdict: 'violated' })
    expect(assertion?.trace?.steps.at(-1)?.label).toBe('M2: translate')
  })

  it('actBeforeR5 does no harm', async () => {
    expect(verdicts(await check(processForm, settings({ actBeforeR5: true }))).assert).toBe('holds')
  })
})

// What is no race, and yet no shootdown either.
describe('does not pass', () => {
  it.each([
    ['a responder that never finds its action done', ['    s.actionNeeded[self] = false\n', ''], 'canTranslate'],
    ['an initiator that interrupts itself', ['cpu !== self && s.running[cpu]', 's.running[cpu]'], 'tellsOthersOnly'],
  ] as const)('%s', async (_, change, killer) => {
    expect(violated(await changed('mach-shootdown', change))).toContain(killer)
  })
})

// The lock of a pmap is no queue: a CPU that waits for it may find it taken each time it looks. Strong fairness is what
// a fair lock would give.
describe('whether a change ever happens', () => {
  const liveness = async (properties: Parameters<typeof check>[0], fairness: string, name: string) =>
    (await check(properties, { settings: [['fairness', fairness]] })).properties.find((property) => property.name === name)

  it.each([
    ['rules', rulesForm, 'changeHappens'],
    ['process', processForm, 'rejoins'],
  ] as const)('holds under strong fairness, not under weak: %s', async (_, properties, name) => {
    expect(await liveness(properties, 'strong', name)).toMatchObject({ verdict: 'holds' })
    const starved = await liveness(properties, 'weak', name)
    expect(starved).toMatchObject({ verdict: 'violated' })
    // Only the other CPU moves on the cycle; this one waits for the pmap, which is free now and then.
    const { start = 0, fairness = [] } = starved?.trace?.loop ?? {}
    expect(starved?.trace?.steps.slice(start).every(({ agent }) => agent === 'cpu[1]')).toBe(true)
    expect(fairness).toMatchObject([{ reason: { kind: 'disabled' } }, { reason: { kind: 'taken' } }])
    expect(await liveness(properties, 'none', name)).toMatchObject({ verdict: 'violated' })
  })

  // No mail claims anything of this protocol, so no row of `mmucheck claims` keeps these two traces true.
  it.each([
    ['mach-shootdown-rules', rulesForm, 'changeHappens'],
    ['mach-shootdown', processForm, 'rejoins'],
  ] as const)('the trace of %s in counterexamples/ is the one that is found', async (model, properties, name) => {
    const report = await check(properties, { variant: 'weakly-fair', properties: [name] })
    const trace = report.properties.find((property) => property.name === name)?.trace
    const path = `../../counterexamples/${model}/weakly-fair/${name}.txt`
    const file = new URL(path, import.meta.url)
    if (process.env.MMUCHECK_UPDATE === '1' && trace) writeFileSync(file, diagram(trace))
    expect(trace && diagram(trace)).toBe(readFileSync(file, 'utf8'))
  })

  it('a lock is released under weak fairness already', async () => {
    expect(await liveness(rulesForm, 'weak', 'lockIsReleased')).toMatchObject({ verdict: 'holds' })
    expect(await liveness(rulesForm, 'none', 'lockIsReleased')).toMatchObject({ verdict: 'violated' })
  })
})
