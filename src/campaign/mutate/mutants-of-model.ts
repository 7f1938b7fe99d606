/** All mutants of a model in one setting: of what its steps, rules and `init` execute there. */
import type { Prepared } from '../../check/request/prepare.js'
import { compile } from '../../compile/model/compile.js'
import type { Reached } from '../../compile/values/draft.js'
import type { Domain } from '../../lang/domain.js'
import { filesFrom } from '../../load/load.js'
import { blocks } from '../../load/modules.js'
import { child, childrenOf, list, type Node } from '../../load/node.js'
import { functionInfo } from '../../load/registry.js'
import { sourceOf } from '../../load/source.js'
import type { LeftRule, Mutation } from '../judge/judge.js'
import { type Change, type Mutant, mutantsOf, type Names } from './mutant.js'
import { changesOf } from './operators.js'

/** A mutant, and what it takes to compile it. */
export interface Planned {
  readonly mutant: Mutant
  readonly mutation: Mutation
}

/** In the order of files and lines. Compiles the model once more. */
export const mutantsOfModel = ({ target: { model }, params, properties }: Prepared): readonly Planned[] => {
  const reached: Reached = { nodes: new Set(), conditions: new Map() }
  compile({ model, params, properties, reached })
  const domains = model.state(params as never) as Readonly<Record<string, Domain>>
  const enums = Object.values(domains).flatMap(enumsIn)
  const ghosts = new Set(Object.entries(domains).flatMap(([name, domain]) => (domain.kind === 'ghost' ? [name] : [])))
  const written = rulesOf(model.rules?.call(undefined as never, params as never) ?? {})
  const files = filesOf(model)
  const planned: Planned[] = []
  const names: Names = new Map()
  for (const file of files) {
    const { text, program } = sourceOf(file)
    const root = program as unknown as Node
    const rules = ruleChanges(root, text, file, written)
    const changes = [...changesOf({ text, program: root, reached, enums, ghosts }), ...rules.keys()]
    for (const mutant of mutantsOf(file, text, changes, planned.length + 1, names)) {
      const left = [...rules].find(([change]) => change.edits === mutant.edits)?.[1] ?? []
      planned.push({ mutant, mutation: { file, edits: mutant.edits, rules: left } })
    }
  }
  return planned
}

/** The author's files that the model's parts stand in, and those that they import. */
const filesOf = (model: Prepared['target']['model']): readonly string[] => {
  const parts: readonly unknown[] = [model.state, model.init, model.processes, model.rules]
  const files = parts.flatMap((part) => functionInfo(part)?.file ?? []).flatMap((file) => filesFrom(file))
  return [...new Set(files)].filter((file) => !file.startsWith(blocks)).sort()
}

const enumsIn = (domain: Domain): readonly (readonly string[])[] => {
  switch (domain.kind) {
    case 'bool':
    case 'range':
    case 'set':
      return []
    case 'oneOf':
      return [domain.values]
    case 'optional':
    case 'array':
    case 'queue':
    case 'ghost':
      return enumsIn(domain.of)
    case 'record':
      return Object.values(domain.fields).flatMap(enumsIn)
    case 'union':
      return Object.values(domain.variants).flatMap((fields) => Object.values(fields).flatMap(enumsIn))
  }
}

interface Rule extends LeftRule {
  readonly file: string
  readonly start: number
}

const rulesOf = (groups: Readonly<Record<string, unknown>>): readonly Rule[] =>
  Object.entries(groups).flatMap(([group, given]) => {
    const rules = Object(given) as { readonly kind?: unknown; readonly body?: unknown }
    const body: unknown = rules.kind === 'each' ? rules.body : rules
    const labelled: readonly (readonly [string | null, unknown])[] =
      typeof body === 'function' ? [[null, body]] : Object.entries(Object(body))
    return labelled.flatMap(([label, fn]) => {
      const info = functionInfo(fn)
      return info === undefined ? [] : [{ group, label, file: info.file, start: info.start }]
    })
  })

/** The properties of an object literal that are rules: each left out, with the rules that this leaves out. */
const ruleChanges = (root: Node, text: string, file: string, rules: readonly Rule[]): ReadonlyMap<Change, Mutation['rules']> => {
  const changes = new Map<Change, Mutation['rules']>()
  const visit = (node: Node): void => {
    const value = node.type === 'Property' ? child(node, 'value') : null
    const left =
      value === null
        ? []
        : rules.filter((rule) => rule.file === file && [value, ...list(value, 'arguments')].some(({ start }) => start === rule.start))
    if (left.length > 0) {
      const comma = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*,/.exec(text.slice(node.end))?.[0].length ?? 0
      const key = child(node, 'key') ?? node
      changes.set(
        { operator: 'rule left out', start: key.start, end: key.end, edits: [{ start: node.start, end: node.end + comma, text: '' }] },
        left,
      )
    }
    for (const part of childrenOf(node)) visit(part)
  }
  visit(root)
  return changes
}
