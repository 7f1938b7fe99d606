/** Statements without yields, executed in place: loops are unrolled, ways that part meet again. */
import type { Expression, ForOfStatement, LabeledStatement, Statement, SwitchStatement, VariableDeclaration } from 'oxc-parser'
import { any, constant, not } from '../../ir/build.js'
import type { Expr } from '../../ir/system.js'
import type { Context } from '../values/context.js'
import { reach, reachStores } from '../values/draft.js'
import { cover, settle, settleValue } from '../values/emit.js'
import { equal } from '../values/equality.js'
import { conditional, type Flow, jump, leavable, scoped } from '../values/flow.js'
import { isIdentity, isWritten, refuseIdentity } from '../values/identity.js'
import { decide } from '../values/known.js'
import { requireLabels } from '../values/labels.js'
import { nameParts, unwrapped, whileLooping, whileUsed } from '../values/ownership.js'
import { judgeReturn, setStance } from '../values/parts.js'
import { whileDoing } from '../values/reads.js'
import { childScope, declareName, type Scope, siteOf } from '../values/scope.js'
import { refuse, type Site, spanOf, textOf } from '../values/site.js'
import { breaks } from '../values/syntax.js'
import { type Item, undefinedValue, type Value } from '../values/value.js'
import { setCell } from '../values/way.js'
import { condition, refine } from './condition.js'
import { sequenceOf } from './element.js'
import { evaluate, evaluateObject } from './expression.js'
import { refuseOutsideEnum } from './operator.js'
import { bindPattern } from './pattern.js'

/** A loop that goes on for longer than this without a yield is taken for one without a bound. */
const mostRounds = 1_000

export const runStatements = (c: Context, statements: readonly Statement[], scope: Scope): Flow => {
  hoist(c, statements, scope)
  for (const statement of statements) if (runStatement(c, statement, scope) === 'never') return 'never'
  return 'next'
}

/**
 * Function declarations can be called before the place where they stand; other names hide outer ones before they have a
 * value.
 */
export const hoist = (c: Context, statements: readonly Statement[], scope: Scope): void => {
  for (const statement of statements) {
    if (statement.type === 'VariableDeclaration')
      for (const d of statement.declarations) if (d.id.type === 'Identifier') scope.coming.add(d.id.name)
    if (statement.type !== 'FunctionDeclaration' || statement.id === null) continue
    const cell = declareName(scope, statement.id.name, statement.start, { constant: true, parameter: false })
    setCell(c, cell, { k: 'closure', fn: statement, scope })
  }
}

const block = (c: Context, statements: readonly Statement[], scope: Scope): Flow =>
  scoped(c, () => runStatements(c, statements, childScope(scope)))

/** Executes a statement in which no step can end. */
export const runStatement = (c: Context, node: Statement, scope: Scope, labels: readonly string[] = []): Flow => {
  reach(c, node)
  const { at: around, stores, ghostStores } = c.code
  c.code.at = spanOf(scope.file, node)
  const flow = c.draft.memory === null ? runHere(c, node, scope, labels) : runNoting(c, () => runHere(c, node, scope, labels))
  c.code.at = around
  reachStores(c, node, { stores, ghostStores })
  return flow
}

/**
 * Notes of a statement whether it is for people alone: it sets ghosts or asserts, changes nothing else that is known
 * behind it, and control goes on.
 */
const runNoting = (c: Context, run: () => Flow): Flow => {
  const { stores, ghostStores, asserts, exits } = c.code
  const { cells } = c.way
  const before = [...cells]
  return whileDoing(c, run, (flow) => {
    const [stored, ghosts] = [c.code.stores - stores, c.code.ghostStores - ghostStores]
    const says = ghosts > 0 || c.code.asserts > asserts
    return says && stored === ghosts && flow === 'next' && c.code.exits === exits && before.every(([id, v]) => c.way.cells.get(id) === v)
  })
}

/** Long: one case for each kind of statement. */
const runHere = (c: Context, node: Statement, scope: Scope, labels: readonly string[]): Flow => {
  const site: Site = { file: scope.file, node }
  switch (node.type) {
    case 'EmptyStatement':
    case 'FunctionDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSInterfaceDeclaration':
    case 'DebuggerStatement':
      return 'next'
    case 'ExpressionStatement':
      evaluateObject(c, node.expression, scope)
      return 'next'
    case 'VariableDeclaration':
      declare(c, node, scope)
      return 'next'
    case 'BlockStatement':
      return block(c, node.body, scope)
    case 'IfStatement': {
      judgeReturn(c, node.test, node.consequent)
      const test = condition(c, evaluateObject(c, node.test, scope), { file: scope.file, node: node.test })
      const { alternate } = node
      const arm = (statement: Statement | null, truth: boolean) => (): Value | 'never' => {
        if (test.op !== 'const') {
          cover(
            c,
            spanOf(scope.file, statement ?? node.test),
            truth ? `if (${textOf(c, scope.file, node.test)})` : `else of if (${textOf(c, scope.file, node.test)})`,
          )
          if (c.code.parts === null) refine(c, node.test, truth, scope)
        }
        return statement === null || scoped(c, () => runStatement(c, statement, childScope(scope))) === 'next' ? undefinedValue : 'never'
      }
      return conditional(c, test, arm(node.consequent, true), arm(alternate, false), site) === 'never' ? 'never' : 'next'
    }
    case 'ReturnStatement': {
      if (node.argument !== null) setStance(c, node.argument, c.code.parts?.returns ?? null, 'branch')
      const value = node.argument === null ? undefinedValue : settleValue(c, evaluate(c, node.argument, scope))
      if (!jump(c, 'return', null, value)) return refuse(c, 'MC101', scope.file, node, 'a return outside of a function', 'remove it')
      return 'never'
    }
    case 'BreakStatement':
    case 'ContinueStatement':
      if (!jump(c, node.type === 'BreakStatement' ? 'break' : 'continue', node.label?.name ?? null, undefinedValue))
        return refuse(c, 'MC101', scope.file, node, 'a jump out of what is evaluated here', 'jump within one loop')
      return 'never'
    case 'LabeledStatement':
      requireLoop(c, node, scope)
      return runStatement(c, node.body, scope, [...labels, node.label.name])
    case 'ForOfStatement':
      return forOf(c, node, scope, labels)
    case 'ForStatement':
      return scoped(c, () => {
        const inner = childScope(scope)
        if (node.init?.type === 'VariableDeclaration') declare(c, node.init, inner)
        else if (node.init !== null) evaluate(c, node.init, inner)
        const { body, test } = node
        const update = (): void => {
          if (node.update !== null) evaluate(c, node.update, inner)
        }
        return loop(c, { labels, test, body: () => runStatement(c, body, childScope(inner)), update }, inner, site)
      })
    case 'WhileStatement':
      return loop(c, { labels, test: node.test, body: () => runStatement(c, node.body, childScope(scope)) }, scope, site)
    case 'DoWhileStatement':
      return loop(c, { labels, test: node.test, body: () => runStatement(c, node.body, childScope(scope)), bodyFirst: true }, scope, site)
    case 'SwitchStatement':
      return switchOn(c, node, scope)
    default:
      return refuse(c, 'MC101', scope.file, node, `${describeStatement(node)} is outside the language`, hintFor(node))
  }
}

/** A label is for `break` and `continue` of loops. */
export const requireLoop = (c: Context, node: LabeledStatement, scope: Scope): void => {
  const { type } = node.body
  if (!/^(For|While|DoWhile|ForOf|Labeled)Statement$/.test(type))
    refuse(c, 'MC101', scope.file, node.label, 'a label on something that is no loop', 'write an if instead of the jump')
}

const describeStatement = (node: Statement): string => {
  switch (node.type) {
    case 'ThrowStatement':
      return "'throw'"
    case 'TryStatement':
      return "'try'"
    case 'ForInStatement':
      return "'for..in'"
    case 'ClassDeclaration':
      return 'a class'
    case 'WithStatement':
      return "'with'"
    default:
      return node.type
  }
}

const hintFor = (node: Statement): string => {
  switch (node.type) {
    case 'ThrowStatement':
      return 'say what must hold with assert(condition)'
    case 'ForInStatement':
      return 'write for (const x of ...)'
    case 'TryStatement':
      return 'a step that fails is a violation with a trace: nothing is caught'
    case 'ClassDeclaration':
      return 'write functions; the state is their argument'
    default:
      return 'docs/LANGUAGE.md lists what can be written'
  }
}

/** Declares the variables of a `const` or `let`. */
export const declare = (c: Context, node: VariableDeclaration, scope: Scope): void => {
  if (node.kind === 'var') return refuse(c, 'MC101', scope.file, node, "'var' is outside the language", 'write const or let')
  for (const d of node.declarations) {
    const v = d.init === null ? undefinedValue : evaluate(c, d.init, scope)
    const bind = (): void => bindPattern(c, d.id, v, scope, { constant: node.kind === 'const', parameter: false, init: d.init })
    if (d.init === null || d.id.type === 'Identifier') bind()
    else whileUsed(c, d.init, v, scope, bind)
  }
}

interface Loop {
  readonly labels: readonly string[]
  readonly test: Expression | null
  readonly body: () => Flow
  readonly update?: () => void
  /** Whether its body comes before its test. */
  readonly bodyFirst?: true
}

/** Unrolls a loop until its condition is known to be false, or some round ends it on every way. */
const loop = (c: Context, { labels, test, body, update = () => {}, bodyFirst }: Loop, scope: Scope, site: Site): Flow => {
  const inside = (e: Expr): Flow => {
    if (test !== null && e.op !== 'const') refine(c, test, true, scope)
    const flow = leavable(c, ['continue'], labels, () => (scoped(c, body) === 'never' ? 'never' : undefinedValue), site)
    if (flow !== 'never') update()
    return flow === 'never' ? 'never' : 'next'
  }
  const round = (first: number): Value | 'never' => {
    for (let n = first; ; n++) {
      if (n > mostRounds)
        return refuse(
          c,
          'MC107',
          site.file,
          site.node,
          `this loop has gone through ${mostRounds} rounds without an end in sight, and without a yield`,
          'bound it by a constant, or put a yield into every way through its body',
        )
      const e: Expr =
        test === null || (bodyFirst === true && n === 0)
          ? constant(1)
          : condition(c, evaluate(c, test, scope), { file: site.file, node: test })
      if (e.op !== 'const')
        return conditional(
          c,
          e,
          () => (inside(e) === 'never' ? 'never' : round(n + 1)),
          () => undefinedValue,
          site,
        )
      if (e.value === 0) return undefinedValue
      if (inside(e) === 'never') return 'never'
    }
  }
  return leavable(c, ['break'], labels, () => round(0), site) === 'never' ? 'never' : 'next'
}

const forOf = (c: Context, node: ForOfStatement, scope: Scope, labels: readonly string[]): Flow => {
  const site: Site = { file: scope.file, node: node.right }
  const sequence = sequenceOf(c, evaluateObject(c, node.right, scope), site)
  if (sequence.fixed !== null) nameParts(c, node.right, sequence.fixed, scope)
  const rounds = (): Value | 'never' => {
    for (let i = 0; i < sequence.count; i++) {
      const next = sequence.item(i)
      const item = { present: settle(c, next.present), value: settleValue(c, next.value) }
      const flow = conditional(
        c,
        item.present,
        () => {
          const left = leavable(
            c,
            ['continue'],
            labels,
            () => (scoped(c, () => runStatement(c, node.body, bindItem(c, node, item, scope))) === 'never' ? 'never' : undefinedValue),
            site,
          )
          return left === 'never' ? 'never' : undefinedValue
        },
        () => undefinedValue,
        site,
      )
      if (flow === 'never') return 'never'
    }
    sequence.end()
    return undefinedValue
  }
  return whileLooping(c, node.right, scope, () => (leavable(c, ['break'], labels, rounds, site) === 'never' ? 'never' : 'next'))
}

/** A scope for one round of a `for..of`, with the loop's variable bound. */
export const bindItem = (c: Context, node: ForOfStatement, item: Item, scope: Scope): Scope => {
  const inner = childScope(scope)
  if (node.await) return refuse(c, 'MC101', scope.file, node, "'for await' is outside the language", 'write for (const x of ...)')
  if (node.left.type !== 'VariableDeclaration')
    return refuse(c, 'MC101', scope.file, node.left, 'a loop over an existing variable', 'declare it in the loop: for (const x of ...)')
  const [d] = node.left.declarations
  if (d !== undefined) bindPattern(c, d.id, item.value, inner, { constant: node.left.kind === 'const', parameter: false })
  return inner
}

/** The cases of a switch as conditions and bodies; the default's condition is that no other holds. */
export const switchCases = (
  c: Context,
  node: SwitchStatement,
  scope: Scope,
): { readonly condition: Expr; readonly body: readonly Statement[]; readonly text: string }[] => {
  const subject = settleValue(c, evaluate(c, node.discriminant, scope))
  const groups: { tests: (Expr | 'default')[]; body: readonly Statement[]; text: string }[] = []
  let open: (Expr | 'default')[] = []
  let text = ''
  node.cases.forEach((one, i) => {
    if (one.test === null) {
      open.push('default')
      text = 'default'
    } else {
      const emitted = c.way.out.length
      const value = evaluate(c, one.test, scope)
      // JavaScript evaluates a case only where no case before it is the one.
      if (c.way.out.length > emitted)
        return refuse(
          c,
          'MC101',
          scope.file,
          one.test,
          'a case that does something, or may fail',
          'compute it before the switch, or write if',
        )
      if (unwrapped(node.discriminant).type === 'MemberExpression')
        refuseOutsideEnum(c, value, subject, { file: scope.file, node: one.test })
      if (isIdentity(subject) && isWritten(c, siteOf(scope, one.test)))
        refuseIdentity(c, 'an identity is compared with a number', siteOf(scope, one.test))
      requireLabels(c, subject, value, siteOf(scope, one.test))
      const e = equal(subject, value)
      if (e === null)
        return refuse(
          c,
          'MC209',
          scope.file,
          one.test,
          'this case can never be equal to what is switched on',
          'switch on a string, an integer or a boolean',
        )
      open.push(e)
      if (text === '') text = `case ${textOf(c, scope.file, one.test)}`
    }
    if (one.consequent.length === 0 && i < node.cases.length - 1) return
    const last = one.consequent.at(-1)
    if (i < node.cases.length - 1 && last !== undefined && !endsControl(last))
      return refuse(c, 'MC115', scope.file, one, 'control falls through to the next case', 'end the case with break or return')
    groups.push({ tests: open, body: one.consequent, text })
    open = []
    text = ''
  })
  const all = groups.flatMap((g) => g.tests.filter((t): t is Expr => t !== 'default'))
  return groups.map(({ tests, body, text: shown }) => ({
    condition: decide(c.way.known, any(tests.map((t) => (t === 'default' ? not(any(all)) : t)))),
    body,
    text: shown,
  }))
}

const endsControl = (node: Statement): boolean => {
  switch (node.type) {
    case 'BreakStatement':
    case 'ReturnStatement':
    case 'ContinueStatement':
      return true
    case 'BlockStatement': {
      const last = node.body.at(-1)
      return last !== undefined && endsControl(last)
    }
    case 'IfStatement':
      return node.alternate !== null && endsControl(node.consequent) && endsControl(node.alternate)
    case 'LabeledStatement':
      return endsControl(node.body)
    case 'WhileStatement':
      return node.test.type === 'Literal' && node.test.value === true && !breaks(node.body)
    default:
      return false
  }
}

const switchOn = (c: Context, node: SwitchStatement, scope: Scope): Flow => {
  const site: Site = { file: scope.file, node }
  const inner = childScope(scope)
  const cases = switchCases(c, node, inner)
  // A default in the middle is tried last; its condition excludes the others, so that the order does not matter.
  const from = (i: number): Value | 'never' => {
    const one = cases[i]
    if (one === undefined) return undefinedValue
    return conditional(
      c,
      settle(c, one.condition),
      () => {
        if (one.condition.op !== 'const') cover(c, spanOf(scope.file, one.body[0] ?? node), one.text)
        return runStatements(c, one.body, inner) === 'never' ? 'never' : undefinedValue
      },
      () => from(i + 1),
      site,
    )
  }
  return scoped(c, () => leavable(c, ['break'], [], () => from(0), site)) === 'never' ? 'never' : 'next'
}
