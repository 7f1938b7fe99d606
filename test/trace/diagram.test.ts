import { expect, test } from 'vitest'
import { defaultDiagram, diagram } from '../../src/trace/diagram.ts'
import { abba, crowd, lostUpdate, outOfRange } from './sample.ts'

const golden = (name: string): string => `golden/${name}.txt`

test('a race: a column per CPU, changes at the right, the values that made the property false', async () => {
  await expect(diagram(lostUpdate())).toMatchFileSnapshot(golden('lost-update'))
})

test('the same with file and line of every step', async () => {
  await expect(diagram(lostUpdate(), { ...defaultDiagram, places: 'shown' })).toMatchFileSnapshot(golden('lost-update-places'))
})

test('a deadlock says who waits where', async () => {
  await expect(diagram(abba())).toMatchFileSnapshot(golden('deadlock'))
})

test('a step that fails', async () => {
  await expect(diagram(outOfRange())).toMatchFileSnapshot(golden('range'))
})

test('labels run on into the columns at their right where the page is too narrow', async () => {
  await expect(diagram(crowd(3))).toMatchFileSnapshot(golden('crowd-of-three'))
})

test('one column where there are too many agents', async () => {
  await expect(diagram(crowd(7))).toMatchFileSnapshot(golden('crowd-of-seven'))
})

test('a violation in an initial state has no steps to draw', async () => {
  await expect(diagram({ ...lostUpdate(), steps: [] })).toMatchFileSnapshot(golden('initial-state'))
})

test('a source of several lines keeps its shape', () => {
  const drawn = (source: string): string => {
    const trace = lostUpdate()
    return diagram({ ...trace, steps: [], outcome: { ...trace.outcome, source, reads: [] } })
      .split('\n\n')
      .slice(1)
      .join('\n\n')
  }
  expect(drawn('(s) =>\n    s.pte.every(\n      (e) => e.P,\n    )')).toBe(
    'noLostUpdate does not hold (properties/lazy-mmu.ts:5)\n    (s) =>\n      s.pte.every(\n        (e) => e.P,\n      )\n',
  )
  expect(drawn('(s) => {\n      const a = 1\n\n      return a\n    }')).toBe(
    'noLostUpdate does not hold (properties/lazy-mmu.ts:5)\n    (s) => {\n      const a = 1\n\n      return a\n    }\n',
  )
})

test('a mail survives: no trailing spaces, no line over 100 characters, one newline at the end', () => {
  for (const trace of [lostUpdate(), abba(), outOfRange(), ...[1, 2, 3, 4, 5, 6, 7, 8, 12, 40].map(crowd)]) {
    for (const places of ['hidden', 'shown'] as const) {
      const text = diagram(trace, { places, width: 100 })
      for (const line of text.split('\n')) {
        expect(line).toBe(line.trimEnd())
        expect(line.length).toBeLessThanOrEqual(100)
      }
      expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true)
    }
  }
})
