import { describe, expect, test } from 'vitest'
import type { PropertyKind } from '../../../src/check/report/report.ts'
import { exitCodeOf, exitCodeOfDiagnostic } from '../../../src/cli/terminal/exit.ts'
import { report } from '../sample.ts'

const violation = (kind: PropertyKind) => ({ name: kind, kind, verdict: 'violated' as const })

describe('the exit code of a check', () => {
  test.each([
    [['deadlock'], 11],
    [['always'], 12],
    [['bound'], 12],
    [['sometimes'], 12],
    [['assert'], 14],
    [['range'], 14],
    [['range', 'always'], 12],
    [['assert', 'always', 'deadlock'], 11],
    [[], 0],
  ] as [PropertyKind[], number][])('%o is %d', (kinds, code) => {
    expect(exitCodeOf(report(kinds.map(violation)))).toBe(code)
  })

  test('a violation beats incomplete, an interrupt beats both', () => {
    const open = { name: 'a', kind: 'always', verdict: 'incomplete' } as const
    expect(exitCodeOf(report([open], { kind: 'time', seconds: 1 }))).toBe(20)
    expect(exitCodeOf(report([open, violation('range')], { kind: 'time', seconds: 1 }))).toBe(14)
    expect(exitCodeOf(report([open, violation('range')], { kind: 'interrupted' }))).toBe(130)
  })
})

test.each([
  ['MC001', 64],
  ['MC002', 65],
  ['MC005', 64],
  ['MC006', 64],
  ['MC007', 64],
  ['MC008', 64],
  ['MC009', 65],
  ['MC011', 73],
  ['MC012', 65],
  ['MC013', 65],
] as const)('%s exits with %d', (code, exit) => expect(exitCodeOfDiagnostic(code)).toBe(exit))
