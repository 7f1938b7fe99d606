/**
 * The ESTree nodes that the loader walks, seen loosely: it looks at few of their fields and passes through all the
 * others.
 */
import { visitorKeys } from 'oxc-parser'

export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && typeof (x as { type?: unknown }).type === 'string'

/** The node in a field, or null where there is none. */
export const child = (node: Node, field: string): Node | null => {
  const x = node[field]
  return isNode(x) ? x : null
}

/** The nodes in a list field; holes of array patterns are left out. */
export const list = (node: Node, field: string): readonly Node[] => {
  const x = node[field]
  return Array.isArray(x) ? x.filter(isNode) : []
}

const isBinary = (node: Node | null): node is Node => node?.type === 'BinaryExpression' || node?.type === 'LogicalExpression'

/**
 * The operations of a chain like `a + b + c`, outermost first; a binary operation by itself is a chain of one. Such
 * chains are trees as deep as they are long, so whoever walks them goes along the left side in a loop: the stack has no
 * room for thousands of terms.
 */
export const chainOf = (node: Node): Node[] => {
  const links: Node[] = []
  for (let at: Node | null = node; isBinary(at); at = child(at, 'left')) links.push(at)
  return links
}

/** All nodes directly below a node, in source order; below a chain of binary operations its operands. */
export const childrenOf = (node: Node): Node[] => {
  const links = chainOf(node)
  if (links.length > 0)
    return [child(links[links.length - 1]!, 'left'), ...links.map((link) => child(link, 'right')).reverse()].filter(isNode)
  const found: Node[] = []
  for (const key of visitorKeys[node.type] ?? []) {
    const x = node[key]
    if (isNode(x)) found.push(x)
    else if (Array.isArray(x)) for (const y of x) if (isNode(y)) found.push(y)
  }
  return found
}

/** An identifier's name, or null for any other node. */
export const nameOf = (node: Node | null): string | null => (node?.type === 'Identifier' ? String(node.name) : null)

/** Wrappers that exist for the type checker only, around an expression that runs. */
export const isTypeWrapper = ({ type }: Node): boolean =>
  type === 'TSAsExpression' ||
  type === 'TSSatisfiesExpression' ||
  type === 'TSNonNullExpression' ||
  type === 'TSTypeAssertion' ||
  type === 'TSInstantiationExpression'

/** A node that is nothing but types: nothing in it runs or declares a value. */
export const isTypeOnly = (node: Node): boolean => node.type.startsWith('TS') && !isTypeWrapper(node)
