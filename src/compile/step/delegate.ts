/** `yield*`: choices, and helpers that run in place; `when`, which blocks a way. */
import type { CallExpression, Expression, MemberExpression, YieldExpression } from 'oxc-parser'
import { binary, constant, eq, one, temp } from '../../ir/build.js'
import type { Expr, Span, Stmt } from '../../ir/system.js'
import { choose, fence, until, when } from '../../lang/step.js'
import { argumentsOf, bindParameters, calleeOf, enter, functionOf, within } from '../expression/call.js'
import { condition, refine } from '../expression/condition.js'
import { itemsOf, select1 } from '../expression/element.js'
import { binaryOperand, evaluate, evaluateObject, spreadItems } from '../expression/expression.js'
import { spreadFields } from '../expression/literal.js'
import { type Decided, decidedPart, partsToLastYield } from '../expression/order.js'
import { referenceTo } from '../expression/reference.js'
import { compound } from '../expression/target.js'
import { operand } from '../values/arithmetic.js'
import type { Context } from '../values/context.js'
import { newTemp } from '../values/draft.js'
import { emitInto, settle, settleValue } from '../values/emit.js'
import type { Evaluated } from '../values/evaluated.js'
import { decide } from '../values/known.js'
import { compact } from '../values/layout.js'
import { hold, unwrapped } from '../values/ownership.js'
import { type Fn, lookup, type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf } from '../values/site.js'
import { hasMember, wholeOf } from '../values/state-places.js'
import { assignsLocals, callsIn, yieldsIn } from '../values/syntax.js'
import { asBool, asInt, constantValue, describe, int, lift, type Place, undefinedValue, type Value } from '../values/value.js'
import { cellValue } from '../values/way.js'
import { blocked, branch, fork, type Machine, type Next } from './agent-context.js'
import { runBody } from './process.js'

/**
 * Evaluates what comes before the last yield of an expression, in order, and its yields; then goes on. `evaluate` finds
 * in the context what has been evaluated. Long: one case for each kind of part.
 */
export const withYields = (m: Machine, expression: Expression, scope: Scope, next: Next): void => {
  const { c } = m
  const whole = expression.type === 'AssignmentExpression' ? expression.right : expression
  const assigns = assignsLocals(whole, (callee) => callee.type !== 'Identifier' || 'cell' in (lookup(scope, callee.name) ?? {}))
  const decided: Decided = (test) => decidedTest(c, test, scope, assigns)
  const parts = partsToLastYield(expression, decided)
  const from = (i: number, evaluated: ReadonlyMap<object, Evaluated>): void => {
    c.way.evaluated = evaluated
    const part = parts[i]
    if (part === undefined) return next()
    const { node } = part
    const site = siteOf(scope, node)
    const on = (key: object, result: Evaluated): void => from(i + 1, new Map(evaluated).set(key, result))
    switch (part.kind) {
      case 'value': {
        const value = evaluateObject(c, part.node, scope)
        return on(node, { k: 'value', value, held: hold(c, part.node, value, scope) })
      }
      case 'named':
        return on(node, { k: 'value', value: evaluate(c, part.node, scope) })
      case 'operand':
        return on(node, { k: 'value', value: binaryOperand(c, part.of, evaluateObject(c, part.node, scope), scope) })
      case 'callee': {
        const { callee } = part.node
        const value = calleeOf(c, part.node, scope)
        const held = callee.type === 'MemberExpression' && value.k === 'method' ? hold(c, callee.object, value.receiver, scope) : null
        return on(callee, { k: 'value', value, held })
      }
      case 'items':
        return on(node, { k: 'items', items: spreadItems(c, part.node, scope) })
      case 'fields':
        return on(node, { k: 'value', value: spreadFields(c, part.node, scope) })
      case 'compound': {
        const reference = referenceTo(c, part.node.left as Expression, scope)
        return on(node, compound(c, reference, scope, site))
      }
      case 'reference': {
        const reference = referenceTo(c, part.node, scope)
        const called = parts[i + 1]
        // A step may end before the assignment: the target is found again then, and must be the same one.
        if (called?.kind !== 'yield' || !standsAlone(expression, called.node, decided) || !mayPause(c, called.node, scope))
          return on(node, { k: 'reference', reference })
        // A function of this one may assign the locals that the target is found by.
        if (isOwnFunction(c, called.node, scope) || (reference.k === 'member' && reference.object.k === 'optional'))
          return refuseInTheMiddle(c, called.node, scope)
        return from(i + 1, evaluated)
      }
      case 'sometimes':
        return refuse(
          c,
          'MC109',
          scope.file,
          node,
          'a yield in a part of an expression that is not always evaluated',
          'write an if, and the yield as a statement in it',
        )
      case 'misplaced':
        return refuse(
          c,
          'MC108',
          scope.file,
          node,
          'a yield inside an expression',
          'give it a statement of its own: `const x = yield* ...`',
        )
      case 'yield':
        if (!part.node.delegate)
          return callsIn(node).some((inside) => isLanguage(c, inside.callee, choose, scope))
            ? refuse(c, 'MC108', scope.file, node, 'yield choose(...)', 'write yield* choose(...)')
            : refuse(c, 'MC108', scope.file, node, 'a yield inside an expression', "a step starts with a statement: `yield 'label'`")
        return delegate(m, part.node, !standsAlone(expression, part.node, decided), scope, (value) => on(node, { k: 'value', value }))
    }
  }
  from(0, new Map())
}

/**
 * Whether nothing of the expression is evaluated before the yield that its steps could change: `yield* f()`, `x =
 * yield* f()`, `s.a[i] = yield* f()`.
 */
const standsAlone = (expression: Expression, node: Expression, decided: Decided): boolean =>
  decidedPart(expression, decided) === node ||
  (expression.type === 'AssignmentExpression' &&
    expression.operator === '=' &&
    decidedPart(expression.right, decided) === node &&
    isFixedTarget(expression.left as Expression))

/**
 * What a test comes to that is made of params and constants alone. `assigns`: something beside it may assign locals
 * before its turn comes.
 */
const decidedTest = (c: Context, node: Expression, scope: Scope, assigns: boolean): boolean | null => {
  const isFixed = (name: string): boolean => {
    const found = lookup(scope, name)
    return found !== null && (!('cell' in found) || found.cell.constant || !assigns)
  }
  if (!isPlain(node, isFixed)) return null
  const out: Stmt[] = []
  const v = emitInto(c, out, () => evaluateObject(c, node, scope))
  if (v.k === 'const' && (typeof v.value === 'boolean' || v.value === null || v.value === undefined)) return v.value === true
  const e = asBool(v)
  const test = e === null || out.length > 0 ? null : decide(c.way.known, e)
  return test?.op === 'const' ? test.value !== 0 : null
}

/** Names, constants and comparisons of these: to evaluate them once more changes nothing. */
const isPlain = (node: Expression, isFixed: (name: string) => boolean): boolean => {
  switch (node.type) {
    case 'Literal':
      return true
    case 'Identifier':
      return isFixed(node.name)
    case 'MemberExpression':
      return !node.computed && !node.optional && isPlain(node.object, isFixed)
    case 'UnaryExpression':
      return node.operator === '!' && isPlain(node.argument, isFixed)
    case 'BinaryExpression':
      return node.left.type !== 'PrivateIdentifier' && isPlain(node.left, isFixed) && isPlain(node.right, isFixed)
    case 'LogicalExpression':
      return isPlain(node.left, isFixed) && isPlain(node.right, isFixed)
    default: {
      const inner = unwrapped(node)
      return inner !== node && isPlain(inner, isFixed)
    }
  }
}

const isFixedTarget = (node: Expression): boolean =>
  node.type === 'Identifier' ||
  (node.type === 'MemberExpression' &&
    isFixedTarget(node.object) &&
    (!node.computed || node.property.type === 'Identifier' || node.property.type === 'Literal'))

const delegate = (m: Machine, node: YieldExpression, nested: boolean, scope: Scope, next: (v: Value) => void): void => {
  const { c } = m
  const callee = node.argument === null ? null : unwrapped(node.argument)
  const site: Site = { file: scope.file, node }
  if (callee?.type !== 'CallExpression')
    return refuse(c, 'MC108', scope.file, node, 'yield* of something that is no call', 'write yield* choose(...) or yield* helper(...)')
  const fn = calleeOf(c, callee, scope)
  if (fn.k === 'const' && fn.value === choose) return chooseFrom(m, callee, scope, next)
  const step = fn.k !== 'const' ? null : fn.value === until ? 'until' : fn.value === fence ? 'fence' : null
  if (step !== null) return refuse(c, 'MC108', scope.file, node, `yield* ${step}(...)`, `write yield ${step}(...)`)
  const { body, generator, name } = functionOf(c, fn, { file: scope.file, node: callee })
  if (!generator)
    return refuse(c, 'MC111', scope.file, callee, `'${name}' is no generator`, `call it without yield*, or declare it as function* ${name}`)
  if (nested && mayPause(c, node, scope)) return refuseInTheMiddle(c, node, scope)
  const args = argumentsOf(c, callee, scope).map((v) => settleValue(c, v))
  const outer = { frames: m.frames, calls: c.way.calls }
  const waiting = m.frames.at(-1)
  if (waiting !== undefined) m.frames = [...m.frames.slice(0, -1), { ...waiting, scope, call: node.start }]
  const inner = enter(c, fn, { file: scope.file, node }, { ...scope, instance: `${scope.instance}${waiting?.rounds ?? ''}` })
  const back = (v: Value): void => {
    m.frames = outer.frames
    c.way.calls = outer.calls
    next(v)
  }
  within(c, body, site, () => {
    m.frames = [...m.frames, { path: c.draft.files[inner.file]?.path ?? '', scope: inner, rounds: '', looping: [], call: -1 }]
    bindParameters(c, body, args, inner)
    runBody(m, body, inner, back)
  })
}

/** Whether a `yield*` runs a function that is written inside the one that is being compiled. */
const isOwnFunction = (c: Context, node: YieldExpression, scope: Scope): boolean => {
  const callee = node.argument === null ? null : unwrapped(node.argument)
  return callee?.type === 'CallExpression' && calleeValue(c, callee.callee, scope)?.k !== 'const'
}

const refuseInTheMiddle = (c: Context, node: YieldExpression, scope: Scope): never =>
  refuse(
    c,
    'MC108',
    scope.file,
    node,
    'a helper takes steps in the middle of an expression',
    'give it a statement of its own: `const x = yield* ...`',
  )

/** Whether a step may end in a `yield*`: in a helper that yields labels, or runs helpers that may. */
const mayPause = (c: Context, node: YieldExpression, scope: Scope, around: readonly Fn[] = []): boolean => {
  const callee = node.argument === null ? null : unwrapped(node.argument)
  if (callee?.type !== 'CallExpression' || isLanguage(c, callee.callee, choose, scope)) return false
  const fn = calleeValue(c, callee.callee, scope)
  if (fn === null) return true
  const { body } = functionOf(c, fn, siteOf(scope, callee))
  if (around.includes(body)) return true
  const inner = enter(c, fn, siteOf(scope, node), scope)
  return body.body !== null && yieldsIn(body.body).some((inside) => !inside.delegate || mayPause(c, inside, inner, [...around, body]))
}

/** The function that a plain name stands for where it is called; null where that is not known yet. */
const calleeValue = (c: Context, callee: Expression, scope: Scope): Value | null => {
  const known = c.way.evaluated.get(callee)
  if (known?.k === 'value') return known.value
  if (callee.type === 'MemberExpression') return callee.computed ? null : partOfNamespace(callee.object, callee.property, scope)
  if (callee.type !== 'Identifier') return null
  const found = lookup(scope, callee.name)
  if (found === null) return null
  if ('cell' in found) return cellValue(c, found.cell) ?? null
  try {
    return constantValue(found.captured.captured(callee.name))
  } catch {
    return null
  }
}

/** `mmu.until`, where `mmu` is all that a module exports; null for parts of anything else. */
const partOfNamespace = (object: Expression, part: MemberExpression['property'], scope: Scope): Value | null => {
  if (object.type !== 'Identifier' || part.type !== 'Identifier') return null
  const found = lookup(scope, object.name)
  if (found === null || 'cell' in found) return null
  const namespace = found.captured.captured(object.name)
  const isNamespace = Object.prototype.toString.call(namespace) === '[object Module]'
  return isNamespace ? constantValue(Reflect.get(Object(namespace), part.name)) : null
}

/** Whether a callee is a function of the language, under whatever name it was imported. */
const isLanguage = (c: Context, callee: Expression, fn: unknown, scope: Scope): boolean => {
  const v = calleeValue(c, callee, scope)
  return v?.k === 'const' && v.value === fn
}

const chooseFrom = (m: Machine, node: CallExpression, scope: Scope, next: (v: Value) => void): void => {
  const { c } = m
  const site: Site = { file: scope.file, node }
  const at = spanOf(scope.file, node)
  if (m.kind === 'process' && c.code.purpose === 'start')
    return refuse(
      c,
      'MC112',
      scope.file,
      node,
      'a choice before the first yield',
      'start the process with `yield` and a label, then choose',
    )
  const [argument = undefinedValue] = argumentsOf(c, node, scope)
  const from = lift(operand(c, argument, site))
  const count = asInt(from)
  if (count !== null) return branchOver(m, choicesBelow(c, count), next)
  if (from.k === 'ref' && from.place.domain.kind === 'set') return branchOver(m, membersAt(c, from.place, from.place.domain.size, at), next)
  if (from.k === 'set') return branchOver(m, membersOf(c, from.members), next)
  if (from.k !== 'list' && from.k !== 'ref' && from.k !== 'stale')
    return refuse(c, 'MC201', scope.file, node, `choose(...) of ${describe(from)}`, 'choose from a count, a list, a queue or a set')
  branchOver(m, choicesFrom(c, compact(itemsOf(c, from, site), wholeOf(c, at)), site), next)
}

/** What can be chosen: as expressions over the temp that holds the number of the choice. */
interface Choices {
  readonly count: number
  readonly available: (t: Expr) => Expr
  readonly value: (t: Expr) => Value
}

const branchOver = (m: Machine, { count, available, value }: Choices, next: (v: Value) => void): void => {
  const { c } = m
  if (count === 0) return blocked(m)()
  c.draft.radix = Math.max(c.draft.radix, count)
  const id = newTemp(c)
  const t = temp(id)
  m.block.end = {
    op: 'choose',
    temp: id,
    count,
    rest: fork(m, () => branch(m, available(t), () => next(settleValue(c, value(t))), blocked(m))),
  }
}

const choicesBelow = (c: Context, { e, lo, hi }: { readonly e: Expr; readonly lo: number; readonly hi: number }): Choices => {
  const limit = settle(c, e)
  return {
    count: Math.max(0, hi),
    available: (t) => (lo === hi ? one : binary('lt', t, limit)),
    value: (t) => int(t, 0, Math.max(0, hi - 1)),
  }
}

const membersAt = (c: Context, place: Place, size: number, at: Span): Choices => ({
  count: size,
  available: (t) => hasMember(c, place, { e: t, lo: 0, hi: size - 1 }, at),
  value: (t) => int(t, 0, size - 1),
})

const membersOf = (c: Context, all: readonly Expr[]): Choices => {
  const members = all.map((e) => settle(c, e))
  return {
    count: members.length,
    available: (t) =>
      members.reduceRight<Expr>(
        (rest, e, i) => (i === members.length - 1 ? e : { op: 'select', condition: eq(t, constant(i)), a: e, b: rest }),
        constant(0),
      ),
    value: (t) => int(t, 0, members.length - 1),
  }
}

const choicesFrom = (c: Context, { items, length }: ReturnType<typeof compact>, site: Site): Choices => {
  const settled = items.map((item) => ({ present: one, value: settleValue(c, item.value) }))
  const limit = settle(c, length)
  return {
    count: items.length,
    available: (t) => (limit.op === 'const' && limit.value === items.length ? one : binary('lt', t, limit)),
    value: (t) => choiceValue(c, settled, t, site),
  }
}

/** Lists of distinct strings and of consecutive integers need no table. */
const choiceValue = (c: Context, items: readonly { present: Expr; value: Value }[], t: Expr, site: Site): Value => {
  const constants = items.map((item) => (item.value.k === 'const' ? item.value.value : undefined))
  if (items.length > 1 && constants.every((x) => typeof x === 'string') && new Set(constants).size === items.length)
    return { k: 'enum', e: t, values: constants.filter((x) => typeof x === 'string') }
  const [first] = constants
  if (items.length > 1 && typeof first === 'number' && constants.every((x, i) => x === first + i))
    return int(binary('add', t, constant(first)), first, first + items.length - 1)
  return items.length === 1 ? (items[0]?.value ?? undefinedValue) : select1(c, items, t, site)
}

export const isWhen = (c: Context, node: CallExpression, scope: Scope): boolean => isLanguage(c, node.callee, when, scope)

export const guard = (m: Machine, node: CallExpression, scope: Scope, next: Next): void => {
  const { c } = m
  if (m.kind === 'process') return refuse(c, 'MC108', scope.file, node, 'when(...) in a process', 'write yield until(label, condition)')
  const [test, more] = node.arguments
  if (test === undefined || test.type === 'SpreadElement')
    return refuse(c, 'MC201', scope.file, node, 'when() of nothing', 'write when(condition)')
  if (more !== undefined)
    return refuse(
      c,
      'MC201',
      scope.file,
      node,
      'when(...) of more than a condition',
      'write when(condition): the name of a rule is its label',
    )
  withYields(m, test, scope, () => {
    const e = condition(c, evaluate(c, test, scope), { file: scope.file, node: test })
    branch(
      m,
      e,
      () => {
        if (e.op !== 'const') refine(c, test, true, scope)
        next()
      },
      blocked(m),
    )
  })
}
