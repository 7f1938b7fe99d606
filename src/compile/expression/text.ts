/**
 * Labels of steps and messages of assertions: texts that may show the state. Nobody keeps them, but what fails in them
 * fails.
 */
import type { Expression } from 'oxc-parser'
import type { Stmt } from '../../ir/system.js'
import { walkStmts } from '../../ir/walk.js'
import type { Context } from '../values/context.js'
import { append, emitInto } from '../values/emit.js'
import { conditional } from '../values/flow.js'
import { whileDoing } from '../values/reads.js'
import { type Scope, siteOf } from '../values/scope.js'
import { refuse } from '../values/site.js'
import { undefinedValue } from '../values/value.js'
import { condition } from './condition.js'
import { evaluateObject } from './expression.js'

/**
 * Evaluates a text for what may fail in it. Refuses one that changes anything: it is evaluated where it is shown, and
 * how often is nobody's business.
 */
export const evaluateText = (c: Context, node: Expression, scope: Scope): void => {
  const { purpose } = c.code
  const { cells } = c.way
  const out: Stmt[] = []
  c.code.purpose = purpose === 'start' ? 'start' : 'text'
  emitInto(c, out, () => {
    // It may not change anything.
    whileDoing(
      c,
      () => evaluateParts(c, node, scope),
      () => true,
    )
  })
  c.code.purpose = purpose
  if (c.way.cells !== cells && [...cells].some(([id, v]) => c.way.cells.get(id) !== v))
    refuse(c, 'MC303', scope.file, node, 'a label or message changes a local', 'change it in a statement before')
  c.way.cells = cells
  let fails = false
  walkStmts(out, {
    stmt: ({ op }) => {
      fails ||= op === 'check'
    },
  })
  if (fails) append(c, out)
}

const evaluateParts = (c: Context, node: Expression, scope: Scope): void => {
  switch (node.type) {
    case 'TemplateLiteral':
      for (const e of node.expressions) evaluateParts(c, e, scope)
      return
    case 'ConditionalExpression': {
      const test = condition(c, evaluateObject(c, node.test, scope), siteOf(scope, node.test))
      const arm = (part: Expression) => () => {
        evaluateParts(c, part, scope)
        return undefinedValue
      }
      conditional(c, test, arm(node.consequent), arm(node.alternate), siteOf(scope, node))
      return
    }
    default:
      evaluateObject(c, node, scope)
  }
}
