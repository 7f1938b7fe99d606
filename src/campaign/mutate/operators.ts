/**
 * The changes that a programmer might make, made of the author's syntax tree: of what steps, rules and `init` execute,
 * and nothing else.
 */
import { hasYield } from '../../compile/values/syntax.js'
import type { Edit } from '../../load/edit.js'
import { child, childrenOf, isTypeOnly, list, type Node } from '../../load/node.js'
import type { Change, Operator } from './mutant.js'
import {
  acts,
  endsSteps,
  isCallOf,
  isDecided,
  isDelegation,
  isForProperties,
  isFunction,
  isJump,
  isLabel,
  isPause,
  isReached,
  type Protocol,
  statementsOf,
  touchesState,
  typed,
  waits,
} from './protocol.js'

/** All changes, in no order, some of which do not compile or change nothing. Linear in the size of the text. */
export const changesOf = (protocol: Protocol): Change[] => {
  const changes: Change[] = []
  const inOther = new Set<Node>()
  const visit = (node: Node, around: Around): void => {
    if (isTypeOnly(node) || isForProperties(protocol, node)) return
    const decided = around.decided || isDecided(protocol, node)
    const inside = isFunction(node) ? { yields: endsSteps(protocol, node), decided: false } : { ...around, decided }
    const statements = statementsOf(node)
    if (statements !== null) changes.push(...ofBlock(protocol, statements, inside))
    if (!decided && isReached(protocol, node))
      changes.push(...ofNode(protocol, node, inside).filter(({ operator }) => operator !== 'left out' || !inOther.has(node)))
    const only = leftOutWith(protocol, node)
    if (only !== null) inOther.add(only)
    for (const part of partsOf(protocol, node)) visit(part, inside)
    // The operations of a chain are its parts, and not its children.
    if (isOperation(node) && !decided)
      for (let at = child(node, 'left'); at !== null && isOperation(at) && !isDecided(protocol, at); at = child(at, 'left'))
        if (isReached(protocol, at)) changes.push(...ofNode(protocol, at, inside))
  }
  visit(protocol.program, { yields: false, decided: false })
  return changes
}

const isOperation = ({ type }: Node): boolean => type === 'LogicalExpression' || type === 'BinaryExpression'

interface Around {
  /** Whether the function around is a process, or a helper of one: a step can end in it. */
  readonly yields: boolean
  /** In a condition that the params decide: which design this is, and no part of its protocol. */
  readonly decided: boolean
}

/**
 * Labels are for people: of `yield until(label, condition)` only the condition is part of the protocol. Where a loop
 * starts is how many rounds it makes.
 */
const partsOf = (protocol: Protocol, node: Node): readonly Node[] => {
  if (node.type === 'ForStatement') return childrenOf(node).filter((part) => part !== child(node, 'init'))
  if (node.type === 'IfStatement' && choosesLabel(node)) return childrenOf(node).filter((part) => part !== child(node, 'test'))
  if (isCallOf(protocol, node, 'until')) return list(node, 'arguments').slice(1)
  if (isCallOf(protocol, node, 'fence')) return []
  if (node.type !== 'YieldExpression' || node.delegate === true) return childrenOf(node)
  const waited = child(node, 'argument')
  return waited !== null && (isCallOf(protocol, waited, 'until') || isCallOf(protocol, waited, 'fence')) ? [waited] : []
}

const replace = ({ start, end }: Range, text: string): Edit => ({ start, end, text })

/**
 * What is left out without a trace, unless a step starts in it: its label stays written, for properties that ask who
 * stands there.
 */
const leaveOut = (range: Range, startsSteps: boolean): readonly Edit[] =>
  startsSteps
    ? [
        { start: range.start, end: range.start, text: 'if (false) { ' },
        { start: range.end, end: range.end, text: ' }' },
      ]
    : [replace(range, ';')]

interface Range {
  readonly start: number
  readonly end: number
}

const about = (operator: Operator, { start, end }: Range, ...edits: readonly Edit[]): Change => ({ operator, start, end, edits, rules: [] })

const ofBlock = (protocol: Protocol, all: readonly Node[], { yields }: Around): Change[] => {
  // What is for properties alone keeps its place, and hides no neighbours from each other.
  const statements = all.filter((node) => isReached(protocol, node) && !isForProperties(protocol, node))
  const changes: Change[] = []
  const swap = (operator: Operator, a: Range, b: Range): void => {
    const put = ({ start, end }: Range, from: Range): Edit => ({ start, end, text: closed(protocol.text, from, end) })
    changes.push(about(operator, { start: a.start, end: b.end }, put(a, b), put(b, a)))
  }
  for (const [i, b] of statements.entries()) {
    const [before, a, after] = [statements[i - 2], statements[i - 1], statements[i + 1]]
    if (a === undefined) continue
    if (acts(protocol, a) && acts(protocol, b)) swap('swapped', a, b)
    // All that a step does moves into another one: the two are merged, and a step that does nothing is left.
    const isAlone = (node: Node, beside: Node | undefined): boolean => isDelegation(node) || (beside !== undefined && isPause(beside))
    if (isPause(b) && acts(protocol, a) && !isAlone(a, before)) swap('one step later', a, b)
    if (isPause(a) && acts(protocol, b) && after !== undefined && !isDelegation(after) && !isAlone(b, after)) swap('one step earlier', a, b)
  }
  const touching = statements.filter((node) => hasYield(typed(node)) || touchesState(protocol, node))
  for (const [i, b] of touching.entries()) {
    const a = touching[i - 1]
    if (yields && a !== undefined && !hasYield(typed(a)) && !hasYield(typed(b)))
      changes.push(about('step split', { start: a.start, end: b.end }, { start: b.start, end: b.start, text: "yield 'split'; " }))
  }
  const units = unitsOf(protocol, statements)
  for (const [i, unit] of units.entries()) {
    const before = units[i - 1]
    if (before !== undefined && (before.statements > 1 || before.delegates) && (unit.statements > 1 || unit.delegates))
      swap('steps swapped', before, unit)
    if (unit.isStep && unit.statements > 1 && !unit.isOneAct) changes.push(about('step left out', unit, ...leaveOut(unit, true)))
  }
  return changes
}

/** The author's text of a statement, to stand where there is more on the line behind `at`. */
const closed = (text: string, { start, end }: Range, at: number): string => {
  const statement = text.slice(start, end)
  return statement.endsWith(';') || /^[ \t]*($|[\n\r}])/.test(text.slice(at)) ? statement : `${statement};`
}

interface Unit extends Range {
  readonly statements: number
  readonly isStep: boolean
  readonly delegates: boolean
  /** It waits for nothing, and does one thing: without that it does nothing. */
  readonly isOneAct: boolean
}

/**
 * The steps of a block: each from its yield to the next, or to a jump, which says what is next; and the steps of a
 * helper by themselves.
 */
const unitsOf = (protocol: Protocol, statements: readonly Node[]): Unit[] => {
  const units: Unit[] = []
  for (const [i, node] of statements.entries()) {
    if (isJump(node)) continue
    const { start, end } = node
    const last = units.at(-1)
    if (isPause(node) || isDelegation(node) || last === undefined || last.delegates)
      units.push({ start, end, statements: 1, isStep: isPause(node), delegates: isDelegation(node), isOneAct: false })
    else {
      const pause = statements[i - 1]!
      const isOneAct = last.statements === 1 && last.isStep && !waits(protocol, pause) && acts(protocol, node)
      units[units.length - 1] = { ...last, end, statements: last.statements + 1, isOneAct }
    }
  }
  // What stands before the first yield belongs to a step that began elsewhere.
  return units.filter(({ isStep, delegates }) => isStep || delegates)
}

/** Long: one case for each kind of node. */
const ofNode = (protocol: Protocol, node: Node, { yields }: Around): Change[] => {
  const { text } = protocol
  switch (node.type) {
    case 'ExpressionStatement': {
      if (isPause(node)) return [about('steps merged', node, ...leaveOut(node, true))]
      if (!acts(protocol, node)) return []
      return [about('left out', node, ...leaveOut(node, hasYield(typed(node)))), ...splitStore(protocol, node, yields)]
    }
    case 'ReturnStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return [about('left out', node, replace(node, ';'))]
    case 'IfStatement': {
      const test = child(node, 'test')
      const then = child(node, 'consequent')
      if (test === null || then === null || choosesLabel(node)) return []
      const split =
        yields && !isDecided(protocol, test) && touchesState(protocol, test) && touchesState(protocol, then) && !startsWithYield(then)
          ? [about('step split', { start: node.start, end: then.start }, ...braced(then, "yield 'split'; "))]
          : []
      return [...ofCondition(protocol, node, test, then), ...split]
    }
    case 'ConditionalExpression':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return ofTest(protocol, child(node, 'test'))
    case 'ForStatement': {
      const test = child(node, 'test')
      const bound = test?.type === 'BinaryExpression' ? child(test, 'right') : null
      const fewer =
        test !== null && bound !== null ? [about('one round less', test, replace(bound, `${text.slice(bound.start, bound.end)} - 1`))] : []
      return [about('left out', node, ...leaveOut(node, hasYield(typed(node)))), ...fewer]
    }
    case 'ForOfStatement': {
      const over = child(node, 'right')
      const fewer = over === null ? [] : [about('one round less', over, replace(over, `[...${text.slice(over.start, over.end)}].slice(1)`))]
      return [about('left out', node, ...leaveOut(node, hasYield(typed(node)))), ...fewer]
    }
    case 'LogicalExpression': {
      const [left, right] = [child(node, 'left'), child(node, 'right')]
      if (left === null || right === null || node.operator === '??') return []
      const kept = [isDecided(protocol, right) ? [] : [left], isDecided(protocol, left) ? [] : [right]].flat()
      return kept.map((operand) => about('operand left out', node, replace(node, enclosed(text, operand))))
    }
    case 'BinaryExpression': {
      const next = nextComparison[String(node.operator)]
      const [left, right] = [child(node, 'left'), child(node, 'right')]
      if (next === undefined || left === null || right === null) return []
      return [
        about('comparison', node, {
          start: left.end,
          end: right.start,
          text: text.slice(left.end, right.start).replace(String(node.operator), next),
        }),
      ]
    }
    case 'CallExpression':
      return letsThrough(protocol, node)
    case 'Literal':
      return ofLiteral(protocol, node)
    default:
      return []
  }
}

/** Parentheses are no nodes: what stood in some needs them where it goes. */
const enclosed = (text: string, node: Node): string => {
  const written = text.slice(node.start, node.end)
  return /^(Identifier|Literal|MemberExpression|CallExpression|UnaryExpression|BinaryExpression)$/.test(node.type)
    ? written
    : `(${written})`
}

const nextComparison: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
}

const ofTest = ({ reached }: Protocol, test: Node | null): Change[] => {
  if (test === null || test.type === 'Literal') return []
  const never = about('always false', test, replace(test, 'false'))
  switch (reached.conditions.get(test)) {
    case true:
      return [never]
    case false:
      return []
    default:
      return [about('always true', test, replace(test, 'true')), never]
  }
}

/** Where the params decide it, its body is part of the design: that is left out, where it is more than a jump. */
const ofCondition = (protocol: Protocol, node: Node, test: Node, then: Node): Change[] => {
  if (!isDecided(protocol, test)) return ofTest(protocol, test)
  return child(node, 'alternate') === null && onlyIn(then) === null ? ofTest(protocol, test) : []
}

/** The statement that is left out where this one is, or never holds, or that says which design this is. */
const leftOutWith = (protocol: Protocol, node: Node): Node | null => {
  const test = child(node, 'test')
  switch (node.type) {
    case 'IfStatement': {
      const then = child(node, 'consequent')
      const only = then === null || child(node, 'alternate') !== null ? null : onlyIn(then)
      return only === null || test === null || (isDecided(protocol, test) && !isJump(only)) ? null : only
    }
    case 'ForStatement':
    case 'ForOfStatement':
    case 'WhileStatement': {
      const body = child(node, 'body')
      return body === null ? null : onlyIn(body)
    }
    default:
      return null
  }
}

/** `if (c) yield 'this'; else yield 'that'`: labels are for people. */
const choosesLabel = (node: Node): boolean =>
  ['consequent', 'alternate'].every((arm) => {
    const body = child(node, arm)
    const only = body === null ? null : onlyIn(body)
    return only !== null && isLabel(only)
  })

/** All that is done there, if it is one statement. */
const onlyIn = (node: Node): Node | null => {
  if (node.type !== 'BlockStatement') return node
  const [first, ...more] = list(node, 'body')
  return more.length === 0 ? (first ?? null) : null
}

const startsWithYield = (node: Node): boolean => {
  const [first] = node.type === 'BlockStatement' ? list(node, 'body') : [node]
  return first !== undefined && hasYield(typed(first))
}

/** Puts something in front of what a statement does. */
const braced = (node: Node, text: string): Edit[] =>
  node.type === 'BlockStatement'
    ? [{ start: node.start + 1, end: node.start + 1, text: ` ${text}` }]
    : [
        { start: node.start, end: node.start, text: `{ ${text}` },
        { start: node.end, end: node.end, text: ' }' },
      ]

/** A store falls into what it reads and what it writes. */
const splitStore = (protocol: Protocol, node: Node, yields: boolean): Change[] => {
  const store = child(node, 'expression')
  const [left, right] = [store === null ? null : child(store, 'left'), store === null ? null : child(store, 'right')]
  const { text } = protocol
  if (!yields || store?.type !== 'AssignmentExpression' || left?.type !== 'MemberExpression' || right === null) return []
  const operator = String(store.operator).slice(0, -1)
  const [target, value] = [text.slice(left.start, left.end), text.slice(right.start, right.end)]
  if (operator === '' && !touchesState(protocol, right)) return []
  const read = operator === '' ? value : `${target} ${operator} (${value})`
  let name = 'read'
  while (text.includes(name)) name = `$${name}`
  return [about('step split', node, replace(node, `{ const ${name} = ${read}; yield 'split'; ${target} = ${name} }`))]
}

/** What `until(label, () => ...)`, `when(...)` and `fence(...)` wait for. */
const letsThrough = (protocol: Protocol, node: Node): Change[] => {
  const args = list(node, 'arguments')
  if (isCallOf(protocol, node, 'when') && args[0] !== undefined) return [about('lets through', node, replace(args[0], 'true'))]
  if (isCallOf(protocol, node, 'fence') && args[0] !== undefined)
    return [about('lets through', node, replace(node, protocol.text.slice(args[0].start, args[0].end)))]
  const condition = args.at(-1)
  const body = isCallOf(protocol, node, 'until') && condition !== undefined && isFunction(condition) ? child(condition, 'body') : null
  if (body === null) return []
  return [about('lets through', node, replace(body, body.type === 'BlockStatement' ? '{ return true }' : 'true'))]
}

const ofLiteral = ({ enums, text }: Protocol, node: Node): Change[] => {
  const { value } = node
  if (typeof value === 'number') {
    const around = value > 0 ? [value + 1, value - 1] : [value + 1]
    return around.map((other) => about('off by one', node, replace(node, String(other))))
  }
  if (typeof value === 'boolean') return [about('another value', node, replace(node, String(!value)))]
  if (typeof value !== 'string') return []
  const quote = text[node.start] ?? "'"
  // Of which variable it is a value is for the compiler to say: the others are outside the language.
  const next = new Set(enums.flatMap((one) => (one.includes(value) ? (one[(one.indexOf(value) + 1) % one.length] ?? []) : [])))
  next.delete(value)
  return [...next].map((other) => about('another value', node, replace(node, `${quote}${other}${quote}`)))
}
