/** Expressions of the subset, executed on symbolic values. */
import type {
  AssignmentExpression,
  BindingPattern,
  CallExpression,
  Expression,
  LogicalExpression,
  MemberExpression,
  ObjectExpression,
  UpdateExpression,
} from 'oxc-parser'
import { and, binary, constant, eq, not, one, or, zero } from '../ir/build.js'
import type { Expr, Stmt } from '../ir/system.js'
import { arithmetic, compare, integer, negate } from './arithmetic.js'
import { call } from './call.js'
import { type Context, cellValue, check, cover, emitInto, refuse, setCell, settle, settleValue, spanOf, textOf } from './context.js'
import { andThen, conditional, joinOrRefuse, type Site } from './flow.js'
import {
  checkedIndex,
  elementPlace,
  equal,
  fieldPlace,
  queueLength,
  readPlace,
  readWhole,
  selectLeaves,
  snapshot,
  storePlace,
  variantPlace,
  wholeOf,
} from './memory.js'
import {
  freshnessOf,
  isLocalObject,
  nameAgain,
  nameParts,
  own,
  partsOf,
  refuseOutside,
  refuseWhileLooping,
  unwrapped,
  whyShared,
} from './ownership.js'
import { type Cell, declareName, lookup, type Scope } from './scope.js'
import { compact, lower, raise, type Type, typeOf } from './type.js'
import {
  asBool,
  asInt,
  boolean,
  constantValue,
  describe,
  type Item,
  int,
  lift,
  optionalValue,
  type Place,
  undefinedValue,
  type Value,
} from './value.js'

type Node = Expression | { readonly type: 'SpreadElement' } | { readonly type: 'Super' }

const siteOf = (scope: Scope, node: { start: number; end: number }): Site => ({ file: scope.file, node })

/** Evaluates an expression whose value may get a second name where it goes. */
export const evaluate = (c: Context, node: Expression, scope: Scope): Value => {
  const v = evaluateObject(c, node, scope)
  nameAgain(c, node, v, scope)
  return v
}

/** Evaluates the object of a member access, spread, loop or comparison, or what the state copies: a use that gives it no second name. */
export const evaluateObject = (c: Context, node: Expression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  switch (node.type) {
    case 'Literal':
      if (typeof node.value === 'bigint' || node.value instanceof RegExp) break
      return constantValue(node.value)
    case 'TemplateLiteral':
      return template(c, node, scope)
    case 'Identifier':
      return identifier(c, node, scope)
    case 'MemberExpression':
      return member(c, node, scope)
    case 'ChainExpression':
      return chain(c, node.expression, scope)
    case 'CallExpression':
      return call(c, node, scope)
    case 'UnaryExpression':
      switch (node.operator) {
        case '!':
          return boolean(not(condition(c, evaluateObject(c, node.argument, scope), siteOf(scope, node.argument))))
        case '-':
          return negate(c, evaluate(c, node.argument, scope), site)
        case '+': {
          const i = integer(c, evaluate(c, node.argument, scope), site, '+')
          return int(i.e, i.lo, i.hi)
        }
        case '~':
          return arithmetic(c, '^', evaluate(c, node.argument, scope), constantValue(-1), site)
        default:
          return refuse(c, 'MC101', site.file, node, `'${node.operator}' is outside the language`, unaryHint(node.operator))
      }
    case 'BinaryExpression': {
      if (node.left.type === 'PrivateIdentifier') break
      const { left, right } = node
      const [a, b] = evaluateAll(c, [() => evaluateObject(c, left, scope), () => evaluateObject(c, right, scope)])
      if (a === undefined || b === undefined) break
      refuseNeverEqual(c, node.operator, [left, a], [right, b], scope)
      return binaryOperator(c, node.operator, a, b, site)
    }
    case 'LogicalExpression':
      return logical(c, node, scope)
    case 'ConditionalExpression': {
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
    case 'ArrayExpression': {
      const parts = evaluateAll(
        c,
        node.elements.map((element) => () => {
          if (element === null)
            return refuse(c, 'MC101', site.file, node, 'a list with a hole is outside the language', 'give every element')
          if (element.type !== 'SpreadElement') return { k: 'list', items: [{ present: one, value: evaluate(c, element, scope) }] }
          const items = itemsOf(c, evaluateObject(c, element.argument, scope), siteOf(scope, element))
          nameParts(c, element.argument, items, scope)
          return { k: 'list', items }
        }),
      )
      const items = parts.flatMap((part) => (part.k === 'list' ? part.items : []))
      if (items.every((item) => item.value.k === 'const' && item.present === one)) {
        const list = items.map((item) => (item.value.k === 'const' ? item.value.value : undefined))
        c.fresh.add(list)
        return constantValue(list)
      }
      return { k: 'list', items }
    }
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
      return evaluateObject(c, node.expression, scope)
    case 'TSNonNullExpression': {
      const v = evaluateObject(c, node.expression, scope)
      return v.k === 'optional' ? present(c, v, site) : v
    }
    case 'YieldExpression': {
      const v = c.yielded.get(node)
      if (v !== undefined) return v
      return refuse(c, 'MC108', site.file, node, 'a yield inside an expression', 'give it a statement of its own: `const x = yield* ...`')
    }
    default:
      break
  }
  return refuse(c, 'MC101', site.file, node, `${describeSyntax(node)} is outside the language`, syntaxHint(node))
}

/** A string that the enum beside it cannot be: the comparison would say the same in every state. */
const refuseNeverEqual = (
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

/** Refuses a constant string that an enum of the state cannot be. */
export const refuseOutsideEnum = (c: Context, text: Value, v: Value, site: Site): void => {
  const of = v.k === 'optional' ? v.of : v
  if (text.k !== 'const' || typeof text.value !== 'string' || of.k !== 'enum' || of.values.includes(text.value)) return
  refuse(
    c,
    'MC208',
    site.file,
    site.node,
    `'${text.value}' is never what is compared with it`,
    `that is one of ${of.values.map((x) => `'${x}'`).join(', ')}`,
  )
}

const unaryHint = (operator: string): string => {
  switch (operator) {
    case 'typeof':
      return 'compare with what tells the values apart: x === null, u.tag === ...'
    case 'delete':
      return 'a record keeps its fields: store null in an optional(...), or s.set.delete(i)'
    default:
      return 'use ! - + ~'
  }
}

const describeSyntax = (node: Node): string => {
  switch (node.type) {
    case 'NewExpression':
      return "'new'"
    case 'AwaitExpression':
      return "'await'"
    case 'ClassExpression':
      return 'a class'
    case 'ThisExpression':
      return "'this'"
    case 'SequenceExpression':
      return 'the comma operator'
    case 'TaggedTemplateExpression':
      return 'a tagged template'
    case 'ImportExpression':
      return 'a dynamic import'
    case 'Literal':
      return 'regex' in node ? 'a regular expression' : 'a bigint'
    default:
      return node.type
  }
}

const syntaxHint = (node: Node): string => {
  switch (node.type) {
    case 'NewExpression':
      return 'sets and queues are variables of `state`: set(n), queue(n, domain)'
    case 'ThisExpression':
    case 'ClassExpression':
      return 'write functions; the state is their argument'
    case 'SequenceExpression':
      return 'write two statements'
    case 'Literal':
      return 'regex' in node ? 'the state holds no texts: use oneOf(...) values' : 'write an integer'
    case 'AwaitExpression':
      return 'a model has no promises: a process waits by yield until(label, condition)'
    default:
      return 'docs/LANGUAGE.md lists what can be written'
  }
}

/** Evaluates operands in order; what an earlier one read is not changed by what a later one writes. */
export const evaluateAll = (c: Context, thunks: readonly (() => Value)[]): Value[] => {
  const values: { value: Value; position: number; stores: number }[] = []
  for (const thunk of thunks) {
    const value = thunk()
    values.push({ value, position: c.out.length, stores: c.stores })
  }
  const { stores } = c
  for (let i = values.length - 1; i >= 0; i--) {
    const entry = values[i]
    if (entry === undefined || entry.stores === stores) continue
    const out: Stmt[] = []
    entry.value = emitInto(c, out, () => settleValue(c, entry.value))
    c.out.splice(entry.position, 0, ...out)
  }
  return values.map((entry) => entry.value)
}

const branch = (c: Context, test: Expr, node: Expression, text: string, scope: Scope): Value => {
  if (test.op !== 'const') cover(c, spanOf(scope.file, node), text)
  return evaluate(c, node, scope)
}

/** The condition of a value: booleans, and objects that may be null. */
export const condition = (c: Context, v: Value, site: Site): Expr => {
  const e = asBool(v)
  if (e !== null) return e
  if (v.k === 'optional' && (isReference(v.of) || v.of.k === 'record' || v.of.k === 'union')) return v.present
  if (v.k === 'const' && (v.value === null || v.value === undefined)) return zero
  if (isReference(v) || v.k === 'record' || v.k === 'union') return one
  if (v.k === 'stale') return stale(c, v.what, site)
  if (v.k === 'optional' && asBool(v.of) !== null) {
    // `xs.at(i)`, `o?.flag` or `o && o.flag`: what is not there counts as false.
    return and(v.present, asBool(v.of) ?? zero)
  }
  return refuse(
    c,
    'MC202',
    site.file,
    site.node,
    `the condition is ${describe(v)}, not a boolean`,
    asInt(v) !== null ? 'compare it: `x !== 0`' : 'compare it: `x !== null`, `x === ...`',
  )
}

const isReference = (v: Value): boolean => v.k === 'ref' || v.k === 'state'

const stale = (c: Context, what: string, { file, node }: Site): never =>
  refuse(
    c,
    'MC301',
    file,
    node,
    `${what} was read before a yield; by now it may have changed`,
    'copy it with { ...x } before the yield, or read it again after',
  )

const globals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['undefined', undefined],
  ['Math', Math],
  ['Number', Number],
  ['Boolean', Boolean],
  ['Object', Object],
  ['Array', Array],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
])

const identifier = (c: Context, node: { name: string; start: number; end: number }, scope: Scope): Value => {
  const found = lookup(scope, node.name)
  if (found === null) {
    if (globals.has(node.name)) return constantValue(globals.get(node.name))
    if (['Date', 'performance', 'process', 'crypto', 'fetch', 'console', 'globalThis', 'setTimeout'].includes(node.name))
      return refuse(
        c,
        'MC105',
        scope.file,
        node,
        `'${node.name}' is the world outside the model`,
        'what the environment may do is a rule or a `choose`',
      )
    if (node.name in globalThis)
      return refuse(c, 'MC102', scope.file, node, `'${node.name}' is no part of the language`, 'docs/LANGUAGE.md lists what can be written')
    return refuse(c, 'MC116', scope.file, node, `'${node.name}' stands for nothing here`, 'declare or import it, before this line')
  }
  if ('captured' in found) {
    if (found.captured.reassigned.includes(node.name))
      return refuse(
        c,
        'MC110',
        scope.file,
        node,
        `'${node.name}' is declared outside this function and assigned again`,
        'make it a variable of `state`, or a `const`',
      )
    try {
      return constantValue(found.captured.captured(node.name))
    } catch {
      return refuse(
        c,
        'MC116',
        scope.file,
        node,
        `'${node.name}' has no value yet when the model is compiled`,
        'define it before the model',
      )
    }
  }
  const v = cellValue(c, found.cell)
  if (v === undefined)
    return refuse(
      c,
      'MC116',
      scope.file,
      node,
      `'${node.name}' is used before it has a value`,
      'initialise it where it is declared; where another local of this name hid it at a yield, rename one of the two',
    )
  if (v.k === 'stale') return stale(c, v.what, siteOf(scope, node))
  return v
}

const template = (c: Context, node: Extract<Expression, { type: 'TemplateLiteral' }>, scope: Scope): Value => {
  const parts = node.expressions.map((e) => evaluate(c, e, scope))
  if (!parts.every((v) => v.k === 'const'))
    return refuse(
      c,
      'MC101',
      scope.file,
      node,
      'a text that depends on the state is outside the language',
      'texts are for labels of steps; compute with oneOf(...) values or integers',
    )
  return constantValue(
    node.quasis
      .map(
        (q, i) =>
          `${q.value.cooked ?? q.value.raw}${i < parts.length ? String(parts[i]?.k === 'const' ? (parts[i] as { value: unknown }).value : '') : ''}`,
      )
      .join(''),
  )
}

export const binaryOperator = (c: Context, operator: string, a: Value, b: Value, site: Site): Value => {
  switch (operator) {
    case '===':
    case '!==': {
      for (const v of [a, b]) if (v.k === 'stale') return stale(c, v.what, site)
      const e = equal(a, b)
      if (e === null)
        return refuse(
          c,
          'MC211',
          site.file,
          site.node,
          `${describe(a)} is compared with ${describe(b)}: that asks whether they are the same object`,
          'compare their fields',
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

const logical = (c: Context, node: LogicalExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const left = node.operator === '??' ? evaluate(c, node.left, scope) : evaluateObject(c, node.left, scope)
  if (node.operator === '??') {
    if (left.k === 'const') return left.value === null || left.value === undefined ? evaluate(c, node.right, scope) : left
    if (left.k !== 'optional') return left
    const settled = settleValue(c, left)
    if (settled.k !== 'optional') return settled
    const v = conditional(
      c,
      settled.present,
      () => settled.of,
      () => evaluate(c, node.right, scope),
      site,
    )
    return v === 'never' ? undefinedValue : v
  }
  const test = condition(c, left, siteOf(scope, node.left))
  if (asBool(left) === null) return logicalOfObjects(c, node, left, test, scope)
  const evaluateRight = (): Expr => condition(c, evaluateObject(c, node.right, scope), siteOf(scope, node.right))
  // What the left side says of a local's range holds on the right.
  if (node.operator === '&&') return boolean(andThen(c, test, evaluateRight, site, () => refine(c, node.left, true, scope)))
  return boolean(
    not(
      andThen(
        c,
        not(test),
        () => not(evaluateRight()),
        site,
        () => refine(c, node.left, false, scope),
      ),
    ),
  )
}

/** `o && o.flag` is null where `o` is; `o || other` is one of the two. */
const logicalOfObjects = (c: Context, node: LogicalExpression, left: Value, test: Expr, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const there = left.k === 'optional' ? left.of : left
  const nothing = left.k === 'optional' ? constantValue(left.absent) : left
  const decided = settle(c, test)
  const right = (): Value => evaluate(c, node.right, scope)
  nameAgain(c, node.left, left, scope)
  const v = node.operator === '&&' ? conditional(c, decided, right, () => nothing, site) : conditional(c, decided, () => there, right, site)
  return v === 'never' ? undefinedValue : v
}

/** Narrows the ranges of locals by what a condition says of them: `i < n`, `i >= 1 && ...`. */
export const refine = (c: Context, node: Expression, truth: boolean, scope: Scope): void => {
  if (node.type === 'UnaryExpression' && node.operator === '!') return refine(c, node.argument, !truth, scope)
  if (node.type === 'ParenthesizedExpression') return refine(c, node.expression, truth, scope)
  if (node.type === 'LogicalExpression' && (node.operator === '&&') === truth && node.operator !== '??') {
    refine(c, node.left, truth, scope)
    return refine(c, node.right, truth, scope)
  }
  if (node.type !== 'BinaryExpression' || node.left.type === 'PrivateIdentifier') return
  const negated = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '===': '!==', '!==': '===' } as const
  if (!(node.operator in negated)) return
  const operator = node.operator as keyof typeof negated
  const said = truth ? operator : negated[operator]
  const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '===': '===', '!==': '!==' } as const
  narrow(c, node.left, said, node.right, scope)
  narrow(c, node.right, mirrored[said], node.left, scope)
}

const localInt = (c: Context, node: Expression, scope: Scope): { cell: Cell; v: Extract<Value, { k: 'int' }> } | null => {
  if (node.type !== 'Identifier') return null
  const found = lookup(scope, node.name)
  if (found === null || !('cell' in found)) return null
  const v = cellValue(c, found.cell)
  return v?.k === 'int' ? { cell: found.cell, v } : null
}

const narrow = (c: Context, node: Expression, operator: '<' | '<=' | '>' | '>=' | '===' | '!==', other: Expression, scope: Scope): void => {
  const local = localInt(c, node, scope)
  if (local === null) return
  const limit = constantRange(c, other, scope)
  if (limit === null) return
  let { lo, hi } = local.v
  if (operator === '<') hi = Math.min(hi, limit.hi - 1)
  else if (operator === '<=') hi = Math.min(hi, limit.hi)
  else if (operator === '>') lo = Math.max(lo, limit.lo + 1)
  else if (operator === '>=') lo = Math.max(lo, limit.lo)
  else if (operator === '===') [lo, hi] = [Math.max(lo, limit.lo), Math.min(hi, limit.hi)]
  else if (limit.lo === limit.hi) [lo, hi] = [lo === limit.lo ? lo + 1 : lo, hi === limit.lo ? hi - 1 : hi]
  if (lo <= hi && (lo !== local.v.lo || hi !== local.v.hi)) setCell(c, local.cell, int(local.v.e, lo, hi))
}

/** The range of an operand, if finding it out emits no code. */
const constantRange = (c: Context, node: Expression, scope: Scope): { lo: number; hi: number } | null => {
  const out: Stmt[] = []
  const { cells, stores, temps } = c
  try {
    const i = asInt(emitInto(c, out, () => evaluate(c, node, scope)))
    return i === null || out.length > 0 ? null : { lo: i.lo, hi: i.hi }
  } finally {
    c.cells = cells
    c.stores = stores
    c.temps = temps
  }
}

/** An object that must be there: null is a range violation, as the TypeError that it is in JavaScript. */
export const present = (c: Context, v: Value, { file, node }: Site): Value => {
  if (v.k !== 'optional') return v
  check(c, v.present, 'range', spanOf(file, node), `${textOf(c, file, node)}: the object is ${String(v.absent)}`)
  return v.of
}

const member = (c: Context, node: MemberExpression, scope: Scope): Value => {
  if (node.property.type === 'PrivateIdentifier')
    return refuse(c, 'MC101', scope.file, node, 'a private name is outside the language', 'write functions; the state is their argument')
  const object = present(c, evaluateObject(c, node.object, scope), siteOf(scope, node))
  return memberOf(c, object, node, scope)
}

/** `a?.b.c`: what follows `?.` is evaluated only where the object is there. */
const chain = (
  c: Context,
  node: CallExpression | MemberExpression | Extract<Expression, { type: 'TSNonNullExpression' }>,
  scope: Scope,
): Value => {
  if (node.type === 'TSNonNullExpression') return present(c, chainPart(c, node.expression, scope), siteOf(scope, node))
  return chainPart(c, node, scope)
}

const chainPart = (c: Context, node: Expression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  if (node.type !== 'MemberExpression' && node.type !== 'CallExpression') return evaluateObject(c, node, scope)
  const inner = node.type === 'MemberExpression' ? node.object : node.callee
  const rest = (object: Value): Value =>
    node.type === 'MemberExpression' ? memberOf(c, object, node, scope) : call(c, node, scope, object)
  const shortCircuits = containsOptional(inner)
  if (!node.optional && !shortCircuits) return evaluateObject(c, node, scope)
  const object = chainPart(c, inner, scope)
  if (object.k === 'const' && (object.value === null || object.value === undefined)) {
    if (node.optional || shortCircuits) return undefinedValue
  }
  if (object.k !== 'optional') return rest(object)
  const settled = settleValue(c, object)
  if (settled.k !== 'optional') return rest(settled)
  // Behind a `?.` further to the left undefined means that it stopped there; anything else absent is an error.
  const v = conditional(
    c,
    settled.present,
    () => rest(settled.of),
    () => undefinedValue,
    site,
  )
  return v === 'never' ? undefinedValue : v
}

const containsOptional = (node: Expression): boolean =>
  (node.type === 'MemberExpression' && (node.optional || containsOptional(node.object))) ||
  (node.type === 'CallExpression' && (node.optional || containsOptional(node.callee))) ||
  (node.type === 'TSNonNullExpression' && containsOptional(node.expression))

const memberOf = (c: Context, object: Value, node: MemberExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  if (node.property.type === 'PrivateIdentifier') return undefinedValue
  if (!node.computed) return property(c, object, node.property.name, site)
  const { property: key } = node
  const index = evaluate(c, key, scope)
  if (index.k === 'const' && typeof index.value === 'string') return property(c, object, index.value, site)
  return element(c, object, index, siteOf(scope, key), site)
}

export const methodNames: ReadonlySet<string> = new Set([
  'every',
  'some',
  'find',
  'findIndex',
  'filter',
  'map',
  'includes',
  'indexOf',
  'reduce',
  'at',
  'push',
  'shift',
  'has',
  'add',
  'delete',
  'clear',
  'entries',
  'keys',
  'values',
  'flatMap',
  'slice',
  'concat',
  'fill',
  'forEach',
  'findLast',
  'lastIndexOf',
])

/** `object.name`. */
export const property = (c: Context, object: Value, name: string, site: Site): Value => {
  const at = spanOf(site.file, site.node)
  const missing = (fields: readonly string[]): never => {
    if (fields.length === 0 && (name in Array.prototype || name in Set.prototype))
      return refuse(
        c,
        'MC103',
        site.file,
        site.node,
        `'${name}' of ${describe(object)} is outside the language`,
        'arrays and queues have every some find findIndex filter map reduce includes indexOf at length; queues push shift; sets has add delete clear size',
      )
    return refuse(
      c,
      'MC206',
      site.file,
      site.node,
      `${describe(object)} has no '${name}'`,
      fields.length === 0 ? 'docs/LANGUAGE.md lists what each domain offers' : `it has ${fields.join(', ')}`,
    )
  }
  switch (object.k) {
    case 'const': {
      const { value } = object
      if (value === null || value === undefined)
        return refuse(c, 'MC206', site.file, site.node, `'${name}' of ${String(value)}`, 'test for null first, or write ?.')
      if (Array.isArray(value) && name === 'length') return constantValue(value.length)
      if ((Array.isArray(value) || value instanceof Set || typeof value === 'string') && methodNames.has(name))
        return { k: 'method', receiver: object, name }
      if (typeof value === 'object' || typeof value === 'function' || typeof value === 'string') {
        const found: unknown = Reflect.get(Object(value), name)
        if (found === undefined && !(name in Object(value))) return missing(typeof value === 'object' ? Object.keys(value) : [])
        return constantValue(found)
      }
      return missing([])
    }
    case 'state': {
      const place = rootPlace(c, name)
      return place === null
        ? refuse(
            c,
            'MC206',
            site.file,
            site.node,
            `the state has no variable '${name}'`,
            `its variables are ${Object.keys(c.state).join(', ')}`,
          )
        : readPlace(c, place, at)
    }
    case 'ref': {
      const { place } = object
      const { domain } = place
      switch (domain.kind) {
        case 'record': {
          const field = fieldPlace(place, name)
          return field === null ? missing(Object.keys(domain.fields)) : readPlace(c, field, at, object.origin)
        }
        case 'array':
          return name === 'length'
            ? constantValue(domain.length)
            : methodNames.has(name)
              ? { k: 'method', receiver: object, name }
              : missing([])
        case 'queue':
          return name === 'length'
            ? queueLength(c, place, at)
            : methodNames.has(name)
              ? { k: 'method', receiver: object, name }
              : missing([])
        case 'set':
          return name === 'size'
            ? countMembers(readWhole(c, place, at))
            : methodNames.has(name)
              ? { k: 'method', receiver: object, name }
              : missing([])
        case 'union': {
          const whole = readWhole(c, place, at)
          return unionField(c, whole, name, site)
        }
        default:
          return missing([])
      }
    }
    case 'record': {
      const v = object.fields.get(name)
      if (v === undefined) return missing([...object.fields.keys()])
      return v.k === 'stale' ? stale(c, v.what, site) : v
    }
    case 'list':
      return name === 'length' ? lengthOf(object.items) : methodNames.has(name) ? { k: 'method', receiver: object, name } : missing([])
    case 'set':
      return name === 'size' ? countMembers(object) : methodNames.has(name) ? { k: 'method', receiver: object, name } : missing([])
    case 'union':
      return unionField(c, object, name, site)
    case 'match':
      return { k: 'method', receiver: object, name }
    case 'optional':
      return property(c, present(c, object, site), name, site)
    case 'stale':
      return stale(c, object.what, site)
    default:
      return missing([])
  }
}

const rootPlace = (c: Context, name: string): Place | null => {
  const domain = Object.hasOwn(c.state, name) ? c.state[name] : undefined
  return domain === undefined ? null : { name, domain, index: [], dims: [] }
}

const unionField = (c: Context, v: Value, name: string, site: Site): Value => {
  if (v.k !== 'union') return undefinedValue
  if (name === v.tag) return { k: 'enum', e: v.at, values: v.variants.map(([variant]) => variant) }
  const holders = v.variants.flatMap(([, fields], i) => {
    const field = fields.get(name)
    return field === undefined ? [] : [{ i, field }]
  })
  const [first] = holders
  if (first === undefined)
    return refuse(
      c,
      'MC206',
      site.file,
      site.node,
      `no variant of the union has '${name}'`,
      `its variants are ${v.variants.map(([variant]) => variant).join(', ')}`,
    )
  const here = holders.map(({ i }) => eq(v.at, constant(i)))
  check(
    c,
    here.length === v.variants.length ? one : here.reduce(or, zero),
    'range',
    spanOf(site.file, site.node),
    `'${name}' of a variant that has none`,
  )
  const type = holders.map(({ field }) => typeOf(field)).reduce((a, b) => joinOrRefuse(c, a, b, site, `'${name}'`))
  const rows = holders.map(({ field }) => lower(field, type, wholeOf(c, spanOf(site.file, site.node))))
  const selected = selectLeaves(here, rows)
  return raise(type, (leaf, i) => selected[leaf]?.[i] ?? zero)
}

export const countMembers = (v: Value): Value =>
  v.k === 'set'
    ? int(
        v.members.reduce((n, e) => binary('add', n, e), zero),
        0,
        v.members.length,
      )
    : constantValue(0)

export const lengthOf = (items: readonly Item[]): Value => {
  const { length } = compact(
    items.map((item) => ({ present: item.present, value: undefinedValue })),
    (v) => v,
  )
  const least = items.filter((item) => item.present.op === 'const').length
  return int(length, least, items.length)
}

/** `object[index]`. */
export const element = (c: Context, object: Value, index: Value, at: Site, site: Site): Value => {
  if (object.k === 'stale') return stale(c, object.what, site)
  if (object.k === 'optional') return element(c, present(c, object, site), index, at, site)
  if (object.k === 'ref' && object.place.domain.kind === 'array') {
    const i = checkedIndex(c, unwrapIndex(c, index, at), object.place.domain.length, at.file, at.node)
    return readPlace(c, elementPlace(object.place, i), spanOf(site.file, site.node), object.origin)
  }
  const table = lift(object)
  if (table.k === 'record') return lookupTable(c, table.fields, index, site)
  if (object.k === 'const' && Array.isArray(object.value) && index.k === 'const') {
    const v: unknown = Reflect.get(object.value, String(index.value))
    if (v === undefined)
      return refuse(
        c,
        'MC206',
        site.file,
        site.node,
        `there is no element ${String(index.value)} in a list of ${object.value.length}`,
        `index with 0..${object.value.length - 1}`,
      )
    return constantValue(v)
  }
  const items = itemsOf(c, object, site)
  const i = integer(c, unwrapIndex(c, index, at), at, '[]')
  const length = lengthOf(items)
  const n = asInt(length)
  if (n === null) return undefinedValue
  const e = settle(c, i.e)
  const above = i.lo >= 0 ? one : binary('ge', e, zero)
  const below = i.hi < n.lo ? one : binary('lt', e, n.e)
  check(
    c,
    and(above, below),
    'range',
    spanOf(at.file, at.node),
    `index ${textOf(c, at.file, at.node)} is outside the ${n.lo === n.hi ? n.lo : 'present'} elements`,
  )
  return select1(c, items, e, site)
}

const unwrapIndex = (c: Context, v: Value, site: Site): Value => (v.k === 'optional' ? present(c, v, site) : v)

/** A constant object indexed by a string of the state: `next[s.phase]`. */
const lookupTable = (c: Context, table: ReadonlyMap<string, Value>, index: Value, site: Site): Value => {
  const key = index.k === 'optional' ? present(c, index, site) : index
  if (key.k !== 'enum')
    return refuse(c, 'MC201', site.file, site.node, `an object is indexed by ${describe(index)}`, 'index it by a oneOf(...) value')
  const missing = key.values.filter((name) => !table.has(name))
  if (missing.length > 0)
    return refuse(
      c,
      'MC206',
      site.file,
      site.node,
      `the object has no ${missing.map((m) => `'${m}'`).join(', ')}`,
      'give it an entry for every value',
    )
  const values = key.values.map((name) => table.get(name) ?? undefinedValue)
  return selectValue(
    c,
    key.values.map((_, i) => eq(key.e, constant(i))),
    values,
    site,
  )
}

/** The value whose condition is 1; the last one if none is. */
export const selectValue = (c: Context, conditions: readonly Expr[], values: readonly Value[], site: Site): Value => {
  const type = values.map(typeOf).reduce<Type>((a, b) => joinOrRefuse(c, a, b, site, 'the element'), { k: 'never' })
  const read = wholeOf(c, spanOf(site.file, site.node))
  const selected = selectLeaves(
    conditions,
    values.map((v) => lower(v, type, read)),
  )
  return raise(type, (leaf, i) => selected[leaf]?.[i] ?? zero)
}

/** Item number e of a list, which must be there. */
export const select1 = (c: Context, items: readonly Item[], e: Expr, site: Site): Value => {
  const read = wholeOf(c, spanOf(site.file, site.node))
  const dense = compact(items, read)
  if (dense.items.length === 0) return undefinedValue
  if (e.op === 'const') return dense.items[e.value]?.value ?? undefinedValue
  return selectValue(
    c,
    dense.items.map((_, i) => eq(e, constant(i))),
    dense.items.map((item) => item.value),
    site,
  )
}

/** The items that an array, queue, set or list goes through, in order. */
export const itemsOf = (c: Context, v: Value, site: Site): readonly Item[] => {
  const at = spanOf(site.file, site.node)
  const lifted = lift(v)
  switch (lifted.k) {
    case 'list':
      return lifted.items
    case 'set':
      return lifted.members.map((present, i) => ({ present, value: constantValue(i) }))
    case 'optional':
      return itemsOf(c, present(c, lifted, site), site)
    case 'ref': {
      const { place } = lifted
      if (place.domain.kind === 'array') {
        return Array.from({ length: place.domain.length }, (_, i) => ({
          present: one,
          value: readPlace(c, elementPlace(place, constant(i)), at, lifted.origin),
        }))
      }
      if (place.domain.kind === 'queue' || place.domain.kind === 'set') return itemsOf(c, readWhole(c, place, at), site)
      break
    }
    case 'stale':
      return stale(c, lifted.what, site)
    default:
      break
  }
  return refuse(c, 'MC201', site.file, site.node, `${describe(v)} has no elements`, 'loop over an array, a queue, a set or a list')
}

const objectLiteral = (c: Context, node: ObjectExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const parts = evaluateAll(
    c,
    node.properties.map((p) => (): Value => {
      if (p.type === 'SpreadElement') {
        const v = evaluateObject(c, p.argument, scope)
        nameParts(c, p.argument, v, scope)
        return spread(c, v, siteOf(scope, p))
      }
      if (p.kind !== 'init') return refuse(c, 'MC101', scope.file, p, 'a getter or setter is outside the language', 'write a plain field')
      return { k: 'record', fields: new Map([[propertyName(c, p.key, p.computed, scope), evaluate(c, p.value, scope)]]) }
    }),
  )
  const fields = new Map<string, Value>()
  for (const part of parts) {
    if (part.k === 'record') for (const [name, v] of part.fields) fields.set(name, v)
    else if (part.k === 'union') {
      if (parts.length > 1)
        return refuse(c, 'MC101', site.file, node, 'a tagged union is spread into a larger object', 'take its fields one by one')
      return part
    }
  }
  return { k: 'record', fields }
}

export const propertyName = (
  c: Context,
  key: Expression | { readonly type: 'PrivateIdentifier'; start: number; end: number } | { readonly type: 'Identifier'; name: string },
  computed: boolean,
  scope: Scope,
): string => {
  if (key.type === 'Identifier' && !computed) return key.name
  if (key.type === 'PrivateIdentifier')
    return refuse(c, 'MC101', scope.file, key, 'a private name is outside the language', 'write a plain field')
  if (key.type === 'Identifier') {
    const v = lookup(scope, key.name)
    const value = v !== null && 'cell' in v ? cellValue(c, v.cell) : v !== null ? constantValue(v.captured.captured(key.name)) : undefined
    if (value?.k === 'const' && (typeof value.value === 'string' || typeof value.value === 'number')) return String(value.value)
    throw new Error(`the field name ${key.name} is not constant`)
  }
  const v = evaluate(c, key as Expression, scope)
  if (v.k === 'const' && (typeof v.value === 'string' || typeof v.value === 'number')) return String(v.value)
  return refuse(c, 'MC101', scope.file, key as Expression, 'a field whose name is not constant', 'write the name')
}

const spread = (c: Context, v: Value, site: Site): Value => {
  if (v.k === 'stale') return stale(c, v.what, site)
  const there = v.k === 'optional' ? present(c, v, site) : v
  const whole = lift(snapshot(c, there, spanOf(site.file, site.node)))
  if (whole.k !== 'record' && whole.k !== 'union')
    return refuse(c, 'MC201', site.file, site.node, `${describe(v)} is spread into an object`, 'spread a record')
  return settleValue(c, whole)
}

// ---------------------------------------------------------------------------------------------------------------------
// Assignments

/** What can be assigned: a local, a part of the state, or a part of a local object. */
type Target =
  | { readonly k: 'local'; readonly cell: Cell; readonly name: string }
  | { readonly k: 'place'; readonly place: Place; readonly name: string }
  | { readonly k: 'unionField'; readonly place: Place; readonly field: string; readonly name: string }
  | { readonly k: 'part'; readonly cell: Cell; readonly path: readonly (string | Value)[]; readonly name: string }

const target = (c: Context, node: Expression, scope: Scope): Target => {
  const name = textOf(c, scope.file, node)
  if (
    node.type === 'TSNonNullExpression' ||
    node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression' ||
    node.type === 'ParenthesizedExpression'
  )
    return target(c, node.expression, scope)
  if (node.type === 'Identifier') {
    const found = lookup(scope, node.name)
    if (found === null)
      return refuse(c, 'MC116', scope.file, node, `'${node.name}' is assigned but stands for nothing here`, 'declare it with let')
    if ('captured' in found)
      return refuse(
        c,
        'MC110',
        scope.file,
        node,
        `'${node.name}' is declared outside this function`,
        'make it a variable of `state`, or a local',
      )
    if (found.cell.constant) return refuse(c, 'MC306', scope.file, node, `'${node.name}' is a const`, 'declare it with let')
    return { k: 'local', cell: found.cell, name }
  }
  if (node.type !== 'MemberExpression' || node.property.type === 'PrivateIdentifier')
    return refuse(c, 'MC101', scope.file, node, 'this cannot be assigned', 'assign a local, or a part of the state')
  const root = rootIdentifier(node)
  const rootValue = root === null ? null : identifier(c, root, scope)
  const holder = evaluateObject(c, node.object, scope)
  const isPart = holder.k !== 'ref' && !(holder.k === 'optional' && holder.of.k === 'ref') && holder.k !== 'stale'
  if (isPart && root !== null && rootValue !== null && isLocalObject(rootValue)) return part(c, node, root, scope, name)
  const object = present(c, holder, siteOf(scope, node))
  if (object.k === 'stale') return stale(c, object.what, siteOf(scope, node))
  if (object.k === 'state' && !node.computed) {
    const place = rootPlace(c, node.property.name)
    if (place !== null) return { k: 'place', place, name }
    return refuse(
      c,
      'MC206',
      scope.file,
      node,
      `the state has no variable '${node.property.name}'`,
      `its variables are ${Object.keys(c.state).join(', ')}`,
    )
  }
  if (object.k !== 'ref')
    return refuse(
      c,
      'MC101',
      scope.file,
      node,
      `a part of ${describe(object)} is assigned`,
      'assign parts of the state, or of a local object made with { ... } or [ ... ]',
    )
  if (node.computed) {
    const index = unwrapIndex(c, evaluate(c, node.property, scope), siteOf(scope, node.property))
    if (object.place.domain.kind !== 'array' || (index.k === 'const' && typeof index.value === 'string')) {
      if (index.k === 'const' && typeof index.value === 'string') return fieldTarget(c, object.place, index.value, scope, node, name)
      return refuse(
        c,
        'MC101',
        scope.file,
        node,
        `an element of ${describe(object)} is assigned`,
        object.place.domain.kind === 'queue'
          ? 'queues are written by push and shift, or as a whole'
          : 'only elements of arrays are assigned',
      )
    }
    const i = settle(c, checkedIndex(c, index, object.place.domain.length, scope.file, node.property))
    return { k: 'place', place: elementPlace(object.place, i), name }
  }
  return fieldTarget(c, object.place, node.property.name, scope, node, name)
}

const fieldTarget = (c: Context, place: Place, field: string, scope: Scope, node: { start: number; end: number }, name: string): Target => {
  const inner = fieldPlace(place, field)
  if (inner !== null) return { k: 'place', place: inner, name }
  const { domain } = place
  if (domain.kind === 'union') {
    if (field === domain.tag)
      return refuse(c, 'MC101', scope.file, node, `the tag of a union is assigned`, `assign the whole union: { ${domain.tag}: ..., ... }`)
    return { k: 'unionField', place, field, name }
  }
  return refuse(
    c,
    'MC206',
    scope.file,
    node,
    `there is no '${field}' to assign`,
    domain.kind === 'record' ? `the record has ${Object.keys(domain.fields).join(', ')}` : 'only fields of records are assigned',
  )
}

const rootIdentifier = (node: Expression): Extract<Expression, { type: 'Identifier' }> | null => {
  if (node.type === 'Identifier') return node
  if (node.type === 'MemberExpression') return rootIdentifier(node.object)
  if (node.type === 'TSNonNullExpression' || node.type === 'TSAsExpression' || node.type === 'ParenthesizedExpression')
    return rootIdentifier(node.expression)
  return null
}

const part = (
  c: Context,
  node: MemberExpression,
  root: Extract<Expression, { type: 'Identifier' }>,
  scope: Scope,
  name: string,
): Target => {
  const found = lookup(scope, root.name)
  if (found === null || !('cell' in found))
    return refuse(
      c,
      'MC110',
      scope.file,
      node,
      `'${root.name}' is declared outside this function`,
      'make it a variable of `state`, or a local',
    )
  const path: (string | Value)[] = []
  for (let at: Expression = node; at !== root; ) {
    if (at.type === 'MemberExpression' && at.property.type !== 'PrivateIdentifier') {
      path.unshift(at.computed ? settleValue(c, evaluate(c, at.property, scope)) : at.property.name)
      at = at.object
    } else if ('expression' in at && typeof at.expression === 'object') at = at.expression
    else return refuse(c, 'MC101', scope.file, node, 'this cannot be assigned', 'assign a local, or a part of the state')
  }
  const shared = whyShared(c, found.cell, path.length)
  if (shared !== null) return refuse(c, 'MC304', scope.file, node, shared.message, shared.hint)
  return { k: 'part', cell: found.cell, path, name }
}

const readTarget = (c: Context, t: Target, site: Site): Value => {
  switch (t.k) {
    case 'local': {
      const v = cellValue(c, t.cell)
      return v ?? refuse(c, 'MC116', site.file, site.node, `'${t.name}' has no value yet`, 'initialise it')
    }
    case 'place':
      return readPlace(c, t.place, spanOf(site.file, site.node))
    case 'unionField':
      return unionField(c, readWhole(c, t.place, spanOf(site.file, site.node)), t.field, site)
    case 'part':
      return t.path.reduce<Value>(
        (v, key) => (typeof key === 'string' ? property(c, v, key, site) : element(c, v, key, site, site)),
        cellValue(c, t.cell) ?? undefinedValue,
      )
  }
}

const writeTarget = (c: Context, t: Target, v: Value, site: Site): void => {
  switch (t.k) {
    case 'local':
      refuseOutside(c, t.cell, site.file, site.node)
      if (c.looping.acrossYields(t.cell.id)) refuseWhileLooping(c, t.cell, site.file, site.node)
      return setCell(c, t.cell, settleValue(c, v))
    case 'place':
      return storePlace(c, t.place, v, site.file, site.node, t.name)
    case 'unionField': {
      const { domain } = t.place
      if (domain.kind !== 'union') return
      const holders = Object.entries(domain.variants).flatMap(([variant, fields], i) =>
        Object.hasOwn(fields, t.field) && fields[t.field] !== undefined ? [{ variant, i, field: fields[t.field] as Place['domain'] }] : [],
      )
      const [first] = holders
      if (first === undefined)
        return refuse(
          c,
          'MC206',
          site.file,
          site.node,
          `no variant has '${t.field}'`,
          `the variants are ${Object.keys(domain.variants).join(', ')}`,
        )
      if (holders.length > 1)
        return refuse(c, 'MC101', site.file, site.node, `'${t.field}' is a field of several variants`, 'assign the whole union')
      const tag = readWhole(c, t.place, spanOf(site.file, site.node))
      if (tag.k === 'union')
        check(c, eq(tag.at, constant(first.i)), 'range', spanOf(site.file, site.node), `${t.name} of a variant that has none`)
      return storePlace(c, variantPlace(t.place, first.variant, t.field, first.field), v, site.file, site.node, t.name)
    }
    case 'part':
      refuseOutside(c, t.cell, site.file, site.node)
      refuseWhileLooping(c, t.cell, site.file, site.node)
      return setCell(c, t.cell, settleValue(c, withPart(c, cellValue(c, t.cell) ?? undefinedValue, t.path, v, site)))
  }
}

const withPart = (c: Context, object: Value, path: readonly (string | Value)[], v: Value, site: Site): Value => {
  const [key, ...rest] = path
  if (key === undefined) return v
  if (object.k === 'optional') {
    // Where there is nothing the assignment fails, so that what is there afterwards is there.
    return withPart(c, present(c, object, site), path, v, site)
  }
  const whole = lift(object)
  if (typeof key === 'string') {
    if (whole.k !== 'record' || !whole.fields.has(key))
      return refuse(c, 'MC206', site.file, site.node, `${describe(object)} has no '${key}'`, 'assign a field that it has')
    return { k: 'record', fields: new Map(whole.fields).set(key, withPart(c, whole.fields.get(key) ?? undefinedValue, rest, v, site)) }
  }
  if (whole.k !== 'list') return refuse(c, 'MC201', site.file, site.node, `${describe(object)} is indexed`, 'index a list')
  const n = asInt(lengthOf(whole.items))
  const i = integer(c, key, site, '[]')
  check(
    c,
    and(binary('ge', i.e, zero), n === null ? zero : binary('lt', i.e, n.e)),
    'range',
    spanOf(site.file, site.node),
    'the index is outside the list',
  )
  const { items } = compact(whole.items, wholeOf(c, spanOf(site.file, site.node)))
  return {
    k: 'list',
    items: items.map((item, k) => ({
      present: item.present,
      value: selectValue(c, [eq(i.e, constant(k))], [withPart(c, item.value, rest, v, site), item.value], site),
    })),
  }
}

const assignment = (c: Context, node: AssignmentExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  if (node.left.type === 'ArrayPattern' || node.left.type === 'ObjectPattern') {
    const v = settleValue(c, evaluate(c, node.right, scope))
    if (partsOf(v).filter((part) => part.k === 'ref').length > 1)
      return refuse(
        c,
        'MC304',
        scope.file,
        node,
        'the right side names parts of the state, which this assignment changes one after the other',
        'take copies: [a, b] = [{ ...b }, { ...a }]',
      )
    destructureInto(c, node.left as unknown as BindingPattern, v, scope)
    return v
  }
  const t = target(c, node.left as Expression, scope)
  if (node.operator === '=') {
    // The state takes a copy; a local takes the object itself.
    const v = t.k === 'place' || t.k === 'unionField' ? evaluateObject(c, node.right, scope) : evaluate(c, node.right, scope)
    writeTarget(c, t, v, site)
    if (t.k === 'local') own(c, t.cell, node.right, v)
    if (t.k === 'part' && freshnessOf(node.right, v) !== 'own') c.leaked.add(t.cell.id)
    return v
  }
  if (node.operator === '&&=' || node.operator === '||=' || node.operator === '??=')
    return refuse(c, 'MC101', site.file, node, `'${node.operator}' is outside the language`, 'write an if')
  const old = settleValue(c, readTarget(c, t, site))
  const v = binaryOperator(c, node.operator.slice(0, -1), old, evaluate(c, node.right, scope), site)
  writeTarget(c, t, v, site)
  return v
}

const update = (c: Context, node: UpdateExpression, scope: Scope): Value => {
  const site = siteOf(scope, node)
  const t = target(c, node.argument as Expression, scope)
  const old = settleValue(c, readTarget(c, t, site))
  const v = arithmetic(c, node.operator === '++' ? '+' : '-', old, constantValue(1), site)
  writeTarget(c, t, v, site)
  return node.prefix ? v : old
}

/** `[a, b] = ...` and `({ x: s.y } = ...)`. */
const destructureInto = (c: Context, pattern: BindingPattern, v: Value, scope: Scope): void => {
  destructure(c, pattern, v, scope, (node, value) => assignPart(c, node as unknown as Expression, value, scope))
}

const assignPart = (c: Context, node: Expression, value: Value, scope: Scope): void => {
  const t = target(c, node, scope)
  writeTarget(c, t, value, siteOf(scope, node))
  if (t.k === 'local') own(c, t.cell, null, value)
  if (t.k === 'part' && isLocalObject(value)) c.leaked.add(t.cell.id)
}

/** Declares the names of a pattern with the parts of a value. */
export const bindPattern = (
  c: Context,
  pattern: BindingPattern,
  v: Value,
  scope: Scope,
  kind: { constant: boolean; parameter: boolean },
  init: Expression | null = null,
): void => {
  destructure(c, pattern, v, scope, (node, value) => {
    if (node.type !== 'Identifier')
      return refuse(c, 'MC101', scope.file, node, 'this pattern is outside the language', 'declare plain names')
    const cell = declareName(scope, node.name, node.start, kind)
    own(c, cell, node === pattern ? init : null, value)
    setCell(c, cell, settleValue(c, value.k === 'ref' ? { ...value, origin: kind.parameter ? 'parameter' : 'expression' } : value))
  })
}

const destructure = (
  c: Context,
  pattern: BindingPattern,
  v: Value,
  scope: Scope,
  bind: (node: Exclude<BindingPattern, { type: 'AssignmentPattern' }>, value: Value) => void,
): void => {
  const site = siteOf(scope, pattern)
  switch (pattern.type) {
    case 'AssignmentPattern': {
      const { left, right } = pattern
      if (v.k === 'optional' && v.absent === undefined) {
        const chosen = conditional(
          c,
          settle(c, v.present),
          () => v.of,
          () => evaluate(c, right, scope),
          site,
        )
        return destructure(c, left, chosen === 'never' ? undefinedValue : chosen, scope, bind)
      }
      return destructure(c, left, v.k === 'const' && v.value === undefined ? evaluate(c, right, scope) : v, scope, bind)
    }
    case 'ObjectPattern': {
      const taken: string[] = []
      const object = present(c, v, site)
      for (const p of pattern.properties) {
        if (p.type === 'RestElement') {
          const whole = lift(snapshot(c, object, spanOf(scope.file, p)))
          if (whole.k !== 'record') return refuse(c, 'MC101', scope.file, p, '...rest of something that is no record', 'name the fields')
          destructure(
            c,
            p.argument,
            { k: 'record', fields: new Map([...whole.fields].filter(([name]) => !taken.includes(name))) },
            scope,
            bind,
          )
          continue
        }
        const name = propertyName(c, p.key, p.computed, scope)
        taken.push(name)
        const whole = lift(object)
        const missing = p.value.type === 'AssignmentPattern' && whole.k === 'record' && !whole.fields.has(name)
        destructure(c, p.value, missing ? undefinedValue : property(c, object, name, siteOf(scope, p)), scope, bind)
      }
      return
    }
    case 'ArrayPattern': {
      const items = itemsOf(c, v, site)
      pattern.elements.forEach((p, i) => {
        if (p === null) return
        if (p.type === 'RestElement') return refuse(c, 'MC101', scope.file, p, '...rest of a list', 'index it')
        const n = asInt(lengthOf(items))
        if (n === null) return
        const inside = binary('lt', constant(i), n.e)
        const value =
          i < n.lo
            ? select1(c, items, constant(i), site)
            : optionalValue(inside, undefined, i < items.length ? select1(c, items, constant(i), site) : undefinedValue)
        destructure(c, p, value, scope, bind)
      })
      return
    }
    default:
      return bind(pattern, v)
  }
}
