/** What a syntax tree says of a protocol: where steps end, what is executed, what is for properties alone. */
import type { Node as SyntaxNode } from 'oxc-parser'
import type { Reached } from '../../compile/values/draft.js'
import { yieldsIn } from '../../compile/values/syntax.js'
import { child, childrenOf, list, type Node, nameOf } from '../../load/node.js'

export interface Protocol {
  readonly text: string
  readonly program: Node
  /** What is executed; of a chain `a && b && c`, its operands. */
  readonly reached: Reached
  /** The values of each enum of the state. */
  readonly enums: readonly (readonly string[])[]
  /** Where functions begin that are one step each: no step can end in them. */
  readonly atomic: ReadonlySet<number>
  /** What is imported from 'mmucheck', by the name that it has here. */
  readonly imported: ReadonlyMap<string, string>
}

/** By `import * as`, the parts of the namespace: `mmu.until`. */
export const importedIn = (program: Node): ReadonlyMap<string, string> =>
  new Map(
    list(program, 'body')
      .filter((node) => node.type === 'ImportDeclaration' && child(node, 'source')?.value === 'mmucheck')
      .flatMap((node) => list(node, 'specifiers'))
      .flatMap((one): readonly (readonly [string, string])[] => {
        const [local, imported] = [nameOf(child(one, 'local')), nameOf(child(one, 'imported'))]
        if (local === null) return []
        if (one.type === 'ImportNamespaceSpecifier') return actions.map((action) => [`${local}.${action}`, action] as const)
        return imported === null ? [] : [[local, imported]]
      }),
  )

/** Whether it is a process, or what processes run: not all of it is one step. */
export const endsSteps = (protocol: Protocol, node: Node): boolean =>
  node.generator === true &&
  !protocol.atomic.has(node.start) &&
  yieldsIn(typed(node)).some(({ delegate, argument }) => !delegate || !isCallOf(protocol, argument as unknown as Node, 'choose'))

/** What a protocol calls and this looks for. */
const actions = ['assert', 'choose', 'fence', 'until', 'when'] as const

/** Whether it calls a function of the language, whatever that is called here. */
export const isCallOf = ({ imported }: Protocol, node: Node, name: (typeof actions)[number]): boolean => {
  const callee = node.type === 'CallExpression' ? child(node, 'callee') : null
  const member = callee?.type === 'MemberExpression' && callee.computed !== true ? callee : null
  const called = member === null ? nameOf(callee) : `${nameOf(child(member, 'object'))}.${nameOf(child(member, 'property'))}`
  return called !== null && imported.get(called) === name
}

export const isDecided = ({ reached }: Protocol, node: Node): boolean => typeof reached.conditions.get(node) === 'boolean'

export const isFunction = ({ type }: Node): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'

/** The node as the compiler sees it. */
export const typed = (node: Node): SyntaxNode => node as unknown as SyntaxNode

/** Chains, and what a step waits for, are known by what is in them. */
export const isReached = (protocol: Protocol, node: Node): boolean =>
  protocol.reached.nodes.has(node) || (isKnownByParts(protocol, node) && childrenOf(node).some((part) => isReached(protocol, part)))

const isKnownByParts = (protocol: Protocol, node: Node): boolean =>
  node.type === 'LogicalExpression' ||
  node.type === 'BinaryExpression' ||
  node.type === 'ArrowFunctionExpression' ||
  isCallOf(protocol, node, 'until') ||
  isCallOf(protocol, node, 'fence') ||
  isCallOf(protocol, node, 'when')

export const statementsOf = (node: Node): readonly Node[] | null =>
  node.type === 'BlockStatement' ? list(node, 'body') : node.type === 'SwitchCase' ? list(node, 'consequent') : null

/** `yield 'label'`, `yield until(...)`: where a step ends. */
export const isPause = (node: Node): boolean => {
  const expression = node.type === 'ExpressionStatement' ? child(node, 'expression') : null
  return expression?.type === 'YieldExpression' && expression.delegate !== true
}

/** `yield 'label'`. */
export const isLabel = (node: Node): boolean => {
  const yielded = isPause(node) ? child(child(node, 'expression') ?? node, 'argument') : null
  return yielded !== null && /^(Literal|TemplateLiteral)$/.test(yielded.type)
}

/** `yield* acquire(...)`: steps of their own. */
export const isDelegation = (node: Node): boolean => {
  const expression = node.type === 'ExpressionStatement' ? child(node, 'expression') : null
  return expression?.type === 'YieldExpression' && expression.delegate === true
}

/** What does something by itself: an assignment, a call, steps of a helper. */
export const acts = (protocol: Protocol, node: Node): boolean =>
  node.type === 'ExpressionStatement' && !isPause(node) && !isForProperties(protocol, node)

/** What is no part of the protocol: an `assert`, stores to what only properties read. */
export const isForProperties = (protocol: Protocol, node: Node): boolean => {
  const expression = node.type === 'ExpressionStatement' ? child(node, 'expression') : null
  return protocol.reached.ghostly.get(node) === true || (expression !== null && isCallOf(protocol, expression, 'assert'))
}

/**
 * Whether it may read or write the state: it names something with parts, or calls something, where the params do not
 * say that it is not executed.
 */
export const touchesState = (protocol: Protocol, node: Node): boolean => {
  if (node.type === 'MemberExpression' || node.type === 'CallExpression') return true
  const test = node.type === 'IfStatement' ? child(node, 'test') : null
  const decided = test === null ? null : protocol.reached.conditions.get(test)
  const parts =
    typeof decided === 'boolean' ? [child(node, decided ? 'consequent' : 'alternate')].filter((part) => part !== null) : childrenOf(node)
  return parts.some((part) => !isFunction(part) && touchesState(protocol, part))
}

/** `yield until(...)`. */
export const waits = (protocol: Protocol, node: Node): boolean => {
  const waited = child(child(node, 'expression') ?? node, 'argument')
  return waited !== null && isCallOf(protocol, waited, 'until')
}

export const isJump = ({ type }: Node): boolean => /^(Return|Break|Continue)Statement$/.test(type)
