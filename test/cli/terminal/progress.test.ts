import { describe, expect, test } from 'vitest'
import { progressLine, progressText, queueTrend, type Trend } from '../../../src/cli/terminal/progress.ts'

const update = (seconds: number, over: object = {}) => ({
  phase: 'states' as const,
  states: 1_234_567,
  transitions: 2,
  depth: 34,
  queue: 12_000,
  bytes: 10.5 * 1024 ** 2,
  mostBytes: 18.4 * 1024 ** 3,
  violated: 0,
  seconds,
  ...over,
})
const falling: Trend = { queue: '-', secondsLeft: 39.2 }
const rising: Trend = { queue: '+', secondsLeft: null }

const record = (terminal: number | null, without?: 'where it takes long' | 'never') => {
  const written: string[] = []
  let now = 0
  const line = progressLine({ err: (text) => void written.push(text), terminal }, without, () => now)
  const showAt = (seconds: number, shown = update(seconds)): void => {
    now = seconds
    line.show(shown)
  }
  return { written, line, showAt }
}

describe('the text', () => {
  test('says states, states a second, depth, the queue and its trend, and memory', () => {
    expect(progressText(update(2), rising)).toBe('1.2M states, 617k/s, depth 34, queue 12.0k+, 11M/18G')
  })

  test('says what is violated, and how long it may still take, as far as 60 columns go', () => {
    const late = update(300, { states: 1_240_958_177, depth: 134, queue: 12_345_678, bytes: 8.1 * 1024 ** 3, violated: 2 })
    expect(progressText(late, falling)).toBe('1241M states, 4.1M/s, depth 134, queue 12.3M-, 2 violated')
    expect(progressText({ ...late, violated: 0 }, falling)).toBe('1241M states, 4.1M/s, depth 134, queue 12.3M-, 8.1G/18G')
    expect(progressText(update(2, { violated: 1, depth: 4 }), falling)).toBe('1.2M states, 617k/s, depth 4, queue 12.0k-, 1 violated')
    expect(progressText(update(2, { depth: 4 }), falling)).toBe('1.2M states, 617k/s, depth 4, queue 12.0k-, 11M/18G, ~40 s')
  })

  test('never takes more than 60 columns', () => {
    for (const states of [1, 1e4, 9_999_999, 1e12])
      for (const violated of [0, 12])
        for (const trend of [rising, falling])
          expect(progressText(update(0.1, { states, violated, queue: states, depth: 100_000 }), trend).length).toBeLessThanOrEqual(60)
  })
})

test('the trend is that of some seconds, and an end is foreseen when the queue has been getting shorter for a while', () => {
  const trend = queueTrend()
  const seen = [0, 3, 6, 9, 12, 15].map((seconds, i) => trend({ queue: [0, 600, 900, 600, 300, 299][i] ?? 0, seconds }))
  expect(seen).toEqual([
    { queue: '+', secondsLeft: null },
    { queue: '+', secondsLeft: null },
    { queue: '+', secondsLeft: null },
    { queue: '-', secondsLeft: null },
    { queue: '-', secondsLeft: 3 },
    { queue: '=', secondsLeft: 897 },
  ])
})

describe('the line', () => {
  test('without a terminal comes every 10 s', () => {
    const { written, line, showAt } = record(null, 'where it takes long')
    for (const seconds of [1, 9.9, 10.1, 19, 20.2]) showAt(seconds)
    line.clear()
    expect(written).toHaveLength(2)
    expect(written[0]).toBe('1.2M states, 122k/s, depth 34, queue 12.0k+, 11M/18G\n')
  })

  test('without a terminal does not come where nobody wants it', () => {
    const { written, line, showAt } = record(null)
    showAt(50)
    line.clear()
    expect(written).toEqual([])
  })

  test('is silent for the first half second, fits the terminal, and is cleared at the end', () => {
    const { written, line, showAt } = record(20)
    showAt(0.2)
    line.clear()
    expect(written).toEqual([])
    for (const seconds of [1, 1.05, 1.2]) showAt(seconds)
    expect(written).toHaveLength(2)
    expect(written[0]).toBe('\r\u001b[K1.2M states, 1.2M/s')
    line.clear()
    expect(written.at(-1)).toBe('\r\u001b[K')
  })

  test('says what is searched, and is not silent when a second search begins its seconds anew', () => {
    const { written, showAt } = record(80)
    showAt(8, update(8, { queue: 0 }))
    showAt(8.2, update(0.1, { phase: 'modulo symmetry' }))
    showAt(8.4, update(0.1, { phase: 'behaviours', queue: 5 }))
    expect(written.map((text) => text.slice(4))).toEqual([
      '1.2M states, 154k/s, depth 34, queue 0=, 11M/18G',
      'symmetry: 1.2M states, 12.3M/s, depth 34, queue 12.0k+',
      'liveness: 1.2M states, 12.3M/s, depth 34, queue 5+, 11M/18G',
    ])
  })
})
