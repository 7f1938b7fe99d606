import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinTypes, leaves, lower, raise, ShapesDiffer, type Type, typeOf, typeOfDomain, zeroIn } from '../../src/compile/type.ts'
import { constantValue, type Value } from '../../src/compile/value.ts'
import { load } from '../../src/ir/build.ts'
import { array, bool, type Domain, oneOf, optional, queue, range, record, set, union } from '../../src/lang/domain.ts'
import { evaluated } from './run.ts'

const { domain } = fc.letrec<{ domain: Domain; leaf: Domain }>((tie) => ({
  leaf: fc.oneof(
    fc.constant(bool),
    fc.tuple(fc.integer({ min: -3, max: 0 }), fc.integer({ min: 1, max: 4 })).map(([lo, hi]) => range(lo, hi)),
    fc.constant(oneOf('a', 'b', 'c')),
  ),
  domain: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('domain').map((of) => optional(of)),
    fc.tuple(tie('domain'), tie('domain')).map(([x, y]) => record({ x, y })),
    fc.tuple(fc.integer({ min: 1, max: 3 }), tie('domain')).map(([n, of]) => array(n, of)),
    fc.tuple(fc.integer({ min: 1, max: 3 }), tie('domain')).map(([n, of]) => queue(n, of)),
    fc.integer({ min: 1, max: 4 }).map((n) => set(n)),
    tie('domain').map((of) => union('kind', { idle: {}, fault: { at: of } })),
  ),
}))

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

describe('joining', () => {
  test('a type with itself, and with nothing, is itself', () => {
    fc.assert(
      fc.property(domain, (d) => {
        const t = typeOfDomain(d)
        expect(joinTypes(t, typeOfDomain(d))).toEqual(t)
        expect(joinTypes({ k: 'never' }, t)).toEqual(t)
        expect(joinTypes(t, { k: 'never' })).toEqual(t)
      }),
    )
  })

  test('integers, whole and fixed', () => {
    expect(joinTypes(typeOf(constantValue(5)), typeOf(constantValue(-1)))).toEqual({ k: 'int', lo: -1, hi: 5, zero: zeroIn(-1, 5) })
    expect(joinTypes(typeOf(constantValue(5)), typeOf(constantValue(5)))).toEqual({ k: 'const', value: 5 })
  })

  test('null makes an optional, strings an enum, records with a tag a union', () => {
    expect(joinTypes(typeOf(constantValue(null)), typeOf(constantValue(true)))).toEqual({ k: 'optional', absent: null, of: { k: 'bool' } })
    expect(joinTypes(typeOf(constantValue('a')), typeOf(constantValue('b')))).toEqual({ k: 'enum', values: ['a', 'b'] })
    expect(joinTypes(typeOf(constantValue({ k: 'a' })), typeOf(constantValue({ k: 'b', n: 1 })))).toMatchObject({ k: 'union', tag: 'k' })
  })

  test('different shapes are refused', () => {
    expect(() => joinTypes(typeOf(constantValue(1)), typeOf(constantValue(true)))).toThrow(ShapesDiffer)
    expect(() => joinTypes(typeOf(constantValue({ a: 1 })), typeOf(constantValue({ b: 1 })))).toThrow(ShapesDiffer)
  })
})
