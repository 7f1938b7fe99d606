/**
 * Folding a truth table loses nothing: each setting is in one line, and lines say of their settings only what all of
 * them share.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold } from '../../../src/campaign/sweep/fold.ts'
import { type Knob, settingsOf } from '../../../src/campaign/sweep/knobs.ts'
import type { CellVerdict, Judged } from '../../../src/campaign/sweep/minimal.ts'

const knobs: readonly Knob[] = [
  { name: 'lock', values: [false, true], without: false },
  { name: 'order', values: ['first', 'last', 'never'], without: null },
  { name: 'flush', values: [false, true], without: false },
]
const judge = (verdictOf: (setting: Judged['setting'], i: number) => CellVerdict): Judged[] =>
  settingsOf(knobs).map((setting, i) => ({ setting, verdict: verdictOf(setting, i) }))
const byVerdict = ({ cells: [{ verdict }] }: { readonly cells: readonly [Judged, ...Judged[]] }): string => verdict

test('what does not matter is told once', () => {
  const cells = judge(({ lock, flush }) => (lock === true || flush === true ? 'safe' : 'unsafe'))
  expect(
    fold(cells, knobs, byVerdict).map(({ setting, cells: alike }) => [setting.lock, setting.order, setting.flush, alike.length]),
  ).toEqual([
    [false, null, false, 3],
    [false, null, true, 3],
    [true, null, null, 6],
  ])
})

test('a knob of which one value is missing is not folded', () => {
  const cells = judge(() => 'safe').filter(({ setting }) => setting.order !== 'never')
  expect(fold(cells, knobs, byVerdict).map(({ setting }) => setting)).toEqual([
    { lock: null, order: 'first', flush: null },
    { lock: null, order: 'last', flush: null },
  ])
})

test('every setting is in one line, which says nothing of it that is not so', () => {
  const verdicts = fc.array(fc.constantFrom<CellVerdict>('safe', 'unsafe'), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(verdicts, (list) => {
      const cells = judge((_, i) => list[i] ?? 'open')
      const lines = fold(cells, knobs, byVerdict)
      expect(lines.flatMap((line) => line.cells).toSorted((a, b) => cells.indexOf(a) - cells.indexOf(b))).toEqual(cells)
      for (const { setting, cells: alike } of lines) {
        expect(new Set(alike.map(({ verdict }) => verdict)).size).toBe(1)
        const stands = (cell: Judged): boolean => knobs.every(({ name }) => setting[name] === null || setting[name] === cell.setting[name])
        expect(cells.filter(stands)).toHaveLength(alike.length)
      }
    }),
  )
})
