/** All mutants of a model in one setting: of what its steps, rules and `init` execute there. */
import type { Prepared } from '../../check/request/prepare.js'
import { compile } from '../../compile/model/compile.js'
import { createReached } from '../../compile/values/draft.js'
import type { Domain } from '../../lang/domain.js'
import type { Model } from '../../lang/model.js'
import { sourcesOf } from '../../load/load.js'
import { blocks } from '../../load/modules.js'
import { child, childrenOf, list, type Node } from '../../load/node.js'
import { functionInfo } from '../../load/registry.js'
import { sourceOf } from '../../load/source.js'
import { type RuleName, rulesOf } from '../judge/rules.js'
import { type Change, type Mutant, mutantsOf, type Names } from './mutant.js'
import { changesOf } from './operators.js'
import { importedIn } from './protocol.js'

/** In the order of files and lines. Compiles the model once more. */
export const mutantsOfModel = ({ target: { model }, params, properties }: Prepared): readonly Mutant[] => {
  const reached = createReached()
  compile({ model, params, properties, reached })
  const domains = model.state(params as never) as Readonly<Record<string, Domain>>
  const enums = Object.values(domains).flatMap(enumsIn)
  const rules = writtenRules(model, params)
  const mutants: Mutant[] = []
  const names: Names = new Map()
  for (const file of sourcesOf(model, '').filter((one) => !one.startsWith(blocks))) {
    const { text, program } = sourceOf(file)
    const root = program as unknown as Node
    const own = rules.filter((rule) => rule.file === file)
    const atomic = new Set(own.map(({ start }) => start))
    const changes = [
      ...changesOf({ text, program: root, imported: importedIn(root), reached, enums, atomic }),
      ...ruleChanges(root, text, own),
    ]
    mutants.push(...mutantsOf(file, text, changes, mutants.length + 1, names))
  }
  return mutants
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

interface WrittenRule extends RuleName {
  readonly file: string
  readonly start: number
}

const writtenRules = (model: Model, params: Prepared['params']): readonly WrittenRule[] =>
  rulesOf(model, params).flatMap(({ group, label, fn }) => {
    const info = functionInfo(fn)
    return info === undefined ? [] : [{ group, label, file: info.file, start: info.start }]
  })

/** The properties of an object literal that are rules: each left out, with the rules that this leaves out. */
const ruleChanges = (root: Node, text: string, written: readonly WrittenRule[]): readonly Change[] => {
  const changes: Change[] = []
  const visit = (node: Node): void => {
    const value = node.type === 'Property' ? child(node, 'value') : null
    // `each(n, rule)` too.
    const starts = value === null ? [] : [value, ...list(value, 'arguments')].map(({ start }) => start)
    const rules = written.filter(({ start }) => starts.includes(start)).map(({ group, label }) => ({ group, label }))
    if (rules.length > 0) {
      const comma = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*,/.exec(text.slice(node.end))?.[0].length ?? 0
      const { start, end } = child(node, 'key') ?? node
      changes.push({ operator: 'rule left out', start, end, edits: [{ start: node.start, end: node.end + comma, text: '' }], rules })
    }
    for (const part of childrenOf(node)) visit(part)
  }
  visit(root)
  return changes
}
