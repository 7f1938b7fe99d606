/** Expressions of the subset, executed on symbolic values. */
import type { Expression, SpreadElement, UnaryExpression } from 'oxc-parser'
import { not } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import { arithmetic, negate, number, operand } from '../values/arithmetic.js'
import { isBorrowed } from '../values/borrowed.js'
import type { Context } from '../values/context.js'
import { reach, reachCondition } from '../values/draft.js'
import { cover, settleValue } from '../values/emit.js'
import { conditional } from '../values/flow.js'
import { readsParamsOnly } from '../values/free.js'
import { describeSyntax, syntaxHint, unaryHint } from '../values/outside.js'
import { nameAgain, nameParts, refuseChanged } from '../values/ownership.js'
import { crossable, insidePart, isJudged, opposite, restoreStance, setStance, stanceOf, takeStance } from '../values/parts.js'
import { type Scope, siteOf } from '../values/scope.js'
import { type Offsets, refuse, spanOf, textOf } from '../values/site.js'
import { chainOf } from '../values/syntax.js'
import { asBool, boolean, constantValue, type Item, int, undefinedValue, type Value } from '../values/value.js'
import { chain, member, neverNull, present } from './access.js'
import { assignment, update } from './assignment.js'
import { call } from './call.js'
import { condition, logical, mostLinks } from './condition.js'
import { itemsOf } from './element.js'
import { listLiteral, objectLiteral } from './literal.js'
import { identifier } from './name.js'
import { binaryOperator, refuseNeverEqual, refuseNumbers } from './operator.js'
import { textValue } from './template.js'

/** Evaluates an expression whose value may get a second name where it goes. */
export const evaluate = (c: Context, node: Expression, scope: Scope): Value => {
  const v = evaluateObject(c, node, scope)
  nameAgain(c, node, v, scope)
  return v
}

/** Evaluates a part of a literal. One that stands for a part of the state makes the literal stand for it too. */
export const evaluatePart = (c: Context, node: Expression, scope: Scope): Value => {
  const v = evaluateObject(c, node, scope)
  if (!isBorrowed(c, v)) nameAgain(c, node, v, scope)
  return v
}

/**
 * Evaluates the object of a member access, spread, loop or comparison, or what the state copies: a use that gives it no
 * second name.
 */
export const evaluateObject = (c: Context, node: Expression, scope: Scope): Value => {
  const stance = stanceOf(c, node)
  const v = isJudged(c, node) ? judged(c, node, scope) : evaluateNode(c, node, scope)
  restoreStance(c, node, stance)
  return v
}

/** Evaluates a condition that may be crossed out. */
const judged = (c: Context, node: Expression, scope: Scope): Value => {
  const stance = stanceOf(c, node)
  const v = insidePart(c, node, scope.file, () => evaluateNode(c, node, scope))
  return isJudged(c, node) ? boolean(crossable(c, node, scope.file, condition(c, v, siteOf(scope, node)), stance)) : v
}

/** Long: one case for each kind of expression. */
const evaluateNode = (c: Context, node: Expression, scope: Scope): Value => {
  reach(c, node)
  const known = c.way.evaluated.get(node)
  if (known?.k === 'value') {
    refuseChanged(c, known.held ?? null, node, scope.file)
    return known.value
  }
  const site = siteOf(scope, node)
  switch (node.type) {
    case 'Literal':
      if (typeof node.value === 'bigint' || node.value instanceof RegExp) break
      return constantValue(node.value)
    case 'TemplateLiteral':
      return textValue(
        c,
        node,
        node.expressions.map((e) => evaluate(c, e, scope)),
        scope,
      )
    case 'Identifier':
      return identifier(c, node, scope)
    case 'MemberExpression':
      return member(c, node, scope)
    case 'ChainExpression':
      return chain(c, node.expression, scope)
    case 'CallExpression':
      return call(c, node, scope)
    case 'UnaryExpression':
      return unary(c, node, scope)
    case 'BinaryExpression':
      return truth(c, node, binaryChain(c, node, scope))
    case 'LogicalExpression':
      return truth(c, node, logical(c, node, scope))
    case 'ConditionalExpression': {
      const stance = takeStance(c, node)
      for (const arm of [node.consequent, node.alternate]) setStance(c, arm, stance, 'branch')
      const test = condition(c, evaluateObject(c, node.test, scope), siteOf(scope, node.test))
      const v = conditional(
        c,
        test,
        () => branch(c, test, node.consequent, `?: of ${textOf(c, site.file, node.test)}`, scope),
        () => branch(c, test, node.alternate, `?: else of ${textOf(c, site.file, node.test)}`, scope),
        site,
      )
      return v === 'never' ? undefinedValue : v
    }
    case 'AssignmentExpression':
      return assignment(c, node, scope)
    case 'UpdateExpression':
      return update(c, node, scope)
    case 'ObjectExpression':
      return objectLiteral(c, node, scope)
    case 'ArrayExpression':
      return listLiteral(c, node, scope)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      if (node.async)
        return refuse(
          c,
          'MC101',
          site.file,
          node,
          'an async function is outside the language',
          'a model has no promises: processes take turns by `yield`',
        )
      return { k: 'closure', fn: node, scope }
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
      setStance(c, node.expression, takeStance(c, node))
      return evaluateObject(c, node.expression, scope)
    case 'TSNonNullExpression': {
      const v = evaluateObject(c, node.expression, scope)
      return v.k === 'optional' ? present(c, v, site) : neverNull(c, v, site)
    }
    case 'YieldExpression':
      return refuse(c, 'MC108', site.file, node, 'a yield inside an expression', 'give it a statement of its own: `const x = yield* ...`')
    default:
      break
  }
  return refuseSyntax(c, node, scope)
}

/** Notes what a comparison or the like is compiled to. */
const truth = (c: Context, node: Expression, v: Value): Value => {
  const e = asBool(v)
  if (e !== null) reachCondition(c, node, e)
  return v
}

const refuseSyntax = (c: Context, node: Expression, scope: Scope): never =>
  refuse(c, 'MC101', scope.file, node, `${describeSyntax(node)} is outside the language`, syntaxHint(node))

const unary = (c: Context, node: UnaryExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  switch (node.operator) {
    case '!':
      setStance(c, node.argument, opposite(stanceOf(c, node)))
      return boolean(not(condition(c, evaluateObject(c, node.argument, scope), siteOf(scope, node.argument))))
    case '-':
      return negate(c, evaluate(c, node.argument, scope), site)
    case '+': {
      const i = number(c, evaluate(c, node.argument, scope), site, '+')
      return int(i.e, i.lo, i.hi)
    }
    case '~':
      return arithmetic(c, '^', evaluate(c, node.argument, scope), constantValue(-1), site)
    default:
      return refuse(c, 'MC101', site.file, node, `'${node.operator}' is outside the language`, unaryHint(node.operator))
  }
}

/** `a + b - c`, from the left: as deep as it is long. */
const binaryChain = (c: Context, node: Extract<Expression, { type: 'BinaryExpression' }>, scope: Scope): Value => {
  const { first, links } = chainOf(node, (inner) => c.way.evaluated.has(inner))
  if (first.type === 'PrivateIdentifier') return refuseSyntax(c, node, scope)
  let v = evaluateObject(c, first, scope)
  for (const [i, link] of links.entries()) {
    const { left, right, operator } = link
    const a = binaryOperand(c, link, v, scope)
    const b = binaryOperand(c, link, evaluateObject(c, right, scope), scope)
    refuseNeverEqual(c, operator, [left as Expression, a], [right, b], scope)
    refuseNumbers(c, operator, [left as Expression, a], [right, b], scope)
    v = binaryOperator(c, operator, a, b, siteOf(scope, link))
    if (i % mostLinks === mostLinks - 1) v = settleValue(c, v)
  }
  return v
}

const takesIntegers: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '>>>', '<', '<=', '>', '>='])

/**
 * An operand of a binary operator: where a number is computed from it, it must be there before the other one is
 * evaluated.
 */
export const binaryOperand = (c: Context, node: Offsets & { readonly operator: string }, v: Value, scope: Scope): Value =>
  takesIntegers.has(node.operator) ? operand(c, v, siteOf(scope, node)) : v

/** The items of `...x` in a list or among arguments. */
export const spreadItems = (c: Context, node: SpreadElement, scope: Scope): readonly Item[] => {
  const known = c.way.evaluated.get(node)
  if (known?.k === 'items') return known.items
  const items = itemsOf(c, evaluateObject(c, node.argument, scope), siteOf(scope, node))
  nameParts(c, node.argument, items, scope)
  return items
}

const branch = (c: Context, test: Expr, node: Expression, text: string, scope: Scope): Value => {
  // Values that free params choose between are one value, with no code to compute it.
  if (test.op !== 'const' && !readsParamsOnly(c, test)) cover(c, spanOf(scope.file, node), text)
  return evaluate(c, node, scope)
}
