/** Names of locals that tell a reader nothing new: what merely counts, and what was chosen, which a label says. */
import { child, childrenOf, isNode, list, type Node, nameOf } from '../../../load/node.js'
import type { Source } from '../../../load/source.js'

export interface KnownNames {
  /** Declared in the heads of loops, and nowhere else. */
  readonly counters: ReadonlySet<string>
  /** Declared as what a `choose` gives, and as nothing else; helper functions may have parameters of the name. */
  readonly chosen: ReadonlySet<string>
}

type Declared = 'counter' | 'chosen' | 'parameter' | 'other'

const known = new WeakMap<Source, KnownNames>()

/** Linear in the size of the source the first time, constant after. */
export const knownNames = (source: Source): KnownNames => {
  const before = known.get(source)
  if (before !== undefined) return before
  const declared = new Map<string, Set<Declared>>()
  const declare = (pattern: Node | null, as: Declared): void => {
    for (const name of namesIn(pattern)) declared.set(name, (declared.get(name) ?? new Set()).add(as))
  }
  const walk = (node: Node, isHead: boolean): void => {
    if (node.type === 'VariableDeclaration')
      for (const one of list(node, 'declarations'))
        declare(child(one, 'id'), isHead ? 'counter' : isChoice(child(one, 'init')) ? 'chosen' : 'other')
    if (/Function/.test(node.type)) for (const param of list(node, 'params')) declare(param, 'parameter')
    const head = node.type === 'ForStatement' ? child(node, 'init') : null
    for (const part of childrenOf(node)) walk(part, part === head)
  }
  const program: unknown = source.program
  if (isNode(program)) walk(program, false)
  const only = (...kinds: readonly Declared[]): ReadonlySet<string> =>
    new Set(
      [...declared].flatMap(([name, as]) => (as.has(kinds[0] as Declared) && [...as].every((one) => kinds.includes(one)) ? [name] : [])),
    )
  const names = { counters: only('counter'), chosen: only('chosen', 'parameter') }
  known.set(source, names)
  return names
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
