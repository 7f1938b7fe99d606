/**
 * The generators make all of the language: what the parser knows and the compiler does not refuse, all operators,
 * methods and domains, all nodes of the IR, and everything that has once been missing and hid a fault. Nothing is
 * compared here.
 *
 * Lists that say what there is are tied to their source: unions of types by records of all their members, the
 * compiler's methods and functions by its own tables.
 */
import type { AssignmentOperator, BinaryOperator, LogicalOperator, UnaryOperator, UpdateOperator } from 'oxc-parser'
import { visitorKeys } from 'oxc-parser'
import { beforeAll, describe, expect, test } from 'vitest'
import { builtins } from '../../src/compile/expression/builtins.ts'
import { listMethods } from '../../src/compile/expression/list-methods.ts'
import { matchMethods } from '../../src/compile/expression/match.ts'
import { queueMethods } from '../../src/compile/expression/queue-methods.ts'
import { setMethods } from '../../src/compile/expression/set-methods.ts'
import { compile } from '../../src/compile/model/compile.ts'
import { DiagnosticError } from '../../src/diagnostics.ts'
import type { End, Expr, Stmt, VariableRole } from '../../src/ir/system.ts'
import type { Domain, IndexSet, Queue } from '../../src/lang/domain.ts'
import * as lang from '../../src/lang/index.ts'
import type { AnyProperty } from '../../src/lang/property.ts'
import { loadText } from '../differential/text.ts'
import { textOf } from './code.ts'
import { constructsOf, nodesOf } from './constructs.ts'
import { seedOf } from './draw.ts'
import { modelModule } from './model-module.ts'
import { stepModule } from './step-module.ts'

const made = new Map<string, number>()
const count = (name: string): void => void made.set(name, (made.get(name) ?? 0) + 1)

const seed = 20_261_211
const nothing: ReadonlySet<never> = new Set()

beforeAll(() => {
  const compiled = (source: string): void => {
    constructsOf(source, count)
    const { model, properties } = loadText(source)
    const params = Object.fromEntries(Object.entries(model.params).map(([name, param]) => [name, param.default]))
    const rules = (model.rules?.(params as never) ?? {}) as Readonly<Record<string, never>>
    // A rule that is refused would take the others with it.
    const parts = Object.keys(properties).length > 0 ? [rules] : Object.entries(rules).map(([name, rule]) => ({ [name]: rule }))
    for (const part of parts)
      try {
        nodesOf(compile({ model: { ...model, rules: () => part as never }, params, properties: properties as never }), count)
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error
      }
  }
  for (let i = 0; i < 35; i++) compiled(textOf(stepModule(seedOf(seed, i), 64, 0, nothing).code))
  for (let i = 0; i < 500; i++) compiled(textOf(modelModule(seedOf(seed, i), nothing)))
}, 120_000)

const missing = (names: readonly string[]): string[] => names.filter((name) => !made.has(name))

/** The names that are accepted. */
const accepted = <K extends string>(all: Readonly<Record<K, 'accepted' | 'refused'>>): K[] =>
  (Object.keys(all) as K[]).filter((name) => all[name] === 'accepted')

/** Nodes of the syntax that no model's functions can have. */
const outside: ReadonlySet<string> = new Set([
  // Refused with MC101, or MC002 where it does not erase.
  ...[
    'AwaitExpression',
    'CatchClause',
    'ClassBody',
    'ClassDeclaration',
    'ClassExpression',
    'Decorator',
    'ForInStatement',
    'ImportExpression',
    'MetaProperty',
    'MethodDefinition',
  ],
  ...[
    'NewExpression',
    'PrivateIdentifier',
    'PropertyDefinition',
    'SequenceExpression',
    'StaticBlock',
    'Super',
    'TaggedTemplateExpression',
    'ThisExpression',
    'ThrowStatement',
  ],
  ...['TryStatement', 'WithStatement', 'AccessorProperty', 'V8IntrinsicExpression', 'Hashbang', 'ParenthesizedExpression'],
  // Modules, not functions.
  ...[
    'ExportAllDeclaration',
    'ExportNamedDeclaration',
    'ExportSpecifier',
    'ImportAttribute',
    'ImportDefaultSpecifier',
    'ImportNamespaceSpecifier',
    'Program',
  ],
  // Nothing at all happens.
  'DebuggerStatement',
])

describe('syntax', () => {
  test('every node', () => {
    const all = Object.keys(visitorKeys).filter((type) => !outside.has(type) && !/^(JSX|TS)/.test(type))
    expect(missing(all.map((type) => `node ${type}`))).toEqual([])
  })

  test('types around expressions', () => {
    expect(missing(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].map((type) => `node ${type}`))).toEqual([])
  })

  test('every operator', () => {
    const binary: Readonly<Record<BinaryOperator, 'accepted' | 'refused'>> = {
      '===': 'accepted',
      '!==': 'accepted',
      '<': 'accepted',
      '<=': 'accepted',
      '>': 'accepted',
      '>=': 'accepted',
      '+': 'accepted',
      '-': 'accepted',
      '*': 'accepted',
      '/': 'accepted',
      '%': 'accepted',
      '&': 'accepted',
      '|': 'accepted',
      '^': 'accepted',
      '<<': 'accepted',
      '>>': 'accepted',
      '>>>': 'accepted',
      '==': 'refused',
      '!=': 'refused',
      '**': 'refused',
      in: 'refused',
      instanceof: 'refused',
    }
    const assignment: Readonly<Record<AssignmentOperator, 'accepted' | 'refused'>> = {
      '=': 'accepted',
      '+=': 'accepted',
      '-=': 'accepted',
      '*=': 'accepted',
      '%=': 'accepted',
      '&=': 'accepted',
      '|=': 'accepted',
      '^=': 'accepted',
      '<<=': 'accepted',
      '>>=': 'accepted',
      '>>>=': 'accepted',
      '/=': 'refused',
      '**=': 'refused',
      '&&=': 'refused',
      '||=': 'refused',
      '??=': 'refused',
    }
    const logical: Readonly<Record<LogicalOperator, 'accepted'>> = { '&&': 'accepted', '||': 'accepted', '??': 'accepted' }
    const unary: Readonly<Record<UnaryOperator, 'accepted' | 'refused'>> = {
      '!': 'accepted',
      '-': 'accepted',
      '+': 'accepted',
      '~': 'accepted',
      typeof: 'refused',
      void: 'refused',
      delete: 'refused',
    }
    const update: Readonly<Record<UpdateOperator, 'accepted'>> = { '++': 'accepted', '--': 'accepted' }
    const all = [
      ...accepted(binary).map((op) => `BinaryExpression ${op}`),
      ...accepted(assignment).map((op) => `AssignmentExpression ${op}`),
      ...accepted(logical).map((op) => `LogicalExpression ${op}`),
      ...accepted(unary).map((op) => `UnaryExpression ${op}`),
      ...accepted(update).map((op) => `UpdateExpression ${op}`),
    ]
    expect(missing(all)).toEqual([])
    // As values, not as statements alone.
    expect(missing([...accepted(assignment).map((op) => `${op} as a value`), 'update as a value'])).toEqual([])
  })
})

describe('what can be called', () => {
  test('every method of lists, queues and sets', () => {
    const all = [listMethods, queueMethods, setMethods].flatMap((methods) => Object.keys(methods))
    expect(all.length).toBeGreaterThan(15)
    const queue: Readonly<Record<Exclude<keyof Queue<number>, number | symbol>, true>> = {
      length: true,
      push: true,
      shift: true,
      at: true,
      every: true,
      some: true,
      find: true,
      findIndex: true,
      filter: true,
      map: true,
      reduce: true,
      includes: true,
      indexOf: true,
    }
    const set: Readonly<Record<Exclude<keyof IndexSet, symbol>, true>> = { size: true, has: true, add: true, delete: true, clear: true }
    const properties = new Set(['length', 'size'])
    const methods = [...all, ...Object.keys(queue), ...Object.keys(set)].filter((name) => !properties.has(name))
    expect(missing([...new Set(methods)].map((name) => `method ${name}`))).toEqual([])
    expect(missing(['property length', 'property size'])).toEqual([])
  })

  test('every function of JavaScript, and of ts-pattern', () => {
    expect(missing(Object.keys(builtins).map((name) => `call ${name}`))).toEqual([])
    expect(missing(Object.keys(matchMethods).map((name) => `method ${name}`))).toEqual([])
  })

  test('all of the language', () => {
    const types = new Set(['ModelError', 'properties', 'model', 'claims', 'accepted'])
    const names = Object.entries(lang).flatMap(([name, value]) => (typeof value === 'function' && !types.has(name) ? [name] : []))
    expect(missing(names.map((name) => `call ${name}`))).toEqual([])
  })
})

test('all that a predicate gets', () => {
  expect(missing(['parameter 0 of a predicate', 'parameter 1 of a predicate', 'parameter 2 of a predicate', 'at'])).toEqual([])
})

test('every domain', () => {
  const domains: Readonly<Record<Domain['kind'], string>> = {
    bool: 'node Identifier',
    range: 'call range',
    oneOf: 'call oneOf',
    optional: 'call optional',
    record: 'call record',
    array: 'call array',
    queue: 'call queue',
    set: 'call set',
    union: 'call union',
    ghost: 'call ghost',
  }
  expect(missing(Object.values(domains))).toEqual([])
})

test('every node of the IR', () => {
  const exprs: Readonly<Record<Expr['op'], true>> = {
    const: true,
    temp: true,
    load: true,
    not: true,
    select: true,
    add: true,
    sub: true,
    mul: true,
    div: true,
    rem: true,
    and: true,
    or: true,
    xor: true,
    shl: true,
    shr: true,
    eq: true,
    ne: true,
    lt: true,
    le: true,
    gt: true,
    ge: true,
    min: true,
    max: true,
  }
  const stmts: Readonly<Record<Stmt['op'], true>> = { set: true, store: true, if: true, block: true, exit: true, check: true, cover: true }
  const ends: Readonly<Record<End['op'], boolean>> = { goto: true, finish: true, branch: true, choose: true, blocked: true, fail: false }
  const roles: Readonly<Record<VariableRole['kind'], boolean>> = { global: true, ghost: true, location: true, local: true, param: false }
  const properties: Readonly<Record<AnyProperty<never, never>['kind'], true>> = {
    always: true,
    sometimes: true,
    bound: true,
    eventually: true,
    leadsTo: true,
    alwaysPossible: true,
    maximum: true,
    minimum: true,
  }
  const some = (all: Readonly<Record<string, boolean>>, prefix: string): string[] =>
    Object.entries(all).flatMap(([name, is]) => (is ? [`${prefix} ${name}`] : []))
  const all = [
    ...some(exprs, 'expr'),
    ...some(stmts, 'stmt'),
    ...some(ends, 'end'),
    ...some(roles, 'role'),
    ...some(properties, 'property'),
  ]
  const kinds = ['weak', 'strong', 'none'].flatMap((fairness) => [`process ${fairness}`, `rule ${fairness}`])
  expect(
    missing([...all, ...kinds, 'over all', 'over final', 'failure assert', 'failure range', 'deadlock allowed', 'deadlock violation']),
  ).toEqual([])
})

test('what was missing, and hid faults', () => {
  expect(
    missing([
      // Effects beside operands, in arguments, indices, conditions, returns, elements and fields.
      'AssignmentExpression in BinaryExpression.left',
      'AssignmentExpression in BinaryExpression.right',
      'AssignmentExpression in AssignmentExpression.right',
      'AssignmentExpression in CallExpression.arguments',
      'AssignmentExpression in MemberExpression.property',
      'AssignmentExpression in IfStatement.test',
      'AssignmentExpression in VariableDeclarator.init',
      'AssignmentExpression in ReturnStatement.argument',
      'AssignmentExpression in ArrowFunctionExpression.body',
      'AssignmentExpression in ArrayExpression.elements',
      'AssignmentExpression in Property.value',
      'UpdateExpression in BinaryExpression.left',
      'UpdateExpression in BinaryExpression.right',
      'UpdateExpression in MemberExpression.property',
      'UpdateExpression in TemplateLiteral.expressions',
      'AssignmentExpression in TemplateLiteral.expressions',
      'yield* in BinaryExpression.left',
      'yield* in BinaryExpression.right',
      'yield* in CallExpression.arguments',
      'yield* in MemberExpression.property',
      'yield* in IfStatement.test',
      'yield* in ReturnStatement.argument',
      'yield* in AssignmentExpression.right',
      'yield* in ArrayExpression.elements',
      'yield* in Property.value',
      'yield* in VariableDeclarator.init',
      'yield* in ConditionalExpression.test',
      'yield* in LogicalExpression.left',
      // Behind a test of params.
      'yield* in LogicalExpression.right',
      'yield* in ConditionalExpression.consequent',
      'CallExpression in MemberExpression.property',
      'CallExpression in AssignmentExpression.right',
      'callback with a block',
      // Optional chains to fields, elements and lengths.
      'MemberExpression ?.',
      'MemberExpression ?.[]',
      'ChainExpression in LogicalExpression.left',
      'ChainExpression in BinaryExpression.left',
      // Parameters: defaults, patterns, `this`, the last ones of callbacks.
      'parameter AssignmentPattern',
      'parameter ObjectPattern',
      'this parameter',
      'callback of map with 3',
      'callback of some with 3',
      'callback of reduce with 4',
      'callback of find with 3',
      // Copies of what the state has, with and without a function.
      'Array.from of MemberExpression',
      'Array.from of MemberExpression with a function',
      'Array.from of ObjectExpression with a function',
      // Lists of locals that change where they are read; functions that find parts of the state; generators that see
      // locals.
      'method push of a local list as a value',
      'CallExpression in MemberExpression.object',
      'generator in a generator',
      'yield* below WhileStatement.test',
      'ObjectPattern in Property.value',
      'ArrayPattern in Property.value',
      'RestElement in ObjectPattern.properties',
      // Labels and messages.
      'label TemplateLiteral',
      'label ConditionalExpression',
      'label CallExpression',
      'label Identifier',
      'TemplateLiteral in BinaryExpression.left',
      'TemplateLiteral in ConditionalExpression.alternate',
      'TemplateLiteral in CallExpression.arguments',
      'a name of Object.prototype',
      // Variants of unions that the tag's value tells.
      'a computed tag',
      // The ends of 32 bits.
      'number 2147483648',
      'number 2147483647',
      'number 31',
    ]),
  ).toEqual([])
})
