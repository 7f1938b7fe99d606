import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { limitText } from '../../../src/check/report/limit.ts'
import { formatReport, summary } from '../../../src/cli/views/report-text.ts'
import { cutShort, holding, report, violated } from '../sample.ts'

const plain = { colours: false, columns: null }
const nowhere = {
  places: 'hidden',
  width: null,
  hints: 'short',
  storedAt: () => null,
  shown: new Set<string>(),
  certificate: null,
} as const

test('a violation: the race, the verdicts, what never happened', async () => {
  const storedAt = (property: string): string | null =>
    property === 'noLostUpdate' ? 'counterexamples/lazy-mmu/cpus=3/noLostUpdate.txt' : null
  await expect(
    formatReport(
      violated(),
      { places: 'hidden', width: null, hints: 'short', storedAt, shown: new Set<string>(), certificate: null },
      plain,
    ),
  ).toMatchFileSnapshot('golden/violated.txt')
})

test('everything holds', async () => {
  await expect(formatReport(holding(), nowhere, plain)).toMatchFileSnapshot('golden/holds.txt')
})

test('a search that a limit cut short never says that something holds', async () => {
  const text = formatReport(cutShort(), nowhere, plain)
  await expect(text).toMatchFileSnapshot('golden/incomplete.txt')
  expect(text).not.toMatch(/holds +noLostUpdate/)
})

test('says what was not checked', () => {
  const notChecked = [{ name: 'deadlock', why: 'it is allowed here' }] as const
  const text = formatReport({ ...report([{ name: 'assert', kind: 'assert', verdict: 'holds' }]), notChecked }, nowhere, plain)
  expect(text).toContain('no property of the model was checked: only what is built in\ndeadlock was not checked: it is allowed here\n')
  expect(formatReport(holding(), nowhere, plain)).not.toContain('not checked')
})

test('plain text has no escape sequences, coloured text only around verdicts', () => {
  const bare = formatReport(violated(), nowhere, plain)
  expect(bare).not.toContain('\u001b')
  expect(stripVTControlCharacters(formatReport(violated(), nowhere, { colours: true, columns: null }))).toBe(bare)
})

test('lines are at most 100 characters and have no trailing spaces', () => {
  for (const line of formatReport(violated(), nowhere, plain).split('\n')) {
    expect(line.length).toBeLessThanOrEqual(100)
    expect(line).toBe(line.trimEnd())
  }
})

// The last line of a report was as long as it came.
test('the last line is broken as all others are, whatever its colours', () => {
  const names = Array.from({ length: 20 }, (_, i) => `property${i}`)
  const many = report(names.map((name) => ({ name, kind: 'always', verdict: 'violated' })))
  const text = formatReport(many, nowhere, plain)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  expect(text.replaceAll(/\s+/g, ' ').trimEnd().endsWith(summary(many, plain))).toBe(true)
  expect(stripVTControlCharacters(formatReport(many, nowhere, { colours: true, columns: null }))).toBe(text)
})

test('the last line says no more than was established', () => {
  expect(summary(holding(), plain)).toBe('lazy-mmu: holds: 1 property, explored exhaustively: 12,345 states')
  expect(summary(violated(), plain)).toBe('lazy-mmu: violated: noLostUpdate, neverFull (2 of 7)')
  expect(summary(cutShort(), plain)).toBe(
    'lazy-mmu: incomplete: the limit of 12,345 states was reached (--max-states); no violation so far',
  )
  const first = report(
    [
      { name: 'a', kind: 'always', verdict: 'violated', length: 1 },
      { name: 'b', kind: 'always', verdict: 'incomplete' },
    ],
    { kind: 'first' },
  )
  expect(summary(first, plain)).toBe('lazy-mmu: violated: a (1 of 2); incomplete: the search stopped at the first violation (--first)')
})

test.each([
  [{ kind: 'states', states: 1000 }, '--max-states'],
  [{ kind: 'depth', depth: 7 }, '--max-depth'],
  [{ kind: 'memory', bytes: 2 ** 30 }, '--memory'],
  [{ kind: 'time', seconds: 30 }, '--time'],
  [{ kind: 'first' }, '--first'],
] as const)('a limit of kind $kind names its flag', (limit, flag) => {
  expect(limitText(limit)).toContain(flag)
})

test('a thread that died is no limit that a flag raises', () => {
  expect(limitText({ kind: 'died', why: 'it ended with code 1' })).toBe('a thread of the search died: it ended with code 1')
})
