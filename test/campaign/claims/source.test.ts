import { describe, expect, test } from 'vitest'
import { bySource, dateOf, mailHeading, sourceText } from '../../../src/campaign/claims/source.ts'
import type { Mail, Source } from '../../../src/lang/claim.ts'

describe('dates', () => {
  test.each([
    ['2008', '2008'],
    ['2008-07', 'July 2008'],
    ['2008-02-29', '29 February 2008'],
  ])('%s', (date, text) => expect(dateOf(date)).toBe(text))

  test.each(['28 Jul 2006', '2008-13', '2008-00', '2008-02-30', '2007-02-29', '2008-7', ''])('%s is none', (date) =>
    expect(dateOf(date)).toBeNull(),
  )
})

const mail: Mail = { kind: 'mail', author: 'A. Writer', date: '2008-01-02', list: 'counters' }

test('sources in words', () => {
  expect(sourceText({ ...mail, subject: 'Re: counting', with: 'a patch' })).toBe(
    'A. Writer, counters, 2 January 2008, "Re: counting", with a patch',
  )
  expect(mailHeading(mail)).toBe('2 January 2008: A. Writer, counters')
  expect(sourceText({ kind: 'document', title: 'counter(7)', author: 'B. Writer', date: '2009' })).toBe('B. Writer, counter(7), 2009')
  expect(sourceText({ kind: 'own', title: 'The cost model' })).toBe('The cost model')
})

test('by date: what is less exactly known comes later, what is not known last', () => {
  const dated = (date?: string): Source => ({ kind: 'document', title: 'x', ...(date === undefined ? {} : { date }) })
  const order = ['2006-07-28', '2006', '2008-01-31', '2008-01', '2008-02-21', '2008', '2025', undefined]
  const sorted = order.toReversed().map(dated).toSorted(bySource)
  expect(sorted).toEqual(order.map(dated))
})
