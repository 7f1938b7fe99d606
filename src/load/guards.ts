/**
 * Where JavaScript goes on and the language does not: it counts with null and undefined as with 0 and NaN, divides by
 * 0, reads undefined outside of a list, and erases the `!` of TypeScript. In the language these are range violations,
 * so the oracle has to notice them; code that it does not run stays as it is written.
 */
import { chainOf, child, childrenOf, isNode, isTypeOnly, isTypeWrapper, list, type Node, nameOf } from './node.js'

export interface Guard {
  /** The expression that must not be null, and no 0 where it divides. */
  readonly node: Node
  /** The function of the runtime that makes sure of it. */
  readonly by: 'operand' | 'divisor' | 'element' | 'slot' | 'holder' | 'slotOfHolder' | 'there'
  /**
   * Of a slot, the object that it is in, where evaluating it once more right before the index is noticed by nobody.
   * Else it is a `holder` itself, which the next `slotOfHolder` is of.
   */
  readonly of?: Node
}

/**
 * All guards in the functions of a module, outer ones before inner ones. What is assigned to as well (`x += 1`, `x++`,
 * `x! = 1`) stays JavaScript's, and so does a `!` inside an optional chain, which is a part of the chain.
 */
export const guardsIn = (program: Node): Guard[] => {
  const guards: Guard[] = []
  const walk = (node: Node, inFunction: boolean, role: Role): void => {
    if (isTypeOnly(node)) return
    if (inFunction) {
      const divisors = divisorsOf(node)
      for (const divisor of divisors) if (!isNonZero(divisor)) guards.push({ node: divisor, by: 'divisor' })
      for (const operand of operandsOf(node))
        if (!divisors.includes(operand) && mayBeNull(operand)) guards.push({ node: operand, by: 'operand' })
      if (node.type === 'TSNonNullExpression' && role === 'value') guards.push({ node, by: 'there' })
      if (node.type === 'MemberExpression' && node.computed === true && role === 'value' && !isLiteralKey(node))
        guards.push({ node, by: 'element' })
      if (node.type === 'MemberExpression' && node.computed === true && role === 'target' && !isLiteralKey(node)) {
        const [object, key] = [child(node, 'object'), child(node, 'property')]
        if (object !== null && key !== null) guards.push(...slotGuards(object, key))
      }
    }
    const within = inFunction || /Function/.test(node.type)
    for (const part of childrenOf(node)) walk(part, within, roleOf(part, node, role))
  }
  walk(program, false, 'value')
  return guards
}

/** None where other agents may run between the object and the index, and the object cannot be looked at again. */
const slotGuards = (object: Node, key: Node): Guard[] => {
  if (isPure(object)) return [{ node: key, by: 'slot', of: object }]
  if (mayPause(key)) return []
  return [
    { node: object, by: 'holder' },
    { node: key, by: 'slotOfHolder' },
  ]
}

const mayPause = (node: Node): boolean => node.type === 'YieldExpression' || childrenOf(node).some(mayPause)

/**
 * What an expression is for: its value, to be assigned to, to be called, or a link of an optional chain behind its
 * first `?.`.
 */
type Role = 'value' | 'target' | 'link' | 'callee'

const roleOf = (part: Node, parent: Node, role: Role): Role => {
  switch (parent.type) {
    case 'ChainExpression':
      return 'link'
    case 'MemberExpression':
      return part === parent.object && role === 'link' && containsOptional(part) ? 'link' : 'value'
    case 'CallExpression':
      // A callee keeps its receiver.
      return part === parent.callee ? (role === 'link' && containsOptional(part) ? 'link' : 'callee') : 'value'
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return part === parent.left ? 'target' : 'value'
    case 'ForOfStatement':
      return part === parent.left ? 'target' : 'value'
    case 'UpdateExpression':
    case 'RestElement':
    case 'ArrayPattern':
      return 'target'
    case 'ObjectPattern':
      return 'target'
    case 'Property':
      return role === 'target' && part === parent.value ? 'target' : 'value'
    default:
      return isTypeWrapper(parent) ? role : 'value'
  }
}

const containsOptional = (node: Node): boolean =>
  node.optional === true ||
  ['object', 'callee', 'expression'].some((field) => {
    const before = child(node, field)
    return before !== null && containsOptional(before)
  })

const takesNumbers: ReadonlySet<unknown> = new Set(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '>>>', '<', '<=', '>', '>='])

/** The parts of an expression that it computes a number from. */
const operandsOf = (node: Node): Node[] => {
  const parts = (...fields: string[]): Node[] => fields.flatMap((field) => child(node, field) ?? [])
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return chainOf(node).flatMap(({ operator, left, right }) => (takesNumbers.has(operator) ? [left, right].filter(isNode) : []))
    case 'AssignmentExpression':
      return takesNumbers.has(String(node.operator).slice(0, -1)) ? parts('right') : []
    case 'UnaryExpression':
      return node.operator === '-' || node.operator === '+' || node.operator === '~' ? parts('argument') : []
    case 'CallExpression':
      return isArithmetic(child(node, 'callee')) ? list(node, 'arguments').filter(({ type }) => type !== 'SpreadElement') : []
    default:
      return []
  }
}

/** Whether evaluating it twice is as evaluating it once. */
const isPure = (node: Node): boolean => {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
      return true
    case 'MemberExpression':
    case 'BinaryExpression':
    case 'UnaryExpression':
      return node.optional !== true && childrenOf(node).every(isPure)
    default:
      return isTypeWrapper(node) && childrenOf(node).every((part) => isTypeOnly(part) || isPure(part))
  }
}

/** `x['name']`, where TypeScript knows what it is. */
const isLiteralKey = (node: Node): boolean => {
  const key = child(node, 'property')
  return key?.type === 'Literal' && typeof key.value === 'string'
}

/** What is divided by. */
const divisorsOf = (node: Node): Node[] => {
  const right = (of: Node): Node[] => [child(of, 'right')].filter((x) => x !== null)
  if (node.type === 'AssignmentExpression' && (node.operator === '%=' || node.operator === '/=')) return right(node)
  return chainOf(node).flatMap((link) => (link.operator === '%' || link.operator === '/' ? right(link) : []))
}

const isNonZero = (node: Node): boolean => node.type === 'Literal' && typeof node.value === 'number' && node.value !== 0

/** `Number` and the functions of `Math`. */
const isArithmetic = (callee: Node | null): boolean =>
  nameOf(callee) === 'Number' || (callee?.type === 'MemberExpression' && nameOf(child(callee, 'object')) === 'Math')

/**
 * What is computed is never null, nor is a literal (but for null itself, which TypeScript lets nobody count with); `!`
 * is guarded itself.
 */
const mayBeNull = ({ type }: Node): boolean =>
  !/^(Literal|TemplateLiteral|BinaryExpression|UnaryExpression|UpdateExpression|TSNonNullExpression)$/.test(type)
