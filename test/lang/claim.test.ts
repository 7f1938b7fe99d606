import { always, claims, flag, model, properties, range } from 'mmucheck'
import { expect, test } from 'vitest'

const switched = model({
  name: 'switched',
  params: { on: flag(false) },
  state: () => ({ x: range(0, 1) }),
  variants: { lit: { on: true } },
})
properties(switched, { dark: always((s) => s.x === 0) })

const source = { kind: 'document', title: 'switch(4)' } as const

test('a reading is a row for each variant, each setting and each property', () => {
  const { sentences, rows } = claims(switched, [
    {
      id: 'S.1',
      quote: 'It is dark.',
      source,
      readings: [
        { says: 'confirms', property: 'dark', expected: 'holds' },
        { says: 'contrasts', variant: 'lit', settings: [{}, { on: false }], property: ['dark', 'deadlock'], expected: 'violated' },
      ],
    },
  ])
  expect(rows.map(({ variant, settings, property, expected }) => [variant, settings, property, expected])).toEqual([
    [undefined, undefined, 'dark', 'holds'],
    ['lit', {}, 'dark', 'violated'],
    ['lit', {}, 'deadlock', 'violated'],
    ['lit', { on: false }, 'dark', 'violated'],
    ['lit', { on: false }, 'deadlock', 'violated'],
  ])
  expect(rows.every(({ sentence }) => sentence === sentences[0])).toBe(true)
  expect(rows.map(({ reading }) => reading.says)).toEqual(['confirms', 'contrasts', 'contrasts', 'contrasts', 'contrasts'])
})

test('what an author may write', () => {
  const readings = [{ says: 'confirms', property: 'dark', expected: 'holds' }] as const
  claims(switched, [
    // @ts-expect-error a reading says nothing else
    { id: 'S.1', quote: 'It is dark.', source, readings: [{ says: 'proves', property: 'dark', expected: 'holds' }] },
    // @ts-expect-error the model has no such param
    { id: 'S.2', quote: 'It is off.', source, readings: [{ ...readings[0], settings: { off: true } }] },
    // @ts-expect-error a mail has a date
    { id: 'S.3', quote: 'It is old.', source: { kind: 'mail', author: 'A. Writer', list: 'switches' }, readings },
  ])
})
