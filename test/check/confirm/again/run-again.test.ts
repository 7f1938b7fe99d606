/**
 * What is run again in JavaScript: which states, how much of what the engine has met, and what the report says of it.
 */
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runAgainOfAll, runAgainText } from '../../../../src/check/confirm/again/words.ts'
import type { RunAgain } from '../../../../src/check/report/report.ts'
import { type CheckOptions, check } from '../../../../src/check.ts'

const root = resolve(import.meta.dirname, '../../../..')

const again = async (model: string, options: CheckOptions = {}): Promise<Extract<RunAgain, { kind: 'run again' }>> => {
  const { oracle } = await check(model.endsWith('.ts') ? resolve(import.meta.dirname, model) : `${root}/properties/${model}.ts`, {
    engine: 'explicit',
    ...options,
  })
  if (oracle.kind !== 'run again') throw new Error(runAgainText(oracle))
  return oracle
}

const timeless = ({ seconds: _, ...rest }: RunAgain & { seconds: number }): object => rest

describe('what coverage asks for', () => {
  test('all that the engine has met in lazy-mmu', { timeout: 60_000 }, async () => {
    const { steps, branches, conditions, walks, all } = await again('lazy-mmu')
    for (const { covered, of } of [steps, branches, conditions]) expect(covered).toBe(of)
    expect([branches.of, all]).toEqual([10, false])
    expect(conditions.of).toBeGreaterThan(100)
    expect(walks).toBeGreaterThan(10)
  })

  test('the same in every run, and other states with another seed', { timeout: 60_000 }, async () => {
    const first = await again('pte-modify')
    expect(timeless(await again('pte-modify'))).toEqual(timeless(first))
    expect(first.steps.covered).toBe(first.steps.of)
    expect(timeless(await again('pte-modify', { seed: 2 }))).not.toEqual(timeless(first))
  })

  test('where no engine enumerates states, of all that there is', { timeout: 60_000 }, async () => {
    const { steps, branches } = await again('lazy-mmu-nesting', { engine: 'bmc', limits: { seconds: 3 } })
    expect([steps.covered, branches.covered]).toEqual([steps.of, branches.of])
  })

  // What it had met was given for all that there is.
  test('with little time it says in how many states it looked', { timeout: 60_000 }, async () => {
    const oracle = await again('kvm-fast-page-fault', { oracle: { seconds: 0.001 } })
    expect([oracle.lookedAt.all, oracle.steps.covered < oracle.steps.of]).toEqual([false, true])
    expect(runAgainText(oracle)).toMatch(/ values of conditions \(as met in [\d,]+ states?\): no difference$/)
    const { lookedAt } = await again('mmu-notifier')
    expect(lookedAt).toEqual({ states: 359, all: true })
  })

  test('an engine that has not seen all states has met steps so far', { timeout: 60_000 }, async () => {
    const oracle = await again('mmu-notifier', { limits: { states: 50 }, oracle: { seconds: 0.001 } })
    expect([oracle.soFar, runAgainText(oracle)]).toEqual([true, expect.stringContaining(' met so far, ')])
  })
})

describe('no deeper than the search may go', () => {
  // Walks went on to the end of the model.
  test.each([0, 1, 4, 7])('%i steps: the states that the engine finds, and no other', { timeout: 60_000 }, async (depth) => {
    for (const model of ['mmu-notifier', 'two-phase-commit']) {
      const limits = { depth }
      const { states } = await check(`${root}/properties/${model}.ts`, { engine: 'explicit', limits, oracle: 'none' })
      expect(await again(model, { limits, oracle: 'all' })).toMatchObject({ states, all: false, lookedAt: { states, all: false } })
    }
  })

  test('a depth that nothing comes to is no limit', { timeout: 60_000 }, async () => {
    expect(await again('mmu-notifier', { limits: { depth: 1000 }, oracle: 'all' })).toMatchObject({ states: 359, all: true, soFar: false })
  })
})

describe('every state', () => {
  // As many as the explicit engine finds.
  test.each([
    ['two-phase-commit', 288],
    ['mmu-notifier', 359],
    ['lazy-mmu-pde', 809],
  ])('%s has %i', { timeout: 60_000 }, async (model, states) => {
    expect(await again(model, { oracle: 'all' })).toMatchObject({ states, all: true })
  })

  test('one with more successors than fit into the buffer', { timeout: 60_000 }, async () => {
    expect(await again('many-ways.ts', { oracle: { seconds: 0.5 } })).toMatchObject({ all: false, steps: { covered: 1, of: 1 } })
  })

  // Those that the sampler has no room for were taken for blocked, and a right compiler for a wrong one.
  test('one with more failing ways than the sampler has room for', { timeout: 60_000 }, async () => {
    expect(await again('many-failures.ts', { oracle: 'all' })).toMatchObject({ all: true, failures: { covered: 1, of: 1 } })
  })
})

test('nothing, where that is asked for, and it is said', { timeout: 60_000 }, async () => {
  await expect(again('two-phase-commit', { oracle: 'none' })).rejects.toThrow(
    'nothing was run again in JavaScript: it was not asked for (--oracle)',
  )
})

describe('in words', () => {
  const one: RunAgain = {
    kind: 'run again',
    states: 412,
    all: false,
    walks: 35,
    steps: { covered: 12, of: 12 },
    branches: { covered: 41, of: 41 },
    soFar: false,
    failures: { covered: 0, of: 0 },
    conditions: { covered: 0, of: 0 },
    lookedAt: { states: 10_000, all: true },
    seconds: 1,
  }

  test('every step and all branches', () =>
    expect(runAgainText(one)).toBe('run again in JavaScript: 412 states of 35 walks, every step and 41 of 41 branches: no difference'))

  test('what was not covered is missing in the numbers', () =>
    expect(runAgainText({ ...one, walks: 0, all: true, steps: { covered: 11, of: 12 }, failures: { covered: 1, of: 2 } })).toBe(
      'run again in JavaScript: all 412 states, 11 of 12 steps, 41 of 41 branches and 1 of 2 ways to fail: no difference',
    ))

  test('what was looked for in some states only', () => {
    const some = { ...one, soFar: true, conditions: { covered: 3, of: 4 }, lookedAt: { states: 10_000, all: false } }
    expect(runAgainText(some)).toBe(
      'run again in JavaScript: 412 states of 35 walks, every step met so far, 41 of 41 branches and 3 of 4 values of conditions (as met in 10,000 states): no difference',
    )
    expect(runAgainOfAll([one, some])).toMatchObject({ soFar: true, lookedAt: { states: 20_000, all: false } })
  })

  test('several checks: all states only where it is all of each', () => {
    expect(runAgainOfAll([one, { ...one, all: true }])).toMatchObject({ states: 824, all: false, branches: { covered: 82, of: 82 } })
    expect(runAgainOfAll([])).toBe(null)
    expect(runAgainOfAll([{ kind: 'nothing', why: 'interrupted' }])).toEqual({ kind: 'nothing', why: 'interrupted' })
  })
})
