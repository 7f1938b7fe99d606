/** The functions of JavaScript that the language has. */
import type { CallExpression, Expression } from 'oxc-parser'
import { binary, constant, select, zero } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { absolute, extreme, number, operand, quotient, sign } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { settle, settleValue } from '../values/emit.js'
import { compact } from '../values/layout.js'
import { nameParts, whileUsed } from '../values/ownership.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse, spanOf } from '../values/site.js'
import { wholeOf } from '../values/state-places.js'
import { asInt, boolean, constantValue, describe, type Item, int, lift, undefinedValue, type Value } from '../values/value.js'
import { present } from './access.js'
import { argumentsOf, invoke } from './call.js'
import { condition } from './condition.js'
import { fixedSequence, itemsOf, sequenceOf } from './element.js'
import { evaluate, evaluateObject, spreadItems } from './expression.js'
import { mapped } from './visits.js'

type Call = (c: Context, node: CallExpression, scope: Scope) => Value

interface Builtin {
  readonly is: unknown
  readonly call: Call
}

const first = (c: Context, node: CallExpression, scope: Scope): Value => argumentsOf(c, node, scope)[0] ?? undefinedValue

/** What is asked of an object's fields. */
const ofFields = (name: string, give: (field: string, value: Value) => Value): Call => {
  return (c, node, scope) => {
    const v = lift(first(c, node, scope))
    if (v.k !== 'record')
      return refuse(c, 'MC102', scope.file, node, `Object.${name} of ${describe(v)}`, 'use it on constant objects, or name the fields')
    return { k: 'list', items: [...v.fields].map(([field, value]) => ({ present: constant(1), value: give(field, value) })) }
  }
}

/** By the names under which authors know them. */
export const builtins = {
  'Math.min': { is: Math.min, call: (c, node, scope) => extreme(c, 'min', spreadArguments(c, node, scope), siteOf(scope, node)) },
  'Math.max': { is: Math.max, call: (c, node, scope) => extreme(c, 'max', spreadArguments(c, node, scope), siteOf(scope, node)) },
  'Math.abs': { is: Math.abs, call: (c, node, scope) => absolute(c, first(c, node, scope), siteOf(scope, node)) },
  'Math.sign': { is: Math.sign, call: (c, node, scope) => sign(c, first(c, node, scope), siteOf(scope, node)) },
  'Math.trunc': {
    is: Math.trunc,
    call: (c, node, scope) => {
      const division = divisionOf(c, node, scope)
      return division === null ? whole(c, node, scope) : quotient(c, division.a, division.b, siteOf(scope, node))
    },
  },
  'Math.floor': {
    is: Math.floor,
    call: (c, node, scope) => {
      const division = divisionOf(c, node, scope)
      if (division === null) return whole(c, node, scope)
      const site = siteOf(scope, node)
      const [p, q] = [number(c, division.a, site, '/'), number(c, division.b, site, '/')]
      if (p.lo < 0 || q.lo < 0)
        return refuse(c, 'MC102', scope.file, node, 'Math.floor of a quotient that may be negative', 'write Math.trunc(a / b)')
      return quotient(c, division.a, division.b, site)
    },
  },
  Number: {
    is: Number,
    call: (c, node, scope) => {
      const v = present(c, first(c, node, scope), siteOf(scope, node))
      if (v.k === 'bool') return int(select(v.e, constant(1), constant(0)), 0, 1)
      if (v.k === 'const') return constantValue(Number(v.value))
      return asInt(v) === null ? refuse(c, 'MC201', scope.file, node, `Number(${describe(v)})`, 'convert booleans and integers only') : v
    },
  },
  Boolean: { is: Boolean, call: (c, node, scope) => boolean(condition(c, first(c, node, scope), siteOf(scope, node))) },
  'Object.keys': { is: Object.keys, call: ofFields('keys', (field) => constantValue(field)) },
  'Object.values': { is: Object.values, call: ofFields('values', (_, value) => value) },
  'Object.entries': {
    is: Object.entries,
    call: ofFields('entries', (field, value) => ({
      k: 'list',
      items: [constantValue(field), value].map((x) => ({ present: constant(1), value: x })),
    })),
  },
  'Array.from': {
    is: Array.from,
    call: (c, node, scope) => {
      const site = siteOf(scope, node)
      const [given, by] = node.arguments
      if (given === undefined || given.type === 'SpreadElement' || by?.type === 'SpreadElement')
        return refuse(c, 'MC101', scope.file, node, 'arguments are spread', 'write them out')
      // The list gets no second name, as in [...xs]: what is in it does.
      const source = lift(present(c, evaluateObject(c, given, scope), site))
      const transform = by === undefined ? undefined : whileUsed(c, given, source, scope, () => evaluate(c, by, scope))
      const length = source.k === 'record' ? source.fields.get('length') : undefined
      const sequence =
        length?.k === 'const'
          ? fixedSequence(Array.from({ length: Number(length.value) }, () => ({ present: constant(1), value: undefinedValue })))
          : sequenceOf(c, source, site)
      if (sequence.fixed !== null) nameParts(c, given, sequence.fixed, scope)
      if (transform === undefined) return { k: 'list', items: sequence.fixed ?? itemsOf(c, source, site) }
      const numbered =
        sequence.fixed === null ? sequence : fixedSequence(compact(sequence.fixed, wholeOf(c, spanOf(site.file, node))).items)
      const isSet = source.k === 'ref' && source.place.domain.kind === 'set'
      let members: Expr = zero
      const apply = (): Item[] =>
        Array.from({ length: numbered.count }, (_, i) => {
          const item = numbered.item(i)
          const number = isSet ? int(members, 0, i) : constantValue(i)
          const value = mapped(c, item, () => invoke(c, transform, [item.value, number], site, scope), site)
          const isThere = settle(c, item.present)
          // A member's number is that of the members before it.
          if (isSet) members = settle(c, binary('add', members, isThere))
          return { present: isThere, value: settleValue(c, value) }
        })
      const items = whileUsed(c, given, source, scope, apply)
      sequence.end()
      return { k: 'list', items }
    },
  },
} satisfies Readonly<Record<string, Builtin>>

const calls: ReadonlyMap<unknown, Call> = new Map<unknown, Call>(Object.values(builtins).map(({ is, call }) => [is, call]))

/** How a function is called that the language knows, else null. */
export const builtinOf = (fn: unknown): Call | null => calls.get(fn) ?? null

/** The arguments of a call that may spread lists whose length is known: `Math.max(...s.count)`. */
const spreadArguments = (c: Context, node: CallExpression, scope: Scope): Value[] =>
  node.arguments.flatMap((a): Value[] => {
    if (a.type !== 'SpreadElement') return [operand(c, evaluate(c, a, scope), { file: scope.file, node })]
    const items = spreadItems(c, a, scope)
    if (items.some(({ present: p }) => p.op !== 'const'))
      return refuse(
        c,
        'MC101',
        scope.file,
        a,
        'a list whose length is not known is spread',
        'go through it with reduce, from a value of its own',
      )
    return items.flatMap(({ present: p, value }) => (p.op === 'const' && p.value === 1 ? [value] : []))
  })

/** `Math.trunc(a / b)`: the operands, where the argument is a division. */
const divisionOf = (c: Context, node: CallExpression, scope: Scope): { readonly a: Value; readonly b: Value } | null => {
  const [argument] = node.arguments
  if (argument?.type !== 'BinaryExpression' || argument.operator !== '/') return null
  const a = evaluate(c, argument.left as Expression, scope)
  return { a, b: evaluate(c, argument.right, scope) }
}

/** An integer, which is whole already. */
const whole = (c: Context, node: CallExpression, scope: Scope): Value => {
  const i = number(c, first(c, node, scope), siteOf(scope, node), 'Math.trunc')
  return int(i.e, i.lo, i.hi)
}
