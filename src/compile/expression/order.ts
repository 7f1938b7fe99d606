/**
 * The order in which the parts of an expression with a `yield*` are evaluated, which is ECMAScript's. Other expressions
 * are evaluated as the compiler walks them; a `yield*` has to come first, since ways through the step part in it, and
 * so does what stands to its left.
 */
import type { AssignmentExpression, CallExpression, Expression, Node, SpreadElement, YieldExpression } from 'oxc-parser'
import { unwrapped } from '../values/ownership.js'
import type { Offsets } from '../values/site.js'
import { hasYield, isFunction, yieldsIn } from '../values/syntax.js'

export type Part =
  | { readonly kind: 'value'; readonly node: Expression }
  /** A value that gets a second name where it goes: an argument, an element, a field. */
  | { readonly kind: 'named'; readonly node: Expression }
  /** An operand of arithmetic or order, which must be there. */
  | { readonly kind: 'operand'; readonly node: Expression; readonly of: Offsets & { readonly operator: string } }
  | { readonly kind: 'callee'; readonly node: CallExpression }
  /** What is assigned to. */
  | { readonly kind: 'reference'; readonly node: Expression }
  /** The target of `x += ...` with what it holds. */
  | { readonly kind: 'compound'; readonly node: AssignmentExpression }
  /** `...x` in a list or among arguments, and in an object. */
  | { readonly kind: 'items' | 'fields'; readonly node: SpreadElement }
  | { readonly kind: 'yield'; readonly node: YieldExpression }
  /** A `yield*` that may not be evaluated at all, or that stands where none can. */
  | { readonly kind: 'sometimes' | 'misplaced'; readonly node: Node }

/** What the test of a `?:`, or the left side of `&&` and `||`, is known to be; null where that is not known. */
export type Decided = (test: Expression) => boolean | null

/**
 * The part of a conditional that is evaluated where its test is known: `a ? b : c`, `a && b`, `a || b`. Null where that
 * is not known, or there is nothing to decide.
 */
const taken = (node: Expression, decided: Decided): Expression | null => {
  if (node.type !== 'ConditionalExpression' && (node.type !== 'LogicalExpression' || node.operator === '??')) return null
  const test = node.type === 'ConditionalExpression' ? node.test : node.left
  const truth = hasYield(test) ? null : decided(test)
  if (truth === null) return null
  if (node.type === 'ConditionalExpression') return truth ? node.consequent : node.alternate
  return truth === (node.operator === '&&') ? node.right : node.left
}

/** What an expression comes to where the tests around it are known. */
export const decidedPart = (node: Expression, decided: Decided): Expression => {
  const inner = unwrapped(node)
  const part = taken(inner, decided)
  return part === null ? inner : decidedPart(part, decided)
}

/**
 * What is evaluated of an expression up to the last yield in it.
 * Long: one case for each kind of expression, and in a closure what these share.
 */
export const partsToLastYield = (expression: Expression, decided: Decided = () => null): Part[] => {
  const parts: Part[] = []
  const inOrder = (children: readonly { readonly node: Node; readonly part: Part }[]): void => {
    const last = children.findLastIndex(({ node }) => yieldsHere(node))
    children.slice(0, last + 1).forEach(({ node, part }, i) => {
      if (yieldsHere(node)) collect(node)
      if (i < last && !isConstant(node)) parts.push(part)
    })
  }
  const values = (nodes: readonly Expression[]): void => inOrder(nodes.map((node) => ({ node, part: { kind: 'value', node } })))
  const onlyFirst = (first: Expression, others: readonly Expression[]): void => {
    for (const other of others) for (const node of yieldsIn(other)) parts.push({ kind: 'sometimes', node })
    if (yieldsHere(first)) collect(first)
  }
  const argument = (node: CallExpression['arguments'][number]): { node: Node; part: Part } =>
    node.type === 'SpreadElement' ? { node, part: { kind: 'items', node } } : { node, part: { kind: 'named', node } }

  const collect = (node: Node): void => {
    switch (node.type) {
      case 'YieldExpression': {
        const called = node.argument === null ? null : unwrapped(node.argument)
        if (called?.type === 'CallExpression') calls(called)
        parts.push({ kind: 'yield', node })
        return
      }
      case 'BinaryExpression':
        if (node.left.type === 'PrivateIdentifier') return
        return inOrder([node.left, node.right].map((x) => ({ node: x, part: { kind: 'operand', node: x, of: node } })))
      case 'UnaryExpression':
      case 'SpreadElement':
        return collect(node.argument)
      case 'UpdateExpression':
        return collect(node.argument)
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
      case 'TSNonNullExpression':
        return collect(node.expression)
      case 'LogicalExpression':
      case 'ConditionalExpression': {
        const part = taken(node, decided)
        if (part !== null) return yieldsHere(part) ? collect(part) : undefined
        return node.type === 'LogicalExpression'
          ? onlyFirst(node.left, [node.right])
          : onlyFirst(node.test, [node.consequent, node.alternate])
      }
      case 'ChainExpression':
        for (const inside of yieldsIn(node)) parts.push({ kind: 'sometimes', node: inside })
        return
      case 'CallExpression':
        return calls(node)
      case 'MemberExpression':
        return node.computed ? values([node.object, node.property]) : collect(node.object)
      case 'TemplateLiteral':
        return values(node.expressions)
      case 'ArrayExpression':
        return inOrder(node.elements.flatMap((element) => (element === null ? [] : [argument(element)])))
      case 'ObjectExpression':
        return inOrder(
          node.properties.flatMap((p): { node: Node; part: Part }[] => {
            if (p.type === 'SpreadElement') return [{ node: p, part: { kind: 'fields', node: p } }]
            const key = p.key as Expression
            const value: { node: Node; part: Part } = { node: p.value, part: { kind: 'named', node: p.value } }
            return p.computed ? [{ node: key, part: { kind: 'value', node: key } }, value] : [value]
          }),
        )
      case 'AssignmentExpression': {
        if (node.left.type === 'ArrayPattern' || node.left.type === 'ObjectPattern') {
          for (const inside of yieldsIn(node.left)) parts.push({ kind: 'misplaced', node: inside })
          return collect(node.right)
        }
        const left = node.left as Expression
        if (yieldsHere(left)) collect(left)
        if (!yieldsHere(node.right)) return
        if (node.operator !== '=') parts.push({ kind: 'compound', node })
        else if (unwrapped(left).type !== 'Identifier') parts.push({ kind: 'reference', node: left })
        return collect(node.right)
      }
      default:
        for (const inside of yieldsIn(node)) parts.push({ kind: 'misplaced', node: inside })
    }
  }
  const calls = (node: CallExpression): void =>
    inOrder([{ node: node.callee, part: { kind: 'callee', node } }, ...node.arguments.map(argument)])
  if (yieldsHere(expression)) collect(expression)
  return parts
}

/** Whether a yield of this function is in it: those of a function that is an argument are its own. */
const yieldsHere = (node: Node): boolean => !isFunction(node) && hasYield(node)

const isConstant = (node: Node): boolean => node.type === 'Literal' || isFunction(node)
