/** Calls: of authors' functions, which are inlined, and of the functions that the language knows. */
import type { CallExpression } from 'oxc-parser'
import type { PartKind } from '../../ir/system.js'
import { copy } from '../../lang/copy.js'
import { same } from '../../lang/same.js'
import { assert, choose, fence, until, when } from '../../lang/step.js'
import { blocks } from '../../load/modules.js'
import { functionInfo } from '../../load/registry.js'
import { functionNode, sourceOf } from '../../load/source.js'
import type { Into } from '../values/coerce.js'
import type { Context } from '../values/context.js'
import { fileNumber } from '../values/draft.js'
import { check, settleValue } from '../values/emit.js'
import { leavable, scoped } from '../values/flow.js'
import { refuseChanged, whileUsed } from '../values/ownership.js'
import { type Stance, setStance, takeStance } from '../values/parts.js'
import { copyOf, sameValues } from '../values/same.js'
import { childScope, type Fn, functionScope, type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { stale } from '../values/stale.js'
import { boolean, describe, undefinedValue, type Value } from '../values/value.js'
import { present, property } from './access.js'
import { builtinOf } from './builtins.js'
import { condition } from './condition.js'
import { evaluate, evaluateObject } from './expression.js'
import { matchMethod } from './match.js'
import { method } from './methods.js'
import { bindPattern } from './pattern.js'
import { runStatements } from './statement.js'
import { evaluateText } from './text.js'

/** `callee` is given where an optional chain has evaluated it already. */
export const call = (c: Context, node: CallExpression, scope: Scope, callee?: Value): Value => {
  const site: Site = { file: scope.file, node }
  const fn = callee ?? calleeOf(c, node, scope)
  if (fn.k === 'method') {
    if (fn.receiver.k === 'match') return matchMethod(c, fn.receiver, fn.name, node, scope)
    return method(c, fn.receiver, fn.name, node, scope)
  }
  if (fn.k === 'const' && typeof fn.value === 'function') {
    if (fn.value === assert) return assertion(c, node, scope)
    if (fn.value === same) return comparison(c, node, scope)
    if (fn.value === copy) return duplicate(c, node, scope)
    const yielded = fn.value === choose ? 'choose' : fn.value === until ? 'until' : fn.value === fence ? 'fence' : null
    if (yielded !== null) {
      const instead = `write \`${yielded === 'choose' ? 'yield*' : 'yield'} ${yielded}(...)\``
      return refuse(c, 'MC108', scope.file, node, `${yielded}(...) without a yield`, instead)
    }
    if (fn.value === when)
      return refuse(
        c,
        'MC108',
        scope.file,
        node,
        'when(...) in a function that is no generator, and so cannot block its caller',
        'make it a generator, `function* helper(...): Steps`, and have a rule that is a generator call it by yield* helper(...); or call when(...) in the rule',
      )
    const known = builtinOf(fn.value)
    if (known !== null) return known(c, node, scope)
    if (isTsPatternMatch(c, node, scope)) {
      const [subject] = argumentsOf(c, node, scope)
      return { k: 'match', subject: settleValue(c, subject ?? undefinedValue), arms: [] }
    }
  }
  c.code.authored.add(node)
  const stance = takeStance(c, node)
  return invoke(c, fn, argumentsOf(c, node, scope), site, scope, stance)
}

/** The function that a call calls. */
export const calleeOf = (c: Context, node: CallExpression, scope: Scope): Value => {
  const { callee } = node
  const known = c.way.evaluated.get(callee)
  if (known?.k === 'value') {
    refuseChanged(c, known.held ?? null, callee, scope.file)
    return known.value
  }
  if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && !callee.computed) {
    const receiver = present(c, evaluateObject(c, callee.object, scope), { file: scope.file, node: callee })
    return property(c, receiver, callee.property.name, { file: scope.file, node: callee })
  }
  return evaluate(c, callee, scope)
}

/** What a method is called on, as the author names it. */
export const receiverOf = (c: Context, node: CallExpression, scope: Scope): Into => ({
  name: node.callee.type === 'MemberExpression' ? textOf(c, scope.file, node.callee.object) : 'this',
  site: siteOf(scope, node),
})

export const argumentsOf = (c: Context, node: CallExpression, scope: Scope): Value[] =>
  node.arguments.map((a) => {
    if (a.type === 'SpreadElement') return refuse(c, 'MC101', scope.file, a, 'arguments are spread', 'write them out')
    return evaluate(c, a, scope)
  })

/** Runs an author's function in place; `stance` is what is wanted of the condition that it gives. */
export const invoke = (
  c: Context,
  fn: Value,
  args: readonly Value[],
  site: Site,
  scope: Scope,
  stance: Stance | null = null,
  part: PartKind | null = null,
): Value => {
  const { body, generator, name } = functionOf(c, fn, site)
  if (generator)
    return refuse(
      c,
      'MC111',
      site.file,
      site.node,
      `'${name}' is a generator: calling it runs nothing`,
      'write `yield* ...` before the call',
    )
  return within(c, body, site, () => {
    const inner = enter(c, fn, site, scope)
    return scoped(c, () => {
      bindParameters(c, body, args, inner)
      const outer = c.way.jumps
      c.way.jumps = []
      const result = judged(c, body, stance, part, () => runBody(c, body, inner, site))
      c.way.jumps = outer
      return result
    })
  })
}

const judged = <T>(c: Context, { body }: Fn, stance: Stance | null, part: PartKind | null, run: () => T): T => {
  const { parts } = c.code
  if (parts === null) return run()
  const outer = parts.returns
  parts.returns = stance
  if (part === 'element') parts.quantifiers++
  if (body !== null) setStance(c, body, stance, part)
  const result = run()
  parts.returns = outer
  if (part === 'element') parts.quantifiers--
  return result
}

const runBody = (c: Context, body: Fn, inner: Scope, site: Site): Value => {
  if (body.body === null) return undefinedValue
  if (body.body.type !== 'BlockStatement') return evaluate(c, body.body, inner)
  const statements = body.body.body
  // What the body declares the defaults of parameters do not see.
  const result = leavable(
    c,
    ['return'],
    [],
    () => (runStatements(c, statements, childScope(inner)) === 'never' ? 'never' : undefinedValue),
    site,
  )
  return result === 'never' ? undefinedValue : result
}

export interface Callee {
  readonly body: Fn
  readonly generator: boolean
  readonly name: string
}

/** The source of a function value; refuses functions that have none. */
export const functionOf = (c: Context, fn: Value, site: Site): Callee => {
  if (fn.k === 'closure') return { body: fn.fn, generator: fn.fn.generator, name: fn.fn.id?.name ?? 'this function' }
  if (fn.k === 'const' && typeof fn.value === 'function') {
    const info = functionInfo(fn.value)
    if (info === undefined) {
      if (/^Async/.test(fn.value.constructor.name))
        return refuse(
          c,
          'MC101',
          site.file,
          site.node,
          `'${fn.value.name}' is an async function`,
          'a model has no promises: a process waits by yield until(label, condition)',
        )
      if (fn.value === Math.random)
        return refuse(
          c,
          'MC105',
          site.file,
          site.node,
          'Math.random is chance, and a model checker tries everything',
          'write `yield* choose(n)`',
        )
      return refuse(
        c,
        'MC102',
        site.file,
        site.node,
        `'${fn.value.name}' is not written in the model: its source is not known`,
        'write it in a .ts file of the project, or use what docs/LANGUAGE.md lists',
      )
    }
    const body = functionNode(info) as unknown as Fn
    if (body.async) return refuse(c, 'MC101', site.file, site.node, 'an async function is called', 'a model has no promises')
    return { body, generator: body.generator, name: fn.value.name || 'this function' }
  }
  if (fn.k === 'stale') return stale(c, fn, site)
  return refuse(c, 'MC201', site.file, site.node, `${describe(fn)} is called`, 'call a function')
}

/** The scope of a function that is about to run. */
export const enter = (c: Context, fn: Value, site: Site, scope: Scope): Scope => {
  const instance = `${scope.instance}/${site.file}:${site.node.start}`
  if (fn.k === 'closure') return functionScope(fn.scope, null, fn.scope.file, instance, callerOf(c, fn.scope.file, site, scope))
  const info = fn.k === 'const' ? functionInfo(fn.value) : undefined
  const file = info === undefined ? scope.file : fileNumber(c, info.file)
  return functionScope(null, info ?? null, file, instance, callerOf(c, file, site, scope))
}

/** For code in `file` that is called from a scope: the author's call behind it, if it is a building block's. */
const callerOf = (c: Context, file: number, site: Site, scope: Scope): Site | null => {
  const isBlock = (at: number): boolean => c.draft.files[at]?.path.startsWith(blocks) === true
  if (!isBlock(file)) return null
  return isBlock(scope.file) ? scope.caller : site
}

/** Runs `body` as a part of a function; refuses if that function is running already. */
export const within = <T>(c: Context, body: Fn, site: Site, run: () => T): T => {
  if (c.way.calls.includes(body)) return refuse(c, 'MC106', site.file, site.node, 'this call is recursive', 'write a loop with a bound')
  const outer = c.way.calls
  c.way.calls = [...outer, body]
  const result = run()
  c.way.calls = outer
  return result
}

export const bindParameters = (c: Context, body: Fn, args: readonly Value[], inner: Scope): void => {
  // TypeScript's `this` parameter takes no argument.
  const params = body.params.filter((p) => !(p.type === 'Identifier' && p.name === 'this'))
  params.forEach((p, i) => {
    if (p.type === 'TSParameterProperty' || p.type === 'RestElement')
      return refuse(c, 'MC101', inner.file, p, 'a rest parameter is outside the language', 'name the parameters')
    bindPattern(c, p, args[i] ?? undefinedValue, inner, { constant: false, parameter: true })
  })
}

const assertion = (c: Context, node: CallExpression, scope: Scope): Value => {
  const [test, message] = node.arguments
  if (test === undefined || test.type === 'SpreadElement')
    return refuse(c, 'MC201', scope.file, node, 'assert() of nothing', 'write assert(condition)')
  const e = condition(c, evaluate(c, test, scope), { file: scope.file, node: test })
  c.code.asserts++
  if (message !== undefined && message.type !== 'SpreadElement') evaluateText(c, message, scope)
  const said =
    message === undefined || message.type === 'SpreadElement'
      ? null
      : message.type === 'Literal' && typeof message.value === 'string'
        ? message.value
        : textOf(c, scope.file, message)
  const { file, node: at } = scope.caller ?? { file: scope.file, node }
  check(c, e, 'assert', spanOf(file, at), said === null || said === '' ? `assert(${textOf(c, scope.file, test)})` : said)
  return undefinedValue
}

/** `same(a, b)`: neither gets a second name by it. */
const comparison = (c: Context, node: CallExpression, scope: Scope): Value => {
  const [a, b] = node.arguments
  const site = siteOf(scope, node)
  if (a === undefined || b === undefined || a.type === 'SpreadElement' || b.type === 'SpreadElement' || node.arguments.length > 2)
    return refuse(c, 'MC201', scope.file, node, 'same(...) does not get two values', 'write same(a, b)')
  const left = evaluateObject(c, a, scope)
  const right = whileUsed(c, a, left, scope, () => evaluateObject(c, b, scope))
  return boolean(sameValues(c, left, right, site))
}

/** `copy(x)`: a value of its own, whatever x becomes. */
const duplicate = (c: Context, node: CallExpression, scope: Scope): Value => {
  const [given, more] = node.arguments
  if (given === undefined || given.type === 'SpreadElement' || more !== undefined)
    return refuse(c, 'MC201', scope.file, node, 'copy(...) does not get one value', 'write copy(x)')
  return settleValue(c, copyOf(c, evaluateObject(c, given, scope), siteOf(scope, node)))
}

/** Whether the callee is the `match` that this file imports from ts-pattern. */
const isTsPatternMatch = (c: Context, node: CallExpression, scope: Scope): boolean => {
  const { callee } = node
  const path = c.draft.files[scope.file]?.path
  if (callee.type !== 'Identifier' || path === undefined) return false
  return sourceOf(path).program.body.some(
    (statement) =>
      statement.type === 'ImportDeclaration' &&
      statement.source.value === 'ts-pattern' &&
      statement.specifiers.some(
        (s) =>
          s.type === 'ImportSpecifier' && s.local.name === callee.name && s.imported.type === 'Identifier' && s.imported.name === 'match',
      ),
  )
}
