/** An expression of an author's as a race shows it: without `s.`, and with the indices that it had. */
import { child, childrenOf, isTypeWrapper, list, type Node, nameOf } from '../../../load/node.js'
import type { Reading } from '../../../load/runtime.js'

/** A location that was read, as it is written with its indices, and what was there. */
export interface Located {
  readonly text: string
  readonly value: unknown
}

/** What was read where an expression is a location of the state, and nothing but that. */
export const locatedIn = (node: Node, readings: readonly Reading[]): Located | null => {
  const pattern = patternOf(node)
  const found = pattern === null ? undefined : readings.find(({ location }) => new RegExp(`${pattern}$`).test(location))
  return found === undefined ? null : { text: withoutState(found.location), value: found.value }
}

/** The source of an expression on one line, with the locations in it as they were read. */
export const wordsOf = (node: Node, readings: readonly Reading[], text: string): string => {
  const edits: { readonly start: number; readonly end: number; readonly by: string }[] = []
  const open = [...readings]
  const look = (at: Node): void => {
    const location = prefixRead(at, open)
    if (location !== null) edits.push({ start: at.start, end: at.end, by: withoutState(location) })
    // What a callback read it read several times.
    else if (!/Function/.test(at.type)) {
      edits.push(...left(at))
      for (const part of childrenOf(at)) look(part)
    }
  }
  look(node)
  let words = ''
  let from = node.start
  for (const { start, end, by } of edits.sort((a, b) => a.start - b.start)) {
    if (start < from) continue
    words += text.slice(from, start) + by
    from = end
  }
  return (words + text.slice(from, node.end)).replaceAll(/\s+/g, ' ').trim()
}

/** What stands in the source for the type checker, the compiler or the oracle, and tells a reader nothing. */
const left = (node: Node): { start: number; end: number; by: string }[] => {
  const cut = (start: number, end: number) => ({ start, end, by: '' })
  if (node.type === 'YieldExpression') {
    const argument = child(node, 'argument')
    return argument === null ? [] : [cut(node.start, argument.start)]
  }
  if (isTypeWrapper(node)) {
    const inner = child(node, 'expression')
    return inner === null ? [] : [cut(inner.end, node.end)]
  }
  if (node.type === 'MemberExpression' && nameOf(child(node, 'object')) === 's') {
    const name = child(node, 'property')
    return name === null ? [] : [cut(node.start, name.start)]
  }
  if (node.type !== 'CallExpression') return []
  // A call of helpers says who asks what, and not that the state and the params are handed on.
  const given = list(node, 'arguments')
  return given.flatMap((one, i) => {
    if (nameOf(one) !== 's' && nameOf(one) !== 'p') return []
    const next = given[i + 1]
    const before = given[i - 1]
    const isLast = next === undefined
    return [cut(isLast && before !== undefined && nameOf(before) !== 's' ? before.end : one.start, next?.start ?? one.end)]
  })
}

/** The first reading of an expression, which is taken out of those that are open. */
const prefixRead = (node: Node, open: Reading[]): string | null => {
  if (node.type !== 'MemberExpression') return null
  const pattern = patternOf(node)
  if (pattern === null) return null
  const found = new RegExp(`${pattern}(?=[.[(]|$)`)
  const i = open.findIndex(({ location }) => found.test(location))
  return i < 0 ? null : (found.exec(open.splice(i, 1)[0]?.location ?? '')?.[0] ?? null)
}

/** Of what is a way into the state: which locations it may mean. A reference may begin anywhere in it. */
const patternOf = (node: Node): string | null => {
  const called = node.type === 'CallExpression' ? child(node, 'callee') : null
  if (called !== null) {
    const isMember = called.type === 'MemberExpression' && nameOf(child(called, 'property')) === 'has'
    const of = isMember ? patternOf(child(called, 'object') ?? called) : null
    return of === null ? null : `${of}\\.has\\([^()]*\\)`
  }
  const accessors: string[] = []
  let at: Node | null = node
  while (at !== null && (at.type === 'MemberExpression' || at.type === 'ChainExpression' || isTypeWrapper(at))) {
    if (at.type === 'MemberExpression') {
      accessors.unshift(accessorOf(at, child(at, 'property')))
      at = child(at, 'object')
    } else at = child(at, 'expression')
  }
  if (nameOf(at) === null || accessors.length === 0) return null
  return `^s${nameOf(at) === 's' ? '' : '\\..*?'}${accessors.join('')}`
}

const accessorOf = ({ computed }: Node, key: Node | null): string => {
  const name = nameOf(key)
  if (computed !== true && name !== null) return `\\.${name.replaceAll('$', '\\$')}`
  return key?.type === 'Literal' && typeof key.value === 'number' ? `\\[${key.value}\\]` : '\\[[^\\]]*\\]'
}

const withoutState = (location: string): string => location.replace(/^s\./, '')
