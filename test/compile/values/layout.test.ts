import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaves, lower, raise } from '../../../src/compile/values/layout.ts'
import { type Type, typeOf, typeOfDomain } from '../../../src/compile/values/type.ts'
import type { Value } from '../../../src/compile/values/value.ts'
import { load } from '../../../src/ir/build.ts'
import { array, bool, oneOf, range, record } from '../../../src/lang/domain.ts'
import { domain } from '../domains.ts'
import { evaluated } from '../run.ts'

const raised = (t: Type): Value => raise(t, (leaf, element) => load(leaf * 1_000 + element, []))

/** What a value of the type becomes if its scalars are these, put together and taken apart. */
const roundTrip = (t: Type, seed: number): { readonly first: number[][]; readonly second: number[][] } => {
  const all = leaves(t)
  const pass = (scalar: (leaf: number, element: number) => number): number[][] => {
    const values = new Map<number, number>()
    all.forEach(({ dims }, leaf) => {
      for (let e = 0; e < dims.reduce((n, d) => n * d, 1); e++) values.set(-1 - (leaf * 1_000 + e), scalar(leaf, e))
    })
    return lower(raised(t), t, (v) => v).map((row) => row.map((e) => evaluated(e, values)))
  }
  const first = pass((leaf, element) => {
    const { lo, hi } = all[leaf] as (typeof all)[number]
    return lo + ((seed * 31 + leaf * 7 + element * 13) % (hi - lo + 1))
  })
  return { first, second: pass((leaf, element) => first[leaf]?.[element] ?? Number.NaN) }
}

describe('lower and raise', () => {
  test('what is absent becomes zero, and nothing else changes', () => {
    fc.assert(
      fc.property(domain, fc.nat(1_000), (d, seed) => {
        const t = typeOfDomain(d)
        const { first, second } = roundTrip(t, seed)
        expect(second).toEqual(first)
        leaves(t).forEach(({ lo, hi, zero }, leaf) => {
          for (const x of first[leaf] ?? []) expect(x === zero || (x >= lo && x <= hi)).toBe(true)
        })
      }),
    )
  })

  test('what is always there keeps its scalars', () => {
    const t = typeOfDomain(record({ x: range(0, 9), a: array(2, record({ b: bool, m: oneOf('r', 'w') })) }))
    const rows = lower(raised(t), t, (v) => v)
    expect(rows).toEqual(
      leaves(t).map(({ dims }, leaf) => Array.from({ length: dims[0] ?? 1 }, (_, element) => load(leaf * 1_000 + element, []))),
    )
  })

  test('the type of a raised value is the type', () => {
    fc.assert(
      fc.property(domain, (d) => {
        const t = typeOfDomain(d)
        expect(leaves(typeOf(raised(t)))).toEqual(leaves(t))
      }),
    )
  })
})
