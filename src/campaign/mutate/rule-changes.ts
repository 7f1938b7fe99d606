/** Each rule left out, from the object literal that has it, as `up: (s) => ...`, or names it, as `{ up: raise }`. */
import { child, childrenOf, list, type Node } from '../../load/node.js'
import type { RuleName } from '../judge/rules.js'
import { keyOf } from './function-names.js'
import type { Change } from './mutant.js'

/** Where a function is written. */
export interface Site {
  readonly file: string
  readonly start: number
}

export interface Parsed {
  readonly file: string
  readonly text: string
  readonly program: Node
}

/** A rule, and where its function is written. */
interface WrittenRule extends RuleName, Site {}

/**
 * The changes of each file, with the rules that they leave out. `builder` is what builds the rules: those that are
 * written elsewhere are looked for in it by their names. One that is not found either way was put together by code, and
 * has no change.
 */
export const ruleChanges = (
  files: readonly Parsed[],
  rules: readonly WrittenRule[],
  builder: (Site & { readonly end: number }) | null,
): ReadonlyMap<string, readonly Change[]> => {
  const written = files.map(({ file, program }) => {
    const own = rules.filter((rule) => rule.file === file)
    return propertiesIn(program, []).map(({ node }): Found => ({ node, rules: own.filter(({ start }) => startsIn(node).includes(start)) }))
  })
  const isWritten = new Set(written.flat().flatMap((found) => found.rules))
  const others = rules.filter((rule) => !isWritten.has(rule))
  return new Map(
    files.map(({ file, text, program }, i) => {
      const building = builder?.file === file ? nodeAt(program, builder) : null
      const named =
        building === null
          ? []
          : propertiesIn(building, []).map(({ node, keys }) => ({ node, rules: others.filter((rule) => isAt(rule, keys)) }))
      const found = [...(written[i] ?? []), ...named].filter((one) => one.rules.length > 0)
      return [file, found.map((one) => leftOut(text, one))]
    }),
  )
}

/** A property of an object literal, and the rules that it is. */
interface Found {
  readonly node: Node
  readonly rules: readonly RuleName[]
}

const leftOut = (text: string, { node, rules }: Found): Change => {
  const comma = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*,/.exec(text.slice(node.end))?.[0].length ?? 0
  const { start, end } = child(node, 'key') ?? node
  return {
    ...{ operator: 'rule left out', start, end },
    edits: [{ start: node.start, end: node.end + comma, text: '' }],
    rules: rules.map(({ group, label }) => ({ group, label })),
  }
}

/** Where its value begins, and what is given to `each(n, rule)`. */
const startsIn = (property: Node): readonly number[] => {
  const value = child(property, 'value')
  return value === null ? [] : [value, ...list(value, 'arguments')].map(({ start }) => start)
}

/** All properties of object literals, each with the keys that lead to it. */
const propertiesIn = (node: Node, keys: readonly string[]): { readonly node: Node; readonly keys: readonly string[] }[] => {
  const key = keyOf(node)
  const path = key === null ? keys : [...keys, key]
  return [...(key === null ? [] : [{ node, keys: path }]), ...childrenOf(node).flatMap((part) => propertiesIn(part, path))]
}

const isAt = ({ group, label }: RuleName, keys: readonly string[]): boolean =>
  (label === null ? [group] : [group, label]).join('\n') === keys.join('\n')

const nodeAt = (node: Node, { start, end }: { readonly start: number; readonly end: number }): Node | null => {
  if (node.start === start && node.end === end) return node
  if (node.start > start || node.end < end) return null
  for (const part of childrenOf(node)) {
    const found = nodeAt(part, { start, end })
    if (found !== null) return found
  }
  return null
}
