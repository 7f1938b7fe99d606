/** Destructuring patterns. */
import type { BindingPattern, Expression } from 'oxc-parser'
import { refuseName } from '../values/borrowed.js'
import type { Context } from '../values/context.js'
import { settle, settleValue } from '../values/emit.js'
import { conditional } from '../values/flow.js'
import { compact } from '../values/layout.js'
import { own } from '../values/ownership.js'
import { declareName, type Scope, siteOf } from '../values/scope.js'
import { refuse, spanOf } from '../values/site.js'
import { snapshot, wholeOf } from '../values/state-places.js'
import { absences, lift, optionalValue, undefinedValue, type Value, withoutUndefined } from '../values/value.js'
import { setCell } from '../values/way.js'
import { present, property } from './access.js'
import { sequenceOf } from './element.js'
import { evaluate } from './expression.js'
import { propertyName } from './literal.js'

/** Declares the names of a pattern with the parts of a value. */
export const bindPattern = (
  c: Context,
  pattern: BindingPattern,
  v: Value,
  scope: Scope,
  { init = null, ...kind }: { readonly constant: boolean; readonly parameter: boolean; readonly init?: Expression | null },
): void => {
  destructure(
    c,
    pattern,
    () => v,
    scope,
    (node, take) => {
      const value = take()
      if (node.type !== 'Identifier')
        return refuse(c, 'MC101', scope.file, node, 'this pattern is outside the language', 'declare plain names')
      if (value.k === 'iterator')
        return refuse(
          c,
          'MC101',
          scope.file,
          node,
          `'${node.name}' would be an iterator, which can be gone through once`,
          'make a list of it: [...x]',
        )
      refuseName(c, value, node, scope.file)
      const cell = declareName(scope, node.name, node.start, kind)
      own(c, cell, node === pattern ? init : null, value)
      setCell(c, cell, settleValue(c, value.k === 'ref' ? { ...value, origin: kind.parameter ? 'parameter' : 'expression' } : value))
    },
  )
}

/**
 * Takes a value apart by a pattern. What its turn has come for is asked for then: names and targets before what they
 * get.
 */
export const destructure = (
  c: Context,
  pattern: BindingPattern,
  take: () => Value,
  scope: Scope,
  bind: (node: Exclude<BindingPattern, { type: 'AssignmentPattern' }>, take: () => Value) => void,
): void => {
  const site = siteOf(scope, pattern)
  switch (pattern.type) {
    case 'AssignmentPattern':
      return destructure(c, pattern.left, () => orDefault(c, take(), pattern.right, scope), scope, bind)
    case 'ObjectPattern': {
      const taken: string[] = []
      const object = present(c, take(), site)
      for (const p of pattern.properties) {
        if (p.type === 'RestElement') {
          const rest = (): Value => {
            const whole = lift(snapshot(c, object, spanOf(scope.file, p)))
            if (whole.k !== 'record') return refuse(c, 'MC101', scope.file, p, '...rest of something that is no record', 'name the fields')
            return { k: 'record', fields: new Map([...whole.fields].filter(([name]) => !taken.includes(name))) }
          }
          destructure(c, p.argument, rest, scope, bind)
          continue
        }
        const name = propertyName(c, p.key, p.computed, scope)
        taken.push(name)
        const whole = lift(object)
        const missing = p.value.type === 'AssignmentPattern' && whole.k === 'record' && !whole.fields.has(name)
        destructure(c, p.value, () => (missing ? undefinedValue : property(c, object, name, siteOf(scope, p))), scope, bind)
      }
      return
    }
    case 'ArrayPattern': {
      // Each element is read when its turn comes: what is bound before it may be an element itself.
      const sequence = sequenceOf(c, take(), site)
      const fixed = sequence.fixed === null ? null : compact(sequence.fixed, wholeOf(c, spanOf(scope.file, pattern))).items
      pattern.elements.forEach((p, i) => {
        if (p === null) return
        if (p.type === 'RestElement') return refuse(c, 'MC101', scope.file, p, '...rest of a list', 'index it')
        const elementOf = (): Value => {
          const item = i >= sequence.count ? undefined : fixed === null ? sequence.item(i) : fixed[i]
          return item === undefined ? undefinedValue : optionalValue(item.present, undefined, item.value)
        }
        destructure(c, p, elementOf, scope, bind)
      })
      return
    }
    default:
      return bind(pattern, take)
  }
}

/** The default of a pattern stands for undefined, not for null. */
const orDefault = (c: Context, v: Value, right: Expression, scope: Scope): Value => {
  if (v.k === 'const' && v.value === undefined) return evaluate(c, right, scope)
  const { undefinedWhen } = absences(v)
  if (undefinedWhen.op === 'const' && undefinedWhen.value === 0) return v
  const chosen = conditional(
    c,
    settle(c, undefinedWhen),
    () => evaluate(c, right, scope),
    () => withoutUndefined(v),
    siteOf(scope, right),
  )
  return chosen === 'never' ? undefinedValue : chosen
}
