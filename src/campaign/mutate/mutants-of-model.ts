/** All mutants of a model in one setting: of what its steps, rules and `init` execute there. */
import type { Prepared } from '../../check/request/prepare.js'
import { compile } from '../../compile/model/compile.js'
import { createReached } from '../../compile/values/draft.js'
import type { Domain } from '../../lang/domain.js'
import type { Model } from '../../lang/model.js'
import { sourcesOf } from '../../load/load.js'
import { blocks } from '../../load/modules.js'
import type { Node } from '../../load/node.js'
import { functionInfo, registry } from '../../load/registry.js'
import { sourceOf } from '../../load/source.js'
import { functionsOf, rulesOf } from '../judge/rules.js'
import { functionNames } from './function-names.js'
import { type Mutant, mutantsOf } from './mutant.js'
import { changesOf } from './operators.js'
import { importedIn } from './protocol.js'
import { type Parsed, ruleChanges, type Site } from './rule-changes.js'
import { whileBuilt } from './while-built.js'

/** In the order of files and lines. Compiles the model once more. */
export const mutantsOfModel = ({ target, params, properties }: Prepared): readonly Mutant[] => {
  const { model } = target
  const reached = createReached()
  compile({ model, params, properties, reached })
  const domains = model.state(params as never) as Readonly<Record<string, Domain>>
  const enums = Object.values(domains).flatMap(enumsIn)
  const rules = rulesOf(model, params).flatMap(({ group, label, fn }) => siteOf(fn).map((site) => ({ group, label, ...site })))
  const steps = stepsOf(model, params, { ...target.properties?.properties, ...properties })
  const builders = [model.processes, model.rules].flatMap(siteOf)
  const files = sourcesOf(model, '').filter((one) => !one.startsWith(blocks))
  const withoutRule = ruleChanges(files.map(parsed), rules, functionInfo(model.rules) ?? null)
  // What properties build of the model's helpers is built before anything is changed, too.
  const modules = [...new Set([...files, ...steps.map(({ file }) => file)])].filter(
    (file) => !file.startsWith(blocks) && registry.modules.has(file),
  )
  const startsIn = (file: string, of: readonly Site[]): ReadonlySet<number> =>
    new Set(of.flatMap((site) => (site.file === file ? [site.start] : [])))
  const runs = whileBuilt(
    modules.map((file) => ({ program: parsed(file).program, steps: startsIn(file, steps), builders: startsIn(file, builders) })),
  )
  return mutantsOf(
    files.map((file) => {
      const { text, program } = parsed(file)
      const protocol = { text, program, imported: importedIn(program), reached, enums, atomic: startsIn(file, rules) }
      const changes = [...changesOf(protocol), ...(withoutRule.get(file) ?? [])]
      return { file, text, changes, functionAt: functionNames(program), runsWhileBuilt: runs[modules.indexOf(file)] ?? (() => true) }
    }),
  )
}

const parsed = (file: string): Parsed => ({ file, text: sourceOf(file).text, program: sourceOf(file).program as unknown as Node })

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

const siteOf = (fn: unknown): readonly Site[] => {
  const info = functionInfo(fn)
  return info === undefined ? [] : [{ file: info.file, start: info.start }]
}

/** Where the functions are that nothing but steps and properties execute. */
const stepsOf = (model: Model, params: Prepared['params'], properties: Prepared['properties']): readonly Site[] => {
  const groups = model.processes?.call(undefined as never, params as never) ?? {}
  const predicates = Object.values(properties).flatMap((property) => Object.values(property) as unknown[])
  const agents = [...functionsOf(groups), ...rulesOf(model, params)].map(({ fn }) => fn)
  return [model.init, ...agents, ...predicates].flatMap(siteOf)
}
