/** Binary operators. */
import type { Expression } from 'oxc-parser'
import { not } from '../../ir/build.js'
import { arithmetic, compare } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { equal } from '../values/equality.js'
import { isIdentity, isWritten, refuseIdentity } from '../values/identity.js'
import { requireLabels } from '../values/labels.js'
import { unwrapped } from '../values/ownership.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site } from '../values/site.js'
import { stale } from '../values/stale.js'
import { asBool, boolean, constantValue, describe, type Value } from '../values/value.js'

export const binaryOperator = (c: Context, operator: string, a: Value, b: Value, site: Site): Value => {
  switch (operator) {
    case '===':
    case '!==': {
      for (const v of [a, b]) if (v.k === 'stale') return stale(c, v, site)
      requireLabels(c, a, b, site)
      const e = equal(a, b)
      if (e === null)
        return refuse(
          c,
          'MC211',
          site.file,
          site.node,
          `${describe(a)} is compared with ${describe(b)}: that asks whether they are the same object`,
          'write same(a, b), or compare their fields',
        )
      return boolean(operator === '===' ? e : not(e))
    }
    case '==':
    case '!=':
      return refuse(c, 'MC104', site.file, site.node, `'${operator}' converts its operands`, `write ${operator}=`)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(c, operator, a, b, site)
    case '/':
      if (a.k === 'const' && b.k === 'const' && Number.isInteger(Number(a.value) / Number(b.value)))
        return constantValue(Number(a.value) / Number(b.value))
      return refuse(c, 'MC207', site.file, site.node, "'/' can give a fraction", 'write Math.trunc(a / b)')
    case 'in':
    case 'instanceof':
      return refuse(
        c,
        'MC101',
        site.file,
        site.node,
        `'${operator}' is outside the language`,
        operator === 'in' ? 'records keep their fields; for members of a set write s.x.has(i)' : 'compare with what tells the values apart',
      )
    case '&':
    case '|':
    case '^': {
      const [x, y] = [asBool(a), asBool(b)]
      if (x !== null && y !== null)
        return refuse(
          c,
          'MC201',
          site.file,
          site.node,
          `'${operator}' of booleans is a number in JavaScript`,
          operator === '^' ? 'write a !== b' : `write ${operator}${operator}`,
        )
      return arithmetic(c, operator, a, b, site)
    }
    default:
      return arithmetic(c, operator, a, b, site)
  }
}

/** A string that the enum beside it cannot be: the comparison would say the same in every state. */
export const refuseNeverEqual = (
  c: Context,
  operator: string,
  a: readonly [Expression, Value],
  b: readonly [Expression, Value],
  scope: Scope,
): void => {
  if (operator !== '===' && operator !== '!==') return
  for (const [[literal, text], [access, v]] of [
    [a, b],
    [b, a],
  ] as const)
    if (unwrapped(literal).type === 'Literal' && unwrapped(access).type === 'MemberExpression')
      refuseOutsideEnum(c, text, v, siteOf(scope, unwrapped(literal)))
}

/** An identity that is compared with a number as its author wrote it: which one that is means nothing. */
export const refuseNumbers = (
  c: Context,
  operator: string,
  a: readonly [Expression, Value],
  b: readonly [Expression, Value],
  scope: Scope,
): void => {
  if (operator !== '===' && operator !== '!==') return
  for (const [[literal], [, v]] of [
    [a, b],
    [b, a],
  ] as const)
    if (isIdentity(v) && isWritten(c, siteOf(scope, literal)))
      refuseIdentity(c, 'an identity is compared with a number', siteOf(scope, literal))
}

/** Refuses a constant string that an enum of the state cannot be. */
export const refuseOutsideEnum = (c: Context, text: Value, v: Value, site: Site): void => {
  const of = v.k === 'optional' ? v.of : v
  if (text.k !== 'const' || typeof text.value !== 'string' || of.k !== 'enum' || of.labels !== undefined || of.values.includes(text.value))
    return
  refuse(
    c,
    'MC208',
    site.file,
    site.node,
    `'${text.value}' is never what is compared with it`,
    `that is one of ${of.values.map((x) => `'${x}'`).join(', ')}`,
  )
}
