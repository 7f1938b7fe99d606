/**
 * Code that steps may end in: processes, rules and `init`. It is executed in continuation-passing style: `yield` ends
 * the step, and what comes after it is compiled as a step of its own, once, however many ways lead there. Ways that
 * part at a conditional with a yield in it do not meet again before the step ends; all else is straight-line code
 * (statement.ts).
 */
import type { Node, Statement, SwitchStatement } from 'oxc-parser'
import { bindParameters, enter, functionOf, within } from '../expression/call.js'
import { condition, refine } from '../expression/condition.js'
import { evaluate, evaluateObject } from '../expression/expression.js'
import { declare, hoist, requireLoop, runStatement, switchCases } from '../expression/statement.js'
import type { Context } from '../values/context.js'
import { reach } from '../values/draft.js'
import { cover, settleValue } from '../values/emit.js'
import { childScope, type Fn, type Scope } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { callsIn, escapes, hasYield } from '../values/syntax.js'
import { undefinedValue, type Value } from '../values/value.js'
import { branch, type Control, fallOff, type Machine, type Next } from './agent-context.js'
import { guard, isWhen, withYields } from './delegate.js'
import { pause } from './location.js'
import { forLoop, forOf, loopControl, rounds, whileLoop } from './loop.js'

/** Runs an author's function from its start. The last of its many parameters is where its `return` leads. */
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
    const scope = enter(c, fn, site, root)
    const path = c.draft.files[scope.file]?.path ?? ''
    m.frames = [...m.frames, { path, scope, rounds: '', looping: [], call: -1 }]
    bindParameters(c, body, args, scope)
    runBody(m, body, scope, control.leave)
  })
}

export const runBody = (m: Machine, body: Fn, scope: Scope, leave: (v: Value) => void): void => {
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
  run(m, body.body.body, 0, childScope(scope), { jumps: [], leave }, () => leave(undefinedValue))
}

/** Executes a list of statements from number `first` on, then `next`. Parameters as those of `step`. */
const run = (m: Machine, statements: readonly Statement[], first: number, scope: Scope, control: Control, next: Next): void => {
  if (first === 0) hoist(m.c, statements, scope)
  for (let i = first; i < statements.length; i++) {
    const statement = statements[i]
    if (statement === undefined) continue
    if (needsContinuation(m.c, statement, scope))
      return step(m, statement, scope, control, () => run(m, statements, i + 1, scope, control, next))
    // Without a yield in it or a jump out of it, it comes to its end: or the whole way is refused.
    if (runStatement(m.c, statement, scope) === 'never') return fallOff(m)
  }
  next()
}

const needsContinuation = (c: Context, node: Node, scope: Scope): boolean => hasYield(node) || escapes(node) || callsWhen(c, node, scope)

const callsWhen = (c: Context, node: Node, scope: Scope): boolean => callsIn(node).some((call) => isWhen(c, call, scope))

/**
 * Executes a statement, then `next`. Its many parameters are those of continuations: what comes behind the statement is
 * `next`, and `control` is where jumps lead. Long: one case for each kind of statement.
 */
export const step = (m: Machine, node: Statement, scope: Scope, control: Control, next: Next, labels: readonly string[] = []): void => {
  const { c } = m
  c.code.at = spanOf(scope.file, node)
  reach(c, node)
  if (!needsContinuation(c, node, scope)) {
    if (runStatement(c, node, scope, labels) === 'never') return fallOff(m)
    return next()
  }
  switch (node.type) {
    case 'ExpressionStatement': {
      const { expression } = node
      if (expression.type === 'YieldExpression' && !expression.delegate) return pause(m, expression, scope, next)
      if (expression.type === 'CallExpression' && isWhen(c, expression, scope)) return guard(m, expression, scope, next)
      if (callsWhen(c, node, scope) && !hasYield(node))
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
