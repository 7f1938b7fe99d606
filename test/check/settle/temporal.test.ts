/** How the two searches come together in one report. */
import { always, alwaysPossible, array, each, leadsTo, model, properties, range } from 'mmucheck'
import { expect, test } from 'vitest'
import { type CheckOptions, check } from '../../../src/check.ts'

const counters = model({
  name: 'counters',
  fairness: { tick: 'weak' },
  state: () => ({ n: array(7, range(0, 7)) }),
  rules: (_p) => ({
    tick: each(7, (s, i) => {
      s.n[i] = (s.n[i]! + 1) % 8
    }),
  }),
})
const claimed = properties(counters, {
  home: alwaysPossible((s) => s.n[0] === 0),
  small: always((s) => s.n[0]! < 8),
  comes: leadsTo(
    (s) => s.n[0] === 1,
    (s) => s.n[0] === 0,
  ),
})
const verdicts = async (options: CheckOptions): Promise<Record<string, string>> => {
  const { properties: reports, limit, complete } = await check(claimed, { engine: 'explicit', ...options })
  return {
    ...Object.fromEntries(reports.map(({ name, verdict }) => [name, verdict])),
    limit: limit?.kind ?? 'none',
    complete: String(complete),
  }
}

test('in the order of the file, then what is built in', async () => {
  expect(Object.keys(await verdicts({ limits: { states: 10 } }))).toEqual([
    ...['home', 'small', 'comes', 'assert', 'range', 'limit', 'complete'],
  ])
})

test('interrupted in the search for liveness: what was settled before stays, the rest is incomplete', { timeout: 60_000 }, async () => {
  const controller = new AbortController()
  let before = 0
  const onProgress = ({ states }: { readonly states: number }): void => {
    // The second search starts from the beginning.
    if (states < before) controller.abort()
    before = states
  }
  expect(await verdicts({ onProgress, signal: controller.signal })).toEqual({
    ...{ home: 'incomplete', small: 'holds', comes: 'incomplete', assert: 'holds', range: 'holds' },
    ...{ limit: 'interrupted', complete: 'false' },
  })
})

test('the time limit is for both searches together, and is named as it was given', { timeout: 60_000 }, async () => {
  const whole = await check(claimed, { engine: 'explicit', properties: ['small'] })
  const seconds = whole.seconds * 1.2 + 0.02
  const report = await check(claimed, { engine: 'explicit', limits: { seconds } })
  expect(report.limit).toEqual({ kind: 'time', seconds })
  expect(report.properties.find(({ name }) => name === 'comes')).toMatchObject({ verdict: 'incomplete' })
})

test('the search that stops at the first violation leaves behaviours open', async () => {
  const report = await check(properties(counters, { ...claimed.properties, few: always((s) => s.n[0]! < 3) }), { stop: 'first violation' })
  expect(report.limit).toEqual({ kind: 'first' })
  expect(report.properties.filter(({ verdict }) => verdict === 'incomplete').map(({ name }) => name)).toContain('comes')
})
