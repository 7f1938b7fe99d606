/** Questions about an author's syntax tree that need no values. */
import type { Node } from 'oxc-parser'

type Operation = Extract<Node, { readonly type: 'BinaryExpression' | 'LogicalExpression' }>

/** The operations of a chain like `a + b + c`, innermost first, and what it starts with. Chains are trees as deep as they are long: they are walked in loops. */
export const chainOf = <T extends Operation>(node: T): { readonly first: T['left']; readonly links: readonly T[] } => {
  const links = [node]
  let first: Operation['left'] = node.left
  for (; first.type === node.type; first = (first as T).left) links.push(first as T)
  return { first, links: links.reverse() }
}

/** Nodes directly below one, functions inside it excepted; below a chain its operands. */
const below = (node: Node): Node[] => {
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
}

const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null && 'type' in x && typeof x.type === 'string' && 'start' in x
const isFunction = (node: Node): boolean =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration'

/** Remembers an answer per node. */
const memo = (ask: (node: Node) => boolean): ((node: Node) => boolean) => {
  const known = new WeakMap<Node, boolean>()
  return (node) => {
    const answer = known.get(node) ?? ask(node)
    known.set(node, answer)
    return answer
  }
}

/** Whether a yield (or `yield*`) is in it, outside of nested functions. */
export const hasYield: (node: Node) => boolean = memo((node) => node.type === 'YieldExpression' || below(node).some(hasYield))

/** Whether a step may end in it: a yield of a label, or a `yield*` of anything but `choose(...)`. */
export const pauses = (node: Node): boolean =>
  (node.type === 'YieldExpression' &&
    !(
      node.delegate &&
      node.argument?.type === 'CallExpression' &&
      node.argument.callee.type === 'Identifier' &&
      node.argument.callee.name === 'choose'
    )) ||
  below(node).some(pauses)

/** Whether it calls a function by this name, outside of nested functions. */
export const callsNamed = (node: Node, name: string): boolean =>
  (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === name) ||
  below(node).some((x) => callsNamed(x, name))

/** Whether control may leave it by `return`, or by `break` or `continue` to something around it. */
export const escapes = (node: Node, loops = 0, switches = 0, labels: readonly string[] = []): boolean => {
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
      return below(node).some((x) => escapes(x, loops + 1, switches, labels))
    case 'SwitchStatement':
      return below(node).some((x) => escapes(x, loops, switches + 1, labels))
    case 'LabeledStatement':
      return below(node).some((x) => escapes(x, loops, switches, [...labels, node.label.name]))
    default:
      return below(node).some((x) => escapes(x, loops, switches, labels))
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

/** The delegated yields in an expression, in the order in which they are evaluated; those that are evaluated only sometimes apart. */
export const delegatedYields = (node: Node): { readonly always: Node[]; readonly sometimes: Node[] } => {
  const always: Node[] = []
  const sometimes: Node[] = []
  const walk = (at: Node, conditional: boolean): void => {
    if (at.type === 'YieldExpression') {
      if (at.argument !== null) walk(at.argument, conditional)
      ;(conditional ? sometimes : always).push(at)
      return
    }
    if (at.type === 'LogicalExpression') {
      const { first, links } = chainOf(at)
      walk(first, conditional)
      for (const { right } of links) walk(right, true)
      return
    }
    if (at.type === 'ConditionalExpression') {
      walk(at.test, conditional)
      walk(at.consequent, true)
      walk(at.alternate, true)
      return
    }
    for (const x of below(at)) walk(x, conditional || at.type === 'ChainExpression')
  }
  walk(node, false)
  return { always, sometimes }
}

/** Whether evaluating it may change the state or a local. */
export const mayWrite = (node: Node): boolean =>
  node.type === 'AssignmentExpression' || node.type === 'UpdateExpression' || node.type === 'CallExpression' || below(node).some(mayWrite)
