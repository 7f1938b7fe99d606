import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinTypes, ShapesDiffer, typeOf, typeOfDomain, zeroIn } from '../../../src/compile/values/type.ts'
import { constantValue } from '../../../src/compile/values/value.ts'
import { domain } from '../domains.ts'

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
