import { describe, expect, test } from 'vitest'
import { answersOf, readingsOf, shortestOf } from '../../../src/campaign/claims/answer.ts'
import type { ClaimResult, ModelClaims } from '../../../src/campaign/claims/claims.ts'
import type { AnyClaim, AnyReading } from '../../../src/campaign/claims/sentence.ts'
import { elsewhereText, rowText, shortQuote } from '../../../src/campaign/claims/words.ts'
import type { PropertyReport } from '../../../src/check/report/report.ts'

const sentence: AnyClaim = { id: 'S.1', quote: 'It holds.', source: { kind: 'document', title: 'holds(7)' }, readings: [] }

const reading = (says: AnyReading['says'], more: Partial<AnyReading> = {}): AnyReading => ({
  says,
  property: 'holds',
  expected: 'holds',
  ...more,
})

const found = (of: AnyReading, more: Partial<ClaimResult> = {}): ClaimResult => ({
  claim: sentence,
  reading: of,
  model: 'first',
  key: { home: 'first', variant: null, settings: {}, property: 'holds' },
  sizes: {},
  found: 'holds',
  asExpected: true,
  vacuity: null,
  report: null,
  property: null,
  ...more,
})

const race = (length: number): Partial<ClaimResult> => ({
  found: 'violated',
  property: { name: 'holds', verdict: 'violated', length, trace: {} } as PropertyReport,
})

const model = (name: string, rows: readonly ClaimResult[], elsewhere: ModelClaims['elsewhere'] = new Map()): ModelClaims => ({
  model: name,
  title: null,
  sizes: {},
  target: name,
  rows: rows.map((row) => ({ ...row, model: name })),
  elsewhere,
})

const answer = (...rows: readonly ClaimResult[]) => answersOf([model('first', rows)])[0]?.answer

const [confirms, refutes, contrasts] = [found(reading('confirms')), found(reading('refutes')), found(reading('contrasts'))]
const ifCold = (row: ClaimResult): ClaimResult => ({ ...row, claim: { ...sentence, onlyIf: 'it is cold' } })

describe('the answer', () => {
  test('confirmed, by what does not contrast', () => expect(answer(confirms, contrasts)).toEqual({ kind: 'confirmed' }))
  test('refuted', () => expect(answer(contrasts, refutes, refutes)).toEqual({ kind: 'refuted' }))
  test('only if', () => expect(answer(ifCold(confirms), ifCold(refutes))).toEqual({ kind: 'only if', condition: 'it is cold' }))

  // Whatever the row says: a verdict that is not the expected one takes the ground from under the reading of all.
  test.each([confirms, refutes, contrasts])('open, as soon as one verdict differs', (row) =>
    expect(answer(confirms, { ...row, asExpected: false, found: 'violated' })).toEqual({ kind: 'open', why: 'differs' }),
  )
  test('open, while one is not found', () =>
    expect(answer(confirms, { ...contrasts, asExpected: false, found: 'incomplete' })).toEqual({ kind: 'open', why: 'not settled' }))
  test('open, where what holds is vacuous', () =>
    expect(answer({ ...confirms, asExpected: false })).toEqual({ kind: 'open', why: 'differs' }))
})

describe('a sentence of which two models have readings', () => {
  test('stands once, with all rows, under the first', () => {
    const answers = answersOf([model('first', [ifCold(confirms), ifCold(refutes)]), model('second', [confirms])])
    expect(answers.map((one) => [one.model, one.rows.length, one.answer.kind])).toEqual([['first', 3, 'only if']])
  })

  test('or under the one that it names, whose rows come first', () => {
    const named = (row: ClaimResult): ClaimResult => ({ ...row, claim: { ...row.claim, model: 'second' } })
    const [one] = answersOf([model('first', [named(confirms)]), model('second', [named(confirms)])])
    expect([one?.model, one?.rows.map((row) => row.model)]).toEqual(['second', ['second', 'first']])
    expect(answersOf([model('first', [named(confirms)])])[0]?.model).toBe('first')
  })
})

// A row said which variant it was of, and nobody saw that it was of another size.
test('a row names the sizes that its variant sets', () => {
  const row = { ...confirms, key: { ...confirms.key, variant: 'as-coded', settings: { cpus: 3 } }, sizes: { ptes: 1 } }
  expect(rowText(row, 'first')).toBe('as-coded (ptes=1), cpus=3')
  expect(rowText({ ...row, sizes: {} }, 'second')).toBe('first: as-coded, cpus=3')
})

// A run of one model answered with its rows alone, and did not say so.
test('the models that were not asked are named', () => {
  const [one] = answersOf([model('first', [confirms], new Map([['S.1', ['second', 'third']]]))])
  expect(one?.elsewhere).toEqual(['second', 'third'])
  expect(one === undefined ? null : elsewhereText(one)).toBe('by this model alone: it has readings of second, third too')
  expect(answersOf([model('first', [confirms])])[0]?.elsewhere).toEqual([])
})

test('the shortest race is of a setting of which the sentence speaks, if there is one', () => {
  const [short, long, longer] = [
    found(reading('contrasts'), race(2)),
    found(reading('refutes'), race(4)),
    found(reading('confirms'), race(5)),
  ]
  expect(shortestOf([longer, short, long])).toBe(long)
  expect(shortestOf([confirms, short])).toBe(short)
  expect(shortestOf([confirms])).toBeNull()
})

test('readings of one note are one, and a finding is none of them', () => {
  const [note, finding] = [{ note: 'so it is' }, { finding: 'so it is' }]
  const rows = [
    reading('confirms', note),
    reading('confirms'),
    reading('confirms', note),
    reading('confirms', finding),
    reading('confirms'),
  ]
  const readings = readingsOf(rows.map((one) => found(one)))
  expect(readings.map((one) => [one.note, one.isFinding, one.rows.length])).toEqual([
    ['so it is', false, 2],
    [null, false, 1],
    ['so it is', true, 1],
    [null, false, 1],
  ])
})

test('a quote in a few words', () => {
  expect(shortQuote({ ...sentence, short: 'It' })).toBe('It')
  expect(shortQuote(sentence)).toBe('It holds.')
  expect(shortQuote({ ...sentence, quote: 'word '.repeat(30) })).toBe(`${'word '.repeat(16)}…`)
  expect(shortQuote({ ...sentence, quote: 'x'.repeat(100) })).toBe(`${'x'.repeat(80)} …`)
})
