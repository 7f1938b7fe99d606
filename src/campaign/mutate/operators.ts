/**
 * The changes that a programmer might make, made of the author's syntax tree: of what steps, rules and `init` execute,
 * and nothing else.
 */
import type { Node as SyntaxNode } from 'oxc-parser'
import type { Reached } from '../../compile/values/draft.js'
import { hasYield, yieldsIn } from '../../compile/values/syntax.js'
import type { Edit } from '../../load/edit.js'
import { child, childrenOf, isTypeOnly, list, type Node, nameOf } from '../../load/node.js'
import type { Change, Operator } from './mutant.js'

export interface Protocol {
  readonly text: string
  readonly program: Node
  /** What is executed; of a chain `a && b && c`, its operands. */
  readonly reached: Reached
  /** The values of each enum of the state. */
  readonly enums: readonly (readonly string[])[]
  /** Variables that only properties read. */
  readonly ghosts: ReadonlySet<string>
}

/** All changes, in no order, some of which do not compile or change nothing. Linear in the size of the text. */
export const changesOf = (protocol: Protocol): Change[] => {
  const changes: Change[] = []
  const visit = (node: Node, around: Around): void => {
    if (isTypeOnly(node) || isForProperties(protocol, node)) return
    const decided = around.decided || isDecided(protocol, node)
    const inside = isFunction(node) ? { yields: node.generator === true && hasPause(node), decided: false } : { ...around, decided }
    const statements = statementsOf(node)
    if (statements !== null) changes.push(...ofBlock(protocol, statements, inside))
    if (!decided && isReached(protocol, node)) changes.push(...ofNode(protocol, node, inside))
    for (const part of partsOf(node)) visit(part, inside)
    // The operations of a chain are its parts, and not its children.
    if (node.type === 'LogicalExpression' && !decided && isReached(protocol, node))
      for (let at = child(node, 'left'); at?.type === node.type; at = child(at, 'left')) changes.push(...ofNode(protocol, at, inside))
  }
  visit(protocol.program, { yields: false, decided: false })
  return changes
}

interface Around {
  /** Whether the function around is a process, or a helper of one: a step can end in it. */
  readonly yields: boolean
  /** In a condition that the params decide: which design this is, and no part of its protocol. */
  readonly decided: boolean
}

/** Labels are for people: of `yield until(label, condition)` only the condition is part of the protocol. */
const partsOf = (node: Node): readonly Node[] => {
  if (isCallOf(node, 'until')) return list(node, 'arguments').slice(1)
  if (node.type !== 'YieldExpression' || node.delegate === true) return childrenOf(node)
  const waited = child(node, 'argument')
  return waited !== null && isCallOf(waited, 'until') ? [waited] : []
}

const isCallOf = (node: Node, name: string): boolean => node.type === 'CallExpression' && nameOf(child(node, 'callee')) === name

const isDecided = ({ reached }: Protocol, node: Node): boolean => typeof reached.conditions.get(node) === 'boolean'

const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'

/** The node as the compiler sees it. */
const typed = (node: Node): SyntaxNode => node as unknown as SyntaxNode

/** Whether a step ends in a function: it has a yield of its own. */
const hasPause = (node: Node): boolean => yieldsIn(typed(node)).some(({ delegate }) => !delegate)

/** Chains, and what a step waits for, are known by what is in them. */
const isReached = (protocol: Protocol, node: Node): boolean =>
  protocol.reached.nodes.has(node) || (isKnownByParts(node) && childrenOf(node).some((part) => isReached(protocol, part)))

const isKnownByParts = (node: Node): boolean =>
  node.type === 'LogicalExpression' ||
  node.type === 'BinaryExpression' ||
  node.type === 'ArrowFunctionExpression' ||
  isCallOf(node, 'until') ||
  isCallOf(node, 'when')

const statementsOf = (node: Node): readonly Node[] | null =>
  node.type === 'BlockStatement' ? list(node, 'body') : node.type === 'SwitchCase' ? list(node, 'consequent') : null

const replace = ({ start, end }: Range, text: string): Edit => ({ start, end, text })

interface Range {
  readonly start: number
  readonly end: number
}

const about = (operator: Operator, { start, end }: Range, ...edits: readonly Edit[]): Change => ({ operator, start, end, edits, rules: [] })

/** `yield 'label'`, `yield until(...)`: where a step ends. */
const isPause = (node: Node): boolean => {
  const expression = node.type === 'ExpressionStatement' ? child(node, 'expression') : null
  return expression?.type === 'YieldExpression' && expression.delegate !== true
}

/** `yield* acquire(...)`: steps of their own. */
const isDelegation = (node: Node): boolean => {
  const expression = node.type === 'ExpressionStatement' ? child(node, 'expression') : null
  return expression?.type === 'YieldExpression' && expression.delegate === true
}

/** What does something by itself: an assignment, a call, steps of a helper. */
const acts = (protocol: Protocol, node: Node): boolean =>
  node.type === 'ExpressionStatement' && !isPause(node) && !isForProperties(protocol, node)

/** What is no part of the protocol: an `assert`, a store to a ghost. */
const isForProperties = (protocol: Protocol, node: Node): boolean => {
  const expression = node.type === 'ExpressionStatement' ? child(node, 'expression') : null
  return expression !== null && (isClaim(expression) || isGhostly(protocol, expression))
}

const isClaim = (node: Node): boolean => isCallOf(node, 'assert')

/** A store to a variable that only properties read. */
const isGhostly = ({ ghosts }: Protocol, node: Node): boolean => {
  const target =
    node.type === 'AssignmentExpression'
      ? child(node, 'left')
      : node.type === 'UpdateExpression'
        ? child(node, 'argument')
        : node.type === 'CallExpression'
          ? child(node, 'callee')
          : null
  let at = target
  while (at !== null && child(at, 'object')?.type === 'MemberExpression') at = child(at, 'object')
  const name = nameOf(child(at ?? node, 'property'))
  return at?.type === 'MemberExpression' && name !== null && child(at, 'object')?.type === 'Identifier' && ghosts.has(name)
}

/** Whether it may read or write the state: it names something with parts, or calls something. */
const touchesState = (node: Node): boolean =>
  node.type === 'MemberExpression' ||
  node.type === 'CallExpression' ||
  childrenOf(node).some((part) => !isFunction(part) && touchesState(part))

const ofBlock = (protocol: Protocol, all: readonly Node[], { yields }: Around): Change[] => {
  // What is for properties alone keeps its place, and hides no neighbours from each other.
  const statements = all.filter((node) => isReached(protocol, node) && !isForProperties(protocol, node))
  const changes: Change[] = []
  const swap = (operator: Operator, a: Range, b: Range): void => {
    const put = ({ start, end }: Range, from: Range): Edit => ({ start, end, text: protocol.text.slice(from.start, from.end) })
    changes.push(about(operator, { start: a.start, end: b.end }, put(a, b), put(b, a)))
  }
  const neighbours = statements.flatMap((node, i) => (i > 0 ? [[statements[i - 1]!, node] as const] : []))
  for (const [a, b] of neighbours) {
    if (acts(protocol, a) && acts(protocol, b)) swap('swapped', a, b)
    if (isPause(b) && acts(protocol, a)) swap('one step later', a, b)
    if (isPause(a) && acts(protocol, b)) swap('one step earlier', a, b)
    if (yields && [a, b].every((one) => !hasYield(typed(one)) && touchesState(one)))
      changes.push(about('step split', { start: a.start, end: b.end }, { start: b.start, end: b.start, text: "yield 'split'; " }))
  }
  const units = unitsOf(statements)
  for (const [i, unit] of units.entries()) {
    const before = units[i - 1]
    if (before !== undefined && (before.statements > 1 || before.delegates) && (unit.statements > 1 || unit.delegates))
      swap('steps swapped', before, unit)
    if (unit.isStep && unit.statements > 1) changes.push(about('step left out', unit, replace(unit, ';')))
  }
  return changes
}

interface Unit extends Range {
  readonly statements: number
  readonly isStep: boolean
  readonly delegates: boolean
}

/** The steps of a block: each from its yield to the next, and the steps of a helper by themselves. */
const unitsOf = (statements: readonly Node[]): Unit[] => {
  const units: (Unit & { end: number; statements: number })[] = []
  for (const node of statements) {
    const last = units.at(-1)
    if (isPause(node) || isDelegation(node) || last === undefined || last.delegates)
      units.push({ start: node.start, end: node.end, statements: 1, isStep: isPause(node), delegates: isDelegation(node) })
    else {
      last.end = node.end
      last.statements++
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
      if (isPause(node)) return [about('steps merged', node, replace(node, ';'))]
      if (!acts(protocol, node)) return []
      return [about('left out', node, replace(node, ';')), ...splitStore(protocol, node, yields)]
    }
    case 'ReturnStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return [about('left out', node, replace(node, ';'))]
    case 'IfStatement': {
      const test = child(node, 'test')
      const then = child(node, 'consequent')
      if (test === null || then === null) return []
      const split =
        yields && !isDecided(protocol, test) && touchesState(test) && touchesState(then) && !startsWithPause(then)
          ? [about('step split', { start: node.start, end: then.start }, ...braced(then, "yield 'split'; "))]
          : []
      return [...ofTest(protocol, test), ...split]
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
      return [about('left out', node, replace(node, ';')), ...fewer]
    }
    case 'ForOfStatement': {
      const over = child(node, 'right')
      const fewer = over === null ? [] : [about('one round less', over, replace(over, `[...${text.slice(over.start, over.end)}].slice(1)`))]
      return [about('left out', node, replace(node, ';')), ...fewer]
    }
    case 'LogicalExpression': {
      const [left, right] = [child(node, 'left'), child(node, 'right')]
      if (left === null || right === null || node.operator === '??') return []
      return [left, right].map((kept) => about('operand left out', node, replace(node, enclosed(text, kept))))
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
      return letsThrough(node)
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

const startsWithPause = (node: Node): boolean => {
  const [first] = node.type === 'BlockStatement' ? list(node, 'body') : [node]
  return first !== undefined && isPause(first)
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
const splitStore = ({ text }: Protocol, node: Node, yields: boolean): Change[] => {
  const store = child(node, 'expression')
  const [left, right] = [store === null ? null : child(store, 'left'), store === null ? null : child(store, 'right')]
  if (!yields || store?.type !== 'AssignmentExpression' || left?.type !== 'MemberExpression' || right === null) return []
  const operator = String(store.operator).slice(0, -1)
  const [target, value] = [text.slice(left.start, left.end), text.slice(right.start, right.end)]
  if (operator === '' && !touchesState(right)) return []
  const read = operator === '' ? value : `${target} ${operator} (${value})`
  return [about('step split', node, replace(node, `{ const read = ${read}; yield 'split'; ${target} = read }`))]
}

/** What `until(label, () => ...)` and `when(...)` wait for. */
const letsThrough = (node: Node): Change[] => {
  const args = list(node, 'arguments')
  if (isCallOf(node, 'when') && args[0] !== undefined) return [about('lets through', node, replace(args[0], 'true'))]
  const condition = args.at(-1)
  const body = isCallOf(node, 'until') && condition !== undefined && isFunction(condition) ? child(condition, 'body') : null
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
