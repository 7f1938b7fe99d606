/** What a failing test of a model shows: a report has hundreds of lines, and the race stood somewhere among them. */
import { expect, test } from 'vitest'
import { failuresOf } from '../../../src/check.ts'
import { diagram } from '../../../src/trace/diagram.ts'
import { cutShort, holding, violated } from '../../cli/sample.ts'
import { lostUpdate } from '../../trace/sample.ts'

test('nothing where everything holds', () => expect(failuresOf(holding())).toBe(''))

test('the races, and what has none', () => {
  const text = failuresOf(violated())
  expect(text.startsWith(diagram(lostUpdate()))).toBe(true)
  expect(text.slice(diagram(lostUpdate()).length)).toMatch(/^\nneverFull: violated: not reached: .*\n$/)
})

test('what a limit left open', () => {
  expect(failuresOf(cutShort())).toMatch(/^noLostUpdate: incomplete: not settled.*\n\nattempts: incomplete: .*\n$/)
})
