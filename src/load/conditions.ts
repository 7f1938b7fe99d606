/** The conditions of a module that the oracle watches: what is tested, and what a `switch` is about. */
import { child, childrenOf, isTypeOnly, type Node } from './node.js'

/** A test and the construct that it decides. */
export interface Condition {
  readonly test: Node
  readonly of: Node
}

const fields: Readonly<Record<string, string>> = {
  IfStatement: 'test',
  ConditionalExpression: 'test',
  WhileStatement: 'test',
  DoWhileStatement: 'test',
  ForStatement: 'test',
  SwitchStatement: 'discriminant',
}

/** All conditions in the functions of a module. */
export const conditionsIn = (program: Node): Condition[] => {
  const found: Condition[] = []
  const walk = (node: Node, inFunction: boolean): void => {
    if (isTypeOnly(node)) return
    const field = fields[node.type]
    const test = inFunction && field !== undefined ? child(node, field) : null
    if (test !== null) found.push({ test, of: node })
    const within = inFunction || /Function/.test(node.type)
    for (const part of childrenOf(node)) walk(part, within)
  }
  walk(program, false)
  return found
}

/** What a condition is made of with `&&`, `||` and `!`: each of these parts decides by itself. */
export const partsOf = (test: Node): readonly Node[] => {
  const inner = connected(test)
  return inner === null ? [test] : inner.flatMap(partsOf)
}

/** The operands of a logical operation; null for all else. */
export const connected = (test: Node): readonly Node[] | null => {
  if (test.type === 'LogicalExpression' && test.operator !== '??')
    return [child(test, 'left'), child(test, 'right')].filter((x) => x !== null)
  if (test.type !== 'UnaryExpression' || test.operator !== '!') return null
  const argument = child(test, 'argument')
  return argument === null ? null : [argument]
}
