import { describe, expect, test } from 'vitest'
import { resolveParams } from '../../../src/check/request/params.ts'
import { DiagnosticError, formatDiagnostic } from '../../../src/diagnostics.ts'
import { choice, flag, index, type Model, model, size } from '../../../src/lang/index.ts'

const lazy = model({
  name: 'lazy',
  params: { cpus: size(2, { max: 4 }), early: flag(false), mode: choice(['direct', 'shadow'], 'direct') },
  state: (p) => ({ owner: index(p.cpus) }),
  variants: { wide: { cpus: 3, early: true } },
}) as unknown as Model

const failure = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof DiagnosticError) return formatDiagnostic(error.diagnostic)
    throw error
  }
  return 'no error'
}

describe('defaults, then the variant, then the settings', () => {
  test.each([
    [null, [], { cpus: 2, early: false, mode: 'direct' }, {}],
    ['wide', [], { cpus: 3, early: true, mode: 'direct' }, {}],
    [
      null,
      [
        ['cpus', '4'],
        ['mode', 'shadow'],
      ],
      { cpus: 4, early: false, mode: 'shadow' },
      { cpus: 4, mode: 'shadow' },
    ],
    [
      'wide',
      [
        ['early', 'false'],
        ['cpus', '3'],
      ],
      { cpus: 3, early: false, mode: 'direct' },
      { early: false },
    ],
    [
      null,
      [
        ['cpus', '4'],
        ['cpus', '2'],
      ],
      { cpus: 2, early: false, mode: 'direct' },
      {},
    ],
    [
      null,
      [
        ['cpus', 3],
        ['early', true],
      ],
      { cpus: 3, early: true, mode: 'direct' },
      { cpus: 3, early: true },
    ],
  ] as [string | null, [string, string | number | boolean][], object, object][])(
    'variant %o, settings %o',
    (variant, settings, params, changed) => {
      expect(resolveParams(lazy, variant, settings)).toEqual({ params, settings: changed })
    },
  )
})

test('an unknown param is MC005 and names those there are', () => {
  expect(failure(() => resolveParams(lazy, null, [['cpu', '2']]))).toMatchInlineSnapshot(`
    "error MC005: there is no param 'cpu'
      = help: the params are
              cpus: 1 to 4
              early: true or false
              mode: direct or shadow"
  `)
  expect(failure(() => resolveParams(lazy, null, [['toString', '2']]))).toContain('MC005')
})

test.each([
  ['cpus', '5', 'cpus takes 1 to 4'],
  ['cpus', '0', 'cpus takes 1 to 4'],
  ['cpus', '2.0', 'cpus takes 1 to 4'],
  ['cpus', '', 'cpus takes 1 to 4'],
  ['early', 'yes', 'early takes true or false'],
  ['mode', 'Direct', 'mode takes direct or shadow'],
])('%s=%s is MC006', (name, value, hint) => {
  const text = failure(() => resolveParams(lazy, null, [[name, value]]))
  expect(text).toContain(`MC006: ${name}=${value} is not allowed`)
  expect(text).toContain(hint)
})

test('an unknown variant is MC007 and names those there are', () => {
  expect(failure(() => resolveParams(lazy, 'narrow', []))).toContain("MC007: lazy has no variant 'narrow'\n  = help: lazy has: wide")
  expect(failure(() => resolveParams(lazy, 'toString', []))).toContain('MC007')
})
