/** `yield*`: choices, and helpers that run in place; `when`, which blocks a way. */
import type { CallExpression, Expression, Node, YieldExpression } from 'oxc-parser'
import { binary, constant, eq, one, temp } from '../ir/build.js'
import type { Expr } from '../ir/system.js'
import { choose, when } from '../lang/step.js'
import { argumentsOf, bindParameters, calleeOf, enter, functionOf, within } from './call.js'
import { condition, refine } from './condition.js'
import { type Context, newTemp, refuse, settle, settleValue, spanOf } from './context.js'
import { itemsOf, select1 } from './element.js'
import { evaluate } from './expression.js'
import type { Site } from './flow.js'
import { compact } from './layout.js'
import { blocked, branch, fork, type Machine, type Next } from './machine.js'
import { hasMember, wholeOf } from './memory.js'
import { unwrapped } from './ownership.js'
import { runBody } from './process.js'
import { type Fn, lookup, type Scope } from './scope.js'
import { callsNamed, delegatedYields, pauses } from './syntax.js'
import { asInt, describe, int, lift, undefinedValue, type Value } from './value.js'

/** Executes the `yield*`s of an expression, then goes on; `evaluate` finds their values in the context. */
export const withYields = (m: Machine, expression: Expression, scope: Scope, next: Next): void => {
  const { c } = m
  const { always, sometimes } = delegatedYields(expression)
  const [first] = sometimes
  if (first !== undefined)
    return refuse(
      c,
      'MC109',
      scope.file,
      first,
      'a yield in a part of an expression that is not always evaluated',
      'write an if, and the yield as a statement in it',
    )
  const from = (i: number): void => {
    const node = always[i]
    if (node === undefined) return next()
    if (node.type !== 'YieldExpression') return from(i + 1)
    if (!node.delegate)
      return callsNamed(node, 'choose')
        ? refuse(c, 'MC108', scope.file, node, 'yield choose(...)', 'write yield* choose(...)')
        : refuse(c, 'MC108', scope.file, node, 'a yield inside an expression', "a step starts with a statement: `yield 'label'`")
    delegate(m, node, !standsAlone(expression, node), scope, (v) => {
      c.yielded.set(node, v)
      from(i + 1)
    })
  }
  from(0)
}

/** Whether nothing of the expression is evaluated before the yield that its steps could change: `yield* f()`, `x = yield* f()`, `s.a[i] = yield* f()`. */
const standsAlone = (expression: Expression, node: Expression): boolean =>
  expression === node ||
  (expression.type === 'AssignmentExpression' &&
    expression.operator === '=' &&
    expression.right === node &&
    isFixedTarget(expression.left as Expression))

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
  const { body, generator, name } = functionOf(c, fn, { file: scope.file, node: callee })
  if (!generator)
    return refuse(c, 'MC111', scope.file, callee, `'${name}' is no generator`, `call it without yield*, or declare it as function* ${name}`)
  if (nested && hasYieldThatPauses(body))
    return refuse(
      c,
      'MC108',
      scope.file,
      node,
      `'${name}' takes steps in the middle of an expression`,
      'give it a statement of its own: `const x = yield* ...`',
    )
  const args = argumentsOf(c, callee, scope).map((v) => settleValue(c, v))
  const outer = { frames: m.frames, calls: c.calls }
  const waiting = m.frames.at(-1)
  if (waiting !== undefined) m.frames = [...m.frames.slice(0, -1), { ...waiting, scope, call: node.start }]
  const inner = enter(c, fn, { file: scope.file, node }, { ...scope, instance: `${scope.instance}${waiting?.rounds ?? ''}` })
  const back = (v: Value): void => {
    m.frames = outer.frames
    c.calls = outer.calls
    next(v)
  }
  within(c, body, site, () => {
    m.frames = [...m.frames, { path: c.files[inner.file]?.path ?? '', scope: inner, rounds: '', looping: [], call: -1 }]
    bindParameters(c, body, args, inner)
    runBody(m, body, inner, back)
  })
}

const hasYieldThatPauses = (body: Fn): boolean => body.body !== null && pauses(body.body as Node)

const chooseFrom = (m: Machine, node: CallExpression, scope: Scope, next: (v: Value) => void): void => {
  const { c } = m
  const site: Site = { file: scope.file, node }
  const at = spanOf(scope.file, node)
  if (m.kind === 'process' && c.purpose === 'start')
    return refuse(
      c,
      'MC112',
      scope.file,
      node,
      'a choice before the first yield',
      'start the process with `yield` and a label, then choose',
    )
  const [argument] = argumentsOf(c, node, scope)
  const from = lift(argument ?? undefinedValue)
  const branchOver = (count: number, available: (t: Expr) => Expr, value: (t: Expr) => Value): void => {
    if (count === 0) return blocked(m)()
    c.radix = Math.max(c.radix, count)
    const id = newTemp(c)
    const t = temp(id)
    m.block.end = {
      op: 'choose',
      temp: id,
      count,
      rest: fork(m, () => branch(m, available(t), () => next(settleValue(c, value(t))), blocked(m))),
    }
  }
  const count = asInt(from)
  if (count !== null) {
    const limit = settle(c, count.e)
    return branchOver(
      Math.max(0, count.hi),
      (t) => (count.lo === count.hi ? one : binary('lt', t, limit)),
      (t) => int(t, 0, Math.max(0, count.hi - 1)),
    )
  }
  if (from.k === 'ref' && from.place.domain.kind === 'set') {
    const { place } = from
    const { size } = from.place.domain
    return branchOver(
      size,
      (t) => hasMember(c, place, { e: t, lo: 0, hi: size - 1 }, at),
      (t) => int(t, 0, size - 1),
    )
  }
  if (from.k === 'set') {
    const members = from.members.map((e) => settle(c, e))
    return branchOver(
      members.length,
      (t) =>
        members.reduceRight<Expr>(
          (rest, e, i) => (i === members.length - 1 ? e : { op: 'select', condition: eq(t, constant(i)), a: e, b: rest }),
          constant(0),
        ),
      (t) => int(t, 0, members.length - 1),
    )
  }
  if (from.k !== 'list' && from.k !== 'ref' && from.k !== 'optional' && from.k !== 'stale')
    return refuse(c, 'MC201', scope.file, node, `choose(...) of ${describe(from)}`, 'choose from a count, a list, a queue or a set')
  const { items, length } = compact(itemsOf(c, from, site), wholeOf(c, at))
  const settled = items.map((item) => ({ present: one, value: settleValue(c, item.value) }))
  const limit = settle(c, length)
  branchOver(
    items.length,
    (t) => (limit.op === 'const' ? (limit.value === items.length ? one : binary('lt', t, limit)) : binary('lt', t, limit)),
    (t) => choiceValue(c, settled, t, site),
  )
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

export const isWhen = (node: CallExpression, scope: Scope): boolean => {
  if (node.callee.type !== 'Identifier') return false
  const found = lookup(scope, node.callee.name)
  return found !== null && 'captured' in found && found.captured.captured(node.callee.name) === when
}

export const guard = (m: Machine, node: CallExpression, scope: Scope, next: Next): void => {
  const { c } = m
  if (m.kind === 'process') return refuse(c, 'MC108', scope.file, node, 'when(...) in a process', 'write yield until(label, condition)')
  const [test] = node.arguments
  if (test === undefined || test.type === 'SpreadElement')
    return refuse(c, 'MC201', scope.file, node, 'when() of nothing', 'write when(condition)')
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
