/** Names of locals that tell a reader nothing new: what merely counts, and what was chosen, which a label says. */
import { child, childrenOf, isNode, list, type Node, nameOf } from '../../../load/node.js'
import type { Source } from '../../../load/source.js'

/** Whether a name is, at an offset of a source, one that the head of a loop declares. Linear in the source's size. */
export const isCounter = (source: Source, offset: number, name: string): boolean => {
  const isDeclaredIn = (node: Node): boolean => {
    const init = node.type === 'ForStatement' ? child(node, 'init') : null
    return init !== null && list(init, 'declarations').some((one) => namesIn(child(one, 'id')).includes(name))
  }
  const look = (node: Node): boolean => {
    const inside = childrenOf(node).find(({ start, end }) => start <= offset && offset < end)
    return isDeclaredIn(node) || (inside !== undefined && look(inside))
  }
  const program: unknown = source.program
  return isNode(program) && look(program)
}

/** What the variables of a source are declared as, by their names. */
interface Variables {
  /** As what a `choose` gives, and as nothing else; helper functions may have parameters of the name. */
  readonly chosen: ReadonlySet<string>
  readonly others: ReadonlySet<string>
}

const known = new WeakMap<Source, Variables>()

/** Linear in the size of the source the first time, constant after. */
export const variablesOf = (source: Source): Variables => {
  const before = known.get(source)
  if (before !== undefined) return before
  const [choices, others] = [new Set<string>(), new Set<string>()]
  const walk = (node: Node): void => {
    if (node.type === 'VariableDeclarator')
      for (const name of namesIn(child(node, 'id'))) (isChoice(child(node, 'init')) ? choices : others).add(name)
    for (const part of childrenOf(node)) walk(part)
  }
  const program: unknown = source.program
  if (isNode(program)) walk(program)
  const variables = { chosen: new Set([...choices].filter((name) => !others.has(name))), others }
  known.set(source, variables)
  return variables
}

/** `yield* choose(...)`. */
const isChoice = (init: Node | null): boolean => {
  const call = init?.type === 'YieldExpression' ? child(init, 'argument') : null
  return call?.type === 'CallExpression' && nameOf(child(call, 'callee')) === 'choose'
}

const namesIn = (pattern: Node | null): readonly string[] => {
  const name = nameOf(pattern)
  if (pattern === null || name !== null) return name === null ? [] : [name]
  return childrenOf(pattern).flatMap(namesIn)
}
