import { expect, test } from 'vitest'
import { progressLine, progressText } from '../../../src/cli/terminal/progress.ts'

const update = (seconds: number) => ({ states: 1_234_567, transitions: 2, depth: 34, queue: 12_000, bytes: 10.5 * 1024 ** 2, seconds })

const record = (terminal: number | null) => {
  const written: string[] = []
  return { written, line: progressLine({ out: () => {}, err: (text) => written.push(text), colours: false, terminal }) }
}

test('says states, states/s, depth, queue, memory and time', () => {
  expect(progressText(update(2))).toBe('1,234,567 states, 617,284/s, depth 34, queue 12,000, 10.5 MiB, 2.00 s')
})

test('is silent where there is no terminal', () => {
  const { written, line } = record(null)
  line.show(update(5))
  line.clear()
  expect(written).toEqual([])
})

test('is silent for the first half second, fits the terminal, and is cleared at the end', () => {
  const { written, line } = record(20)
  line.show(update(0.2))
  line.clear()
  expect(written).toEqual([])
  for (const seconds of [1, 1.05, 1.2]) line.show(update(seconds))
  expect(written).toHaveLength(2)
  expect(written[0]).toBe('\r\u001b[K1,234,567 states, 1')
  line.clear()
  expect(written.at(-1)).toBe('\r\u001b[K')
})
