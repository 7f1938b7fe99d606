/**
 * Code that steps may end in: processes, rules and `init`. It is executed in continuation-passing style: `yield` ends the step, and what comes
 * after it is compiled as a step of its own, once, however many ways lead there. Ways that part at a conditional with a yield in it
 * do not meet again before the step ends; all else is straight-line code (statement.ts).
 *
 * The locals that are visible at a yield are saved in variables of the state. Their types are found by iteration: a location is compiled
 * again until no way to any location brings a local a value that its type does not cover.
 */
import type {
  CallExpression,
  Expression,
  ForOfStatement,
  ForStatement,
  Node,
  Statement,
  SwitchStatement,
  WhileStatement,
  YieldExpression,
} from 'oxc-parser'
import { binary, constant, eq, load, one, temp } from '../ir/build.js'
import type { Block, Expr, FrameEntry, Span } from '../ir/system.js'
import { choose, until, when } from '../lang/step.js'
import { argumentsOf, bindParameters, calleeOf, enter, functionOf, within } from './call.js'
import { condition, refine } from './condition.js'
import {
  type Context,
  close,
  cover,
  newTemp,
  type OpenBlock,
  refuse,
  setCell,
  settle,
  settleValue,
  spanOf,
  textOf,
  unflatten,
} from './context.js'
import { itemsOf, select1 } from './element.js'
import { evaluate, evaluateObject } from './expression.js'
import { joinOrRefuse, type Site } from './flow.js'
import { hasMember, wholeOf } from './memory.js'
import { loopedCell, nameParts, unwrapped } from './ownership.js'
import { type Cell, childScope, type Fn, lookup, type Scope, visibleCells } from './scope.js'
import { bindItem, declare, hoist, iteration, requireLoop, runStatement, switchCases } from './statement.js'
import { callsNamed, delegatedYields, escapes, hasYield, pauses } from './syntax.js'
import { compact, leaves, lower, raise, sameType, type Type, typeOf, zeroIn } from './type.js'
import { asInt, constantValue, describe, int, lift, undefinedValue, type Value } from './value.js'

/** A generator in progress. */
interface Frame {
  readonly path: string
  readonly scope: Scope
  /** `#i` for each `for..of` with yields around, outermost first. */
  readonly rounds: string
  /** Cells whose lists the loops around go over. */
  readonly looping: readonly string[]
  /** The `yield*` at which it waits for the next frame; -1 for the innermost. */
  readonly call: number
}

export interface LocalCell {
  readonly cell: Cell
  readonly depth: number
}

export interface CompiledLocation {
  readonly id: number
  readonly key: string
  /** The label, as far as the locals that are restored say it. */
  readonly label: () => string
  readonly at: Span
  readonly cells: readonly LocalCell[]
  /** What integers the locals hold here: less than all that they hold anywhere. */
  readonly integers: Map<string, { type: Type; changes: number }>
  /** Locals that have no value here on some way: one of the same name hid them at a yield before. */
  readonly lost: Set<string>
  /** Compiles the step that starts here, into the machine's block. */
  readonly resume: () => void
}

/** What is known of a local over all locations. */
export interface LocalType {
  type: Type
  changes: number
  readonly depth: number
  readonly cell: Cell
}

export interface Machine {
  readonly c: Context
  readonly kind: 'process' | 'rule' | 'init'
  block: OpenBlock
  frames: readonly Frame[]
  readonly locations: Map<string, CompiledLocation>
  readonly locals: Map<string, LocalType>
  readonly dirty: Set<string>
  /** How often each loop has come round on the present way through the step. */
  readonly stepRounds: Map<object, number>
  /** The variables of a local's leaves; null while types are still being found. */
  frameVariables: ((cell: string) => readonly number[]) | null
  /** How a process, rule or `init` ends. */
  readonly finish: () => void
}

type Next = () => void

interface Control {
  readonly jumps: readonly { readonly kind: 'break' | 'continue'; readonly labels: readonly string[]; readonly go: Next }[]
  readonly leave: (v: Value) => void
}

/** Runs an author's function from its start. */
export const runFunction = (
  m: Machine,
  fn: Value,
  args: readonly Value[],
  site: Site,
  root: Scope,
  control: { leave: (v: Value) => void },
): void => {
  const { c } = m
  const { body } = functionOf(c, fn, site)
  within(c, body, site, () => {
    const scope = enter(c, fn, args, site, root)
    const path = c.files[scope.file]?.path ?? ''
    m.frames = [...m.frames, { path, scope, rounds: '', looping: [], call: -1 }]
    bindParameters(c, body, args, scope, site)
    runBody(m, body, scope, control.leave)
  })
}

const runBody = (m: Machine, body: Fn, scope: Scope, leave: (v: Value) => void): void => {
  if (body.body === null) return leave(undefinedValue)
  if (body.body.type !== 'BlockStatement') {
    const expression = body.body
    return step(
      m,
      { type: 'ExpressionStatement', expression, start: expression.start, end: expression.end } as Statement,
      scope,
      { jumps: [], leave },
      () => leave(undefinedValue),
    )
  }
  run(m, body.body.body, 0, scope, { jumps: [], leave }, () => leave(undefinedValue))
}

const run = (m: Machine, statements: readonly Statement[], first: number, scope: Scope, control: Control, next: Next): void => {
  if (first === 0) hoist(m.c, statements, scope)
  for (let i = first; i < statements.length; i++) {
    const statement = statements[i]
    if (statement === undefined) continue
    if (needsContinuation(statement)) return step(m, statement, scope, control, () => run(m, statements, i + 1, scope, control, next))
    // Without a yield in it or a jump out of it, it comes to its end: or the whole way is refused.
    if (runStatement(m.c, statement, scope) === 'never') return fallOff(m)
  }
  next()
}

const needsContinuation = (node: Node): boolean => hasYield(node) || escapes(node) || callsNamed(node, 'when')

/** No way leads here: an exhaustive match whose last arm always fails, say. */
const fallOff = (m: Machine): void => {
  m.block.end = { op: 'blocked' }
}

/** Compiles a part of the step into a block of its own. */
const fork = (m: Machine, body: Next): Block => {
  const { c } = m
  const before = { block: m.block, frames: m.frames, out: c.out, cells: c.cells, calls: c.calls }
  const inner: OpenBlock = { body: [], end: null }
  m.block = inner
  c.out = inner.body
  body()
  m.block = before.block
  m.frames = before.frames
  c.out = before.out
  c.cells = before.cells
  c.calls = before.calls
  return close(inner)
}

const branch = (m: Machine, test: Expr, then: Next, otherwise: Next): void => {
  if (test.op === 'const') return test.value === 0 ? otherwise() : then()
  m.block.end = { op: 'branch', condition: test, then: fork(m, then), else: fork(m, otherwise) }
}

const blocked =
  (m: Machine): Next =>
  () => {
    m.block.end = { op: 'blocked' }
  }

const step = (m: Machine, node: Statement, scope: Scope, control: Control, next: Next, labels: readonly string[] = []): void => {
  const { c } = m
  if (!needsContinuation(node)) {
    if (runStatement(c, node, scope, labels) === 'never') return fallOff(m)
    return next()
  }
  switch (node.type) {
    case 'ExpressionStatement': {
      const { expression } = node
      if (expression.type === 'YieldExpression' && !expression.delegate) return pause(m, expression, scope, next)
      if (expression.type === 'CallExpression' && isWhen(expression, scope)) return guard(m, expression, scope, next)
      if (callsNamed(node, 'when') && !hasYield(node))
        return refuse(c, 'MC108', scope.file, node, 'when(...) inside an expression', 'call it as a statement of its own')
      return withYields(m, expression, scope, () => {
        if (expression.type !== 'YieldExpression') evaluateObject(c, expression, scope)
        next()
      })
    }
    case 'VariableDeclaration': {
      const declareFrom = (i: number): void => {
        const d = node.declarations[i]
        if (d === undefined) return next()
        const one = { ...node, declarations: [d] }
        if (d.init === null) {
          declare(c, one, scope)
          return declareFrom(i + 1)
        }
        withYields(m, d.init, scope, () => {
          declare(c, one, scope)
          declareFrom(i + 1)
        })
      }
      return declareFrom(0)
    }
    case 'BlockStatement':
      return run(m, node.body, 0, childScope(scope), control, next)
    case 'IfStatement':
      return withYields(m, node.test, scope, () => {
        const test = condition(c, evaluateObject(c, node.test, scope), { file: scope.file, node: node.test })
        const arm = (statement: Statement | null, truth: boolean) => (): void => {
          if (test.op !== 'const') {
            cover(
              c,
              spanOf(scope.file, statement ?? node.test),
              truth ? `if (${textOf(c, scope.file, node.test)})` : `else of if (${textOf(c, scope.file, node.test)})`,
            )
            refine(c, node.test, truth, scope)
          }
          if (statement === null) return next()
          step(m, statement, childScope(scope), control, next)
        }
        branch(m, test, arm(node.consequent, true), arm(node.alternate, false))
      })
    case 'ReturnStatement': {
      const { argument } = node
      if (argument === null) return control.leave(undefinedValue)
      return withYields(m, argument, scope, () => control.leave(settleValue(c, evaluate(c, argument, scope))))
    }
    case 'BreakStatement':
    case 'ContinueStatement': {
      const kind = node.type === 'BreakStatement' ? 'break' : 'continue'
      const label = node.label?.name
      const to = control.jumps.find((j) => j.kind === kind && (label === undefined || j.labels.includes(label)))
      if (to === undefined) return refuse(c, 'MC101', scope.file, node, `a ${kind} outside of a loop`, 'remove it')
      return to.go()
    }
    case 'LabeledStatement':
      requireLoop(c, node, scope)
      return step(m, node.body, scope, control, next, [...labels, node.label.name])
    case 'WhileStatement':
      return whileLoop(m, node, scope, control, next, labels)
    case 'DoWhileStatement': {
      const inner = (): void => step(m, node.body, childScope(scope), loopControl(m, control, labels, next, again), again)
      const again = (): void => rounds(m, node, scope, node.test, inner, next)
      return inner()
    }
    case 'ForStatement':
      return forLoop(m, node, scope, control, next, labels)
    case 'ForOfStatement':
      return forOf(m, node, scope, control, next, labels)
    case 'SwitchStatement':
      return switchOn(m, node, scope, control, next)
    default:
      if (runStatement(c, node, scope) === 'never') return fallOff(m)
      return next()
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Loops

/** A loop that comes round this often within one step has no yield on its way. */
const mostRounds = 200

/** Tests a loop's condition and goes on into it or behind it. */
const rounds = (m: Machine, node: Node, scope: Scope, test: Expression | null, body: Next, after: Next): void => {
  const { c } = m
  const depth = (m.stepRounds.get(node) ?? 0) + 1
  if (depth > mostRounds)
    return refuse(
      c,
      'MC107',
      scope.file,
      node,
      `this loop can go round without a yield, ${mostRounds} times and more within one step`,
      'put a yield into every way through its body, or bound it by a constant',
    )
  m.stepRounds.set(node, depth)
  const enterLoop = (): void => {
    if (test === null) return body()
    withYields(m, test, scope, () => {
      const e = condition(c, evaluate(c, test, scope), { file: scope.file, node: test })
      branch(
        m,
        e,
        () => {
          if (e.op !== 'const') refine(c, test, true, scope)
          body()
        },
        () => {
          if (e.op !== 'const') refine(c, test, false, scope)
          after()
        },
      )
    })
  }
  enterLoop()
  m.stepRounds.set(node, depth - 1)
}

const loopControl = (m: Machine, control: Control, labels: readonly string[], after: Next, again: Next): Control => {
  const { frames } = m
  const at =
    (go: Next): Next =>
    () => {
      m.frames = frames
      go()
    }
  return {
    leave: control.leave,
    jumps: [{ kind: 'break', labels, go: at(after) }, { kind: 'continue', labels, go: at(again) }, ...control.jumps],
  }
}

const whileLoop = (m: Machine, node: WhileStatement, scope: Scope, control: Control, next: Next, labels: readonly string[]): void => {
  const again = (): void =>
    rounds(
      m,
      node,
      scope,
      node.test,
      () => step(m, node.body, childScope(scope), loopControl(m, control, labels, next, again), again),
      next,
    )
  again()
}

const forLoop = (m: Machine, node: ForStatement, scope: Scope, control: Control, next: Next, labels: readonly string[]): void => {
  const { c } = m
  const inner = childScope(scope)
  const start = (): void => {
    const again = (): void =>
      rounds(
        m,
        node,
        inner,
        node.test,
        () => step(m, node.body, childScope(inner), loopControl(m, control, labels, next, update), update),
        next,
      )
    const update = (): void => {
      if (node.update === null) return again()
      const { update: expression } = node
      withYields(m, expression, inner, () => {
        evaluate(c, expression, inner)
        again()
      })
    }
    again()
  }
  if (node.init === null) return start()
  if (node.init.type === 'VariableDeclaration') return step(m, node.init, inner, control, start)
  const { init } = node
  withYields(m, init, inner, () => {
    evaluate(c, init, inner)
    start()
  })
}

const forOf = (m: Machine, node: ForOfStatement, scope: Scope, control: Control, next: Next, labels: readonly string[]): void => {
  const { c } = m
  const site: Site = { file: scope.file, node: node.right }
  const frames = m.frames
  const yields = hasYield(node)
  const list = (): readonly { present: Expr; value: Value }[] => {
    const v = evaluateObject(c, node.right, scope)
    if (yields && v.k !== 'const' && !(v.k === 'list' && node.right.type === 'Identifier'))
      return refuse(
        c,
        'MC305',
        scope.file,
        node.right,
        `a loop with a yield in it goes over ${describe(v)}, which may change meanwhile`,
        'copy it into a local first: `const xs = [...x]`, and loop over that',
      )
    const items = iteration(c, v, site)
    return yields ? compact(items, wholeOf(c, spanOf(scope.file, node.right))).items : items
  }
  const first = list()
  nameParts(c, node.right, first, scope)
  const looped = loopedCell(node.right, scope)
  const { length } = first
  const round = (i: number): void => {
    m.frames = frames
    if (i >= length) return next()
    // With yields the list is read again in every round: from the frame, where a yield has passed.
    const item = (yields ? list() : first)[i]
    if (item === undefined) return next()
    const roundScope = {
      ...scope,
      parent: scope,
      names: new Map<string, Cell>(),
      coming: new Set<string>(),
      captured: null,
      instance: `${scope.instance}#${i}`,
    }
    const outer = frames.at(-1)
    branch(
      m,
      item.present,
      () => {
        const again = (): void => round(i + 1)
        const inside = loopControl(m, control, labels, next, again)
        const settled = { present: one, value: settleValue(c, item.value) }
        const inner = bindItem(c, node, settled, roundScope)
        if (outer !== undefined) {
          const looping = looped === null ? outer.looping : [...outer.looping, looped]
          m.frames = [...frames.slice(0, -1), { ...outer, looping, rounds: yields ? `${outer.rounds}#${i}` : outer.rounds }]
        }
        step(m, node.body, inner, inside, again)
      },
      () => round(i + 1),
    )
  }
  round(0)
}

const switchOn = (m: Machine, node: SwitchStatement, scope: Scope, control: Control, next: Next): void => {
  const { c } = m
  const inner = childScope(scope)
  withYields(m, node.discriminant, scope, () => {
    const cases = switchCases(c, node, inner)
    const inside: Control = { leave: control.leave, jumps: [{ kind: 'break', labels: [], go: next }, ...control.jumps] }
    const from = (i: number): void => {
      const found = cases[i]
      if (found === undefined) return next()
      branch(
        m,
        found.condition,
        () => {
          if (found.condition.op !== 'const') cover(c, spanOf(scope.file, found.body[0] ?? node), found.text)
          run(m, found.body, 0, childScope(inner), inside, next)
        },
        () => from(i + 1),
      )
    }
    from(0)
  })
}

// ---------------------------------------------------------------------------------------------------------------------
// Delegated yields: choices and helpers

/** Executes the `yield*`s of an expression, then goes on; `evaluate` finds their values in the context. */
const withYields = (m: Machine, expression: Expression, scope: Scope, next: Next): void => {
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
  const inner = enter(c, fn, args, { file: scope.file, node }, { ...scope, instance: `${scope.instance}${waiting?.rounds ?? ''}` })
  const back = (v: Value): void => {
    m.frames = outer.frames
    c.calls = outer.calls
    next(v)
  }
  within(c, body, site, () => {
    m.frames = [...m.frames, { path: c.files[inner.file]?.path ?? '', scope: inner, rounds: '', looping: [], call: -1 }]
    bindParameters(c, body, args, inner, site)
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

const isWhen = (node: CallExpression, scope: Scope): boolean => {
  if (node.callee.type !== 'Identifier') return false
  const found = lookup(scope, node.callee.name)
  return found !== null && 'captured' in found && found.captured.captured(node.callee.name) === when
}

const guard = (m: Machine, node: CallExpression, scope: Scope, next: Next): void => {
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

// ---------------------------------------------------------------------------------------------------------------------
// Locations

interface PauseSite {
  readonly label: () => string
  /** The condition of `until`, and where it stands. */
  readonly condition: { readonly node: Expression; readonly scope: Scope } | null
}

const pause = (m: Machine, node: YieldExpression, scope: Scope, next: Next): void => {
  const { c } = m
  if (m.kind !== 'process')
    return refuse(
      c,
      'MC113',
      scope.file,
      node,
      `${m.kind === 'rule' ? 'a rule' : 'init'} takes a step in the middle`,
      m.kind === 'rule' ? 'a rule is one atomic step: make it a process, or several rules' : 'init sets initial values; it may only choose',
    )
  const { label, condition: waits } = pauseSite(c, node, scope)
  const key = m.frames.map((frame, i) => `${frame.path}:${i === m.frames.length - 1 ? node.start : frame.call}${frame.rounds}`).join('/')
  const innermost = m.frames.length - 1
  const cells = visibleLocals(m.frames.map((frame, depth) => (depth === innermost ? scope : frame.scope)))
  let location = m.locations.get(key)
  if (location === undefined) {
    const { frames } = m
    const { calls } = c
    location = {
      id: m.locations.size,
      key,
      label,
      at: spanOf(scope.file, node),
      cells,
      integers: new Map(),
      lost: new Set(),
      resume: () => {
        m.frames = frames
        c.calls = calls
        if (waits === null) return next()
        const { purpose } = c
        c.purpose = 'condition'
        c.outside = c.cells
        const v = runCondition(m, waits.node, waits.scope)
        c.outside = null
        c.purpose = purpose
        branch(m, v, next, blocked(m))
      },
    }
    m.locations.set(key, location)
    m.dirty.add(key)
  }
  const frame: FrameEntry[] = []
  for (const { cell, depth } of location.cells) save(m, location, cell, depth, frame, { file: scope.file, node })
  m.block.end = { op: 'goto', location: location.id, frame }
}

/** The locals that the generators in progress can see, each with the outermost one that can. */
const visibleLocals = (scopes: readonly Scope[]): LocalCell[] => {
  const seen = new Map<string, LocalCell>()
  scopes.forEach((scope, depth) => {
    for (const cell of visibleCells(scope)) if (!seen.has(cell.id)) seen.set(cell.id, { cell, depth })
  })
  return [...seen.values()]
}

const runCondition = (m: Machine, node: Expression, scope: Scope): Expr => {
  const { c } = m
  const site: Site = { file: scope.file, node }
  if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement' && node.params.length === 0)
    return condition(c, evaluate(c, node.body, scope), { file: scope.file, node: node.body })
  const call = {
    type: 'CallExpression',
    callee: node,
    arguments: [],
    optional: false,
    start: node.start,
    end: node.end,
  } as unknown as CallExpression
  return condition(c, evaluate(c, call as Expression, scope), site)
}

/** Saves a local for the next step, which starts at a location: as its type asks, or widens the type. */
const save = (m: Machine, location: CompiledLocation, cell: Cell, depth: number, frame: FrameEntry[], site: Site): void => {
  const { c } = m
  const value = c.cells.get(cell.id)
  if (value === undefined) {
    if (!location.lost.has(cell.id)) m.dirty.add(location.key)
    location.lost.add(cell.id)
    return
  }
  const type = forFrame(typeOf(value), cell)
  const known = m.locals.get(cell.id)
  const join = (a: Type | undefined, b: Type): Type => (a === undefined ? b : joinOrRefuse(c, a, b, site, `'${cell.name}'`))
  const widened = (before: { type: Type; changes: number } | undefined, joined: Type, changes: number): Type =>
    changes > mostChanges ? widen(c, joined, before?.type ?? joined, cell, site) : joined
  if (isInteger(type) && (known === undefined || isInteger(known.type))) {
    // An integer's range is known location by location: `n++` between two yields does not feed itself.
    const here = location.integers.get(cell.id)
    const joined = join(here?.type, type)
    if (here === undefined || !sameType(here.type, joined)) {
      const changes = (here?.changes ?? 0) + 1
      const wide = widened(here, joined, changes)
      location.integers.set(cell.id, { type: wide, changes })
      m.locals.set(cell.id, { type: join(known?.type, wide), changes: 0, depth, cell })
      m.dirty.add(location.key)
    }
  } else {
    const joined = join(known?.type, type)
    if (known === undefined || !sameType(known.type, joined)) {
      const changes = (known?.changes ?? 0) + 1
      m.locals.set(cell.id, { type: widened(known, joined, changes), changes, depth, cell })
      for (const [key, other] of m.locations) if (other.cells.some((local) => local.cell.id === cell.id)) m.dirty.add(key)
    }
  }
  const type2 = m.locals.get(cell.id)?.type
  const variables = m.frameVariables?.(cell.id)
  if (variables === undefined || type2 === undefined || type2.k === 'stale') return
  const rows = lower(value, type2, wholeOf(c, spanOf(site.file, site.node)))
  rows.forEach((es, leaf) => {
    const variable = variables[leaf]
    if (variable !== undefined) es.forEach((e, element) => frame.push({ variable, element, value: e }))
  })
}

/** A type that has changed more often than this is widened. */
const mostChanges = 8

const isInteger = (t: Type): boolean => t.k === 'int' || (t.k === 'const' && Number.isInteger(t.value))

/** What is known of a local's value at a location, given what is known of it everywhere. */
const narrowed = (value: Value, type: Type | undefined): Value => {
  if (type?.k === 'const') return constantValue(type.value)
  return value.k === 'int' && type?.k === 'int' ? int(value.e, type.lo, type.hi) : value
}

/** A reference that a local (not a parameter) holds is stale after the yield, wherever in the value it is. */
const forFrame = (t: Type, cell: Cell, name = cell.name): Type => {
  const fields = (of: ReadonlyMap<string, Type>): Map<string, Type> =>
    new Map(
      [...of].map(([field, f]) => [
        field,
        f.k === 'ref' ? { k: 'stale', what: `'${name}.${field}'` } : forFrame(f, cell, `${name}.${field}`),
      ]),
    )
  switch (t.k) {
    case 'ref':
      return cell.parameter ? t : { k: 'stale', what: `'${name}'` }
    case 'optional': {
      const of = forFrame(t.of, cell, name)
      return t.of.k === 'ref' || of.k === 'stale' ? { k: 'stale', what: `'${name}'` } : { ...t, of }
    }
    case 'record':
      return { k: 'record', fields: fields(t.fields) }
    case 'union':
      return { ...t, variants: t.variants.map(([variant, of]) => [variant, fields(of)]) }
    case 'list':
      return t.of.k === 'ref' ? { k: 'stale', what: `'${name}'` } : { ...t, of: forFrame(t.of, cell, `${name}[..]`) }
    default:
      return t
  }
}

/** A local list that grows beyond this, from yield to yield, is taken for one without a bound. */
const mostItems = 64

const limits = [1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023, 4_095, 65_535]

/** Integers that keep growing go to the next limit; beyond the last they have no bound. */
const widen = (c: Context, t: Type, before: Type, cell: Cell, site: Site): Type => {
  if (t.k === 'optional') return { ...t, of: widen(c, t.of, before.k === 'optional' ? before.of : before, cell, site) }
  if (t.k === 'record')
    return {
      ...t,
      fields: new Map(
        [...t.fields].map(([name, f]) => [name, widen(c, f, before.k === 'record' ? (before.fields.get(name) ?? f) : f, cell, site)]),
      ),
    }
  if (t.k === 'list' && before.k === 'list' && t.length > before.length && t.length > mostItems)
    return refuse(
      c,
      'MC204',
      site.file,
      site.node,
      `the local list '${cell.name}' grows without bound from yield to yield`,
      'make it a queue of `state`, which has a capacity, or keep a count instead',
    )
  if (t.k === 'list') return { ...t, of: widen(c, t.of, before.k === 'list' ? before.of : t.of, cell, site) }
  if (t.k !== 'int' || before.k !== 'int') return t
  const hi = t.hi > before.hi ? limits.find((limit) => limit >= t.hi) : t.hi
  const lo = t.lo < before.lo ? limits.find((limit) => -limit <= t.lo) : -t.lo
  if (hi === undefined || lo === undefined)
    return refuse(
      c,
      'MC204',
      site.file,
      site.node,
      `the local '${cell.name}' grows without bound from yield to yield`,
      'bound it: count modulo something, stop at a limit, or make it a variable of `state` with a range',
    )
  return { k: 'int', lo: -lo, hi, zero: zeroIn(-lo, hi) }
}

/** The locals as they are where a step starts: what the frame holds. */
export const restore = (m: Machine, location: CompiledLocation): void => {
  const { c } = m
  c.cells = new Map()
  for (const { cell } of location.cells) {
    const local = m.locals.get(cell.id)
    if (local === undefined || location.lost.has(cell.id)) continue
    const all = leaves(local.type)
    const variables = m.frameVariables?.(cell.id)
    const value = raise(
      local.type,
      (leaf, element) =>
        variables === undefined
          ? { op: 'load', variable: -1 - leaf, index: [] }
          : load(variables[leaf] ?? -1, unflatten(element, all[leaf]?.dims ?? []).map(constant)),
      'parameter',
    )
    setCell(c, cell, isInteger(local.type) ? narrowed(value, location.integers.get(cell.id)?.type) : value)
  }
}

const pauseSite = (c: Context, node: YieldExpression, scope: Scope): PauseSite => {
  const { argument } = node
  if (argument === null)
    return refuse(c, 'MC114', scope.file, node, 'a yield without a label', "say what the step does: yield 'read the entry'")
  if (argument.type === 'CallExpression') {
    const fn = calleeOf(c, argument, scope)
    if (fn.k === 'const' && fn.value === until) {
      const [label, test] = argument.arguments
      if (label === undefined || test === undefined || label.type === 'SpreadElement' || test.type === 'SpreadElement')
        return refuse(
          c,
          'MC114',
          scope.file,
          argument,
          'until(...) takes a label and a condition',
          "yield until('lock', () => s.lock === null)",
        )
      labelText(c, label, scope)
      return { label: () => labelText(c, label, scope), condition: { node: test, scope } }
    }
    if (fn.k === 'const' && fn.value === choose)
      return refuse(c, 'MC108', scope.file, node, 'yield choose(...)', 'write yield* choose(...)')
  }
  // Now for what is wrong with it; later, with what is known of the locals on all ways here, for its text.
  labelText(c, argument, scope)
  return { label: () => labelText(c, argument, scope), condition: null }
}

/** The label as far as it is known when the model is compiled: a computed one as it is written. */
const labelText = (c: Context, node: Expression, scope: Scope): string => {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateLiteral') {
    const parts = node.expressions.map((e) => constantText(c, e, scope))
    return node.quasis
      .map(
        (q, i) =>
          `${q.value.cooked ?? q.value.raw}${i < parts.length ? (parts[i] ?? `\${${textOf(c, scope.file, node.expressions[i] ?? node)}}`) : ''}`,
      )
      .join('')
  }
  const text = constantText(c, node, scope, 'texts')
  if (text !== null) return text
  if (node.type === 'ConditionalExpression') return `${labelText(c, node.consequent, scope)} | ${labelText(c, node.alternate, scope)}`
  return refuse(c, 'MC114', scope.file, node, 'this is no label', "a label is a text: yield 'read the entry', or a template literal")
}

/** A constant as text: `texts` alone, or whatever a template literal may show. */
const constantText = (c: Context, node: Expression, scope: Scope, what: 'texts' | 'scalars' = 'scalars'): string | null => {
  const before = { out: c.out, cells: c.cells, stores: c.stores, temps: c.temps }
  c.out = []
  try {
    const v = evaluate(c, node, scope)
    return v.k === 'const' &&
      (typeof v.value === 'string' || (what === 'scalars' && (typeof v.value === 'number' || typeof v.value === 'boolean')))
      ? String(v.value)
      : null
  } finally {
    Object.assign(c, before)
  }
}

/** Compiles what stands at a location: conditions first. */
export const compileAt = (m: Machine, body: Next): Block => {
  m.stepRounds.clear()
  return fork(m, body)
}
