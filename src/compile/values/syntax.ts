/** Questions about an author's syntax tree that need no values. */
import type { CallExpression, Expression, Node, YieldExpression } from 'oxc-parser'

type Operation = Extract<Node, { readonly type: 'BinaryExpression' | 'LogicalExpression' }>

/**
 * The operations of a chain like `a + b + c`, innermost first, and what it starts with: one that `isKnown`, or no
 * operation. Chains are trees as deep as they are long: they are walked in loops.
 */
export const chainOf = <T extends Operation>(
  node: T,
  isKnown: (inner: Node) => boolean = () => false,
): { readonly first: T['left']; readonly links: readonly T[] } => {
  const links = [node]
  let first: Operation['left'] = node.left
  for (; first.type === node.type && !isKnown(first); first = (first as T).left) links.push(first as T)
  return { first, links: links.reverse() }
}

const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && 'type' in x && typeof x.type === 'string' && 'start' in x

export const isFunction = (node: Node): boolean =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration'

/** Remembers an answer per node: statements are compiled again and again, once for each way to them. */
const memo = <T>(ask: (node: Node) => T): ((node: Node) => T) => {
  const known = new WeakMap<Node, T>()
  return (node) => {
    const answer = known.get(node) ?? ask(node)
    known.set(node, answer)
    return answer
  }
}

/** Nodes directly below one, functions inside it excepted; below a chain its operands. */
const below: (node: Node) => readonly Node[] = memo((node) => {
  if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
    const { first, links } = chainOf<Operation>(node)
    return [first, ...links.map(({ right }) => right)].filter((operand) => !isFunction(operand))
  }
  const found: Node[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent') continue
    for (const x of Array.isArray(value) ? (value as unknown[]) : [value as unknown]) if (isNode(x) && !isFunction(x)) found.push(x)
  }
  return found
})

/** Whether a yield (or `yield*`) is in it, outside of nested functions. */
export const hasYield: (node: Node) => boolean = memo((node) => node.type === 'YieldExpression' || below(node).some(hasYield))

/** The yields in it, outside of nested functions, in the order of the text. */
export const yieldsIn = (node: Node): YieldExpression[] => [
  ...(node.type === 'YieldExpression' ? [node] : []),
  ...below(node).flatMap((x) => (hasYield(x) ? yieldsIn(x) : [])),
]

/** The calls in it, outside of nested functions. */
export const callsIn: (node: Node) => readonly CallExpression[] = memo((node) => [
  ...(node.type === 'CallExpression' ? [node] : []),
  ...below(node).flatMap((x) => callsIn(x)),
])

/** Whether control may leave it by `return`, or by `break` or `continue` to something around it. */
export const escapes: (node: Node) => boolean = memo((node) => leaves(node, 0, 0, []))

const leaves = (node: Node, loops: number, switches: number, labels: readonly string[]): boolean => {
  switch (node.type) {
    case 'ReturnStatement':
      return true
    case 'BreakStatement':
      return node.label === null ? loops + switches === 0 : !labels.includes(node.label.name)
    case 'ContinueStatement':
      return node.label === null ? loops === 0 : !labels.includes(node.label.name)
    case 'ForStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return below(node).some((x) => leaves(x, loops + 1, switches, labels))
    case 'SwitchStatement':
      return below(node).some((x) => leaves(x, loops, switches + 1, labels))
    case 'LabeledStatement':
      return below(node).some((x) => leaves(x, loops, switches, [...labels, node.label.name]))
    default:
      return below(node).some((x) => leaves(x, loops, switches, labels))
  }
}

/** Whether a `break` in the body of a loop may leave it: one with a label counts, wherever it leads. */
export const breaks = (node: Node): boolean => {
  switch (node.type) {
    case 'BreakStatement':
      return true
    case 'ForStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'SwitchStatement':
      return hasLabelledBreak(node)
    default:
      return below(node).some(breaks)
  }
}

const hasLabelledBreak = (node: Node): boolean =>
  (node.type === 'BreakStatement' && node.label !== null) || below(node).some(hasLabelledBreak)

/** Whether evaluating it may assign a local: outside of nested functions, or by calling one that `isLocal`. */
export const assignsLocals = (node: Node, isLocal: (callee: Expression) => boolean): boolean =>
  node.type === 'AssignmentExpression' ||
  node.type === 'UpdateExpression' ||
  (node.type === 'CallExpression' && isLocal(node.callee)) ||
  below(node).some((x) => assignsLocals(x, isLocal))
