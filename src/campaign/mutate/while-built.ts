/**
 * Which of the author's code also runs while the model is built: helpers that a domain, a captured constant or a
 * builder of processes calls. A mutant is compiled from changed text; what was built before the change is as it was.
 */
import { at } from '../../at.js'
import { child, childrenOf, isTypeOnly, list, type Node, nameOf } from '../../load/node.js'
import { isFunction } from './protocol.js'

/** A file of the model, or of its properties. */
export interface Module {
  readonly program: Node
  /** Where the functions begin that only steps and properties execute: processes, rules, `init` and predicates. */
  readonly steps: ReadonlySet<number>
  /** Where the functions begin that build processes and rules: what they give are steps too, in whatever setting. */
  readonly builders: ReadonlySet<number>
}

/**
 * For each module, whether the code at an offset may run while the model is built. Functions are followed by their
 * names, whatever the scope: so the answer may be yes where none of them does, and never no where one does.
 */
export const whileBuilt = (modules: readonly Module[]): readonly ((offset: number) => boolean)[] => {
  const stepsOf = modules.map(({ program, steps, builders }) => {
    const built = functionsIn(program).filter((node) => builders.has(node.start))
    return new Set([...steps, ...built.flatMap(given).flatMap(stepsIn)])
  })
  const helpers = modules.map(({ program }, i) => helpersIn(program).filter(({ node }) => !stepsOf[i]?.has(node.start)))
  const isHelper = new Set(helpers.flat().map(({ node }) => node))
  const others = new Map(modules.flatMap(({ program }) => otherNamesIn(program)))
  const named = new Set<string>()
  const run = (node: Node, steps: ReadonlySet<number>): void => {
    if (isTypeOnly(node)) return
    const name = nameOf(node)
    if (name !== null) named.add(name).add(others.get(name) ?? name)
    for (const part of usedIn(node)) if (!isHelper.has(part) && !(isFunction(part) && steps.has(part.start))) run(part, steps)
  }
  for (const [i, { program }] of modules.entries()) run(program, at(stepsOf, i))
  const running = new Set<Node>()
  for (let before = -1; before < running.size; ) {
    before = running.size
    for (const [i, steps] of stepsOf.entries())
      for (const { name, node } of at(helpers, i))
        if (named.has(name) && !running.has(node)) {
          running.add(node)
          run(node, steps)
        }
  }
  return modules.map(({ program }, i) => {
    const steps = at(stepsOf, i)
    const functions = functionsIn(program).filter((node) => steps.has(node.start) || isHelper.has(node))
    return (offset) => {
      const innermost = functions.findLast(({ start, end }) => start <= offset && offset < end)
      return innermost === undefined || running.has(innermost)
    }
  })
}

/** In the order in which they begin. */
const functionsIn = (node: Node): Node[] => [...(isFunction(node) ? [node] : []), ...childrenOf(node).flatMap(functionsIn)]

/** What a builder gives. */
const given = (builder: Node): readonly Node[] => {
  const body = child(builder, 'body')
  return body === null ? [] : body.type === 'BlockStatement' ? returnedIn(body) : [body]
}

const returnedIn = (node: Node): readonly Node[] =>
  node.type === 'ReturnStatement' ? childrenOf(node) : childrenOf(node).flatMap((part) => (isFunction(part) ? [] : returnedIn(part)))

/** Where the processes or rules begin that are written in what a builder gives. */
const stepsIn = (node: Node): readonly number[] => {
  if (isFunction(node)) return [node.start]
  switch (node.type) {
    case 'ObjectExpression':
    case 'SpreadElement':
    case 'LogicalExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return childrenOf(node).flatMap(stepsIn)
    case 'Property':
      return [child(node, 'value')].flatMap((value) => (value === null ? [] : stepsIn(value)))
    case 'ConditionalExpression':
      return [child(node, 'consequent'), child(node, 'alternate')].flatMap((arm) => (arm === null ? [] : stepsIn(arm)))
    case 'CallExpression':
      return nameOf(child(node, 'callee')) === 'each' ? list(node, 'arguments').flatMap(stepsIn) : []
    default:
      return []
  }
}

/** A function that runs where its name is used, and nowhere else. */
interface Helper {
  readonly name: string
  readonly node: Node
}

const helpersIn = (node: Node): Helper[] => {
  const helper = node.type === 'FunctionDeclaration' ? node : node.type === 'VariableDeclarator' ? child(node, 'init') : null
  const name = helper !== null && isFunction(helper) ? nameOf(child(node, 'id')) : null
  // What is exported by default has no name elsewhere.
  const parts = node.type === 'ExportDefaultDeclaration' ? childrenOf(node).flatMap(childrenOf) : childrenOf(node)
  return [...(name === null || helper === null ? [] : [{ name, node: helper }]), ...parts.flatMap(helpersIn)]
}

/** What stands in a node and is used there: no names that it declares, and none of fields. */
const usedIn = (node: Node): readonly Node[] => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportSpecifier':
      return []
    case 'VariableDeclarator':
      return childrenOf(node).filter((part) => part !== child(node, 'id') || nameOf(part) === null)
    case 'Property':
      return childrenOf(node).filter((part) => part !== child(node, 'key') || node.computed === true)
    default:
      return childrenOf(node)
  }
}

/** Names of what another module calls otherwise, with the name that it has there. */
const otherNamesIn = (program: Node): (readonly [string, string])[] =>
  list(program, 'body')
    .flatMap((node) => list(node, 'specifiers'))
    .flatMap((one): (readonly [string, string])[] => {
      const [here, there] =
        one.type === 'ExportSpecifier' ? [child(one, 'exported'), child(one, 'local')] : [child(one, 'local'), child(one, 'imported')]
      const [from, to] = [nameOf(here), nameOf(there)]
      return from === null || to === null || from === to ? [] : [[from, to]]
    })
