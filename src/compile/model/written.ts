/**
 * Which labels a process's code has, be it code that the params leave out: as far as texts tell, without compiling
 * anything.
 */
import { child, childrenOf, type Node, nameOf } from '../../load/node.js'
import { functionInfo } from '../../load/registry.js'
import { functionNode } from '../../load/source.js'
import { computedBy, patternOf } from '../values/labels.js'

const known = new WeakMap<object, (text: string) => boolean>()

/** Whether a function, or one that it names, has this text where a label may come from. */
export const isWritten = (fn: unknown, text: string): boolean => {
  if (typeof fn !== 'function') return false
  const written = known.get(fn) ?? textsOf(fn)
  known.set(fn, written)
  return written(text)
}

const textsOf = (fn: object): ((text: string) => boolean) => {
  const patterns: string[] = []
  const seen = new Set<unknown>()
  /** `isLabel`: what stands here is yielded, or goes where it may be: into a parameter or a local. */
  const visit = (node: Node, isLabel: boolean): void => {
    if (isLabel && node.type === 'Literal' && typeof node.value === 'string') patterns.push(patternOf([node.value]))
    if (isLabel && node.type === 'TemplateLiteral') patterns.push(patternOfTemplate(node))
    const yields = node.type === 'YieldExpression' || node.type === 'CallExpression'
    const within = isLabel && (node.type === 'ConditionalExpression' || node.type === 'LogicalExpression')
    for (const part of childrenOf(node)) {
      const named = (node.type === 'AssignmentPattern' && part === node.right) || (node.type === 'VariableDeclarator' && part === node.init)
      visit(part, yields || within || named)
    }
  }
  const enter = (value: unknown): void => {
    const info = functionInfo(value)
    if (info === undefined || seen.has(value)) return
    seen.add(value)
    const node = functionNode(info)
    visit(node, false)
    for (const name of info.names) {
      const found = attempt(() => info.captured(name))
      enter(found)
      if (typeof found === 'string') patterns.push(patternOf([found]))
      for (const member of membersOf(node, name)) enter(attempt(() => Reflect.get(Object(found), member)))
    }
  }
  enter(fn)
  const pattern = computedBy(patterns.join('|'))
  return (text) => patterns.length > 0 && pattern.test(text)
}

const patternOfTemplate = (node: Node): string => {
  const quasis = node.quasis as readonly { readonly value: { readonly cooked: string | null; readonly raw: string } }[]
  return patternOf(quasis.flatMap(({ value }, i) => (i === 0 ? [value.cooked ?? value.raw] : [null, value.cooked ?? value.raw])))
}

/** The members of a name that a function uses: functions of a module that was imported whole. */
const membersOf = (node: Node, name: string): string[] => {
  const object = node.type === 'MemberExpression' && node.computed !== true ? child(node, 'object') : null
  const own = nameOf(object) === name ? nameOf(child(node, 'property')) : null
  return [...(own === null ? [] : [own]), ...childrenOf(node).flatMap((part) => membersOf(part, name))]
}

const attempt = (read: () => unknown): unknown => {
  try {
    return read()
  } catch {
    return undefined
  }
}
