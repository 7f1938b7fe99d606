/** What people call the functions of a text: by the process, the rule, the variable or the declaration. */
import { child, childrenOf, list, type Node, nameOf } from '../../load/node.js'
import { isFunction } from './protocol.js'

interface Named {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** The name of the innermost function around an offset that has one; null where none has. */
export const functionNames = (program: Node): ((offset: number) => string | null) => {
  const functions = namedIn(program)
  return (offset) => functions.findLast(({ start, end }) => start <= offset && offset < end)?.name ?? null
}

/** The key of a property that is written out; null for any other node. */
export const keyOf = (node: Node): string | null => {
  if (node.type !== 'Property' || node.computed === true) return null
  const key = child(node, 'key')
  return nameOf(key) ?? String(key?.value)
}

/** In the order in which they begin. */
const namedIn = (node: Node): Named[] => {
  const name = node.type === 'Property' ? keyOf(node) : nameOf(child(node, 'id'))
  const { start, end } = node
  return [...(name !== null && isNamed(node) ? [{ name, start, end }] : []), ...childrenOf(node).flatMap(namedIn)]
}

/** `function name`, `const name = () => ...`, `name: function* ...`, and `name: each(n, function* ...)`. */
const isNamed = (node: Node): boolean => {
  switch (node.type) {
    case 'FunctionDeclaration':
      return true
    case 'VariableDeclarator': {
      const init = child(node, 'init')
      return init !== null && isFunction(init)
    }
    case 'Property': {
      const value = child(node, 'value')
      return value !== null && (isFunction(value) || list(value, 'arguments').some(isFunction))
    }
    default:
      return false
  }
}
